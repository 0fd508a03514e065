//! What must hold whatever happens, checked without the scheduler's own code.

use super::fleet::Spec;
use super::records::Records;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use weir_config::{OperationKind, Stale};
use weir_model::run::Outcome;
use weir_scheduler::{LeaveOut, LeftOut, Start};

/// The due times of every job, worked out beforehand.
pub(crate) type Due = Vec<BTreeSet<Timestamp>>;

fn newest(due: &BTreeSet<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    due.range(..=now).next_back().copied()
}

pub(crate) fn after(moment: Timestamp, length: std::time::Duration) -> Timestamp {
    moment + SignedDuration::try_from(length).unwrap()
}

/// A start, as it is about to take place.
pub(crate) struct Moment<'a> {
    pub(crate) specs: &'a [Spec],
    pub(crate) due: &'a Due,
    pub(crate) records: &'a Records,
    pub(crate) now: Timestamp,
    /// Since when the one who starts it has been deciding.
    pub(crate) since: Timestamp,
    pub(crate) limits: (usize, usize),
}

impl Moment<'_> {
    fn job(&self, address: &str) -> usize {
        let found = self
            .specs
            .iter()
            .position(|spec| spec.rule.address == address);
        found.unwrap()
    }

    fn at_work(&self) -> impl Iterator<Item = &Spec> {
        let runs = self.records.jobs.iter().zip(self.specs);
        runs.filter(|(records, _)| records.at_work > 0)
            .map(|(_, spec)| spec)
    }

    /// Runs that start together, or one.
    pub(crate) fn check(&self, starts: &[Start]) {
        self.limits_hold(starts);
        self.check_each(starts);
    }

    /// The same where others may have started something since it was decided.
    pub(crate) fn check_each(&self, starts: &[Start]) {
        self.group_is_whole(starts);
        for start in starts {
            let job = self.job(&start.job);
            self.is_its_time(job, start);
            self.holds_are_kept(job, start);
            if start.attempt == 1 {
                self.data_is_there(job, start);
            }
        }
    }

    fn limits_hold(&self, starts: &[Start]) {
        let members: Vec<&Spec> = starts
            .iter()
            .map(|start| &self.specs[self.job(&start.job)])
            .collect();
        let at_work: Vec<&Spec> = self.at_work().collect();
        let (jobs, per_server) = self.limits;
        // A group larger than a limit runs alone.
        let fits = |there: usize, more: usize, limit: usize| there == 0 || there + more <= limit;
        assert!(
            fits(at_work.len(), members.len(), jobs),
            "too many jobs: {starts:?}"
        );
        for spec in &members {
            let server = &spec.rule.servers[0];
            let on = |specs: &[&Spec]| {
                specs
                    .iter()
                    .filter(|spec| spec.rule.servers[0] == *server)
                    .count()
            };
            assert!(
                fits(on(&at_work), on(&members), per_server),
                "too many on {server}"
            );
            let target = &spec.rule.targets[0];
            let writes = |other: &&&Spec| other.rule.targets[0] == *target;
            assert_eq!(
                at_work.iter().filter(writes).count(),
                0,
                "two runs on {target}"
            );
            assert_eq!(
                members.iter().filter(writes).count(),
                1,
                "two runs on {target}"
            );
        }
    }

    fn group_is_whole(&self, starts: &[Start]) {
        let rule = &self.specs[self.job(&starts[0].job)].rule;
        let due = starts[0].due;
        let expected: BTreeSet<&str> = self
            .specs
            .iter()
            .filter(|spec| match &rule.group {
                Some(_) => {
                    spec.rule.group == rule.group && spec.rule.environment == rule.environment
                }
                None => spec.rule.address == rule.address,
            })
            .filter(|spec| {
                let seen = self.records.jobs[self.job(&spec.rule.address)].first_seen;
                seen.is_some_and(|seen| seen <= due)
            })
            .map(|spec| spec.rule.address.as_str())
            .collect();
        let found: BTreeSet<&str> = starts.iter().map(|start| start.job.as_str()).collect();
        assert_eq!(found, expected, "a group starts together");
        assert!(
            starts
                .iter()
                .all(|start| start.due == due && start.attempt == starts[0].attempt)
        );
    }

    fn is_its_time(&self, job: usize, start: &Start) {
        let rule = &self.specs[job].rule;
        let due = &self.due[job];
        assert!(
            due.contains(&start.due),
            "{} is not due at {}",
            start.job,
            start.due
        );
        assert_eq!(
            newest(due, self.now),
            Some(start.due),
            "{}: an old due time starts",
            start.job
        );
        assert!(self.records.jobs[job].first_seen.unwrap() <= start.due);
        assert!(
            self.now < after(start.due, rule.deadline),
            "{} after its deadline",
            start.job
        );
        if start.attempt == 1 {
            assert!(
                self.now < after(start.due, rule.start_within),
                "{} too late",
                start.job
            );
        }
        self.comes_after_a_pause(job, start);
    }

    fn comes_after_a_pause(&self, job: usize, start: &Start) {
        let rule = &self.specs[job].rule;
        let runs: Vec<_> = self
            .records
            .runs
            .iter()
            .rev()
            .take(2_000)
            .filter(|run| run.due == start.due && self.is_of_unit(job, run.job))
            .collect();
        let all_of_unit_done =
            |run: &&&super::records::Run| matches!(run.ended, Some((_, Outcome::Succeeded, _)));
        if rule.group.is_none() {
            assert_eq!(
                runs.iter().filter(all_of_unit_done).count(),
                0,
                "{} ended well before",
                start.job
            );
        }
        let failed = |run: &&super::records::Run| {
            run.ended
                .filter(|(_, outcome, _)| *outcome == Outcome::Failed)
        };
        let failures: Vec<_> = runs
            .iter()
            .filter(|run| run.job == job)
            .filter_map(failed)
            .collect();
        assert!(
            failures.len() <= 2,
            "{} is tried again too often",
            start.job
        );
        for (_, _, transient) in &failures {
            assert!(
                transient,
                "{} is tried again though that cannot help",
                start.job
            );
        }
        // The newest alone: earlier ones may be of a clock that was ahead.
        let newest = runs.iter().find(|run| run.job == job);
        if let Some((at, _, _)) = newest.and_then(failed) {
            let pause = SignedDuration::from_secs(60);
            assert!(self.now >= at + pause, "{} without a pause", start.job);
        }
    }

    fn is_of_unit(&self, job: usize, other: usize) -> bool {
        let (one, other) = (&self.specs[job].rule, &self.specs[other].rule);
        one.address == other.address
            || (one.group.is_some()
                && one.group == other.group
                && one.environment == other.environment)
    }

    /// The operations of a job that holds of it, or of its group, leave it.
    fn allowed(&self, job: usize) -> Vec<OperationKind> {
        let members = (0..self.specs.len()).filter(|other| self.is_of_unit(job, *other));
        let in_force = members
            .flat_map(|member| &self.records.jobs[member].holds)
            .filter(|held| held.is_in_force(self.now))
            .map(|held| held.operation);
        // What cannot be read may hold restores, and nothing else.
        let held: Vec<Option<OperationKind>> = match self.records.holds_unreadable {
            true => vec![Some(OperationKind::Restore)],
            false => in_force.collect(),
        };
        let is_held = |kind: OperationKind| {
            let with_restore =
                kind == OperationKind::Transform && held.contains(&Some(OperationKind::Restore));
            held.contains(&None) || held.contains(&Some(kind)) || with_restore
        };
        let operations = self.specs[job].rule.operations.iter().copied();
        operations.filter(|kind| !is_held(*kind)).collect()
    }

    fn holds_are_kept(&self, job: usize, start: &Start) {
        let allowed = self.allowed(job);
        assert!(
            !allowed.is_empty(),
            "{} starts though it is held",
            start.job
        );
        let rest: Vec<_> = self.specs[job]
            .rule
            .operations
            .iter()
            .copied()
            .filter(|kind| !start.without.contains(kind))
            .collect();
        assert_eq!(
            rest, allowed,
            "{} does what is held, or less than it may",
            start.job
        );
    }

    fn data_is_there(&self, job: usize, start: &Start) {
        let rule = &self.specs[job].rule;
        let mut missing = Vec::new();
        for other in &rule.after {
            let other = self.job(other);
            let records = &self.records.jobs[other];
            let needed = newest(&self.due[other], start.due);
            let needed =
                needed.filter(|needed| records.first_seen.is_some_and(|seen| seen <= *needed));
            if needed.is_some_and(|needed| !records.succeeded.iter().any(|due| *due >= needed)) {
                missing.push(other);
            }
        }
        if self.allowed(job).contains(&OperationKind::Restore) {
            let other = self.job(&rule.upstream[0]);
            let newest_backup = self.records.jobs[other].backups.iter().max();
            let wanted = newest(&self.due[other], self.now);
            let fresh = newest_backup.is_some_and(|made| {
                wanted.is_none_or(|wanted| *made >= wanted)
                    && self.records.jobs[job]
                        .taken
                        .is_none_or(|taken| *made > taken)
            });
            if !fresh {
                missing.push(other);
            }
        }
        if missing.is_empty() {
            return;
        }
        let told = start.late.as_ref().is_some_and(|why| !why.is_empty());
        // In a group, the others decide for themselves; each was checked by its own policy.
        assert!(told, "{} starts before its data is there", start.job);
        assert_eq!(rule.stale, Stale::Run, "{} runs late", start.job);
        let from = start.due.max(self.since.min(self.now));
        let waited = after(from, rule.wait)
            .min(after(start.due, rule.start_within) - SignedDuration::from_mins(1));
        assert!(self.now >= waited, "{} did not wait", start.job);
    }
}

impl Moment<'_> {
    /// A due time is left out only when its time is over, or by policy after it was waited for.
    pub(crate) fn check_left_out(&self, left_out: &LeaveOut) {
        let job = self.job(&left_out.job);
        let rule = &self.specs[job].rule;
        let due = &self.due[job];
        assert!(
            !left_out.why.is_empty() && left_out.first <= left_out.due && left_out.due <= self.now
        );
        let count = due.range(left_out.first..=left_out.due).count();
        assert_eq!(count, left_out.count as usize, "{left_out:?}");
        if newest(due, self.now) != Some(left_out.due) {
            return;
        }
        let over = self.now >= after(left_out.due, rule.start_within);
        match left_out.how {
            LeftOut::Missed => assert!(over, "{left_out:?} too early"),
            LeftOut::Held => assert!(
                over && self.unit(job).any(|job| self.allowed(job).is_empty()),
                "{left_out:?}"
            ),
            LeftOut::Skipped | LeftOut::Failed => {
                let policy = |other: usize| {
                    let rule = &self.specs[other].rule;
                    let from = left_out.due.max(self.since.min(self.now));
                    let waited = after(from, rule.wait)
                        .min(after(left_out.due, rule.start_within) - SignedDuration::from_mins(1));
                    rule.stale != Stale::Run && self.now >= waited
                };
                let of_group = rule.group.is_some() && left_out.why.contains("group");
                let over = self.now >= after(left_out.due, rule.deadline);
                assert!(over || of_group || policy(job), "{left_out:?} too early");
            }
        }
    }

    fn unit(&self, job: usize) -> impl Iterator<Item = usize> {
        (0..self.specs.len()).filter(move |other| self.is_of_unit(job, *other))
    }
}
