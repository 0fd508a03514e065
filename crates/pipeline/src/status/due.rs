//! Is the data there that was due?

use super::held;
use super::observe::{Observation, Observed, Work};
use super::{Exception, Question, Verdict};
use crate::adopt::ADOPT;
use crate::backups::BackupEntry;
use crate::closing::is_over;
use crate::drill::DRILL;
use crate::prune::PRUNE;
use crate::verify::VERIFY;
use crate::words;
use std::sync::Arc;
use weir_model::run::Outcome;

pub(super) fn answer(observed: &Observed) -> Question {
    let mut exceptions: Vec<Exception> = observed
        .unreadable
        .iter()
        .map(|(environment, why)| Exception {
            place: environment.clone(),
            step: "records".to_owned(),
            cause: format!("not readable from here: {why}"),
            serving: "unknown".to_owned(),
            command: format!("weir status {environment} -v"),
            verdict: Verdict::Unknown,
        })
        .collect();
    let facts = observed.databases.iter().filter_map(|database| {
        let published = database.published.as_ref()?;
        Some(fact(observed, database, published))
    });
    let facts = facts.collect();
    for database in &observed.databases {
        if observed
            .unreadable
            .iter()
            .any(|(environment, _)| environment == &database.environment)
        {
            continue;
        }
        exceptions.extend(of_database(observed, database));
    }
    Question::new("due", "Is the data there that was due?", facts, exceptions)
}

/// What lies in the clean store.
fn fact(
    observed: &Observed,
    database: &Observation,
    published: &Result<Vec<Arc<BackupEntry>>, String>,
) -> String {
    let place = database.place();
    let published = match published {
        Ok(published) => published,
        Err(why) => return format!("{place}: its clean store is not readable from here: {why}"),
    };
    let whole: Vec<&Arc<BackupEntry>> = published.iter().filter(|backup| backup.whole).collect();
    let Some(newest) = whole.first() else {
        return format!("{place}: nothing is published");
    };
    let age = words::age(observed.now.duration_since(newest.time));
    match whole.len() {
        1 => format!("{place}: 1 backup published, {age} old"),
        count => format!("{place}: {count} backups published, the newest {age} old"),
    }
}

/// One line per job: what is late after an operation that is late is its consequence.
fn of_database(observed: &Observed, database: &Observation) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    let mut told: Option<&str> = None;
    for work in &database.work {
        let consequence = told == Some(work.job.as_str()) && !has_failed(work);
        if let (false, Some(exception)) = (consequence, late(observed, database, work)) {
            exceptions.push(exception);
            told = Some(&work.job);
        }
    }
    exceptions
}

pub(super) fn has_failed(work: &Work) -> bool {
    work.entry
        .as_ref()
        .is_some_and(|entry| matches!(entry.last.outcome, Outcome::Failed | Outcome::Interrupted))
}

/// Why an operation that was due has not succeeded since; `None` when all is well or it is being
/// done.
pub(super) fn late(observed: &Observed, database: &Observation, work: &Work) -> Option<Exception> {
    let last = work.entry.as_ref().map(|entry| &entry.last);
    let failed = last.filter(|_| has_failed(work));
    let due = work.last_due;
    let done = work
        .entry
        .as_ref()
        .and_then(|entry| entry.last_success.as_ref())
        .is_some_and(|step| due.is_none_or(|due| step.ended >= due));
    if done && failed.is_none() {
        return None;
    }
    let cause = match (failed, last, due) {
        (Some(step), _, _) => step.failure.as_ref().map_or_else(
            || "it was interrupted".to_owned(),
            |failure| format!("{}: {}", failure.doing, failure.cause),
        ),
        (None, _, None) => return None,
        (None, _, Some(_)) if is_running(observed, database, work) => return None,
        (None, None, Some(due)) => format!(
            "never ran, though it was due {} ago",
            words::age(observed.now.duration_since(due))
        ),
        (None, Some(_), Some(due)) => format!(
            "has not run since it was due {} ago",
            words::age(observed.now.duration_since(due))
        ),
    };
    let excuse = held::excuse(observed, database, work);
    Some(Exception {
        place: database.place(),
        step: work.operation.clone(),
        serving: database.serving(observed.now),
        command: format!("weir run {}", work.address),
        // What runs only by hand was not due, and what is held is not to run. That it is held is
        // no excuse for having failed.
        verdict: match (due, failed, &excuse) {
            (None, _, _) | (Some(_), None, Some(_)) => Verdict::Notice,
            (Some(_), _, _) => Verdict::Bad,
        },
        cause: excuse.map_or(cause.clone(), |excuse| format!("{cause}; {excuse}")),
    })
}

fn is_running(observed: &Observed, database: &Observation, work: &Work) -> bool {
    observed.running.iter().any(|found| {
        let run = &found.started;
        run.environment == database.environment
            && run.app == database.app
            && run.job == work.job
            && ![DRILL, ADOPT, PRUNE, VERIFY].contains(&run.verb.as_str())
            && !is_over(run, observed.now)
    })
}
