//! Reading the records of runs, newest first, no further back than asked.

use super::{folder_of, read};
use crate::store::{DOCUMENT_LIMIT, Store};
use jiff::{SignedDuration, Timestamp};
use weir_model::error::{Kind, Result};
use weir_model::run::{Ended, Started, Step};

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
    /// Why a record of it cannot be read, where one cannot: the others are here all the same.
    pub unreadable: Option<String>,
    /// The keys of its stretches of log, in their order.
    logs: Vec<String>,
}

impl RunRecord {
    /// Reads one stored record into its place.
    async fn take(&mut self, state: &Store, key: String) -> Result<()> {
        match key.rsplit('/').next().unwrap_or_default() {
            "started.json" => self.started = read(state, &key).await?,
            "ended.json" => self.ended = read(state, &key).await?,
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
    let folder = folder_of(run)?;
    let mut record = RunRecord {
        run: run.to_owned(),
        started: None,
        steps: Vec::new(),
        ended: None,
        unreadable: None,
        logs: Vec::new(),
    };
    let entries = state.list(&folder).await?;
    let found = !entries.is_empty();
    for entry in entries {
        match record.take(state, entry.key).await {
            Err(error) if error.kind() == Kind::Corrupt => {
                let reason = format!("{}: {}", error.doing(), error.cause());
                record.unreadable.get_or_insert(reason);
            }
            taken => taken?,
        }
    }
    record.steps.sort_by_key(|step| step.number);
    record.logs.sort_by_key(|key| log_number(key));
    Ok(found.then_some(record))
}

fn log_number(key: &str) -> Option<u32> {
    let (_, number) = key.strip_suffix(".jsonl")?.rsplit_once('-')?;
    number.parse().ok()
}

/// The newest runs that `matches` takes, at most `limit`, newest first. Days are read one after
/// another, so that a short list costs little.
///
/// # Errors
/// `store`.
pub async fn list_runs(
    state: &Store,
    limit: usize,
    matches: impl Fn(&RunRecord) -> bool,
) -> Result<Vec<RunRecord>> {
    let mut runs = Vec::new();
    for day in state.folders("runs").await?.into_iter().rev() {
        for run in state
            .folders(&format!("runs/{day}"))
            .await?
            .into_iter()
            .rev()
        {
            if runs.len() >= limit {
                return Ok(runs);
            }
            if super::run_folder(&run).is_none() {
                continue;
            }
            if let Some(record) = read_run(state, &run).await?
                && matches(&record)
            {
                runs.push(record);
            }
        }
    }
    Ok(runs)
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
