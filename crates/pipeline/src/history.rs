//! History: the records of runs, newest first.

use crate::weir::{Stores, Weir};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Ended, RunProgress, Started, Step};
use weir_store::{RunQuery, RunRecord};

pub use weir_store::Ending;

/// Which runs to list.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only of this environment.
    pub environment: Option<String>,
    /// Only of these environments, if of none in particular; of all, if there are none.
    pub among: BTreeSet<String>,
    /// Only of this app.
    pub app: Option<String>,
    /// Only of the job of this name.
    pub job: Option<String>,
    /// Only those that ended so, or that have not.
    pub ending: Option<Ending>,
    /// Only those before this run, by their ids.
    pub before: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Runs, newest first.
#[derive(Debug, Default, Serialize)]
pub struct RunPage {
    /// Those whose beginning can be read.
    pub runs: Vec<RunSummary>,
    /// Those of which nobody can say what they were.
    pub unreadable: Vec<UnreadableRun>,
    /// The run before which the next page begins; `None` when there may be no more.
    pub next: Option<String>,
}

/// A run whose first record cannot be read.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadableRun {
    /// Its id.
    pub run: String,
    /// The environment in whose records it lies.
    pub environment: String,
    /// Why it cannot be read.
    pub why: String,
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
    /// How far it has come, while it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<RunProgress>,
    /// Why a record of it cannot be read: the rest is what is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// A record that has lost its beginning is not listed: nothing can be said about it.
fn summary(record: RunRecord) -> Option<RunSummary> {
    let started = record.started?;
    Some(RunSummary {
        dead: record.ended.is_none()
            && record.unreadable.is_none()
            && weir_store::is_dead(&started.by),
        started,
        steps: record.steps,
        ended: record.ended,
        progress: record.progress,
        unreadable: record.unreadable,
    })
}

/// Lists runs, newest first, reading no more than it shows. An environment whose records are not
/// readable from here is told to the context, and the others are listed.
///
/// # Errors
/// `usage`; `store` or `secret` when no environment's records are readable.
pub async fn runs(weir: &Weir, filter: &RunFilter, context: &Context) -> Result<RunPage> {
    let environments = environments(weir, filter.environment.as_deref(), &filter.among)?;
    let alone = environments.len() == 1;
    let begun = environments.into_iter();
    let begun = begun.map(|environment| Newest::begin(weir, environment, filter, context));
    let mut newest = Vec::new();
    let mut unreadable = None;
    let mut away = |environment: &str, error: Error| {
        if error.kind() == Kind::Interrupted {
            return Err(error);
        }
        if !alone {
            context.warn(format!(
                "the records of {environment} are not readable from here: {error}"
            ));
        }
        unreadable.get_or_insert(error);
        Ok(())
    };
    // All at one time: of each, no more is read than is shown.
    for (environment, begun) in futures::future::join_all(begun).await {
        match begun {
            Ok(begun) => newest.push(begun),
            Err(error) => away(&environment, error)?,
        }
    }
    let mut found: Vec<(String, RunRecord)> = Vec::new();
    while found.len() < filter.limit
        && let Some(next) = newest.iter_mut().max_by(|one, other| one.cmp(other))
        && let Some(record) = next.head.take()
    {
        match next.runs.next().await.transpose() {
            Ok(head) => next.head = head,
            Err(error) => {
                let environment = next.environment.clone();
                away(&environment, error)?;
                newest.retain(|it| it.environment != environment);
                found.retain(|(known, _)| *known != environment);
                continue;
            }
        }
        // Environments may keep their records in one place.
        if found.last().is_none_or(|(_, last)| last.run != record.run) {
            found.push((next.environment.clone(), record));
        }
    }
    if let (true, Some(error)) = (newest.is_empty(), unreadable) {
        return Err(error);
    }
    Ok(RunPage::of(found, filter.limit))
}

/// The runs of one environment, newest first, as far as they were asked for.
struct Newest {
    environment: String,
    /// The newest that was not taken yet; `None` at the end.
    head: Option<RunRecord>,
    runs: BoxStream<'static, Result<RunRecord>>,
}

impl Newest {
    async fn begin(
        weir: &Weir,
        environment: String,
        filter: &RunFilter,
        context: &Context,
    ) -> (String, Result<Self>) {
        let begun = async {
            let state = weir.stores(&environment, context).await?.state;
            let query = RunQuery {
                limit: filter.limit,
                before: filter.before.clone(),
                environment: Some(environment.clone()),
                app: filter.app.clone(),
                job: filter.job.clone(),
                ending: filter.ending,
            };
            let mut runs = weir_store::newest_runs(state, query).boxed();
            Ok(Self {
                head: runs.next().await.transpose()?,
                environment: environment.clone(),
                runs,
            })
        };
        let begun = begun.await;
        (environment, begun)
    }

    /// Which of two is to be told first: the greater one.
    fn cmp(&self, other: &Self) -> Ordering {
        let run = |of: &Self| of.head.as_ref().map(|head| head.run.clone());
        run(self).cmp(&run(other))
    }
}

impl RunPage {
    /// The page of records that are ordered by their ids, each with where it lies.
    fn of(found: Vec<(String, RunRecord)>, limit: usize) -> Self {
        let last = found.last().map(|(_, record)| record.run.clone());
        let mut page = Self {
            next: last.filter(|_| found.len() >= limit),
            ..Self::default()
        };
        for (environment, record) in found {
            match (&record.started, &record.unreadable) {
                (None, Some(why)) => page.unreadable.push(UnreadableRun {
                    why: why.clone(),
                    run: record.run,
                    environment,
                }),
                _ => page.runs.extend(summary(record)),
            }
        }
        // Ids are ordered to the second only.
        page.runs.sort_by(|one, other| {
            let (one, other) = (&one.started, &other.started);
            (other.at, &other.run).cmp(&(one.at, &one.run))
        });
        page
    }
}

/// One run.
///
/// # Errors
/// `usage` when no environment's records have it.
pub async fn run_record(weir: &Weir, run: &str, context: &Context) -> Result<RunSummary> {
    let (_, record) = find(weir, &BTreeSet::new(), run, context).await?;
    summary(record).ok_or_else(|| unknown_run(run))
}

/// One run with its log, out of the records of some environments.
///
/// # Errors
/// `usage` when their records do not have it.
pub async fn run_with_log(
    weir: &Weir,
    environments: &BTreeSet<String>,
    run: &str,
    context: &Context,
) -> Result<(RunSummary, Vec<String>)> {
    let (stores, record) = find(weir, environments, run, context).await?;
    let log = record.log(&stores.state).await?;
    let summary = summary(record).ok_or_else(|| unknown_run(run))?;
    Ok((summary, log.lines().map(str::to_owned).collect()))
}

/// Whether the records of an environment have a run.
///
/// # Errors
/// `usage` for what is no run id; `store`.
pub async fn has_begun(
    weir: &Weir,
    environment: &str,
    run: &str,
    context: &Context,
) -> Result<bool> {
    let found = find_in(weir, environment, run, context).await?;
    Ok(found.is_some())
}

/// The log of one run: JSON lines, one list per step.
///
/// # Errors
/// `usage` when no environment's records have it.
pub async fn log(weir: &Weir, run: &str, context: &Context) -> Result<Vec<String>> {
    let (stores, record) = find(weir, &BTreeSet::new(), run, context).await?;
    let text = record.log(&stores.state).await?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Looks for a run in every environment's records. Those that are not readable from here matter
/// only when no other has it.
async fn find(
    weir: &Weir,
    among: &BTreeSet<String>,
    run: &str,
    context: &Context,
) -> Result<(Stores, RunRecord)> {
    let mut unreadable = None;
    for environment in environments(weir, None, among)? {
        match find_in(weir, &environment, run, context).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) if matches!(error.kind(), Kind::Usage | Kind::Interrupted) => {
                return Err(error);
            }
            Err(error) => {
                unreadable.get_or_insert(error);
            }
        }
    }
    Err(unreadable.unwrap_or_else(|| unknown_run(run)))
}

async fn find_in(
    weir: &Weir,
    environment: &str,
    run: &str,
    context: &Context,
) -> Result<Option<(Stores, RunRecord)>> {
    let stores = weir.stores(environment, context).await?;
    let record = weir_store::read_run(&stores.state, run).await?;
    Ok(record.map(|record| (stores, record)))
}

fn environments(weir: &Weir, only: Option<&str>, among: &BTreeSet<String>) -> Result<Vec<String>> {
    if let Some(name) = only {
        return Ok(vec![weir.environment(name)?.name.clone()]);
    }
    let mut names = weir.environment_names();
    names.retain(|name| among.is_empty() || among.contains(name));
    Ok(names)
}

fn unknown_run(run: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("find the run {run}"),
        "no records have it",
    )
    .hint("list runs with `weir runs`")
}
