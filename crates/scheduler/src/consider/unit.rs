//! One job or one group at its newest due time.

use super::Candidate;
use crate::decision::{LeaveOut, LeftOut, Reason, Start, Wait};
use crate::facts::{Facts, Handled, Hold, JobFacts};
use crate::jitter::jitter;
use crate::rule::Rule;
use crate::timetable::{Around, later};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use weir_config::OperationKind;
use weir_model::run::Outcome;

/// A job with what is known of it.
pub(super) struct Member<'a> {
    pub(super) rule: &'a Rule,
    pub(super) facts: &'a JobFacts,
}

/// The jobs that start together for a due time: those that were there when it came.
pub(super) struct Unit<'a> {
    pub(super) members: Vec<Member<'a>>,
    pub(super) due: Timestamp,
    around: Around,
}

/// The unit at its newest due time, if it has one. Nothing is decided for a group while the
/// records of one of its jobs cannot be read.
pub(super) fn known<'a>(
    rules: &[&'a Rule],
    facts: &'a Facts,
    now: Timestamp,
) -> Result<Option<Unit<'a>>, Vec<Wait>> {
    let Some(around) = rules.first().map(|rule| rule.timetable.around(now)) else {
        return Ok(None);
    };
    let Some(due) = around.newest else {
        return Ok(None);
    };
    let mut members = Vec::new();
    for rule in rules {
        let Some(facts) = facts.get(&rule.address) else {
            return Err(all_wait(rules, due, &rule.address, &around));
        };
        members.push(Member { rule, facts });
    }
    members.retain(|member| member.facts.first_seen <= due);
    Ok((!members.is_empty()).then_some(Unit {
        members,
        due,
        around,
    }))
}

fn all_wait(rules: &[&Rule], due: Timestamp, unreadable: &str, around: &Around) -> Vec<Wait> {
    let waits = rules.iter().map(|rule| Wait {
        job: rule.address.clone(),
        due,
        reason: of_group(&rule.address, Some(unreadable), &Reason::Records),
        until: around.next.unwrap_or(Timestamp::MAX),
    });
    waits.collect()
}

/// A reason as `job` is told it, whose group waits for `other`.
fn of_group(job: &str, other: Option<&str>, reason: &Reason) -> Reason {
    match other {
        Some(other) if other != job => Reason::Group(other.to_owned(), Box::new(reason.clone())),
        _ => reason.clone(),
    }
}

impl<'a> Unit<'a> {
    /// What was done about this due time, by member.
    pub(super) fn handled(&self) -> impl Iterator<Item = &'a Handled> {
        let last = self
            .members
            .iter()
            .filter_map(|member| member.facts.last.as_ref());
        last.filter(|last| last.due == self.due)
    }

    /// Whether a later due time was acted on: the clock went back.
    pub(super) fn handled_later(&self) -> bool {
        let mut last = self
            .members
            .iter()
            .filter_map(|member| member.facts.last.as_ref());
        last.any(|last| last.due > self.due)
    }

    /// Whether all of it has ended well, by the schedule or by hand.
    pub(super) fn has_succeeded(&self) -> bool {
        self.members.iter().all(|member| {
            let last = member.facts.last.as_ref();
            member.facts.succeeded >= Some(self.due)
                || last.is_some_and(|last| {
                    last.due == self.due && last.outcome == Some(Outcome::Succeeded)
                })
        })
    }

    fn least(&self, of: impl Fn(&Rule) -> Duration) -> Duration {
        let all = self.members.iter().map(|member| of(member.rule));
        all.min().unwrap_or_default()
    }

    pub(super) fn retry(&self) -> u32 {
        let all = self.members.iter().map(|member| member.rule.retry);
        all.min().unwrap_or_default()
    }

    /// From then on no attempt begins.
    pub(super) fn deadline(&self) -> Timestamp {
        later(self.due, self.least(|rule| rule.deadline))
    }

    /// From then on no first attempt begins.
    pub(super) fn last_start(&self) -> Timestamp {
        later(self.due, self.window())
    }

    fn window(&self) -> Duration {
        self.least(|rule| rule.start_within.min(rule.deadline))
    }

    /// The moment that was drawn for it.
    pub(super) fn ready_at(&self) -> Timestamp {
        let lead = self.members.first().map(|member| member.rule);
        let name = lead.map(|rule| match &rule.group {
            Some(group) => format!("{}/{group}", rule.environment),
            None => rule.address.clone(),
        });
        let most = self.least(|rule| rule.jitter);
        if most.is_zero() {
            return self.due;
        }
        let amount = jitter(&name.unwrap_or_default(), self.due, most, self.window());
        later(self.due, amount)
    }

    pub(super) fn too_late(&self) -> String {
        let window = SignedDuration::try_from(self.window()).unwrap_or_default();
        format!("it may start within {window:#} of its due time")
    }

    /// The operations of a member that no hold of the unit keeps it from.
    pub(super) fn remaining(&self, member: &Member<'_>, now: Timestamp) -> Vec<OperationKind> {
        let operations = member.rule.operations.iter().copied();
        operations
            .filter(|kind| !self.is_held(*kind, now))
            .collect()
    }

    fn is_held(&self, kind: OperationKind, now: Timestamp) -> bool {
        self.holds(now).any(|hold| hold.holds(kind))
    }

    fn holds(&self, now: Timestamp) -> impl Iterator<Item = &'a Hold> {
        let all = self.members.iter().flat_map(|member| &member.facts.holds);
        all.filter(move |hold| !hold.is_over(now))
    }

    /// Why nothing of a member may be done now, whatever the data: its address and the reason.
    pub(super) fn hindrance(&self, now: Timestamp) -> Option<(&'a str, Reason)> {
        for member in &self.members {
            let job = member.rule.address.as_str();
            if member.facts.is_at_work() {
                return Some((job, Reason::AtWork));
            }
            if self.remaining(member, now).is_empty() {
                let held =
                    |hold: &&Hold| member.rule.operations.iter().any(|kind| hold.holds(*kind));
                let why = self.holds(now).find(held).map(|hold| hold.why.clone());
                return Some((job, Reason::Held(why.unwrap_or_default())));
            }
        }
        None
    }

    /// All members wait for `other`, or each for itself. The end of a hold changes what is
    /// decided, whatever is waited for.
    pub(super) fn wait(
        &self,
        other: Option<&str>,
        reason: &Reason,
        until: Timestamp,
        now: Timestamp,
    ) -> Vec<Wait> {
        let until = self.until(until, now);
        let waits = self.members.iter().map(|member| Wait {
            job: member.rule.address.clone(),
            due: self.due,
            reason: of_group(&member.rule.address, other, reason),
            until,
        });
        waits.collect()
    }

    fn until(&self, until: Timestamp, now: Timestamp) -> Timestamp {
        let released = self.holds(now).filter_map(|hold| hold.until);
        released.min().map_or(until, |released| released.min(until))
    }

    pub(super) fn candidate(
        &self,
        attempt: u32,
        late: Option<&str>,
        ready_at: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Candidate<'a> {
        let starts = self.members.iter().map(|member| Start {
            job: member.rule.address.clone(),
            due: self.due,
            attempt,
            late: late.map(str::to_owned),
            without: {
                let operations = member.rule.operations.iter().copied();
                operations.filter(|kind| self.is_held(*kind, now)).collect()
            },
        });
        Candidate {
            starts: starts.collect(),
            members: self.members.iter().map(|member| member.rule).collect(),
            due: self.due,
            ready_at,
            until: self.until(until, now),
        }
    }

    /// The due times before this one that nobody acted on, told as one.
    pub(super) fn missed_before(&self) -> Vec<LeaveOut> {
        let mut left_out = Vec::new();
        for Member { rule, facts } in &self.members {
            let last = facts.last.as_ref().map(|last| last.due);
            let after_last = last.map(|due| later(due, SignedDuration::from_nanos(1)));
            let from = after_last.map_or(facts.first_seen, |after| after.max(facts.first_seen));
            // The due time before this one may have been done by hand.
            let by_hand = facts
                .succeeded
                .filter(|done| self.around.before == Some(*done) && last < Some(*done));
            let around = by_hand.map(|done| rule.timetable.around(done));
            let around = around.as_ref().unwrap_or(&self.around);
            let Some(missed) = rule.timetable.missed(from, around) else {
                continue;
            };
            left_out.push(LeaveOut {
                job: rule.address.clone(),
                due: missed.last,
                first: missed.first,
                count: missed.count,
                how: LeftOut::Missed,
                why: format!("it has come due again, at {}", self.due),
            });
        }
        left_out
    }

    /// Leaves all members out because of `other`.
    pub(super) fn leave_out(&self, other: Option<&str>, how: LeftOut, why: &str) -> Vec<LeaveOut> {
        let of = |member: &Member<'_>| {
            let job = &member.rule.address;
            let why = match other {
                Some(other) if other != job => {
                    format!("its group does not start without {other}: {why}")
                }
                _ => why.to_owned(),
            };
            self.left_out(member, how, why)
        };
        self.members.iter().map(of).collect()
    }

    /// Leaves out the members that nothing was said of yet, or no more than that they were interrupted.
    pub(super) fn leave_out_rest(&self, why: &str) -> Vec<LeaveOut> {
        let untold = self.members.iter().filter(|member| {
            let last = member.facts.last.as_ref();
            last.is_none_or(|last| {
                last.due < self.due || last.outcome == Some(Outcome::Interrupted)
            })
        });
        untold
            .map(|member| self.left_out(member, LeftOut::Failed, why.to_owned()))
            .collect()
    }

    fn left_out(&self, member: &Member<'_>, how: LeftOut, why: String) -> LeaveOut {
        LeaveOut {
            job: member.rule.address.clone(),
            due: self.due,
            first: self.due,
            count: 1,
            how,
            why,
        }
    }
}
