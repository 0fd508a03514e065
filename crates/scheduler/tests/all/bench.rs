//! A small fleet whose facts a test writes by hand.

use jiff::Timestamp;
use std::time::Duration;
use weir_config::{OperationKind, Schedule, Stale};
use weir_model::run::Outcome;
use weir_scheduler::{
    Clock, Decisions, Facts, Handled, Hold, JobFacts, Limits, Rule, Rules, Timetable, decide,
};

pub(crate) fn minutes(amount: u64) -> Duration {
    Duration::from_secs(60 * amount)
}

pub(crate) fn schedule(line: &str) -> Timetable {
    Timetable::new(Schedule::Cron {
        line: line.parse().unwrap(),
        timezone: "UTC".parse().unwrap(),
    })
}

/// A nightly backup, due at 01:00, with everything as it is when nothing is configured.
pub(crate) fn backup(address: &str) -> Rule {
    Rule {
        address: address.to_owned(),
        environment: address.split('/').next().unwrap().to_owned(),
        timetable: schedule("0 1 * * *"),
        operations: vec![OperationKind::Backup],
        deadline: minutes(12 * 60),
        start_within: minutes(8 * 60),
        jitter: Duration::ZERO,
        retry: 2,
        wait: minutes(120),
        stale: Stale::Fail,
        after: Vec::new(),
        group: None,
        upstream: Vec::new(),
        max_age: None,
        keep: None,
        servers: vec![format!("server of {address}")],
        targets: vec![format!("database of {address}")],
    }
}

/// One that restores before, from a job upstream.
pub(crate) fn restore(address: &str, upstream: &str) -> Rule {
    Rule {
        operations: vec![OperationKind::Restore, OperationKind::Backup],
        upstream: vec![upstream.to_owned()],
        ..backup(address)
    }
}

/// A fleet that has been seen since long ago, with every job's run of 26 November done.
pub(crate) struct Bench {
    pub(crate) rules: Rules,
    pub(crate) facts: Facts,
    pub(crate) limits: Limits,
    pub(crate) since: Timestamp,
}

impl Bench {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let long_ago = moment("2026-01-01 00:00");
        let facts = rules.iter().map(|rule| {
            let mut facts = JobFacts::new(long_ago);
            facts.last = Some(handled("2026-11-26 01:00", 1, Outcome::Succeeded));
            facts.succeeded = facts.last.as_ref().map(|last| last.due);
            (rule.address.clone(), facts)
        });
        Self {
            facts: facts.collect(),
            rules: Rules::new(rules),
            limits: Limits {
                jobs: 4,
                jobs_per_server: 1,
            },
            since: long_ago,
        }
    }

    pub(crate) fn of(&mut self, job: &str) -> &mut JobFacts {
        self.facts.get_mut(job).unwrap()
    }

    pub(crate) fn at(&self, now: &str) -> Decisions {
        let clock = Clock {
            now: moment(now),
            since: self.since,
        };
        decide(&self.rules, &self.facts, self.limits, clock)
    }

    /// What starts, as `JOB attempt`, those of a group joined by `+`.
    pub(crate) fn starts(&self, now: &str) -> Vec<String> {
        let decisions = self.at(now);
        let together = decisions.starts().map(|starts| {
            let words = starts
                .iter()
                .map(|start| format!("{} {}", start.job, start.attempt));
            words.collect::<Vec<_>>().join(" + ")
        });
        together.collect()
    }

    /// What is left out, as `JOB FIRST..LAST how`, times without their date's year.
    pub(crate) fn left_out(&self, now: &str) -> Vec<String> {
        let short = |due: Timestamp| due.strftime("%d %H:%M").to_string();
        let decisions = self.at(now);
        let left_out = decisions.left_out().map(|out| {
            format!(
                "{} {}..{} ({}) {:?}",
                out.job,
                short(out.first),
                short(out.due),
                out.count,
                out.how
            )
        });
        left_out.collect()
    }

    /// What waits, as `JOB: why`.
    pub(crate) fn waits(&self, now: &str) -> Vec<String> {
        let decisions = self.at(now);
        decisions
            .waits()
            .map(|wait| format!("{}: {}", wait.job, wait.reason))
            .collect()
    }

    /// When it asks to be woken.
    pub(crate) fn next(&self, now: &str) -> Timestamp {
        self.at(now).next.unwrap()
    }
}

/// `2026-11-27 01:00`, in UTC.
pub(crate) fn moment(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    format!("{day}T{time}Z").parse().unwrap()
}

/// An attempt that ended ten minutes after its due time.
pub(crate) fn handled(due: &str, attempt: u32, outcome: Outcome) -> Handled {
    let due = moment(due);
    Handled {
        due,
        attempt,
        failures: 0,
        outcome: Some(outcome),
        ended: Some(due + jiff::SignedDuration::from_mins(10)),
        transient: false,
    }
}

pub(crate) fn hold(operation: Option<OperationKind>, until: Option<&str>) -> Hold {
    Hold {
        operation,
        until: until.map(moment),
        why: "alice, penetration test".to_owned(),
    }
}
