//! What the records say of the uses of backups.

use super::is_away;
use crate::views::{Hop, Verification};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_model::run::{Outcome, PastStep, StatusEntry};
use weir_pipeline::status::{AppSummary, StatusReport};

/// A step that read a backup to its end, or failed to.
#[derive(Debug, Clone)]
pub(super) struct Use {
    environment: String,
    app: String,
    /// `restore`, `recover`, `drill` or `verify`.
    operation: String,
    run: String,
    backup: String,
    at: Timestamp,
    held: bool,
}

/// The summaries that tell of them. Those of an environment that is away are as they were `known`.
pub(super) fn told(report: &StatusReport, known: &[Arc<AppSummary>]) -> Vec<Arc<AppSummary>> {
    let kept = known.iter().filter(|it| is_away(report, &it.environment));
    let read = report.measured.summaries.iter();
    read.chain(kept).cloned().collect()
}

/// All of them that the summaries of the apps still tell: made when somebody asks, for they are
/// many.
pub(super) fn of(summaries: &[Arc<AppSummary>]) -> Vec<Use> {
    summaries.iter().flat_map(|app| of_app(app)).collect()
}

fn of_app(app: &AppSummary) -> impl Iterator<Item = Use> {
    let entries = app.status.entries.iter();
    let reading = entries.filter(|entry| {
        matches!(
            entry.last.operation.as_str(),
            "restore" | "recover" | "drill" | "verify"
        )
    });
    reading.flat_map(move |entry| {
        let operation = &entry.last.operation;
        tests(entry).filter_map(move |step| of_step(app, operation, step))
    })
}

/// The steps of an entry that prove something, or fail to; oldest first.
pub(super) fn tests(entry: &StatusEntry) -> impl Iterator<Item = PastStep> {
    let steps = entry.past_steps().into_iter();
    steps.filter(|step| matches!(step.outcome, Outcome::Succeeded | Outcome::Failed))
}

fn of_step(app: &AppSummary, operation: &str, step: PastStep) -> Option<Use> {
    Some(Use {
        environment: app.environment.clone(),
        app: app.app.clone(),
        operation: operation.to_owned(),
        run: step.run,
        backup: step.backup?,
        at: step.ended,
        held: step.outcome == Outcome::Succeeded,
    })
}

/// Who was restored from a backup, each once.
pub(super) fn used_by(uses: &[Use], backup: &str) -> Vec<Hop> {
    let mut known = BTreeSet::new();
    let restored = uses.iter().filter(|it| {
        let is_restore = matches!(it.operation.as_str(), "restore" | "recover");
        it.backup == backup && it.held && is_restore && known.insert(&it.run)
    });
    let hops = restored.map(|it| Hop {
        place: format!("{}/{}", it.environment, it.app),
        backup: None,
        run: Some(it.run.clone()),
    });
    hops.collect()
}

/// The newest run before a moment that took a backup into an environment.
pub(super) fn carried(
    uses: &[Use],
    backup: &str,
    environment: &str,
    before: Timestamp,
) -> Option<String> {
    let taken = uses.iter().filter(|it| {
        it.backup == backup
            && it.environment == environment
            && it.operation == "restore"
            && it.held
            && it.at <= before
    });
    taken.max_by_key(|it| it.at).map(|it| it.run.clone())
}

/// What has read a backup to its end, newest first.
pub(super) fn verification(uses: &[Use], names: [&str; 2]) -> Vec<Verification> {
    let same = |it: &&Use| names.contains(&it.backup.as_str());
    let mut found: Vec<&Use> = uses.iter().filter(same).collect();
    found.sort_by_key(|it| Reverse(it.at));
    let verified = found.into_iter().map(|it| Verification {
        at: it.at,
        by: match it.operation.as_str() {
            operation @ ("drill" | "verify") => operation.to_owned(),
            operation => format!("{operation} of {}/{}", it.environment, it.app),
        },
        run: Some(it.run.clone()),
        held: it.held,
    });
    verified.collect()
}
