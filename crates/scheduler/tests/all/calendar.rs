//! Due times worked out day by day, by nothing of what Weir works them out with.

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;
use weir_config::Schedule;

/// Times of day on some days of the week, from Sunday as 0.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) minutes: Vec<i8>,
    pub(crate) hours: Vec<i8>,
    pub(crate) days: Vec<i8>,
    pub(crate) zone: &'static str,
}

impl Plan {
    pub(crate) fn at(hour: i8, minute: i8, days: &[i8], zone: &'static str) -> Self {
        Self {
            minutes: vec![minute],
            hours: vec![hour],
            days: days.to_vec(),
            zone,
        }
    }

    /// The same as Weir reads it.
    pub(crate) fn schedule(&self) -> Schedule {
        let list = |numbers: &[i8]| {
            let words: Vec<_> = numbers.iter().map(i8::to_string).collect();
            words.join(",")
        };
        let line = format!(
            "{} {} * * {}",
            list(&self.minutes),
            list(&self.hours),
            list(&self.days)
        );
        Schedule::Cron {
            line: line.parse().unwrap(),
            timezone: self.zone.parse().unwrap(),
        }
    }

    /// Its due times on the days from `first` to `last`.
    pub(crate) fn due(&self, first: Date, last: Date) -> BTreeSet<Timestamp> {
        let zone = TimeZone::get(self.zone).unwrap();
        let mut due = BTreeSet::new();
        let mut day = first;
        while day <= last {
            if self.days.contains(&day.weekday().to_sunday_zero_offset()) {
                for hour in &self.hours {
                    for minute in &self.minutes {
                        due.insert(instant(&zone, day.at(*hour, *minute, 0, 0)));
                    }
                }
            }
            day = day.checked_add(1.day()).unwrap();
        }
        due
    }
}

/// A time that does not exist is the moment of the jump; of one that exists twice it is the first.
fn instant(zone: &TimeZone, civil: jiff::civil::DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil).unwrap(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(civil).unwrap(),
        AmbiguousOffset::Gap { before, .. } => {
            let inside = before.to_timestamp(civil).unwrap() + 1.second();
            zone.preceding(inside).next().unwrap().timestamp()
        }
    }
}
