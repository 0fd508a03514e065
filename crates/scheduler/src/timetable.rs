//! The due times of a schedule.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};
use weir_config::Schedule;

/// Due times are told one by one up to here; beyond, the number is "at least".
const MOST_TOLD: u32 = 1_000;

/// A schedule that remembers the due times around the moment it was last asked about: decisions
/// are made many times between two due times, and evaluating a cron line is most of their cost.
#[derive(Debug)]
pub struct Timetable {
    schedule: Schedule,
    seen: Mutex<Option<Around>>,
}

/// The due times around a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Around {
    /// The one before the newest.
    pub(crate) before: Option<Timestamp>,
    /// The newest that is not after the moment.
    pub(crate) newest: Option<Timestamp>,
    /// The first after the moment.
    pub(crate) next: Option<Timestamp>,
}

impl Around {
    fn is_around(&self, moment: Timestamp) -> bool {
        self.newest.is_some_and(|newest| newest <= moment)
            && self.next.is_none_or(|next| moment < next)
    }
}

/// Due times that nobody acted on, all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missed {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) count: u32,
}

impl Timetable {
    /// The due times of `schedule`.
    #[must_use]
    pub fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            seen: Mutex::new(None),
        }
    }

    /// The schedule.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The newest due time that is not after `moment`.
    #[must_use]
    pub fn newest(&self, moment: Timestamp) -> Option<Timestamp> {
        self.around(moment).newest
    }

    /// The first due time after `moment`.
    #[must_use]
    pub fn next(&self, moment: Timestamp) -> Option<Timestamp> {
        self.around(moment).next
    }

    pub(crate) fn around(&self, moment: Timestamp) -> Around {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(around) = seen.filter(|around| around.is_around(moment)) {
            return around;
        }
        let newest = self
            .schedule
            .previous_before(later(moment, SignedDuration::from_nanos(1)));
        let around = Around {
            before: newest.and_then(|newest| self.schedule.previous_before(newest)),
            newest,
            next: self.schedule.next_after(moment),
        };
        *seen = Some(around);
        around
    }

    /// The due times from `first` on that lie before `newest`, whose neighbours are `around`.
    pub(crate) fn missed(&self, from: Timestamp, around: &Around) -> Option<Missed> {
        let last = around.before.filter(|before| *before >= from)?;
        let first = self
            .schedule
            .next_after(later(from, SignedDuration::from_nanos(-1)))?;
        let mut count = 1;
        let mut due = first;
        while due < last && count < MOST_TOLD {
            due = self.schedule.next_after(due)?;
            count += 1;
        }
        Some(Missed { first, last, count })
    }
}

impl Clone for Timetable {
    fn clone(&self) -> Self {
        Self::new(self.schedule.clone())
    }
}

/// `moment` and `length` after it, or the last moment there is.
pub(crate) fn later(moment: Timestamp, length: impl Into<Length>) -> Timestamp {
    moment
        .checked_add(length.into().0)
        .unwrap_or(Timestamp::MAX)
}

/// A length of time, of either kind.
pub(crate) struct Length(SignedDuration);

impl From<SignedDuration> for Length {
    fn from(length: SignedDuration) -> Self {
        Self(length)
    }
}

impl From<std::time::Duration> for Length {
    fn from(length: std::time::Duration) -> Self {
        Self(SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX))
    }
}
