//! Decisions carried out on facts alone.

use super::{Durations, Entry, Warning};
use crate::decide::{Clock, Limits, decide};
use crate::decision::{LeaveOut, Reason, Start, Wait};
use crate::facts::{Facts, Handled, Upstream};
use crate::rule::Rule;
use crate::rules::Rules;
use crate::timetable::later;
use crate::upstream::{Taken, judge};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use weir_config::OperationKind;
use weir_model::run::Outcome;

/// More rounds than a night of a large fleet needs; a plan that takes more is cut off there.
const MOST_ROUNDS: usize = 20_000;

pub(super) struct Night<'a> {
    rules: &'a Rules,
    limits: Limits,
    durations: &'a Durations,
    clock: Clock,
    from: Timestamp,
    facts: Facts,
    /// As the records tell it.
    upstream: BTreeMap<&'a str, Upstream>,
    /// Runs at work, by when they end.
    ends: BTreeSet<(Timestamp, String)>,
    began: BTreeMap<String, Timestamp>,
    /// When the newest backup of a job was begun, of those made since.
    made: BTreeMap<String, Timestamp>,
    taken: BTreeMap<String, Timestamp>,
    entries: BTreeMap<(Timestamp, String), Entry>,
    overlaps: Vec<Warning>,
}

impl<'a> Night<'a> {
    pub(super) fn new(
        rules: &'a Rules,
        facts: &Facts,
        limits: Limits,
        durations: &'a Durations,
        clock: Clock,
    ) -> Self {
        let mut night = Self {
            rules,
            limits,
            durations,
            clock,
            from: clock.now,
            facts: facts.clone(),
            upstream: BTreeMap::new(),
            ends: BTreeSet::new(),
            began: BTreeMap::new(),
            made: BTreeMap::new(),
            taken: BTreeMap::new(),
            entries: BTreeMap::new(),
            overlaps: Vec::new(),
        };
        for rule in rules.iter() {
            let Some(facts) = facts.get(&rule.address) else {
                continue;
            };
            night.upstream.insert(&rule.address, facts.upstream.clone());
            if facts.is_at_work() {
                night.is_at_work(rule, facts.last.as_ref());
            }
        }
        night
    }

    /// A run that is at work already ends when it is expected to, or any moment.
    fn is_at_work(&mut self, rule: &Rule, last: Option<&Handled>) {
        let own = last.filter(|last| last.outcome.is_none());
        let began = own.map_or(self.from, |last| last.due);
        let soon = later(self.from, SignedDuration::from_mins(1));
        let ends = later(began, self.takes(&rule.address)).max(soon);
        self.ends.insert((ends, rule.address.clone()));
        self.began.insert(rule.address.clone(), began);
        if let Some(last) = own {
            let entry = self.entry(&rule.address, last.due);
            entry.starts = Some(last.due);
            entry.ends = Some(ends);
        }
    }

    fn takes(&self, job: &str) -> Duration {
        self.durations.get(job).copied().unwrap_or_default()
    }

    fn entry(&mut self, job: &str, due: Timestamp) -> &mut Entry {
        let key = (due, job.to_owned());
        self.entries.entry(key).or_insert_with(|| Entry {
            job: job.to_owned(),
            due,
            starts: None,
            ends: None,
            waits_for: Vec::new(),
            late: None,
            left_out: None,
        })
    }

    pub(super) fn run(mut self, to: Timestamp) -> (Vec<Entry>, Vec<Warning>) {
        for _ in 0..MOST_ROUNDS {
            self.end_runs();
            self.look_upstream();
            let round = decide(self.rules, &self.facts, self.limits, self.clock);
            for wait in round.waits() {
                self.wait(wait);
            }
            for left_out in round.left_out() {
                self.leave_out(left_out);
            }
            for start in round.starts().flatten() {
                self.start(start);
            }
            let acted = round.starts().next().is_some() || round.left_out().next().is_some();
            if acted {
                continue;
            }
            let ends = self.ends.first().map(|(ends, _)| *ends);
            let Some(next) = round.next.into_iter().chain(ends).min() else {
                break;
            };
            if next >= to {
                break;
            }
            self.clock.now = next;
        }
        (self.entries.into_values().collect(), self.overlaps)
    }

    fn end_runs(&mut self) {
        while let Some((ends, job)) = self.ends.first().cloned() {
            if ends > self.clock.now {
                return;
            }
            self.ends.pop_first();
            self.succeed(&job, ends);
        }
    }

    fn succeed(&mut self, job: &str, ends: Timestamp) {
        let began = self.began.get(job).copied().unwrap_or(ends);
        let backs_up = self.rules.get(job).is_some_and(|rule| {
            let mut kinds = rule.operations.iter();
            kinds.any(|kind| *kind == OperationKind::Backup || kind.publishes())
        });
        if backs_up {
            self.made.insert(job.to_owned(), began);
        }
        let Some(facts) = self.facts.get_mut(job) else {
            return;
        };
        facts.running = false;
        if let Some(last) = &mut facts.last {
            last.outcome = last.outcome.or(Some(Outcome::Succeeded));
            last.ended = last.ended.or(Some(ends));
            facts.succeeded = Some(last.due);
        }
    }

    /// What was true at first stays so until upstream comes due; from then on its runs tell.
    fn look_upstream(&mut self) {
        for rule in self.rules.iter() {
            let found = rule
                .upstream
                .iter()
                .map(|upstream| self.upstream_of(rule, upstream));
            let worst = found.into_iter().find(|found| *found != Upstream::Fresh);
            let found = worst.unwrap_or(match rule.upstream.is_empty() {
                true => Upstream::NotNeeded,
                false => Upstream::Fresh,
            });
            if let Some(facts) = self.facts.get_mut(&rule.address) {
                facts.upstream = found;
            }
        }
    }

    fn upstream_of(&self, rule: &Rule, upstream: &str) -> Upstream {
        let backups = Taken {
            newest: self.made.get(upstream).copied(),
            taken: self.taken.get(&rule.address).copied(),
        };
        let due = self
            .rules
            .get(upstream)
            .and_then(|rule| rule.timetable.newest(self.clock.now));
        let due_since = rule.max_age.is_none() && due.is_some_and(|due| due > self.from);
        match (backups.newest, self.upstream.get(rule.address.as_str())) {
            (None, Some(known)) if backups.taken.is_none() && !due_since => known.clone(),
            (None, _) => Upstream::Stale {
                why: format!("{upstream} has made no newer backup"),
            },
            (Some(_), _) => judge(self.rules, rule, upstream, backups, self.clock.now),
        }
    }

    fn wait(&mut self, wait: &Wait) {
        let words = wait.reason.to_string();
        let entry = self.entry(&wait.job, wait.due);
        if entry.waits_for.last() != Some(&words) {
            entry.waits_for.push(words);
        }
        if let Reason::Server(on) | Reason::Target(on) = &wait.reason {
            self.overlap(&wait.job, on);
        }
    }

    fn overlap(&mut self, job: &str, on: &str) {
        let is_there = |address: &&String| {
            self.rules.get(address).is_some_and(|rule| {
                rule.servers
                    .iter()
                    .chain(&rule.targets)
                    .any(|used| used == on)
            })
        };
        let Some(other) = self.ends.iter().map(|(_, job)| job).find(is_there) else {
            return;
        };
        let overlap = Warning::Overlap {
            job: job.to_owned(),
            other: other.clone(),
            on: on.to_owned(),
        };
        if !self.overlaps.contains(&overlap) {
            self.overlaps.push(overlap);
        }
    }

    fn leave_out(&mut self, left_out: &LeaveOut) {
        let entry = self.entry(&left_out.job, left_out.due);
        entry.left_out = Some(left_out.why.clone());
        self.handle(&left_out.job, left_out.due, 1, Some(left_out.how.outcome()));
    }

    fn start(&mut self, start: &Start) {
        let now = self.clock.now;
        // A run takes a second at least, so that the night goes on.
        let takes = self.takes(&start.job).max(Duration::from_secs(1));
        let ends = later(now, takes);
        let entry = self.entry(&start.job, start.due);
        entry.starts = Some(now);
        entry.ends = Some(ends);
        entry.late.clone_from(&start.late);
        self.ends.insert((ends, start.job.clone()));
        self.began.insert(start.job.clone(), now);
        self.handle(&start.job, start.due, start.attempt, None);
        let rule = self.rules.get(&start.job);
        if rule.is_some_and(|rule| !rule.upstream.is_empty()) {
            self.taken.insert(start.job.clone(), now);
        }
    }

    fn handle(&mut self, job: &str, due: Timestamp, attempt: u32, outcome: Option<Outcome>) {
        let Some(facts) = self.facts.get_mut(job) else {
            return;
        };
        facts.last = Some(Handled {
            due,
            attempt,
            failures: 0,
            outcome,
            ended: outcome.map(|_| self.clock.now),
            transient: false,
        });
    }
}
