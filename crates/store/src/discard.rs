//! Removing what a dead run left: parts without a manifest.

use crate::claim::read_claim;
use crate::keys::{BackupName, encode_instance};
use crate::store::Store;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use weir_model::error::{Error, Kind, Result};

/// How old an unfinished write of a document is before nobody can be at it any more.
const UNFINISHED: Duration = Duration::from_secs(60);
/// Folders of the state that have not changed for so long are not looked into again.
const SWEPT_BEFORE: Duration = Duration::from_secs(8 * 86_400);

/// Removes the parts of a backup that never became one; returns how many objects there were.
/// The caller MUST know that nobody writes it any more (its claim names the process).
///
/// # Errors
/// `guard` when the folder has a manifest, so that it is a backup; `store` where objects cannot
/// be removed, as in a bucket that forbids it: its lifecycle removes them.
pub async fn discard_incomplete(store: &Store, name: &BackupName) -> Result<usize> {
    let folder = name.key();
    let entries = store.list(&folder).await?;
    let manifest = name.manifest_key();
    if entries.iter().any(|entry| entry.key == manifest) {
        let doing = format!("remove {}", store.place(&folder));
        return Err(
            Error::new(Kind::Guard, doing, "it has a manifest: it is a backup")
                .hint("nothing to do: whole backups are never removed here"),
        );
    }
    for entry in &entries {
        store.delete(&entry.key).await?;
    }
    if let Some(root) = store.folder() {
        remove_staging(&root.join(&folder));
    }
    Ok(entries.len())
}

/// Removes the parts of every backup that a dead run began and never finished, found by the
/// claims it made; returns how many objects there were. Backups it did finish stay. `begun` is
/// when the run began, where it names backups after the time at which it takes them: only those
/// claims are read.
///
/// # Errors
/// `store`, also where objects cannot be removed; `corrupt` for a claim that cannot be read.
pub async fn discard_claimed(
    store: &Store,
    state: &Store,
    instance: &str,
    dead: &str,
    begun: Option<Timestamp>,
) -> Result<usize> {
    let folder = format!("claims/{}", encode_instance(instance));
    let offset = begun.map(|begun| {
        // Names are whole seconds, and never before the run.
        let before = begun.saturating_sub(SignedDuration::from_secs(1));
        let first = BackupName::new(instance, before.unwrap_or(begun), "");
        format!("claims/{}", first.key())
    });
    let mut removed = 0;
    for entry in state.list_after(&folder, offset.as_deref()).await? {
        let name = entry
            .key
            .strip_prefix("claims/")
            .and_then(|key| key.strip_suffix(".json"));
        let Some(name) = name.and_then(BackupName::parse) else {
            continue;
        };
        let claim = read_claim(state, &name).await?;
        if claim.is_none_or(|claim| claim.run != dead) {
            continue;
        }
        match discard_incomplete(store, &name).await {
            Ok(objects) => removed += objects,
            Err(error) if error.kind() == Kind::Guard => {}
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

/// Removes from stores in folders the unfinished writes of killed runs: of documents in the
/// state, of pointers in the store. A document takes milliseconds to write: what is a minute old
/// has no writer any more.
pub async fn sweep_unfinished_writes(store: &Store, state: &Store) {
    let folder = |of: &Store| of.folder().map(std::path::Path::to_owned);
    let (store, state) = (folder(store), folder(state));
    let swept = tokio::task::spawn_blocking(move || {
        for documents in ["claims", "leases", "status", "runs"] {
            if let Some(state) = &state {
                sweep(&state.join(documents));
            }
        }
        let instances = store.and_then(|store| store.read_dir().ok());
        for instance in instances.into_iter().flatten().flatten() {
            sweep_files(&instance.path(), "latest-");
        }
    });
    // What stays is swept by the next run.
    let _ = swept.await;
}

/// Removes the unfinished writes of a killed run from one folder of a store in a folder.
pub(crate) async fn sweep_unfinished_parts(store: &Store, folder: &str) {
    if let Some(root) = store.folder() {
        let folder = root.join(folder);
        // What stays is swept by the next one who writes there.
        let _ = tokio::task::spawn_blocking(move || sweep(&folder)).await;
    }
}

fn sweep(folder: &std::path::Path) {
    for inner in sweep_files(folder, "") {
        // History grows for years; what nobody wrote to lately was swept long ago.
        let changed = inner.metadata().and_then(|found| found.modified());
        if changed.is_ok_and(|at| at.elapsed().is_ok_and(|age| age < SWEPT_BEFORE)) {
            sweep(&inner);
        }
    }
}

/// Removes old unfinished writes, of names that begin with `prefix`, in one folder; returns the
/// folders in it.
fn sweep_files(folder: &std::path::Path, prefix: &str) -> Vec<std::path::PathBuf> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.path());
        } else if entry.file_name().to_string_lossy().starts_with(prefix)
            && is_staged(&entry.file_name())
            && is_old(&entry)
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    folders
}

fn is_old(entry: &std::fs::DirEntry) -> bool {
    let modified = entry.metadata().and_then(|found| found.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > UNFINISHED))
}

fn is_staged(name: &std::ffi::OsStr) -> bool {
    name.to_str()
        .and_then(|name| name.rsplit_once('#'))
        .is_some_and(|(_, number)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// A killed run leaves files that a listing hides (`<name>#<number>`), and empty folders. Only
/// such files are removed; a folder that still holds anything stays.
fn remove_staging(folder: &std::path::Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        // A link may lead out of the store.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_staging(&path);
        } else if is_staged(&entry.file_name()) {
            let _ = std::fs::remove_file(path);
        }
    }
    let _ = std::fs::remove_dir(folder);
}
