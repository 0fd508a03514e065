//! The records of runs, read as files: what they say must be true, whoever wrote them.

use serde::de::DeserializeOwned;
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

/// Every run recorded in the stores below a folder.
pub(super) fn runs(stores: &Path) -> Vec<Run> {
    let files = files(stores);
    let records = files.iter().filter(|path| path.ends_with("started.json"));
    records
        .filter_map(|path| {
            let folder = path.parent()?;
            let steps = files.iter().filter(|file| file.parent() == Some(folder));
            Some(Run {
                started: read(path)?,
                steps: steps
                    .filter(|file| is_step(file))
                    .filter_map(|file| read(file))
                    .collect(),
                ended: read(&folder.join("ended.json")),
            })
        })
        .collect()
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
