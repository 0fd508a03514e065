//! Removing a whole backup. Whatever moment it is killed at, a reader sees a backup it can read,
//! or none: the pointer goes on first, then the manifest goes, which is what makes it a backup,
//! and its parts last.

use crate::backups::{Inspected, Sizes, group, inspect};
use crate::discard::discard_incomplete;
use crate::keys::BackupName;
use crate::pointer::{advance, read_pointer};
use crate::store::Store;
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};

/// Removes a backup, and returns how many objects there were. `successor` is a later, whole backup
/// of the same database, so that the last one can never go. The caller MUST know that nobody reads
/// the one removed.
///
/// # Errors
/// `guard` without such a successor; `store`, also where objects cannot be removed: nothing is
/// gone then unless the manifest is, and [`discard_incomplete`] removes the parts that are left.
pub async fn remove_backup(
    store: &Store,
    name: &BackupName,
    successor: &BackupName,
) -> Result<usize> {
    let digest = whole_successor(store, name, successor).await?;
    if pointer_names(store, name).await? {
        advance(store, successor, &digest).await?;
        if pointer_names(store, name).await? {
            let hint = "remove the pointer by hand, or wait until the next backup moves it";
            return Err(refused(store, name, "the pointer still names it").hint(hint));
        }
    }
    let manifest = name.manifest_key();
    store.delete(&manifest).await?;
    if store.size(&manifest).await?.is_some() {
        let doing = format!("remove {}", store.place(&manifest));
        let cause = "the store says that it is removed, and shows it still";
        return Err(Error::new(Kind::Store, doing, cause)
            .hint("look at the bucket's retention: its lifecycle has to remove it"));
    }
    let parts = discard_incomplete(store, name).await?;
    Ok(parts + 1)
}

/// The digest of the successor's manifest, once all of it is seen to be there.
async fn whole_successor(
    store: &Store,
    name: &BackupName,
    successor: &BackupName,
) -> Result<Digest> {
    let of_the_same = successor.instance == name.instance && successor.database == name.database;
    if !of_the_same || successor.time <= name.time {
        let cause = format!(
            "{} is no later backup of the same database",
            successor.key()
        );
        return Err(refused(store, name, cause).hint("keep it: it may be the last one"));
    }
    let listed = group(store.list(&successor.key()).await?);
    let sizes: Sizes = listed
        .into_iter()
        .map(|(_, sizes)| sizes)
        .next()
        .unwrap_or_default();
    let problem = match inspect(store, successor, &sizes, &[]).await? {
        Inspected::Whole(read) => return Ok(read.digest),
        Inspected::Incomplete(_, missing) => missing.to_string(),
        Inspected::Broken(_, problem) => problem,
    };
    let cause = format!(
        "the backup that is to remain, {}, is not whole: {problem}",
        successor.key()
    );
    Err(refused(store, name, cause).hint("take a new backup first"))
}

async fn pointer_names(store: &Store, name: &BackupName) -> Result<bool> {
    let pointed = read_pointer(store, &name.instance, &name.database).await?;
    Ok(pointed.as_ref() == Some(name))
}

fn refused(store: &Store, name: &BackupName, cause: impl Into<String>) -> Error {
    let doing = format!("remove {}", store.place(&name.key()));
    Error::new(Kind::Guard, doing, cause.into())
}
