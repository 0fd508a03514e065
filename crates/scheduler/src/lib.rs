#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! [`decide`] is a function of [`Rules`] (what the configuration says), [`Facts`] (what the records
//! say) and a moment. Nothing here remembers: who asks again after a restart, or on another
//! machine, gets the same answer from the same records. Whoever carries a decision out claims its
//! due time first, so that of two who got the same answer only one acts on it.

mod admit;
mod consider;
mod decide;
mod decision;
mod facts;
mod jitter;
mod of_fleet;
mod rule;
mod rules;
mod timetable;
mod tonight;
mod upstream;

pub use decide::{Clock, Limits, decide};
pub use decision::{Decision, Decisions, LeaveOut, LeftOut, Reason, Start, Wait};
pub use facts::{Facts, Handled, Hold, JobFacts, Upstream};
pub use rule::Rule;
pub use rules::Rules;
pub use timetable::Timetable;
pub use tonight::{Durations, Entry, Timeline, Warning, tonight};
pub use upstream::{Taken, judge};
