//! What ran, and what was left out, as far back as the night reaches.

use super::super::Inner;
use crate::views::{EntryState, TonightEntry};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_config::Job;
use weir_model::run::{Failure, Outcome, PastStep};
use weir_pipeline::schedule::HandledDueTime;
use weir_pipeline::status::{AppSummary, StatusReport};

/// By job and run. Of a run of which only some steps are known, nothing is said unless one failed,
/// or the schedule's own record says how it ended.
pub(super) fn entries(source: &Inner, report: &StatusReport, from: Timestamp) -> Vec<TonightEntry> {
    let at_work: BTreeSet<&str> = report
        .at_work
        .iter()
        .map(|run| run.started.run.as_str())
        .collect();
    let mut entries = Vec::new();
    for job in &source.weir.fleet().jobs {
        if !source.environments.contains(&job.environment) {
            continue;
        }
        let handled = source.handled.newest(&job.address);
        let handled = handled.filter(|handled| {
            let run = handled.run.as_deref();
            handled.outcome.is_some() && run.is_none_or(|run| !at_work.contains(run))
        });
        let mut runs = runs(report, job);
        runs.retain(|run, steps| {
            let since = steps.iter().map(|step| step.ended).max();
            !at_work.contains(run.as_str()) && since.is_some_and(|since| since >= from)
        });
        if let Some(handled) = handled.filter(|handled| handled.due >= from) {
            let steps = handled.run.as_ref().and_then(|run| runs.remove(run));
            entries.push(of_handled(job, handled, &steps.unwrap_or_default()));
        }
        entries.extend(
            runs.into_iter()
                .filter_map(|(run, steps)| of_run(job, run, &steps)),
        );
    }
    entries
}

/// The steps of a job by their runs.
fn runs(report: &StatusReport, job: &Job) -> BTreeMap<String, Vec<PastStep>> {
    let same = |found: &&AppSummary| found.environment == job.environment && found.app == job.app;
    let mut summaries = report.measured.summaries.iter().map(Arc::as_ref);
    let summary = summaries.find(same);
    let entries = summary.iter().flat_map(|found| &found.status.entries);
    let mut runs: BTreeMap<String, Vec<PastStep>> = BTreeMap::new();
    for step in entries
        .filter(|entry| entry.job == job.name)
        .flat_map(|entry| entry.past_steps())
    {
        runs.entry(step.run.clone()).or_default().push(step);
    }
    runs
}

fn of_handled(job: &Job, handled: HandledDueTime, steps: &[PastStep]) -> TonightEntry {
    let began = steps.iter().map(|step| step.began).min();
    let ended = handled.ended.filter(|_| handled.run.is_some());
    TonightEntry {
        starts: began.or(ended).unwrap_or(handled.due),
        ends: ended,
        state: match (handled.outcome, &handled.run) {
            (Some(Outcome::Succeeded), _) => EntryState::Succeeded,
            (_, None) | (Some(Outcome::Skipped), _) => EntryState::LeftOut,
            _ => EntryState::Failed,
        },
        why: match (&handled.failure, handled.outcome) {
            (Some(failure), _) => Some(words(failure, handled.run.is_some())),
            (None, Some(Outcome::Interrupted)) => Some("it was interrupted".to_owned()),
            (None, _) => None,
        },
        run: handled.run,
        ..entry(job, handled.due)
    }
}

/// What failed; of what was left out only the reason, for nothing was being done.
fn words(failure: &Failure, was_run: bool) -> String {
    match was_run {
        true => format!("{}: {}", failure.doing, failure.cause),
        false => failure.cause.clone(),
    }
}

fn of_run(job: &Job, run: String, steps: &[PastStep]) -> Option<TonightEntry> {
    let failed = steps.iter().any(|step| step.outcome == Outcome::Failed);
    let is_whole = steps.len() >= job.operations().count();
    if !failed && !is_whole {
        return None;
    }
    let began = steps.iter().map(|step| step.began).min()?;
    let due = steps.iter().find_map(|step| step.due);
    Some(TonightEntry {
        starts: began,
        ends: steps.iter().map(|step| step.ended).max(),
        state: match failed {
            true => EntryState::Failed,
            false => EntryState::Succeeded,
        },
        run: Some(run),
        ..entry(job, due.unwrap_or(began))
    })
}

fn entry(job: &Job, due: Timestamp) -> TonightEntry {
    TonightEntry {
        job: job.address.clone(),
        environment: job.environment.clone(),
        app: job.app.clone(),
        due,
        starts: due,
        ends: None,
        state: EntryState::Planned,
        why: None,
        run: None,
        progress: None,
    }
}
