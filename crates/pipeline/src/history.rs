//! History: the records of runs, newest first.

use crate::weir::Weir;
use serde::Serialize;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Ended, Started, Step};
use weir_store::RunRecord;

/// Which runs to list.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only of this environment.
    pub environment: Option<String>,
    /// Only of this app.
    pub app: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A run as its records tell it.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// How it began.
    pub started: Started,
    /// Its steps so far.
    pub steps: Vec<Step>,
    /// How it ended; `None` while it works, or when it died and nobody closed it yet.
    pub ended: Option<Ended>,
    /// Whether its process is known to be gone.
    pub dead: bool,
}

/// A record that has lost its beginning is not listed: nothing can be said about it.
fn summary(record: RunRecord) -> Option<RunSummary> {
    let started = record.started?;
    Some(RunSummary {
        dead: record.ended.is_none() && weir_store::is_dead(&started.by),
        started,
        steps: record.steps,
        ended: record.ended,
    })
}

/// Lists runs, newest first, reading no more than it shows.
///
/// # Errors
/// `usage`, `store`.
pub async fn runs(weir: &Weir, filter: &RunFilter) -> Result<Vec<RunSummary>> {
    let mut found = Vec::new();
    for environment in environments(weir, filter.environment.as_deref())? {
        let stores = weir.stores(&environment)?;
        let wanted = |record: &RunRecord| {
            record.started.as_ref().is_some_and(|started| {
                started.environment == environment
                    && filter.app.as_ref().is_none_or(|app| app == &started.app)
            })
        };
        let records = weir_store::list_runs(&stores.state, filter.limit, wanted).await?;
        found.extend(records.into_iter().filter_map(summary));
    }
    // Ids are ordered to the second only.
    found.sort_by(|one, other| {
        let (one, other) = (&one.started, &other.started);
        (other.at, &other.run).cmp(&(one.at, &one.run))
    });
    found.dedup_by(|one, other| one.started.run == other.started.run);
    found.truncate(filter.limit);
    Ok(found)
}

/// One run.
///
/// # Errors
/// `usage` when no environment's records have it.
pub async fn run_record(weir: &Weir, run: &str) -> Result<RunSummary> {
    for environment in environments(weir, None)? {
        let stores = weir.stores(&environment)?;
        let record = weir_store::read_run(&stores.state, run).await?;
        if let Some(summary) = record.and_then(summary) {
            return Ok(summary);
        }
    }
    Err(unknown_run(run))
}

/// The log of one run: JSON lines, one list per step.
///
/// # Errors
/// `usage` when no environment's records have it.
pub async fn log(weir: &Weir, run: &str) -> Result<Vec<String>> {
    for environment in environments(weir, None)? {
        let stores = weir.stores(&environment)?;
        if let Some(record) = weir_store::read_run(&stores.state, run).await? {
            let text = record.log(&stores.state).await?;
            return Ok(text.lines().map(str::to_owned).collect());
        }
    }
    Err(unknown_run(run))
}

fn environments(weir: &Weir, only: Option<&str>) -> Result<Vec<String>> {
    match only {
        Some(name) => Ok(vec![weir.environment(name)?.name.clone()]),
        None => Ok(weir
            .fleet()
            .environments
            .iter()
            .map(|environment| environment.name.clone())
            .collect()),
    }
}

fn unknown_run(run: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("find the run {run}"),
        "no records have it",
    )
    .hint("list runs with `weir runs`")
}
