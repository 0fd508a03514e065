//! Bytes, counts, times and ages as people read them.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

pub(crate) use weir_pipeline::words::{bytes, count, duration, milliseconds};

/// `1 job`, `2 jobs`.
pub(crate) fn of(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// The length between two times; none when they are in the wrong order.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> Duration {
    let length: SignedDuration = to.duration_since(from);
    Duration::try_from(length).unwrap_or_default()
}

/// `2026-11-22 01:36:00Z`: to the second, in UTC, sortable.
pub(crate) fn time(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [of(0, "job"), of(1, "job"), of(2, "job")],
            ["0 jobs", "1 job", "2 jobs"]
        );
    }
}
