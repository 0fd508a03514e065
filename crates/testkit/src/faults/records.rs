//! The records of runs, read as files: what they say must be true, whoever wrote them.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use weir_model::run::{Ended, Outcome, Started, Step};

/// One run's records.
pub(super) struct Run {
    pub(super) started: Started,
    pub(super) steps: Vec<Step>,
    pub(super) ended: Option<Ended>,
}

impl Run {
    /// Whether it says that it succeeded.
    pub(super) fn claims_success(&self) -> bool {
        let ended = self.ended.as_ref();
        ended.is_some_and(|ended| ended.outcome == Outcome::Succeeded)
    }
}

/// The records below a folder of stores, read as they grow: what has ended never changes.
pub(super) struct Ledger {
    stores: PathBuf,
    closed: HashSet<PathBuf>,
    /// By environment, every successful change of its target: the token, and when it ended.
    tokens: BTreeMap<String, BTreeMap<u64, (Timestamp, String)>>,
}

impl Ledger {
    /// Of the stores below a folder.
    pub(super) fn new(stores: PathBuf) -> Self {
        Self {
            stores,
            closed: HashSet::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// The runs that have ended since the last look, and those that have not yet.
    pub(super) fn news(&mut self) -> Vec<Run> {
        let mut runs = Vec::new();
        for folder in run_folders(&self.stores) {
            if self.closed.contains(&folder) {
                continue;
            }
            if let Some(run) = read_run(&folder) {
                if run.ended.is_some() {
                    self.closed.insert(folder);
                }
                runs.push(run);
            }
        }
        runs
    }

    /// Takes a run into account; says why two runs have written one target at a time: a token
    /// stands twice, or one that was given earlier has ended later.
    pub(super) fn two_writers(&mut self, run: &Run) -> Option<String> {
        for step in &run.steps {
            let (Some(token), Outcome::Succeeded) = (step.token, step.outcome) else {
                continue;
            };
            if step.done_by.is_some() {
                // It wrote nothing itself.
                continue;
            }
            let of_target = self
                .tokens
                .entry(run.started.environment.clone())
                .or_default();
            let id = run.started.run.clone();
            if let Some((_, other)) = of_target.get(&token) {
                return Some(format!("{id} and {other} wrote with one token, {token}"));
            }
            let earlier = of_target.range(..token).next_back();
            let later = of_target.range(token..).next();
            let out_of_order = earlier.is_some_and(|(_, (ended, _))| *ended > step.ended)
                || later.is_some_and(|(_, (ended, _))| *ended < step.ended);
            of_target.insert(token, (step.ended, id.clone()));
            if out_of_order {
                return Some(format!("{id} wrote out of turn, with token {token}"));
            }
        }
        None
    }
}

/// Every run recorded anywhere below a folder.
pub(super) fn runs(stores: &Path) -> Vec<Run> {
    let files = files(stores);
    let started = files.iter().filter(|path| path.ends_with("started.json"));
    started
        .filter_map(|path| read_run(path.parent()?))
        .collect()
}

fn run_folders(stores: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for environment in folders(stores) {
        for day in folders(&environment.join("_weir/runs")) {
            found.extend(folders(&day));
        }
    }
    found
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

fn read_run(folder: &Path) -> Option<Run> {
    let steps = files(folder);
    Some(Run {
        started: read(&folder.join("started.json"))?,
        steps: steps
            .iter()
            .filter(|file| is_step(file))
            .filter_map(|file| read(file))
            .collect(),
        ended: read(&folder.join("ended.json")),
    })
}

/// Why a run's claim of success is false: a step that did not succeed, or a backup without a
/// manifest.
pub(super) fn false_success(run: &Run, stores: &Path) -> Option<String> {
    if !run.claims_success() {
        return None;
    }
    let failed = run
        .steps
        .iter()
        .find(|step| step.outcome != Outcome::Succeeded);
    if failed.is_some() || run.steps.is_empty() {
        return Some(format!(
            "run {} claims success without its steps",
            run.started.run
        ));
    }
    let named = run.steps.iter().filter_map(|step| step.backup.as_deref());
    let missing = named
        .filter_map(|reference| reference.split_once(':'))
        .find(|(environment, key)| {
            !stores
                .join(environment)
                .join(key)
                .join("manifest.json")
                .exists()
        });
    missing.map(|(_, key)| {
        format!(
            "run {} claims {key}, which has no manifest",
            run.started.run
        )
    })
}

/// Every file below a folder.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder may go while it is looked at.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => found.push(entry.path()),
            }
        }
    }
    found
}

fn is_step(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("step-")
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
