//! By how much a start is moved: the same on every machine and after every restart.

use jiff::Timestamp;
use std::time::Duration;

/// Never changed: a run that waits would be given another moment by the next version.
const PURPOSE: &str = "weir 2026-11-27 scheduler jitter v1";

/// How long after `due` the job or group called `name` starts: whole seconds, at most `most`, and
/// less than `within`, so that no run is moved out of the time in which it may start.
pub(crate) fn jitter(name: &str, due: Timestamp, most: Duration, within: Duration) -> Duration {
    let most = most.as_secs().min(within.as_secs().saturating_sub(1));
    let mut hasher = blake3::Hasher::new_derive_key(PURPOSE);
    hasher.update(&due.as_second().to_be_bytes());
    hasher.update(name.as_bytes());
    let mut drawn = [0; 8];
    hasher.finalize_xof().fill(&mut drawn);
    Duration::from_secs(u64::from_be_bytes(drawn) % (most + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_spread_over_the_jitter_and_never_leave_the_window() {
        let due: Timestamp = "2026-11-27T01:00:00Z".parse().unwrap();
        let minutes = |amount: u64| Duration::from_secs(amount * 60);
        let drawn: Vec<_> = (0..500)
            .map(|app| jitter(&format!("staging/app-{app}"), due, minutes(10), minutes(60)))
            .collect();
        assert!(drawn.iter().all(|amount| *amount <= minutes(10)));
        assert!(drawn.iter().any(|amount| *amount < minutes(1)));
        assert!(drawn.iter().any(|amount| *amount > minutes(9)));
        let narrow = (0..500).map(|app| jitter(&format!("{app}"), due, minutes(10), minutes(2)));
        assert!(narrow.into_iter().all(|amount| amount < minutes(2)));
        assert_eq!(jitter("a", due, Duration::ZERO, minutes(1)), Duration::ZERO);
    }

    #[test]
    fn the_amount_is_the_same_for_ever_and_another_for_each_due_time() {
        let hour = Duration::from_secs(3_600);
        let drawn = |due: &str| jitter("staging/whitehall", due.parse().unwrap(), hour, hour);
        assert_eq!(drawn("2026-11-27T01:00:00Z"), drawn("2026-11-27T01:00:00Z"));
        assert_ne!(drawn("2026-11-27T01:00:00Z"), drawn("2026-11-28T01:00:00Z"));
    }
}
