//! What one job, or one group, is to do about its newest due time, limits aside.

mod attempts;
mod order;
mod unit;

use crate::decide::Clock;
use crate::decision::{LeaveOut, LeftOut, Reason, Start, Wait};
use crate::facts::Facts;
use crate::rule::Rule;
use crate::rules::Rules;
use attempts::{Standing, standing};
use jiff::Timestamp;
use order::Order;
use unit::{Unit, known};

/// What comes of it.
#[derive(Default)]
pub(crate) struct Considered<'a> {
    pub(crate) left_out: Vec<LeaveOut>,
    pub(crate) waits: Vec<Wait>,
    pub(crate) candidate: Option<Candidate<'a>>,
}

/// What could start now.
pub(crate) struct Candidate<'a> {
    pub(crate) members: Vec<&'a Rule>,
    pub(crate) starts: Vec<Start>,
    pub(crate) due: Timestamp,
    /// Since when it could have.
    pub(crate) ready_at: Timestamp,
    /// Until when it can be started.
    pub(crate) until: Timestamp,
}

pub(crate) fn consider<'a>(
    rules_of_unit: &[&'a Rule],
    rules: &Rules,
    facts: &'a Facts,
    clock: Clock,
) -> Considered<'a> {
    let mut considered = Considered::default();
    let unit = match known(rules_of_unit, facts, clock.now) {
        Ok(Some(unit)) => unit,
        Ok(None) => return considered,
        Err(waits) => {
            considered.waits = waits;
            return considered;
        }
    };
    considered.left_out = unit.missed_before();
    match standing(&unit, clock.now) {
        Standing::Done | Standing::AtWork => {}
        Standing::Over(why) => considered.left_out.extend(unit.leave_out_rest(&why)),
        Standing::Again { attempt, at } => again(&unit, attempt, at, clock, &mut considered),
        Standing::New => new(&unit, rules, facts, clock, &mut considered),
    }
    considered
}

/// The first attempt.
fn new<'a>(
    unit: &Unit<'a>,
    rules: &Rules,
    facts: &Facts,
    clock: Clock,
    considered: &mut Considered<'a>,
) {
    let now = clock.now;
    let end = unit.last_start();
    if now >= end {
        considered.left_out.extend(unit.miss(rules, facts, clock));
        return;
    }
    let ready_at = unit.ready_at();
    let hindrance = match unit.hindrance(now) {
        _ if now < ready_at => Some((None, Reason::Jitter, ready_at)),
        Some((job, reason)) => Some((Some(job), reason, end)),
        None => None,
    };
    if let Some((job, reason, until)) = hindrance {
        considered.waits = unit.wait(job, &reason, until, now);
        return;
    }
    match order::of(unit, rules, facts, clock) {
        Order::Wait { job, reason, until } => {
            considered.waits = unit.wait(Some(job), &reason, until, now);
        }
        Order::LeaveOut { job, how, why } => {
            considered
                .left_out
                .extend(unit.leave_out(Some(job), how, &why));
        }
        Order::Clear { late } => {
            considered.candidate = Some(unit.candidate(1, late.as_deref(), ready_at, end, now));
        }
    }
}

/// Another attempt. The order of data was seen to at the first: what that one took is not
/// waited for again.
fn again<'a>(
    unit: &Unit<'a>,
    attempt: u32,
    at: Timestamp,
    clock: Clock,
    considered: &mut Considered<'a>,
) {
    let now = clock.now;
    let end = unit.deadline();
    if let Some((job, reason)) = unit.hindrance(now) {
        considered.waits = unit.wait(Some(job), &reason, end, now);
    } else if now < at {
        considered.waits = unit.wait(None, &Reason::Pause, at, now);
    } else {
        considered.candidate = Some(unit.candidate(attempt, None, at, end, now));
    }
}

impl Unit<'_> {
    /// Its time to start went by: told with what it waited for last.
    fn miss(&self, rules: &Rules, facts: &Facts, clock: Clock) -> Vec<LeaveOut> {
        if let Some((job, reason)) = self.hindrance(clock.now) {
            let how = match reason {
                Reason::Held(_) => LeftOut::Held,
                _ => LeftOut::Missed,
            };
            return self.leave_out(Some(job), how, &format!("{}: {reason}", self.too_late()));
        }
        let (job, why) = match order::of(self, rules, facts, clock) {
            Order::Wait { job, reason, .. } => (Some(job), reason.to_string()),
            Order::LeaveOut { job, why, .. } => (Some(job), why),
            Order::Clear { .. } => (None, "nothing could start it in time".to_owned()),
        };
        self.leave_out(job, LeftOut::Missed, &format!("{}: {why}", self.too_late()))
    }
}
