//! Records that nobody needs any more: finding them, and removing them.

use super::{folder_of, read};
use crate::store::Store;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use weir_model::error::{Kind, Result};
use weir_model::run::Started;

/// How many objects are asked for or removed at a time.
const AT_ONCE: usize = 8;

/// What is stored of a run, by its keys and its beginning.
#[derive(Debug, Clone)]
pub struct StoredRun {
    /// Its id.
    pub run: String,
    /// How it began; `None` when that record is gone or cannot be read.
    pub started: Option<Started>,
    /// Whether that record is there and cannot be read.
    pub unreadable: bool,
    /// Whether its end is recorded.
    pub ended: bool,
    keys: Vec<String>,
}

/// The days before the one of `moment` of which runs are stored, newest first.
///
/// # Errors
/// `store`.
pub async fn days_of_runs(state: &Store, moment: Timestamp) -> Result<Vec<String>> {
    let first_kept = moment.strftime("%Y-%m-%d").to_string();
    let mut days = state.folders("runs").await?;
    days.retain(|day| *day < first_kept);
    days.reverse();
    Ok(days)
}

/// The runs of one day, newest first.
///
/// # Errors
/// `store`.
pub async fn runs_of_day(state: &Store, day: &str) -> Result<Vec<StoredRun>> {
    let mut runs: Vec<StoredRun> = Vec::new();
    for entry in state.list(&format!("runs/{day}")).await? {
        let mut names = entry.key.split('/').skip(2);
        let (Some(run), Some(name)) = (names.next(), names.next()) else {
            continue;
        };
        if super::run_folder(run).is_none() {
            continue;
        }
        if runs.last().is_none_or(|last| last.run != run) {
            runs.push(StoredRun {
                run: run.to_owned(),
                started: None,
                unreadable: false,
                ended: false,
                keys: Vec::new(),
            });
        }
        if let Some(last) = runs.last_mut() {
            last.ended |= name == "ended.json";
            last.keys.push(entry.key);
        }
    }
    let read = runs.into_iter().rev().map(|run| run.begun(state));
    stream::iter(read).buffered(AT_ONCE).try_collect().await
}

impl StoredRun {
    async fn begun(mut self, state: &Store) -> Result<Self> {
        let key = format!("{}/started.json", folder_of(&self.run)?);
        if self.keys.contains(&key) {
            match read(state, &key).await {
                Err(error) if error.kind() == Kind::Corrupt => self.unreadable = true,
                started => self.started = started?,
            }
        }
        Ok(self)
    }
}

/// Removes all that is stored of a run. One whose removal broke off is a run no more: its beginning
/// goes first.
///
/// # Errors
/// `store`.
pub async fn remove_run(state: &Store, run: &StoredRun) -> Result<()> {
    let started = format!("{}/started.json", folder_of(&run.run)?);
    state.delete(&started).await?;
    let rest = run.keys.iter().filter(|key| **key != started);
    stream::iter(rest.map(Ok))
        .try_for_each_concurrent(AT_ONCE, |key| state.delete(key))
        .await
}
