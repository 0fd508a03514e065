//! Apps × environments.

use super::due;
use super::held;
use super::observe::{Observation, Observed};
use crate::backups::BackupEntry;
use crate::closing::is_over;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_model::hold::Hold;
use weir_model::sanitising::State;

/// One app over all environments.
#[derive(Debug, Serialize)]
pub struct MatrixRow {
    /// The app.
    pub app: String,
    /// Its cell in every environment it is in.
    pub cells: BTreeMap<String, Cell>,
}

/// One app in one environment.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// How it is.
    pub state: CellState,
    /// How clean the live data is, where it is known.
    pub data: Option<State>,
    /// How old the live data is, in seconds; `None` for data born there.
    pub age_seconds: Option<i64>,
    /// Whole backups.
    pub backups: Option<u64>,
    /// Rows of the newest backup or restore.
    pub rows: Option<u64>,
    /// How old the data of the newest whole backup is, in seconds.
    pub backup_age_seconds: Option<i64>,
    /// How old the data may be, in seconds, where that is said.
    pub objective_seconds: Option<i64>,
    /// Stored bytes of the newest whole backups, the newest last.
    pub backup_bytes: Vec<u64>,
    /// The newest run.
    pub newest_run: Option<NewestRun>,
    /// The holds on it that are in force.
    pub held: Vec<Hold>,
}

/// A run of an app, by the summary of its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewestRun {
    /// Its id.
    pub run: String,
    /// When its first step began.
    pub began: Timestamp,
    /// When its last step ended.
    pub ended: Timestamp,
}

/// How many backups show whether an app grows.
const SIZES: usize = 14;

/// How an app in an environment is. The worst of its databases counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellState {
    /// All that was due is done.
    Well,
    /// It works now.
    Running,
    /// It cannot be told from here.
    Unknown,
    /// It was due and has no record.
    NeverRan,
    /// It was due and is not done.
    Late,
    /// The last attempt failed.
    Failed,
}

/// The rows, by app.
pub(super) fn rows(observed: &Observed) -> Vec<MatrixRow> {
    let mut rows: BTreeMap<&str, BTreeMap<String, Cell>> = BTreeMap::new();
    for database in &observed.databases {
        let cell = cell(observed, database);
        let cells = rows.entry(&database.app).or_default();
        match cells.get_mut(&database.environment) {
            Some(known) => known.worsen(&cell),
            None => {
                cells.insert(database.environment.clone(), cell);
            }
        }
    }
    rows.into_iter()
        .map(|(app, cells)| MatrixRow {
            app: app.to_owned(),
            cells,
        })
        .collect()
}

impl Cell {
    fn worsen(&mut self, other: &Self) {
        self.state = self.state.max(other.state);
        self.age_seconds = self.age_seconds.max(other.age_seconds);
        self.backups = self.backups.min(other.backups);
        self.rows = Some(self.rows.unwrap_or(0) + other.rows.unwrap_or(0));
        self.backup_age_seconds = self.backup_age_seconds.max(other.backup_age_seconds);
        self.objective_seconds = match (self.objective_seconds, other.objective_seconds) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        // Aligned by the newest: databases of one app are backed up together.
        let shorter = self.backup_bytes.len().min(other.backup_bytes.len());
        let newest = |sizes: &[u64]| {
            sizes
                .iter()
                .rev()
                .take(shorter)
                .rev()
                .copied()
                .collect::<Vec<_>>()
        };
        let sums = newest(&self.backup_bytes)
            .into_iter()
            .zip(newest(&other.backup_bytes));
        self.backup_bytes = sums.map(|(one, other)| one + other).collect();
        self.newest_run = newer(self.newest_run.take(), other.newest_run.clone());
        if other.data == Some(State::Raw) {
            self.data = other.data;
        }
    }
}

/// The newer of two runs; of one run, all of it.
fn newer(one: Option<NewestRun>, other: Option<NewestRun>) -> Option<NewestRun> {
    match (one, other) {
        (Some(one), Some(other)) if one.run == other.run => Some(NewestRun {
            began: one.began.min(other.began),
            ended: one.ended.max(other.ended),
            run: one.run,
        }),
        (Some(one), Some(other)) if one.ended < other.ended => Some(other),
        (one, other) => one.or(other),
    }
}

fn newest_run(database: &Observation) -> Option<NewestRun> {
    let entries = database.work.iter().filter_map(|work| work.entry.as_ref());
    let runs = entries.map(|entry| NewestRun {
        run: entry.run.clone(),
        began: entry.last.began,
        ended: entry.last.ended,
    });
    runs.fold(None, |newest, run| newer(newest, Some(run)))
}

/// The newest whole backups, newest first.
fn whole(database: &Observation) -> impl Iterator<Item = &BackupEntry> {
    let backups = database.backups.iter().flatten();
    backups.map(Arc::as_ref).filter(|backup| backup.whole)
}

fn cell(observed: &Observed, database: &Observation) -> Cell {
    let stamp = database
        .live
        .as_ref()
        .ok()
        .and_then(|live| live.stamp.as_ref());
    let newest = ["backup", "restore"]
        .iter()
        .filter_map(|operation| database.last_success(operation))
        .max_by_key(|step| step.ended);
    Cell {
        state: state(observed, database),
        data: stamp
            .map(|stamp| stamp.sanitising.state)
            .or_else(|| newest.and_then(|step| step.sanitising)),
        age_seconds: stamp.map(|stamp| observed.now.duration_since(stamp.data_as_of).as_secs()),
        backups: database
            .backups
            .as_ref()
            .ok()
            .map(|backups| backups.iter().filter(|backup| backup.whole).count() as u64),
        rows: newest.map(|step| step.rows),
        backup_age_seconds: whole(database)
            .find_map(|backup| backup.data_as_of)
            .map(|as_of| observed.now.duration_since(as_of).as_secs()),
        objective_seconds: database.objective.map(|objective| objective.as_secs()),
        backup_bytes: sizes(database),
        newest_run: newest_run(database),
        held: held::of_app(observed, database),
    }
}

fn sizes(database: &Observation) -> Vec<u64> {
    let sizes = whole(database).take(SIZES).map(|backup| backup.bytes);
    let mut sizes: Vec<u64> = sizes.collect();
    sizes.reverse();
    sizes
}

fn state(observed: &Observed, database: &Observation) -> CellState {
    let unreadable = observed
        .unreadable
        .iter()
        .any(|(environment, _)| environment == &database.environment);
    if unreadable {
        return CellState::Unknown;
    }
    let running = observed.running.iter().any(|found| {
        let run = &found.started;
        run.environment == database.environment
            && run.app == database.app
            && !is_over(run, observed.now)
    });
    if running {
        return CellState::Running;
    }
    database
        .work
        .iter()
        .filter(|work| due::late(observed, database, work).is_some())
        // What is held is as it should be, unless it had failed before.
        .filter(|work| due::has_failed(work) || held::excuse(observed, database, work).is_none())
        .map(|work| match &work.entry {
            None => CellState::NeverRan,
            Some(entry) if entry.last.failure.is_some() => CellState::Failed,
            Some(_) => CellState::Late,
        })
        .max()
        .unwrap_or(CellState::Well)
}
