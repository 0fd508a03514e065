//! What the records say of each job.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::run::Outcome;
use weir_pipeline::Weir;
use weir_pipeline::holds::{self, HoldReport};
use weir_pipeline::schedule::{self, HandledDueTime};
use weir_scheduler::{Facts, Handled, Hold, JobFacts, Rule, Rules, Taken, Upstream, judge};

/// Facts of the jobs of some environments, and what of them could not be read.
#[derive(Default)]
pub(super) struct Found {
    pub(super) facts: Facts,
    pub(super) troubles: BTreeMap<String, String>,
}

/// Reads the facts of every job of `environments`. A job whose records cannot be read has none.
pub(super) async fn read(
    weir: &Weir,
    rules: &Rules,
    environments: &BTreeSet<String>,
    at_work: &BTreeSet<String>,
    since: Timestamp,
    context: &Context,
) -> Found {
    let mut found = Found::default();
    for environment in environments {
        let holds = holds::list(weir, Some(environment), false, context).await;
        for rule in rules.iter().filter(|rule| rule.environment == *environment) {
            match of_job(weir, rules, rule, since, context).await {
                Ok(mut facts) => {
                    facts.holds = of_holds(weir, rule, &holds);
                    facts.running = at_work.contains(&rule.address);
                    found.facts.insert(rule.address.clone(), facts);
                }
                Err(error) => {
                    let why = error.to_string();
                    found.troubles.entry(environment.clone()).or_insert(why);
                    // The store is gone for all of them.
                    if error.kind() == Kind::Store {
                        break;
                    }
                }
            }
        }
    }
    found
}

async fn of_job(
    weir: &Weir,
    rules: &Rules,
    rule: &Rule,
    since: Timestamp,
    context: &Context,
) -> Result<JobFacts> {
    // What was due shortly before anybody looked is caught up.
    let late = SignedDuration::try_from(rule.start_within).unwrap_or(SignedDuration::MAX);
    let mut facts = JobFacts::new(since.saturating_sub(late).unwrap_or(Timestamp::MIN));
    let newest = schedule::newest(weir, &rule.address, context).await?;
    facts.succeeded = newest
        .as_ref()
        .filter(|handled| handled.outcome == Some(Outcome::Succeeded))
        .map(|handled| handled.due);
    facts.last = newest.as_ref().map(handled);
    let now = weir.now();
    let last = facts.last.as_ref();
    let is_done = |due: Timestamp| {
        last.is_some_and(|last| last.due >= due && last.outcome == Some(Outcome::Succeeded))
    };
    let is_due = rule.timetable.newest(now).is_some_and(|due| !is_done(due));
    if is_due {
        facts.upstream = of_upstream(weir, rules, rule, now, context).await;
    }
    Ok(facts)
}

fn handled(found: &HandledDueTime) -> Handled {
    let failed = found.outcome == Some(Outcome::Failed);
    let failure = found.failure.as_ref();
    let interrupted = found.outcome == Some(Outcome::Interrupted);
    Handled {
        due: found.due,
        attempt: found.attempt,
        failures: found.attempt.saturating_sub(u32::from(!failed)),
        outcome: found.outcome,
        ended: found.ended,
        transient: interrupted || failure.is_some_and(|failure| failure.transient),
    }
}

/// The worst of its upstreams.
async fn of_upstream(
    weir: &Weir,
    rules: &Rules,
    rule: &Rule,
    now: Timestamp,
    context: &Context,
) -> Upstream {
    let mut all = Upstream::NotNeeded;
    for upstream in &rule.upstream {
        let backups = schedule::upstream_backups(weir, &rule.address, upstream, context).await;
        let this = match backups {
            Ok(found) => {
                let (newest, taken) = (found.newest, found.taken);
                judge(rules, rule, upstream, Taken { newest, taken }, now)
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
