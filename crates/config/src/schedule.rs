//! When a job is due.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::value::{CronLine, Timezone};

/// When a job is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Only when somebody runs it.
    ByHand,
    /// At the times of a cron line.
    Cron {
        /// The line.
        line: CronLine,
        /// The zone its times are in.
        timezone: Timezone,
    },
}

impl Schedule {
    /// Whether the job runs only when somebody runs it.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        matches!(self, Self::ByHand)
    }

    /// The first time after `moment` at which the job is due.
    #[must_use]
    pub fn next_after(&self, moment: Timestamp) -> Option<Timestamp> {
        match self {
            Self::ByHand => None,
            Self::Cron { line, timezone } => line.next_after(moment, timezone.zone()),
        }
    }

    /// The last time before `moment` at which the job was due.
    #[must_use]
    pub fn previous_before(&self, moment: Timestamp) -> Option<Timestamp> {
        match self {
            Self::ByHand => None,
            Self::Cron { line, timezone } => line.previous_before(moment, timezone.zone()),
        }
    }

    /// The longest time between two runs, seen over a little more than a year.
    #[must_use]
    pub fn cadence(&self) -> Option<Duration> {
        /// A year and a month, so that yearly jobs are seen twice.
        const WATCHED_SECONDS: i64 = 400 * 86_400;
        /// Jobs due more often than this have long shown their longest gap.
        const MOST_RUNS: usize = 2_000;
        // A fixed start, so that the answer never depends on the day it is asked.
        let start = date(2025, 12, 31).to_zoned(TimeZone::UTC).ok()?.timestamp();
        let mut last = self.next_after(start)?;
        let mut longest = Duration::ZERO;
        for run in 0..MOST_RUNS {
            if run > 1 && last.as_second() - start.as_second() > WATCHED_SECONDS {
                break;
            }
            let Some(next) = self.next_after(last) else {
                break;
            };
            let gap = Duration::try_from(next.duration_since(last)).unwrap_or_default();
            longest = longest.max(gap);
            last = next;
        }
        (longest > Duration::ZERO).then_some(longest)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByHand => formatter.write_str("by-hand"),
            Self::Cron { line, timezone } => write!(formatter, "{line} ({timezone})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use std::time::Duration;

    fn schedule(line: &str, timezone: &str) -> Schedule {
        Schedule::Cron {
            line: line.parse().unwrap(),
            timezone: timezone.parse().unwrap(),
        }
    }

    fn hours(line: &str) -> u64 {
        schedule(line, "UTC").cadence().unwrap().as_secs() / 3_600
    }

    #[test]
    fn cadence_is_the_longest_gap() {
        assert_eq!(hours("0 1 * * *"), 24);
        assert_eq!(hours("0 1 * * 1-5"), 72);
        assert_eq!(hours("0 3 * * 1"), 7 * 24);
        assert_eq!(hours("0 3 1 * *"), 31 * 24);
        assert_eq!(hours("*/5 * * * *"), 0);
        assert_eq!(hours("0 0 29 2 *"), (4 * 365 + 1) * 24);
        assert_eq!(Schedule::ByHand.cadence(), None);
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let summer = "2026-07-01T00:00:00Z".parse().unwrap();
        let due = schedule("30 1 * * *", "Europe/London");
        assert_eq!(
            due.next_after(summer).unwrap().to_string(),
            "2026-07-01T00:30:00Z"
        );
        assert_eq!(
            due.previous_before(summer).unwrap().to_string(),
            "2026-06-30T00:30:00Z"
        );
        // The clock goes back: a day of 25 hours.
        assert_eq!(due.cadence(), Some(Duration::from_secs(25 * 3_600)));
    }

    #[test]
    fn sunday_is_zero_or_seven() {
        let moment = "2026-11-23T00:00:00Z".parse().unwrap();
        let next = |line| schedule(line, "UTC").next_after(moment);
        assert_eq!(next("0 1 * * 0"), next("0 1 * * 7"));
    }
}
