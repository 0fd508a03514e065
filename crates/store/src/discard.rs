//! Removing what a dead run left: parts without a manifest.

use crate::keys::BackupName;
use crate::store::Store;
use weir_model::error::{Error, Kind, Result};

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

/// A killed run leaves files that a listing hides (`<name>#<number>`), and empty folders. Only
/// such files are removed; a folder that still holds anything stays.
fn remove_staging(folder: &std::path::Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let staged = name
            .to_str()
            .and_then(|name| name.rsplit_once('#'))
            .is_some_and(|(_, number)| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
        // A link may lead out of the store.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_staging(&path);
        } else if staged {
            let _ = std::fs::remove_file(path);
        }
    }
    let _ = std::fs::remove_dir(folder);
}
