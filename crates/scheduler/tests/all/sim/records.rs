//! What lies in the store of the simulation, and the facts that follow from it.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use weir_config::OperationKind;
use weir_model::run::Outcome;
use weir_scheduler::{Facts, Handled, Hold, JobFacts, LeaveOut, Rules, Taken, judge};

/// A start of a scheduler's process.
pub(crate) type Incarnation = usize;

/// Who created a claim first has it.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) by: Incarnation,
    pub(crate) at: Timestamp,
    pub(crate) what: Claimed,
}

#[derive(Debug, Clone)]
pub(crate) enum Claimed {
    /// Its run, once it has begun.
    Run(Option<usize>),
    LeftOut(LeaveOut),
}

#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) job: usize,
    pub(crate) due: Timestamp,
    pub(crate) by: Incarnation,
    pub(crate) began: Timestamp,
    /// The backup of upstream that was the newest when it began.
    pub(crate) takes: Option<Timestamp>,
    pub(crate) without: Vec<OperationKind>,
    /// When, how, and whether trying again can help.
    pub(crate) ended: Option<(Timestamp, Outcome, bool)>,
}

#[derive(Debug, Default)]
pub(crate) struct JobRecords {
    pub(crate) first_seen: Option<Timestamp>,
    pub(crate) claims: BTreeMap<(Timestamp, u32), Claim>,
    pub(crate) backups: Vec<Timestamp>,
    pub(crate) taken: Option<Timestamp>,
    pub(crate) succeeded: BTreeSet<Timestamp>,
    /// Of those, what a run by hand was counted for.
    pub(crate) by_hand: BTreeSet<Timestamp>,
    pub(crate) at_work: usize,
    pub(crate) holds: Vec<Held>,
}

#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) operation: Option<OperationKind>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) released: Option<Timestamp>,
}

impl Held {
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until && self.released.is_none_or(|at| now < at)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) jobs: Vec<JobRecords>,
    pub(crate) runs: Vec<Run>,
    /// Processes that were found dead: what they left has ended.
    pub(crate) found_dead: BTreeSet<Incarnation>,
    /// When clocks were set, or machines slept.
    pub(crate) disturbed: Vec<Timestamp>,
    /// Whether holds can be read at the moment.
    pub(crate) holds_unreadable: bool,
}

impl Records {
    /// Creates a claim, unless there is one.
    pub(crate) fn claim(&mut self, job: usize, due: Timestamp, attempt: u32, claim: Claim) -> bool {
        let claims = &mut self.jobs[job].claims;
        match claims.contains_key(&(due, attempt)) {
            true => false,
            false => claims.insert((due, attempt), claim).is_none(),
        }
    }

    fn handled(&self, job: usize, now: Timestamp) -> Option<Handled> {
        let claims = &self.jobs[job].claims;
        let ((due, attempt), newest) = claims.range(..=(now, u32::MAX)).next_back()?;
        let attempts = claims.range((*due, 0)..=(*due, u32::MAX));
        let failed = attempts
            .filter(|(_, claim)| matches!(self.outcome(claim), (Some(Outcome::Failed), _, true)));
        let (outcome, ended, transient) = self.outcome(newest);
        Some(Handled {
            due: *due,
            attempt: *attempt,
            failures: u32::try_from(failed.count()).unwrap(),
            outcome,
            ended,
            transient,
        })
    }

    fn outcome(&self, claim: &Claim) -> (Option<Outcome>, Option<Timestamp>, bool) {
        let gone = self.found_dead.contains(&claim.by);
        match &claim.what {
            Claimed::LeftOut(left_out) => (Some(left_out.how.outcome()), Some(claim.at), false),
            Claimed::Run(None) if gone => (Some(Outcome::Interrupted), Some(claim.at), false),
            Claimed::Run(None) => (None, None, false),
            Claimed::Run(Some(run)) => match self.runs[*run].ended {
                Some((at, outcome, transient)) => (Some(outcome), Some(at), transient),
                None => (None, None, false),
            },
        }
    }

    fn holds(&self, job: usize, now: Timestamp) -> Vec<Hold> {
        if self.holds_unreadable {
            return vec![Hold {
                operation: Some(OperationKind::Restore),
                until: None,
                why: "the holds cannot be read".to_owned(),
            }];
        }
        let holds = self.jobs[job].holds.iter();
        let in_force = holds.filter(|held| held.is_in_force(now));
        let summary = |held: &Held| Hold {
            operation: held.operation,
            until: Some(held.until),
            why: "held by alice for a test".to_owned(),
        };
        in_force.map(summary).collect()
    }

    /// The facts of one job, but for what of them changes by the clock alone.
    pub(crate) fn facts(&self, job: usize, now: Timestamp) -> Option<JobFacts> {
        let records = &self.jobs[job];
        let mut facts = JobFacts::new(records.first_seen?);
        facts.last = self.handled(job, now);
        facts.succeeded = records.succeeded.range(..=now).next_back().copied();
        facts.running = records.at_work > 0;
        facts.holds = self.holds(job, now);
        Some(facts)
    }

    /// Tells of each job that is due whether upstream has what it takes.
    pub(crate) fn look_upstream(&self, rules: &Rules, facts: &mut Facts, now: Timestamp) {
        for (job, rule) in rules.iter().enumerate() {
            let Some(upstream) = rule.upstream.first() else {
                continue;
            };
            let Some(facts) = facts.get_mut(&rule.address) else {
                continue;
            };
            let last = facts.last.as_ref().map(|last| last.due);
            if rule.timetable.newest(now) <= last {
                continue;
            }
            let made = rules.iter().position(|other| other.address == *upstream);
            let backups = Taken {
                newest: self.jobs[made.unwrap()].backups.iter().max().copied(),
                taken: self.jobs[job].taken,
            };
            facts.upstream = judge(rules, rule, upstream, backups, now);
        }
    }
}
