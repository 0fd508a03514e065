//! What a store in a folder needs besides the objects: nobody else reads them, and processes on
//! one machine take turns.

use super::Store;
use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How long another process may hold a folder: what it does with it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often is looked whether it is done.
const PAUSE: Duration = Duration::from_millis(20);

/// Makes a folder and what leads to it, readable by this user only.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    set_mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

#[cfg(unix)]
fn set_mode(builder: &mut DirBuilder, mode: u32) {
    std::os::unix::fs::DirBuilderExt::mode(builder, mode);
}

#[cfg(not(unix))]
fn set_mode(_: &mut DirBuilder, _: u32) {}

/// The mode of folders within `root`: this user's only, and its group's where the operator lets
/// the group write there.
#[cfg(unix)]
fn mode_within(root: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(root).map_or(0, |found| found.permissions().mode());
    if mode & 0o020 == 0 { 0o700 } else { 0o770 }
}

#[cfg(not(unix))]
fn mode_within(_: &Path) -> u32 {
    0
}

/// Makes the folders from `root` down to `folder`, each durable in its parent; `root` itself,
/// and what leads to it, for this user only.
fn make_within(root: &Path, folder: &Path) -> io::Result<()> {
    if !root.exists() {
        make_private_folder(root)?;
    }
    let mut builder = DirBuilder::new();
    set_mode(&mut builder, mode_within(root));
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|path| !path.exists())
        .collect();
    for path in missing.into_iter().rev() {
        match builder.create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if let Some(parent) = path.parent() {
            File::open(parent)?.sync_all()?;
        }
    }
    Ok(())
}

impl Store {
    /// Makes the folder of an object, so that it gets the mode it needs. A store's folder may
    /// have been there before, open to everyone, and what it holds is personal data.
    pub(super) async fn make_room(&self, key: &str) -> Result<(), object_store::Error> {
        let Some(root) = &self.root else {
            return Ok(());
        };
        let path = self.folder.as_deref().unwrap_or(root).join(key);
        let Some(folder) = path.parent().map(Path::to_owned) else {
            return Ok(());
        };
        if folder.exists() {
            return Ok(());
        }
        let root = PathBuf::clone(root);
        tokio::task::spawn_blocking(move || make_within(&root, &folder))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|source| object_store::Error::Generic {
                store: "folder",
                source: source.into(),
            })
    }

    /// Keeps other processes of this machine out while a document is changed: a folder has no
    /// conditional overwrite. `None` where there is no folder, or its file system has no locks.
    pub(super) async fn lock_folder(&self) -> Result<Option<File>, TimedOut> {
        let Some(folder) = self.root.as_deref().and_then(|root| File::open(root).ok()) else {
            return Ok(None);
        };
        let began = Instant::now();
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Some(folder)),
                Err(TryLockError::Error(_)) => return Ok(None),
                Err(TryLockError::WouldBlock) if began.elapsed() >= PATIENCE => {
                    return Err(TimedOut);
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// Another process held the folder for too long.
pub(super) struct TimedOut;
