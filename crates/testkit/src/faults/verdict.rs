//! Whether what a restore did with a damaged store is what it may do.

use super::damage::Damage;
use super::fleet::{Ending, Fleet};
use super::master::Master;
use super::reader::content;
use std::path::Path;

/// How a damaged restore ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was refused, and the live copy is as it was.
    Detected,
    /// It would have been refused undamaged: raw data where only clean data may be.
    RawRefused,
    /// The damage was to nothing that counts.
    Harmless,
    /// The older backup was taken, and a warning said so.
    PassedOver,
    /// What was edited changes no row, and a warning named who signed.
    Named,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::RawRefused => "raw refused",
            Self::Harmless => "harmless",
            Self::PassedOver => "passed over",
            Self::Named => "named",
        }
    }
}

/// Whether the newer backup's manifest still says what was signed, to the letter: all that can be
/// lost of it without that is the line break behind it.
fn says_the_same(master: &Master, fleet: &Fleet) -> bool {
    let said = |store: &Path| {
        let bytes = std::fs::read(store.join(&master.genuine[1].key).join("manifest.json")).ok()?;
        serde_json::from_slice::<serde_json::Value>(&bytes).ok()
    };
    let genuine = said(&master.store());
    genuine.is_some() && said(&fleet.store()) == genuine
}

/// Judges a restore by what is live now and by what it told.
pub(super) fn judge(
    master: &Master,
    fleet: &Fleet,
    damage: Damage,
    ending: &Ending,
) -> Result<Verdict, String> {
    let left = fleet.leftovers();
    if !left.is_empty() {
        return Err(format!("left behind: {}", left.join(", ")));
    }
    let live =
        content(&fleet.live()).map_err(|error| format!("the live copy is broken: {error}"))?;
    if let Some(failure) = &ending.failed {
        if live != master.live {
            return Err(format!(
                "it failed, and the live copy changed: {}",
                failure.text
            ));
        }
        let raw = fleet.takes_only_clean() && !master.genuine[1].clean;
        return Ok(if raw && failure.is_guard {
            Verdict::RawRefused
        } else {
            Verdict::Detected
        });
    }
    let [older, newer] = &master.genuine;
    let taken = [older, newer]
        .into_iter()
        .find(|backup| backup.content == live);
    let Some(taken) = taken else {
        return Err("it succeeded with content of no true backup".to_owned());
    };
    if fleet.takes_only_clean() && !taken.clean {
        return Err("a raw backup went where only clean data may be".to_owned());
    }
    let warned = |word: &str| ending.warnings.iter().any(|line| line.contains(word));
    if std::ptr::eq(taken, older) {
        return if warned("passed over") {
            Ok(Verdict::PassedOver)
        } else {
            Err("the older backup was taken without a warning".to_owned())
        };
    }
    let is_harmless =
        damage.is_harmless() || (damage.is_to_manifest() && says_the_same(master, fleet));
    if is_harmless {
        Ok(Verdict::Harmless)
    } else if damage.adds_a_later_backup() && warned("passed over") {
        Ok(Verdict::PassedOver)
    } else if warned("signed") {
        Ok(Verdict::Named)
    } else {
        Err("the damaged backup was restored as if nothing had happened".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::damage::{Change, Object};
    use crate::faults::fleet::Workshop;

    /// Cuts so many bytes off the newer backup's manifest, restores, and judges it as damage to
    /// `object`.
    async fn cut_off(
        master: &Master,
        workshop: &Workshop,
        bytes: usize,
        object: Object,
    ) -> Result<Verdict, String> {
        let fleet = workshop.fleet(master, 0, "review");
        let manifest = fleet
            .store()
            .join(&master.genuine[1].key)
            .join("manifest.json");
        let mut left = std::fs::read(&manifest).unwrap();
        left.truncate(left.len() - bytes);
        // The file is a link to the master's.
        std::fs::remove_file(&manifest).unwrap();
        std::fs::write(&manifest, left).unwrap();
        let ending = fleet.restore().await;
        let damage = Damage::Change(Change::Truncate, object);
        judge(master, &fleet, damage, &ending)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_manifest_is_the_same_without_its_last_line_break_and_none_without_more() {
        let masters = Master::all().await;
        let workshop = Workshop::new(&masters);
        let verdict = cut_off(&masters[0], &workshop, 1, Object::Manifest).await;
        assert_eq!(verdict, Ok(Verdict::Harmless));
        let verdict = cut_off(&masters[0], &workshop, 2, Object::Manifest).await;
        assert_eq!(verdict, Ok(Verdict::PassedOver));
        // A manifest that is as it was excuses nobody who did not see what was done to a part.
        for object in [Object::Part, Object::Index] {
            let verdict = cut_off(&masters[0], &workshop, 0, object).await;
            assert!(verdict.is_err(), "{verdict:?}");
        }
    }
}
