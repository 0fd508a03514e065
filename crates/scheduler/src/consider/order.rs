//! Order by data: what a first attempt waits for, how long, and what then.

use super::unit::{Member, Unit};
use crate::decide::Clock;
use crate::decision::{LeftOut, Reason};
use crate::facts::{Facts, Upstream};
use crate::rule::Rule;
use crate::rules::Rules;
use crate::timetable::later;
use jiff::{SignedDuration, Timestamp};
use weir_config::Stale;

/// Waiting ends so long before the time to start does: a job that runs with what there is can.
const LAST_CALL: SignedDuration = SignedDuration::from_mins(1);

/// Whether the data is there.
pub(super) enum Order<'a> {
    /// It is, or the job runs without: with why.
    Clear { late: Option<String> },
    /// A job waits.
    Wait {
        job: &'a str,
        reason: Reason,
        until: Timestamp,
    },
    /// A job has waited long enough.
    LeaveOut {
        job: &'a str,
        how: LeftOut,
        why: String,
    },
}

/// Of a group, who is left out leaves out all, and who waits lets all wait.
pub(super) fn of<'a>(unit: &Unit<'a>, rules: &Rules, facts: &Facts, clock: Clock) -> Order<'a> {
    let mut waits = None;
    let mut late = Vec::new();
    for member in &unit.members {
        match of_member(unit, member, rules, facts, clock) {
            left_out @ Order::LeaveOut { .. } => return left_out,
            wait @ Order::Wait { .. } => waits = waits.or(Some(wait)),
            Order::Clear { late: why } => late.extend(why),
        }
    }
    let late = (!late.is_empty()).then(|| late.join("; "));
    waits.unwrap_or(Order::Clear { late })
}

fn of_member<'a>(
    unit: &Unit<'a>,
    member: &Member<'a>,
    rules: &Rules,
    facts: &Facts,
    clock: Clock,
) -> Order<'a> {
    let job = member.rule.address.as_str();
    let Some(reason) = missing(unit, member, rules, facts, clock.now) else {
        return Order::Clear { late: None };
    };
    let until = waits_until(unit, member.rule, clock);
    if clock.now < until {
        return Order::Wait { job, reason, until };
    }
    let waited = || format!("{reason}, and `wait` is over");
    match member.rule.stale {
        Stale::Run => Order::Clear {
            late: Some(waited()),
        },
        Stale::Skip => Order::LeaveOut {
            job,
            how: LeftOut::Skipped,
            why: waited(),
        },
        Stale::Fail => Order::LeaveOut {
            job,
            how: LeftOut::Failed,
            why: waited(),
        },
    }
}

fn waits_until(unit: &Unit<'_>, rule: &Rule, clock: Clock) -> Timestamp {
    let from = unit.due.max(clock.since.min(clock.now));
    let last_call = later(unit.last_start(), -LAST_CALL);
    later(from, rule.wait).min(last_call)
}

/// What of the data a member needs is not there.
fn missing(
    unit: &Unit<'_>,
    member: &Member<'_>,
    rules: &Rules,
    facts: &Facts,
    now: Timestamp,
) -> Option<Reason> {
    let after = member.rule.after.iter();
    let mut after = after.filter(|job| !has_ended_well(rules, facts, job, unit.due));
    if let Some(job) = after.next() {
        return Some(Reason::After(job.clone()));
    }
    if !Rule::takes(&unit.remaining(member, now)) {
        return None;
    }
    match &member.facts.upstream {
        Upstream::NotNeeded | Upstream::Fresh => None,
        Upstream::Stale { why } | Upstream::Unknown { why } => Some(Reason::Upstream(why.clone())),
    }
}

/// Whether the run of a job's last due time, as seen at `due`, has ended well.
fn has_ended_well(rules: &Rules, facts: &Facts, job: &str, due: Timestamp) -> bool {
    let Some(needed) = rules.get(job).and_then(|rule| rule.timetable.newest(due)) else {
        return true;
    };
    facts.get(job).is_some_and(|facts| {
        needed < facts.first_seen || facts.succeeded.is_some_and(|succeeded| succeeded >= needed)
    })
}
