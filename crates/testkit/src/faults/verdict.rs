//! Whether what a restore did with a damaged store is what it may do.

use super::damage::Damage;
use super::fleet::{Ending, Fleet};
use super::master::Master;
use super::reader::content;

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
    if damage.is_harmless() {
        Ok(Verdict::Harmless)
    } else if damage.adds_a_later_backup() && warned("passed over") {
        Ok(Verdict::PassedOver)
    } else if warned("signed") {
        Ok(Verdict::Named)
    } else {
        Err("the damaged backup was restored as if nothing had happened".to_owned())
    }
}
