//! What is expected of the hours ahead: the same decisions, made over a clock that is moved.

mod night;
mod warnings;

use crate::decide::{Clock, Limits};
use crate::facts::Facts;
use crate::rules::Rules;
use jiff::{SignedDuration, Timestamp};
use night::Night;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How long the runs of each job take, by its history. A job without one takes no time that
/// anybody knows.
pub type Durations = BTreeMap<String, Duration>;

/// The hours ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// What is due, in the order of due times.
    pub entries: Vec<Entry>,
    /// What is wrong with the plan.
    pub warnings: Vec<Warning>,
}

/// A due time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The job.
    pub job: String,
    /// When it is due.
    pub due: Timestamp,
    /// When it starts; `None` if it does not until the end of the timeline, or is left out.
    pub starts: Option<Timestamp>,
    /// When it ends.
    pub ends: Option<Timestamp>,
    /// What it waits for before, in words, in that order.
    pub waits_for: Vec<String>,
    /// Why it starts although what it waited for has not come.
    pub late: Option<String>,
    /// Why it is left out.
    pub left_out: Option<String>,
}

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A job is due before its upstream can have ended, and waits.
    DueBeforeUpstreamEnds {
        /// The job.
        job: String,
        /// When it is due.
        due: Timestamp,
        /// The job it waits for.
        upstream: String,
        /// When that one is expected to end.
        ends: Timestamp,
    },
    /// A job is due shortly before its upstream, and takes what is almost a whole round old.
    DueBeforeUpstream {
        /// The job.
        job: String,
        /// The upstream job.
        upstream: String,
        /// How old its data is.
        age: SignedDuration,
        /// How long after it upstream is due.
        gap: SignedDuration,
    },
    /// Two jobs want the same server or database at the same time.
    Overlap {
        /// The job that waits.
        job: String,
        /// The one it waits for.
        other: String,
        /// The server or database.
        on: String,
    },
    /// Upstream's backup is never there, or never young enough, when the job could take it.
    NeverFresh {
        /// The job.
        job: String,
        /// Why, in words.
        why: String,
    },
    /// Backups go before the next ones come.
    KeptTooShort {
        /// The job.
        job: String,
        /// How long they are kept.
        keep: Duration,
        /// The longest time between two of them.
        cadence: Duration,
    },
    /// A run is expected to be stopped by its deadline.
    PassesDeadline {
        /// The job.
        job: String,
        /// When it is due.
        due: Timestamp,
        /// When it would end.
        ends: Timestamp,
    },
}

/// What `facts` say of now, carried on until `to` with runs that end well and take as long as they
/// usually do. The facts tell of every job what upstream has for it.
#[must_use]
pub fn tonight(
    rules: &Rules,
    facts: &Facts,
    limits: Limits,
    durations: &Durations,
    clock: Clock,
    to: Timestamp,
) -> Timeline {
    let night = Night::new(rules, facts, limits, durations, clock);
    let (entries, overlaps) = night.run(to);
    let mut warnings = warnings::of_entries(rules, &entries);
    warnings.extend(overlaps);
    warnings.extend(warnings::of_rules(rules, durations, clock.now));
    Timeline { entries, warnings }
}

impl Warning {
    /// The job that it is about.
    #[must_use]
    pub fn job(&self) -> &str {
        match self {
            Self::DueBeforeUpstreamEnds { job, .. }
            | Self::DueBeforeUpstream { job, .. }
            | Self::Overlap { job, .. }
            | Self::NeverFresh { job, .. }
            | Self::KeptTooShort { job, .. }
            | Self::PassesDeadline { job, .. } => job,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DueBeforeUpstreamEnds {
                job,
                due,
                upstream,
                ends,
            } => write!(
                formatter,
                "{job} is due at {due}, before {upstream} is expected to end at {ends}: it waits"
            ),
            Self::DueBeforeUpstream {
                job,
                upstream,
                age,
                gap,
            } => write!(
                formatter,
                "{job} takes data that is {age:#} old: {upstream} is due {gap:#} after it"
            ),
            Self::Overlap { job, other, on } => {
                write!(
                    formatter,
                    "{job} waits for {other}, which works on {on} then"
                )
            }
            Self::NeverFresh { job, why } => {
                write!(formatter, "{job} can never have fresh data: {why}")
            }
            Self::KeptTooShort { job, keep, cadence } => write!(
                formatter,
                "backups of {job} are kept for {}, but come only every {}",
                words(*keep),
                words(*cadence)
            ),
            Self::PassesDeadline { job, due, ends } => write!(
                formatter,
                "{job}, due at {due}, would end at {ends}, after its deadline"
            ),
        }
    }
}

/// A length of time as people write it.
fn words(length: Duration) -> weir_config::Period {
    weir_config::Period::from(length)
}
