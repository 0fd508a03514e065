//! Reading the records of runs, newest first, no further back than asked.

use super::record::PROGRESS;
use super::{folder_of, read};
use crate::store::{DOCUMENT_LIMIT, Store};
use futures::{Stream, StreamExt, TryFutureExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use weir_model::error::{Kind, Result};
use weir_model::run::{Ended, Outcome, RunProgress, Started, Step};

/// All records of one run.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// The run's id.
    pub run: String,
    /// How it started; `None` when only later records are there.
    pub started: Option<Started>,
    /// Its steps, in their order.
    pub steps: Vec<Step>,
    /// How it ended; `None` while it runs, or when it died unseen.
    pub ended: Option<Ended>,
    /// How far it has come, as it told last; `None` once it has ended.
    pub progress: Option<RunProgress>,
    /// Why a record of it cannot be read, where one cannot: the others are here all the same.
    pub unreadable: Option<String>,
    /// The keys of its stretches of log, in their order.
    logs: Vec<String>,
    /// How many objects there are of it.
    records: usize,
}

impl RunRecord {
    fn new(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            started: None,
            steps: Vec::new(),
            ended: None,
            progress: None,
            unreadable: None,
            logs: Vec::new(),
            records: 0,
        }
    }

    /// Reads what the run has stored, but for what is known already.
    async fn read(mut self, state: &Store, folder: &str) -> Result<Self> {
        for entry in state.list(folder).await? {
            self.records += 1;
            match self.take(state, entry.key).await {
                Err(error) if error.kind() == Kind::Corrupt => {
                    let reason = format!("{}: {}", error.doing(), error.cause());
                    self.unreadable.get_or_insert(reason);
                }
                taken => taken?,
            }
        }
        self.steps.sort_by_key(|step| step.number);
        self.logs.sort_by_key(|key| log_number(key));
        Ok(self)
    }

    /// Reads one stored record into its place.
    async fn take(&mut self, state: &Store, key: String) -> Result<()> {
        match key.rsplit('/').next().unwrap_or_default() {
            "started.json" if self.started.is_none() => self.started = read(state, &key).await?,
            "ended.json" if self.ended.is_none() => self.ended = read(state, &key).await?,
            // Worth nothing once the run has ended, which is read before.
            PROGRESS if self.ended.is_none() => self.progress = read_progress(state, &key).await?,
            name if name.starts_with("step-") => self.steps.extend(read(state, &key).await?),
            name if name.starts_with("log-") => self.logs.push(key),
            _ => {}
        }
        Ok(())
    }

    /// The run's log: one JSON object a line.
    ///
    /// # Errors
    /// `store`.
    pub async fn log(&self, state: &Store) -> Result<String> {
        let mut text = String::new();
        for key in &self.logs {
            let bytes = state.get(key, DOCUMENT_LIMIT).await?.unwrap_or_default();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        Ok(text)
    }
}

/// The records of one run; `None` when there are none. One that cannot be read is told in the
/// record and hides no other.
///
/// # Errors
/// `usage` for what is no run id, `store`.
pub async fn read_run(state: &Store, run: &str) -> Result<Option<RunRecord>> {
    let record = RunRecord::new(run).read(state, &folder_of(run)?).await?;
    Ok((record.records > 0).then_some(record))
}

/// How far a run has come. It is written over while it is read, so one that makes no sense is
/// none.
async fn read_progress(state: &Store, key: &str) -> Result<Option<RunProgress>> {
    let bytes = state.get(key, DOCUMENT_LIMIT).await?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn log_number(key: &str) -> Option<u32> {
    let (_, number) = key.strip_suffix(".jsonl")?.rsplit_once('-')?;
    number.parse().ok()
}

/// Which runs are listed.
#[derive(Debug, Clone, Default)]
pub struct RunQuery {
    /// At most so many.
    pub limit: usize,
    /// Only those whose id comes before that of this run.
    pub before: Option<String>,
    /// Only of this environment.
    pub environment: Option<String>,
    /// Only of this app.
    pub app: Option<String>,
    /// Only of this job.
    pub job: Option<String>,
    /// Only those that ended so, or that have not.
    pub ending: Option<Ending>,
}

/// How a run ended, if it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// So.
    Ended(Outcome),
    /// It works, or has died unseen.
    Unfinished,
}

impl RunQuery {
    fn takes(&self, started: &Started) -> bool {
        let same = |wanted: &Option<String>, name: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == name)
        };
        same(&self.environment, &started.environment)
            && same(&self.app, &started.app)
            && same(&self.job, &started.job)
    }

    /// Whether a run of which nothing can be read is told.
    fn takes_unreadable(&self) -> bool {
        self.app.is_none() && self.job.is_none() && self.ending.is_none()
    }
}

impl Ending {
    fn is(self, ended: Option<&Ended>) -> bool {
        match self {
            Self::Ended(outcome) => ended.is_some_and(|ended| ended.outcome == outcome),
            Self::Unfinished => ended.is_none(),
        }
    }
}

/// How many runs are looked at at a time.
const AT_ONCE: usize = 8;

/// The newest runs that the query takes, newest first by their ids. Days are read one after
/// another, and of a run that is not taken one record or two, so that a short list costs little
/// however much there is.
///
/// # Errors
/// `usage` when `before` is no run id, `store`.
pub async fn list_runs(state: &Store, query: &RunQuery) -> Result<Vec<RunRecord>> {
    let runs = newest_runs(state.clone(), query.clone());
    runs.take(query.limit).try_collect().await
}

/// The same one after another, without a limit: what nobody asks for is not read, but for the few
/// that are read at a time.
pub fn newest_runs(state: Store, query: RunQuery) -> impl Stream<Item = Result<RunRecord>> + Send {
    let at_once = query.limit.clamp(1, AT_ONCE);
    let query = Arc::new(query);
    let days = days(state.clone(), Arc::clone(&query)).try_flatten_stream();
    days.map_ok(move |day| {
        let (state, query) = (state.clone(), Arc::clone(&query));
        let runs = runs_of(state.clone(), Arc::clone(&query), day).try_flatten_stream();
        let looks = runs.map_ok(move |run| look(state.clone(), Arc::clone(&query), run));
        looks.try_buffered(at_once)
    })
    .try_flatten()
    .try_filter_map(|found| std::future::ready(Ok(found)))
}

/// Names that are known, as a stream.
type Names = stream::Iter<std::vec::IntoIter<Result<String>>>;

fn names(names: impl Iterator<Item = String>) -> Names {
    stream::iter(names.map(Ok).collect::<Vec<_>>())
}

/// The days that may hold what the query takes, newest first.
async fn days(state: Store, query: Arc<RunQuery>) -> Result<Names> {
    let last_day = match &query.before {
        Some(before) => Some(day_of(&folder_of(before)?).to_owned()),
        None => None,
    };
    let days = state.folders("runs").await?.into_iter().rev();
    Ok(names(days.filter(|day| {
        last_day.as_ref().is_none_or(|last| day <= last)
    })))
}

/// The runs of a day that may be taken, newest first.
async fn runs_of(state: Store, query: Arc<RunQuery>, day: String) -> Result<Names> {
    let before = query.before.as_ref();
    let runs = state.folders(&format!("runs/{day}")).await?.into_iter();
    Ok(names(runs.rev().filter(|run| {
        super::run_folder(run).is_some() && before.is_none_or(|before| run < before)
    })))
}

fn day_of(folder: &str) -> &str {
    folder.split('/').nth(1).unwrap_or_default()
}

/// The records of a run that the query takes.
async fn look(state: Store, query: Arc<RunQuery>, run: String) -> Result<Option<RunRecord>> {
    let folder = folder_of(&run)?;
    let mut record = RunRecord::new(&run);
    match read::<Started>(&state, &format!("{folder}/started.json")).await {
        Err(error) if error.kind() == Kind::Corrupt => {
            if !query.takes_unreadable() {
                return Ok(None);
            }
        }
        started => match started? {
            Some(started) if query.takes(&started) => record.started = Some(started),
            _ => return Ok(None),
        },
    }
    if let Some(ending) = query.ending {
        record.ended = match read(&state, &format!("{folder}/ended.json")).await {
            // How it ended nobody knows.
            Err(error) if error.kind() == Kind::Corrupt => return Ok(None),
            ended => ended?,
        };
        if !ending.is(record.ended.as_ref()) {
            return Ok(None);
        }
    }
    record.read(&state, &folder).await.map(Some)
}

/// The runs of the last `days` days that have started and not ended, newest first: they run, or
/// died unseen.
///
/// # Errors
/// `store`.
pub async fn unfinished_runs(state: &Store, now: Timestamp, days: u32) -> Result<Vec<RunRecord>> {
    let span = SignedDuration::from_hours(24 * i64::from(days));
    let first = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let first = first.strftime("%Y-%m-%d").to_string();
    let mut runs = Vec::new();
    for day in state.folders("runs").await?.into_iter().rev() {
        if day < first {
            break;
        }
        runs.extend(unfinished_of(state, &day).await?);
    }
    Ok(runs)
}

/// One listing of the day says which runs have no end; only those are read.
async fn unfinished_of(state: &Store, day: &str) -> Result<Vec<RunRecord>> {
    let folder = format!("runs/{day}");
    let entries = state.list(&folder).await?;
    let has = |run: &str, name: &str| {
        let key = format!("{folder}/{run}/{name}");
        entries
            .binary_search_by(|entry| entry.key.cmp(&key))
            .is_ok()
    };
    let mut names: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry.key.split('/').nth(2))
        .collect();
    names.dedup();
    let mut runs = Vec::new();
    for run in names.into_iter().rev() {
        if super::run_folder(run).is_some() && has(run, "started.json") && !has(run, "ended.json") {
            runs.extend(read_run(state, run).await?);
        }
    }
    Ok(runs)
}
