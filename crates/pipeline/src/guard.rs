//! The rules that forbid a restore: never onto its own source, and no raw data where only
//! clean data may be.

use jiff::civil::Date;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;
use weir_model::manifest::Manifest;
use weir_model::sanitising::{Mark, RulesetMark, State, Voucher};

/// A clone acknowledged in the configuration: both servers, as Weir resolved them. It dies when
/// either changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgedClone {
    /// The source's identity in words.
    pub source: String,
    /// The target's identity in words.
    pub target: String,
}

/// An identity in words, as errors show it and a clone acknowledgement names it.
#[must_use]
pub fn in_words(identity: &Identity) -> String {
    identity
        .facts()
        .map(|(fact, value)| format!("{fact} {value}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Refuses a restore whose target is, or may be, the database the backup was taken from, or any
/// that its data came through: production's must not be overwritten from two hops down either.
///
/// # Errors
/// `guard`.
pub fn not_onto_source(
    manifest: &Manifest,
    target: &Identity,
    acknowledged: Option<&AcknowledgedClone>,
) -> Result<()> {
    let doing = format!("restore {} into {}", manifest.backup, in_words(target));
    if manifest.identity.is_empty() {
        return Err(Error::new(
            Kind::Guard,
            doing,
            "the backup does not say which database it was taken from",
        )
        .hint("take a new backup; one without an identity could be restored onto its own source"));
    }
    if target.is_empty() {
        return Err(Error::new(
            Kind::Guard,
            doing,
            "nothing is known about which database the target is",
        )
        .hint(
            "let the user of the target read what identifies it; it could be the source itself",
        ));
    }
    // What an acknowledged clone shares with its source, it shares with that one's sources too.
    let excused = shared_by_clone(&manifest.identity, target, acknowledged, &[], &doing)?;
    for hop in manifest.lineage.iter().flatten() {
        shared_by_clone(&hop.identity, target, acknowledged, &excused, &doing)?;
    }
    Ok(())
}

/// The facts that an acknowledged clone shares with its source; refuses any other target that
/// shares more than what is excused.
fn shared_by_clone(
    source: &Identity,
    target: &Identity,
    acknowledged: Option<&AcknowledgedClone>,
    excused: &[String],
    doing: &str,
) -> Result<Vec<String>> {
    let mut shared = source.shared_with(target);
    shared.retain(|fact| !excused.contains(fact));
    if shared.is_empty() {
        return Ok(shared);
    }
    let whole = shared.len() == source.facts().count();
    let named = acknowledged
        .is_some_and(|clone| clone.source == in_words(source) && clone.target == in_words(target));
    if named && !whole {
        return Ok(shared);
    }
    let error = Error::new(
        Kind::Guard,
        doing,
        format!(
            "the target is the backup's own source, or a clone of it: both have {}",
            shared.join(", ")
        ),
    );
    Err(error.hint(if whole {
        "check the target's `url`; an environment's own backup goes back only with `weir recover`"
            .to_owned()
    } else {
        format!(
            "check the target's `url`; if it is a clone, acknowledge it in the app with \
             clone: {{source: \"{}\", target: \"{}\"}}",
            in_words(source),
            in_words(target)
        )
    }))
}

/// What decides how clean a restored copy is.
pub struct Arrival<'a> {
    /// The backup.
    pub manifest: &'a Manifest,
    /// Whether its signature is of a key that the target environment trusts.
    pub trusted: bool,
    /// Whether the target environment takes only clean data.
    pub clean_only: bool,
    /// The ruleset about to be applied.
    pub ruleset: Option<RulesetMark>,
    /// Who accepts the copy as it is.
    pub voucher: Option<Voucher>,
    /// Today, in UTC.
    pub today: Date,
}

impl Arrival<'_> {
    /// The mark the restored copy will carry.
    ///
    /// # Errors
    /// `guard` or `untrusted` when the environment must not take it.
    pub fn mark(self) -> Result<Mark> {
        let mark = self.mark_regardless();
        if !self.clean_only || mark.is_clean_on(self.today) {
            return Ok(mark);
        }
        Err(self.refusal(&mark))
    }

    fn mark_regardless(&self) -> Mark {
        if let Some(ruleset) = &self.ruleset {
            return Mark {
                state: State::Sanitised,
                ruleset: Some(ruleset.clone()),
                voucher: None,
            };
        }
        // A mark that nobody trusted signed is only somebody's word.
        let carried = if self.trusted {
            self.manifest.sanitising.clone()
        } else {
            Mark::raw()
        };
        match &self.voucher {
            Some(voucher) if !carried.is_clean_on(self.today) => Mark {
                state: State::Vouched,
                ruleset: None,
                voucher: Some(voucher.clone()),
            },
            _ => carried,
        }
    }

    fn refusal(&self, mark: &Mark) -> Error {
        let doing = format!("restore {}", self.manifest.backup);
        let claimed = self.manifest.sanitising.state;
        if !self.trusted && claimed != State::Raw {
            return Error::new(
                Kind::Untrusted,
                doing,
                format!(
                    "the backup says it is {claimed}, but its manifest is not signed by a key \
                     this environment trusts"
                ),
            )
            .hint(format!(
                "give {} a `signing_key`, name its public key under `trusts` here, and take a new \
                 backup there; or sanitise on arrival with `sanitise: rules.yaml`",
                self.manifest.environment
            ));
        }
        if mark.state == State::Vouched {
            let until = mark
                .voucher
                .as_ref()
                .map_or_else(String::new, |voucher| voucher.until.to_string());
            return Error::new(
                Kind::Guard,
                doing,
                format!(
                    "the environment takes only sanitised data, and the voucher ended on {until}"
                ),
            )
            .hint("sanitise on arrival with `sanitise: rules.yaml`, or have the voucher renewed");
        }
        Error::new(
            Kind::Guard,
            doing,
            "the environment takes only sanitised data, and this copy is raw",
        )
        .hint(
            "give the app a ruleset with `sanitise: rules.yaml`, or let a named person vouch for \
             it with `vouched: {by, until, why}`",
        )
    }
}
