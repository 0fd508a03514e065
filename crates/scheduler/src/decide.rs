//! From facts to decisions.

use crate::admit::Busy;
use crate::consider::{Candidate, Considered, consider};
use crate::decision::{Decision, Decisions, Wait};
use crate::facts::Facts;
use crate::rules::Rules;
use jiff::Timestamp;

/// How much may be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Runs over all.
    pub jobs: usize,
    /// Runs on one server.
    pub jobs_per_server: usize,
}

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Now.
    pub now: Timestamp,
    /// Since when somebody has been deciding: the start of the process, or the end of a sleep.
    /// Nobody could make a backup before, so upstream is waited for from then on.
    pub since: Timestamp,
}

/// What is to be done now, and when to ask again if no fact changes until then.
#[must_use]
pub fn decide(rules: &Rules, facts: &Facts, limits: Limits, clock: Clock) -> Decisions {
    let mut left_out = Vec::new();
    let mut waits = Vec::new();
    let mut ready = Vec::new();
    let mut next: Option<Timestamp> = None;
    for unit in rules.units() {
        let considered = consider(&unit, rules, facts, clock);
        let due = unit.first().and_then(|rule| rule.timetable.next(clock.now));
        next = earliest(next, due);
        let Considered {
            left_out: out,
            waits: waiting,
            candidate,
        } = considered;
        left_out.extend(out.into_iter().map(Decision::LeaveOut));
        waits.extend(waiting);
        ready.extend(candidate);
    }
    let (starts, blocked) = admit(rules, facts, limits, ready);
    waits.extend(blocked);
    for wait in &waits {
        next = earliest(next, Some(wait.until));
    }
    let mut decisions = left_out;
    decisions.extend(starts);
    decisions.extend(waits.into_iter().map(Decision::Wait));
    Decisions { decisions, next }
}

/// Starts what the limits allow, in a fair order: what was due first, then what has waited
/// longest, then what lies upstream. Who does not fit keeps what it needs free for itself, so that
/// nobody who came later passes it for ever.
fn admit(
    rules: &Rules,
    facts: &Facts,
    limits: Limits,
    mut ready: Vec<Candidate<'_>>,
) -> (Vec<Decision>, Vec<Wait>) {
    ready.sort_by_cached_key(|candidate| {
        let order = candidate
            .members
            .iter()
            .map(|rule| rules.order(&rule.address));
        (candidate.due, candidate.ready_at, order.min())
    });
    let mut busy = Busy::new(rules, facts, limits);
    let mut starts = Vec::new();
    let mut waits = Vec::new();
    for candidate in ready {
        match busy.admit(&candidate.members) {
            Ok(()) => starts.push(Decision::Start(candidate.starts)),
            Err(reason) => waits.extend(candidate.starts.into_iter().map(|start| Wait {
                job: start.job,
                due: start.due,
                reason: reason.clone(),
                until: candidate.until,
            })),
        }
    }
    (starts, waits)
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}
