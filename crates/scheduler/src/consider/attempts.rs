//! What came of the attempts so far.

use super::unit::Unit;
use crate::facts::Handled;
use crate::timetable::later;
use jiff::Timestamp;
use std::time::Duration;
use weir_model::run::Outcome;

/// The pauses before another attempt; the last one stays.
const PAUSES_MINUTES: [u64; 3] = [1, 5, 15];

/// Where a unit stands with a due time.
pub(super) enum Standing {
    /// Nothing was done about it yet.
    New,
    /// A run for it is at work.
    AtWork,
    /// It is to be tried again, or taken up where it was interrupted.
    Again { attempt: u32, at: Timestamp },
    /// All is done.
    Done,
    /// It came to no good end, and stays so: why, for members that nothing was said of yet.
    Over(String),
}

/// A group stands as its worst member does: its members are of one moment, or worth nothing.
pub(super) fn standing(unit: &Unit<'_>, now: Timestamp) -> Standing {
    if unit.handled_later() {
        return Standing::Done;
    }
    if unit.has_succeeded() {
        return Standing::Done;
    }
    let handled: Vec<&Handled> = unit.handled().collect();
    if handled.is_empty() {
        return Standing::New;
    }
    if handled.iter().any(|last| last.outcome.is_none()) {
        return Standing::AtWork;
    }
    if handled.iter().any(|last| is_final(last)) {
        return Standing::Over("another job of its group was left out or failed".to_owned());
    }
    let failures = handled
        .iter()
        .map(|last| last.failures)
        .max()
        .unwrap_or_default();
    let attempt = handled
        .iter()
        .map(|last| last.attempt)
        .max()
        .unwrap_or_default();
    let failed = handled
        .iter()
        .any(|last| last.outcome == Some(Outcome::Failed));
    let ended = handled
        .iter()
        .filter_map(|last| last.ended)
        .max()
        .unwrap_or(unit.due);
    // Whoever was interrupted is taken up again at once, but not in a tight loop.
    let pauses = if failed {
        failures
    } else {
        attempt.saturating_sub(failures + 1)
    };
    let at = later(ended, pause(pauses));
    if failed && failures > unit.retry() {
        return Standing::Over("another job of its group failed too often".to_owned());
    }
    if at.max(now) >= unit.deadline() {
        return Standing::Over(
            "it was interrupted or failed, and its deadline has passed".to_owned(),
        );
    }
    Standing::Again {
        attempt: attempt + 1,
        at,
    }
}

fn is_final(last: &Handled) -> bool {
    match last.outcome {
        Some(Outcome::Skipped) => true,
        Some(Outcome::Failed) => !last.transient,
        _ => false,
    }
}

/// The pause before the attempt after so many that came to nothing.
fn pause(attempts: u32) -> Duration {
    let Some(index) = attempts.checked_sub(1) else {
        return Duration::ZERO;
    };
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let [.., longest] = PAUSES_MINUTES;
    Duration::from_secs(60 * PAUSES_MINUTES.get(index).unwrap_or(&longest))
}
