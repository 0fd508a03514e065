//! What the records say of each job.

use super::known::Known;
use futures::future::join_all;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::run::Outcome;
use weir_pipeline::Weir;
use weir_pipeline::holds::{self, HoldReport};
use weir_pipeline::schedule::{self, Done, HandledDueTime};
use weir_scheduler::{Facts, Handled, Hold, JobFacts, Rule, Rules, Taken, Upstream, judge};

/// How long the records of one environment may take to be read: a store that hangs must not keep
/// the others waiting.
const READ_WITHIN: Duration = Duration::from_secs(60);
/// Jobs of one environment whose records are read at once.
const AT_ONCE: usize = 8;

/// Facts of the jobs of some environments, and what of them could not be read.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) facts: Facts,
    pub(crate) troubles: BTreeMap<String, String>,
}

/// What facts are read with.
pub(crate) struct Reader<'a> {
    pub(crate) weir: &'a Weir,
    pub(crate) rules: &'a Rules,
    pub(crate) at_work: &'a BTreeSet<String>,
    pub(crate) known: &'a Known,
    pub(crate) purpose: Purpose,
}

/// What facts are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To decide what starts: what a job takes from upstream matters once it is due, and a job
    /// that nobody has seen is seen from now on.
    Decide,
    /// To look ahead: nothing is written, and what upstream has matters to every job.
    LookAhead,
    /// To look ahead, what upstream has being told by other means.
    LookAheadOnly,
}

impl Reader<'_> {
    /// Reads the facts of every job of `environments`. A job whose records cannot be read has none.
    pub(crate) async fn read(&self, environments: &BTreeSet<String>, context: &Context) -> Found {
        let reads = environments.iter().map(|environment| async move {
            let read = self.environment(environment, context);
            let read = tokio::time::timeout(READ_WITHIN, read).await;
            let why = || "its store gave no answer in time".to_owned();
            (
                environment,
                read.unwrap_or_else(|_| (Facts::new(), Some(why()))),
            )
        });
        let mut found = Found::default();
        for (environment, (facts, trouble)) in join_all(reads).await {
            found.facts.extend(facts);
            let trouble = trouble.map(|why| (environment.clone(), why));
            found.troubles.extend(trouble);
        }
        // Who works takes room, whether or not its records can be read.
        for job in self.at_work {
            let now = self.weir.now();
            let unread = || JobFacts {
                running: true,
                ..JobFacts::new(now)
            };
            found.facts.entry(job.clone()).or_insert_with(unread);
        }
        found
    }

    /// The same of one environment, however long it takes; and what of it cannot be read.
    pub(crate) async fn environment(
        &self,
        environment: &str,
        context: &Context,
    ) -> (Facts, Option<String>) {
        let rules = self
            .rules
            .iter()
            .filter(|rule| rule.environment == environment);
        let holds = holds::list(self.weir, Some(environment), false, context).await;
        let holds = &holds;
        let reads = rules.map(|rule| async move { (rule, self.job(rule, context).await) });
        let reads: Vec<_> = reads.collect();
        let mut reads = stream::iter(reads).buffer_unordered(AT_ONCE);
        let (mut facts, mut trouble) = (Facts::new(), unreadable(holds));
        while let Some((rule, read)) = reads.next().await {
            match read {
                Ok(mut of_job) => {
                    of_job.holds = of_holds(self.weir, rule, holds);
                    of_job.running = self.at_work.contains(&rule.address);
                    facts.insert(rule.address.clone(), of_job);
                }
                Err(error) => {
                    trouble.get_or_insert(error.to_string());
                    // The store is gone for all of them.
                    if error.kind() == Kind::Store {
                        break;
                    }
                }
            }
        }
        (facts, trouble)
    }

    async fn job(&self, rule: &Rule, context: &Context) -> Result<JobFacts> {
        let (weir, now) = (self.weir, self.weir.now());
        let first_seen = match self.known.first_seen(&rule.address) {
            Some(at) => at,
            None => {
                let at = match self.purpose {
                    Purpose::Decide => schedule::first_seen(weir, &rule.address, context).await?,
                    _ => schedule::seen_since(weir, &rule.address, context).await?,
                };
                self.known.note_first_seen(&rule.address, at);
                at
            }
        };
        let mut facts = JobFacts::new(first_seen);
        let due = rule.timetable.newest(now);
        let newest = match self.known.done(&rule.address, due) {
            Some(done) => Some(done),
            None => {
                let newest = schedule::newest(weir, &rule.address, context).await?;
                let newest = newest.map(|newest| self.known.ended(newest));
                self.known.note(&rule.address, newest.as_ref());
                newest
            }
        };
        let succeeded = |handled: &&HandledDueTime| handled.outcome == Some(Outcome::Succeeded);
        let newest = newest.as_ref();
        facts.succeeded = newest.filter(succeeded).map(|handled| handled.due);
        facts.last = newest.map(handled);
        if due.is_some_and(|due| due >= first_seen) && facts.succeeded < due {
            let by_hand = self.by_hand(rule, newest, context).await?;
            let by_hand = by_hand.filter(|due| *due >= first_seen);
            facts.succeeded = facts.succeeded.max(by_hand);
        }
        let matters = match self.purpose {
            Purpose::Decide => due.is_some_and(|due| facts.succeeded.is_none_or(|done| done < due)),
            Purpose::LookAhead => true,
            Purpose::LookAheadOnly => false,
        };
        if matters {
            facts.upstream = self.upstream(rule, now, context).await;
        }
        Ok(facts)
    }

    /// The newest due time after which somebody has done by hand all that the job does, with the
    /// newest data there is. What the schedule's own run has done counts by how that run ends, and
    /// the parts of a group count together or not at all.
    async fn by_hand(
        &self,
        rule: &Rule,
        newest: Option<&HandledDueTime>,
        context: &Context,
    ) -> Result<Option<Timestamp>> {
        if rule.group.is_some() {
            return Ok(None);
        }
        let Some(done) = schedule::done(self.weir, &rule.address, context).await? else {
            return Ok(None);
        };
        let Some(due) = rule.timetable.newest(done.began) else {
            return Ok(None);
        };
        if newest.is_some_and(|own| own.due == due && !is_beside(own, &done)) {
            return Ok(None);
        }
        for upstream in &rule.upstream {
            let found =
                schedule::upstream_backups(self.weir, &rule.address, upstream, context).await?;
            if found.taken < found.newest {
                return Ok(None);
            }
        }
        Ok(Some(due))
    }

    /// The worst of its upstreams.
    async fn upstream(&self, rule: &Rule, now: Timestamp, context: &Context) -> Upstream {
        let mut all = Upstream::NotNeeded;
        for upstream in &rule.upstream {
            let read = schedule::upstream_backups(self.weir, &rule.address, upstream, context);
            let this = match read.await {
                Ok(found) => {
                    let (newest, taken) = (found.newest, found.taken);
                    judge(self.rules, rule, upstream, Taken { newest, taken }, now)
                }
                Err(error) => Upstream::Unknown {
                    why: error.to_string(),
                },
            };
            match this {
                Upstream::Fresh => all = this,
                Upstream::NotNeeded => {}
                Upstream::Stale { .. } | Upstream::Unknown { .. } => return this,
            }
        }
        all
    }
}

fn handled(found: &HandledDueTime) -> Handled {
    let failure = found.failure.as_ref();
    let interrupted = found.outcome == Some(Outcome::Interrupted);
    Handled {
        due: found.due,
        attempt: found.attempt,
        failures: found.failures,
        outcome: found.outcome,
        ended: found.ended,
        transient: interrupted || failure.is_some_and(|failure| failure.transient),
    }
}

/// Whether something was done after the schedule's own run, which has ended, and by another one.
fn is_beside(own: &HandledDueTime, done: &Done) -> bool {
    let later = own.ended.is_some_and(|ended| done.ended > ended);
    later && done.runs.iter().any(|run| Some(run) != own.run.as_ref())
}

/// Why holds cannot be read, where they cannot: what they may hold is not started.
fn unreadable(holds: &Result<HoldReport>) -> Option<String> {
    match holds {
        Ok(report) => {
            let hold = report.unreadable.first()?;
            Some(format!("the hold {} cannot be read: {}", hold.id, hold.why))
        }
        Err(error) => Some(error.to_string()),
    }
}

fn of_holds(weir: &Weir, rule: &Rule, holds: &Result<HoldReport>) -> Vec<Hold> {
    let unreadable = |why: String| Hold {
        operation: Some(OperationKind::Restore),
        until: None,
        why,
    };
    let report = match holds {
        Ok(report) => report,
        Err(error) => return vec![unreadable(error.to_string())],
    };
    let mut all: Vec<Hold> = report
        .unreadable
        .iter()
        .map(|hold| unreadable(format!("the hold {} cannot be read", hold.id)))
        .collect();
    let Ok(job) = weir.fleet().job(&rule.address) else {
        return all;
    };
    for hold in report.holds.iter().map(|summary| &summary.hold) {
        let held = rule.operations.iter().filter(|operation| {
            hold.covers(&job.environment, &job.app, &job.name, operation.name())
        });
        all.extend(held.map(|operation| Hold {
            operation: Some(*operation),
            until: Some(hold.until),
            why: hold.in_words(),
        }));
    }
    all
}
