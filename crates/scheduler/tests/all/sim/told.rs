//! At the end of the month: what became of everything that came due.

use super::checks::{Due, after};
use super::fleet::Spec;
use super::records::{Claimed, Records};
use jiff::{SignedDuration, Timestamp};
use weir_model::run::Outcome;

/// At the end of the month: what came due was done, or it was told why not.
pub(crate) fn check_all_told(
    specs: &[Spec],
    due: &Due,
    records: &Records,
    until: Timestamp,
) -> Told {
    let month = Month {
        specs,
        due,
        records,
    };
    let mut told = Told::default();
    for (job, spec) in specs.iter().enumerate() {
        let records = &records.jobs[job];
        let Some(seen) = records.first_seen else {
            continue;
        };
        if spec.plan.is_none() {
            assert!(records.claims.is_empty(), "job {job} is run by hand only");
            continue;
        }
        for moment in due[job].range(seen..until) {
            let ended = month.ended(job, *moment);
            if ended
                .iter()
                .any(|(_, outcome, _)| *outcome == Outcome::Succeeded)
                || records.by_hand.contains(moment)
            {
                told.succeeded += 1;
            } else if month.is_left_out(job, *moment) {
                told.left_out += 1;
                told.newest_left_out = told.newest_left_out.max(Some(*moment));
            } else {
                let address = &spec.rule.address;
                let claimed = month.claims(job, *moment).next().is_some();
                assert!(claimed, "nobody said what became of {address} at {moment}");
                told.failed += 1;
            }
            month.is_given_up_rightly(job, *moment);
        }
    }
    told
}

/// An attempt that ended: when, how, and whether trying again can help.
type Ended = (Timestamp, Outcome, bool);

struct Month<'a> {
    specs: &'a [Spec],
    due: &'a Due,
    records: &'a Records,
}

impl<'a> Month<'a> {
    fn claims(&self, job: usize, due: Timestamp) -> impl Iterator<Item = &'a Claimed> {
        let claims = &self.records.jobs[job].claims;
        let of_due = claims.range((due, 0)..=(due, u32::MAX));
        of_due.map(|(_, claim)| &claim.what)
    }

    fn ended(&self, job: usize, due: Timestamp) -> Vec<Ended> {
        let ended = self.claims(job, due).filter_map(|claim| match claim {
            Claimed::Run(Some(run)) => self.records.runs[*run].ended,
            _ => None,
        });
        ended.collect()
    }

    fn is_left_out(&self, job: usize, due: Timestamp) -> bool {
        let mut claims = self.records.jobs[job].claims.values();
        claims.any(|claim| match &claim.what {
            Claimed::LeftOut(out) => out.first <= due && due <= out.due && !out.why.is_empty(),
            Claimed::Run(_) => false,
        })
    }

    /// A job, or all of its group.
    fn unit(&self, job: usize) -> Vec<usize> {
        let rule = &self.specs[job].rule;
        let together = |other: &usize| {
            let other = &self.specs[*other].rule;
            rule.group.is_some()
                && other.group == rule.group
                && other.environment == rule.environment
        };
        let all = (0..self.specs.len()).filter(|other| *other == job || together(other));
        all.collect()
    }

    /// What an attempt can still mend is tried again while there is time: where nothing else is in
    /// the way, downtimes of this world are shorter than the time that is allowed for here.
    fn is_given_up_rightly(&self, job: usize, due: Timestamp) {
        let rule = &self.specs[job].rule;
        let unit = self.unit(job);
        let held = unit
            .iter()
            .any(|member| !self.records.jobs[*member].holds.is_empty());
        let days = SignedDuration::from_hours(4 * 24);
        let mut disturbed = self.records.disturbed.iter();
        let disturbed = disturbed.any(|at| at.duration_since(due).abs() <= days);
        // By the schedule or by hand.
        let done = unit
            .iter()
            .all(|member| self.records.jobs[*member].succeeded.contains(&due));
        if held || disturbed || done || !rule.servers[0].starts_with("app-") {
            return;
        }
        let ended: Vec<Vec<Ended>> = unit.iter().map(|member| self.ended(*member, due)).collect();
        let is_final = |ended: &Ended| ended.1 == Outcome::Failed && !ended.2;
        let over = ended.iter().flatten().any(is_final)
            || unit.iter().any(|member| self.is_left_out(*member, due));
        let too_often = ended.iter().any(|ended| {
            let failed = ended.iter().filter(|ended| ended.1 == Outcome::Failed);
            failed.count() > rule.retry as usize
        });
        let last: Vec<&Ended> = ended.iter().filter_map(|ended| ended.last()).collect();
        let well = last.iter().all(|ended| ended.1 == Outcome::Succeeded);
        let Some(at) = last.iter().map(|ended| ended.0).max() else {
            return;
        };
        let deadline = after(due, rule.deadline);
        let next = self.due[job].range(due..).nth(1).copied();
        let until = next.map_or(deadline, |next| next.min(deadline));
        let there_was_time = at + SignedDuration::from_hours(6) < until;
        assert!(
            over || too_often || well || !there_was_time,
            "{} due at {due} was given up at {at}",
            rule.address
        );
    }
}

/// What became of the due times.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) succeeded: usize,
    pub(crate) failed: usize,
    pub(crate) left_out: usize,
    /// The newest due time that was left out.
    pub(crate) newest_left_out: Option<Timestamp>,
}
