//! Runs in a list.

use super::Inner;
use crate::views::{Outcome, RunList, RunRow};
use jiff::Timestamp;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::history::{self, RunSummary, UnreadableRun};
use weir_pipeline::words;

/// Which runs to list.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only of this environment.
    pub environment: Option<String>,
    /// Only of this app.
    pub app: Option<String>,
    /// Only of the job of this name.
    pub job: Option<String>,
    /// Only those before this run.
    pub before: Option<String>,
    /// At most so many.
    pub limit: usize,
}

pub(super) async fn list(source: &Inner, filter: &RunFilter, context: &Context) -> Result<RunList> {
    if let Some(environment) = &filter.environment {
        source.refuse_hidden(environment)?;
    }
    let asked = history::RunFilter {
        environment: filter.environment.clone(),
        among: source.environments.clone(),
        app: filter.app.clone(),
        job: filter.job.clone(),
        ending: None,
        before: filter.before.clone(),
        limit: filter.limit,
    };
    let page = history::runs(&source.weir, &asked, context).await?;
    let now = source.now();
    let mut runs: Vec<RunRow> = page.runs.iter().map(|run| row(run, now)).collect();
    runs.extend(page.unreadable.into_iter().filter_map(unreadable));
    runs.sort_by(|one, other| (other.began, &other.run).cmp(&(one.began, &one.run)));
    Ok(RunList {
        runs,
        next: page.next,
    })
}

impl Inner {
    /// Refuses what another process shows.
    pub(super) fn refuse_hidden(&self, environment: &str) -> Result<()> {
        self.weir.fleet().environment(environment)?;
        if self.environments.contains(environment) {
            return Ok(());
        }
        let cause = "this page is of other environments";
        Err(
            Error::new(Kind::Usage, format!("show {environment}"), cause).hint(format!(
                "it shows {}: ask the `weir serve` of that environment",
                self.environments
                    .iter()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        )
    }
}

/// How a run has ended; one that died without a word was interrupted.
pub(super) fn outcome(run: &RunSummary) -> Option<Outcome> {
    match &run.ended {
        Some(ended) => Some(ended.outcome.into()),
        None => run.dead.then_some(Outcome::Interrupted),
    }
}

fn row(run: &RunSummary, now: Timestamp) -> RunRow {
    let started = &run.started;
    let steps = run.steps.iter().map(|step| step.ended);
    // What died was last seen at the end of a step.
    let until = match &run.ended {
        Some(ended) => ended.at,
        None if run.dead => steps.max().unwrap_or(started.at),
        None => now,
    };
    let failure = run.ended.as_ref().and_then(|ended| ended.failure.as_ref());
    RunRow {
        run: started.run.clone(),
        verb: started.verb.clone(),
        job: words::address(&started.environment, &started.app, &started.job),
        began: started.at,
        seconds: until.duration_since(started.at).as_secs(),
        outcome: outcome(run),
        failure: failure.map(|failure| format!("{}: {}", failure.doing, failure.cause)),
        unreadable: run.unreadable.clone(),
    }
}

/// A run of which only the id can be read.
fn unreadable(run: UnreadableRun) -> Option<RunRow> {
    Some(RunRow {
        began: weir_store::run_time(&run.run)?,
        run: run.run,
        verb: "unknown".to_owned(),
        job: run.environment,
        seconds: 0,
        outcome: None,
        failure: None,
        unreadable: Some(run.why),
    })
}
