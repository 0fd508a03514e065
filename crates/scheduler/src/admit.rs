//! Who may start beside what is at work.

use crate::decide::Limits;
use crate::decision::Reason;
use crate::facts::Facts;
use crate::rule::Rule;
use crate::rules::Rules;
use std::collections::{BTreeMap, BTreeSet};

/// What is at work, and what is kept free for those who wait.
pub(crate) struct Busy<'a> {
    limits: Limits,
    runs: usize,
    servers: BTreeMap<&'a str, usize>,
    targets: BTreeSet<&'a str>,
    /// Somebody waits for runs to end, whichever: nobody passes.
    full: bool,
    kept_servers: BTreeSet<&'a str>,
    kept_targets: BTreeSet<&'a str>,
}

impl<'a> Busy<'a> {
    /// What is at work by the facts.
    pub(crate) fn new(rules: &'a Rules, facts: &Facts, limits: Limits) -> Self {
        let mut busy = Self {
            limits,
            runs: 0,
            servers: BTreeMap::new(),
            targets: BTreeSet::new(),
            full: false,
            kept_servers: BTreeSet::new(),
            kept_targets: BTreeSet::new(),
        };
        let at_work = |rule: &&Rule| {
            facts
                .get(&rule.address)
                .is_some_and(crate::facts::JobFacts::is_at_work)
        };
        for rule in rules.iter().filter(at_work) {
            busy.add(rule);
        }
        busy
    }

    /// Counts the members as at work, or says what they wait for and keeps it free for them.
    pub(crate) fn admit(&mut self, members: &[&'a Rule]) -> Result<(), Reason> {
        if let Err(reason) = self.has_room(members) {
            if reason == Reason::Limit {
                self.full = true;
            }
            for rule in members {
                self.kept_servers
                    .extend(rule.servers.iter().map(String::as_str));
                self.kept_targets
                    .extend(rule.targets.iter().map(String::as_str));
            }
            return Err(reason);
        }
        for rule in members {
            self.add(rule);
        }
        Ok(())
    }

    /// A group counts as one where nothing else is at work: it may be larger than the limits.
    fn has_room(&self, members: &[&Rule]) -> Result<(), Reason> {
        for target in members.iter().flat_map(|rule| &rule.targets) {
            let target = target.as_str();
            if self.targets.contains(target) || self.kept_targets.contains(target) {
                return Err(Reason::Target(target.to_owned()));
            }
        }
        if self.full || (self.runs > 0 && self.runs + members.len() > self.limits.jobs) {
            return Err(Reason::Limit);
        }
        let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
        for server in members.iter().flat_map(|rule| &rule.servers) {
            *wanted.entry(server).or_default() += 1;
        }
        for (server, wanted) in wanted {
            let there = self.servers.get(server).copied().unwrap_or_default();
            let full = there > 0 && there + wanted > self.limits.jobs_per_server;
            if full || self.kept_servers.contains(server) {
                return Err(Reason::Server(server.to_owned()));
            }
        }
        Ok(())
    }

    fn add(&mut self, rule: &'a Rule) {
        self.runs += 1;
        for server in &rule.servers {
            *self.servers.entry(server).or_default() += 1;
        }
        self.targets.extend(rule.targets.iter().map(String::as_str));
    }
}
