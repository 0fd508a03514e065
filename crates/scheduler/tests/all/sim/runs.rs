//! Runs: how they begin, what they do, how they end.

use super::records::{Claim, Claimed, Incarnation, Run};
use super::world::{Event, World};
use jiff::Timestamp;
use weir_config::OperationKind;
use weir_model::run::Outcome;
use weir_scheduler::{LeaveOut, Start};

impl World {
    pub(crate) fn leave_out(&mut self, process: usize, decided: Timestamp, left_out: &LeaveOut) {
        if !self.profile.racing {
            self.moment(process, decided).check_left_out(left_out);
        }
        let job = self.fleet().index(&left_out.job);
        self.note(|| {
            format!(
                "{} {} {:?}: {}",
                left_out.job, left_out.due, left_out.how, left_out.why
            )
        });
        let claim = Claim {
            by: self.processes[process].incarnation.unwrap(),
            at: self.wall(),
            what: Claimed::LeftOut(left_out.clone()),
        };
        self.records.claim(job, left_out.due, 1, claim);
        self.changed(job);
    }

    /// Claims all that start together, then begins them; false if the process died over it.
    pub(crate) fn start(&mut self, process: usize, starts: &[Start]) -> bool {
        for (number, start) in starts.iter().enumerate() {
            if self.dies(process) {
                return false;
            }
            let job = self.fleet().index(&start.job);
            let claim = Claim {
                by: self.processes[process].incarnation.unwrap(),
                at: self.wall(),
                what: Claimed::Run(None),
            };
            let claimed = self.records.claim(job, start.due, start.attempt, claim);
            assert!(
                claimed || self.profile.racing,
                "{} was claimed before",
                start.job
            );
            if !claimed {
                assert_eq!(number, 0, "the claim of the first is that of all");
                return true;
            }
            self.changed(job);
        }
        for start in starts {
            if self.dies(process) {
                return false;
            }
            self.begin(process, start);
        }
        true
    }

    fn begin(&mut self, process: usize, start: &Start) {
        let job = self.fleet().index(&start.job);
        let began = self.wall();
        let locked = self
            .records
            .jobs
            .iter()
            .enumerate()
            .any(|(other, records)| records.at_work > 0 && self.same_target(job, other));
        assert!(!locked || self.profile.racing, "{}: two writers", start.job);
        let run = self.records.runs.len();
        self.records.runs.push(Run {
            job,
            due: start.due,
            by: self.processes[process].incarnation.unwrap(),
            began,
            takes: self.newest_upstream(job),
            without: start.without.clone(),
            ended: None,
        });
        self.note(|| format!("run {run}: {start:?}"));
        let claims = &mut self.records.jobs[job].claims;
        claims.get_mut(&(start.due, start.attempt)).unwrap().what = Claimed::Run(Some(run));
        self.records.jobs[job].at_work += 1;
        if locked {
            // The lease is another's: it ends at once, and can be tried again.
            self.end(run, Outcome::Failed, true);
            return;
        }
        self.changed(job);
        let lasts = self.lasts(job);
        self.at(self.now + lasts, Event::RunEnds(run));
    }

    fn same_target(&self, job: usize, other: usize) -> bool {
        let specs = &self.fleet().specs;
        specs
            .get(other)
            .is_some_and(|other| other.rule.targets == specs[job].rule.targets)
    }

    fn lasts(&mut self, job: usize) -> i64 {
        let minutes = self.fleet().specs[job].minutes;
        let slow = if !self.profile.calm && self.random.one_in(40) {
            6
        } else {
            1
        };
        self.random.between(30 * minutes, 90 * minutes) * slow
    }

    fn newest_upstream(&self, job: usize) -> Option<Timestamp> {
        let upstream = self.fleet().specs[job].rule.upstream.first()?;
        let upstream = self.fleet().index(upstream);
        self.records.jobs[upstream].backups.iter().max().copied()
    }

    pub(crate) fn run_ends(&mut self, run: usize) {
        let known = &self.records.runs[run];
        let process = self.incarnations[known.by];
        let alive = self.processes[process].incarnation == Some(known.by);
        if !alive || known.ended.is_some() {
            return;
        }
        let rule = &self.fleet().specs[known.job].rule;
        let deadline = known.due + jiff::SignedDuration::try_from(rule.deadline).unwrap();
        let restores = rule.operations.contains(&OperationKind::Restore)
            && !known.without.contains(&OperationKind::Restore);
        let fails = self.random.percent(self.profile.failures);
        let late = self.wall() >= deadline;
        let (half_done, transient) = (self.random.one_in(2), !self.random.one_in(4));
        let known = &self.records.runs[run];
        if restores && (half_done || !(fails || late)) {
            self.records.jobs[known.job].taken = known.takes;
        }
        match (late, fails) {
            (true, _) => self.end(run, Outcome::Failed, false),
            (false, true) => self.end(run, Outcome::Failed, transient),
            (false, false) => self.succeed(run),
        }
    }

    fn succeed(&mut self, run: usize) {
        let known = &self.records.runs[run];
        let (job, began, due) = (known.job, known.began, known.due);
        let rule = &self.fleet().specs[job].rule;
        let backs_up = rule.operations.contains(&OperationKind::Backup)
            && !known.without.contains(&OperationKind::Backup);
        let group = rule.group.is_some();
        if backs_up {
            self.records.jobs[job].backups.push(began);
        }
        let new = self.records.jobs[job].succeeded.insert(due);
        assert!(
            new || group || self.records.jobs[job].by_hand.contains(&due),
            "job {job} ended well twice for {due}"
        );
        self.end(run, Outcome::Succeeded, false);
    }

    fn end(&mut self, run: usize, outcome: Outcome, transient: bool) {
        let wall = self.wall();
        let known = &mut self.records.runs[run];
        known.ended = Some((wall, outcome, transient));
        let job = known.job;
        self.records.jobs[job].at_work -= 1;
        self.note(|| format!("run {run} {outcome:?}, transient: {transient}"));
        self.changed(job);
    }

    /// Somebody noticed that a process is gone: its runs have ended.
    pub(crate) fn found_dead(&mut self, incarnation: Incarnation) {
        if !self.records.found_dead.insert(incarnation) {
            return;
        }
        let left: Vec<usize> = (0..self.records.runs.len())
            .filter(|run| {
                let run = &self.records.runs[*run];
                run.by == incarnation && run.ended.is_none()
            })
            .collect();
        for run in left {
            self.end(run, Outcome::Interrupted, false);
        }
        self.refresh_all();
        self.changed(0);
    }

    pub(crate) fn run_by_hand(&mut self, job: usize) {
        let busy = (0..self.fleet().specs.len())
            .any(|other| self.records.jobs[other].at_work > 0 && self.same_target(job, other));
        if busy {
            return;
        }
        self.records.jobs[job].at_work += 1;
        self.changed(job);
        let lasts = self.lasts(job);
        self.at(
            self.now + lasts,
            Event::RunByHandEnds(job, self.wall().as_second()),
        );
    }

    pub(crate) fn run_by_hand_ends(&mut self, job: usize, began: i64) {
        let began = Timestamp::from_second(began).unwrap();
        let newest = self.newest_upstream(job);
        let operations = self.fleet().specs[job].rule.operations.clone();
        let records = &mut self.records.jobs[job];
        records.at_work -= 1;
        if operations.contains(&OperationKind::Restore) {
            records.taken = newest.max(records.taken);
        }
        if operations.contains(&OperationKind::Backup) {
            records.backups.push(began);
        }
        if let Some(due) = self.due[job].range(..=began).next_back() {
            records.by_hand.insert(*due);
            records.succeeded.insert(*due);
        }
        self.changed(job);
    }
}
