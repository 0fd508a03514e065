//! Is the data there that was due?

use super::observe::{Observation, Observed, Work};
use super::{Exception, Question, Verdict};
use crate::words;
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
    for database in &observed.databases {
        if observed
            .unreadable
            .iter()
            .any(|(environment, _)| environment == &database.environment)
        {
            continue;
        }
        exceptions.extend(
            database
                .work
                .iter()
                .filter_map(|work| late(observed, database, work)),
        );
    }
    Question::new(
        "due",
        "Is the data there that was due?",
        Vec::new(),
        exceptions,
    )
}

/// Why an operation that was due has not succeeded since; `None` when all is well or it is being
/// done.
pub(super) fn late(observed: &Observed, database: &Observation, work: &Work) -> Option<Exception> {
    let last = work.entry.as_ref().map(|entry| &entry.last);
    let failed = last.filter(|step| matches!(step.outcome, Outcome::Failed | Outcome::Interrupted));
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
    Some(Exception {
        place: database.place(),
        step: work.operation.clone(),
        cause,
        serving: database.serving(observed.now),
        command: format!("weir run {}", work.address),
        verdict: Verdict::Bad,
    })
}

fn is_running(observed: &Observed, database: &Observation, work: &Work) -> bool {
    observed.running.iter().any(|run| {
        run.environment == database.environment && run.app == database.app && run.job == work.job
    })
}
