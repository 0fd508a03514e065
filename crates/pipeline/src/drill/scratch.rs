//! The folder of a scratch copy: private, locked while its drill lives, gone afterwards.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// What the names of such folders begin with.
const PREFIX: &str = "weir-drill-";
/// The same while one is being made, so that nobody takes it for a leftover before it is locked.
const PREFIX_UNLOCKED: &str = "weir-making-drill-";

/// A folder that only its owner can enter. Dropped, it is removed with all it holds.
pub(crate) struct ScratchFolder {
    path: PathBuf,
    /// Whoever holds it lives; the system gives it back when the process dies.
    _lock: File,
}

impl ScratchFolder {
    /// Makes the folder of that name in `parent`.
    ///
    /// # Errors
    /// `target`.
    pub(crate) fn create(parent: &Path, name: &str) -> Result<Self> {
        let make = || {
            let parent = std::path::absolute(parent)?;
            let unlocked = parent.join(format!("{PREFIX_UNLOCKED}{name}"));
            let path = parent.join(format!("{PREFIX}{name}"));
            DirBuilder::new().mode(0o700).create(&unlocked)?;
            let lock = lock(&unlocked).and_then(|lock| {
                std::fs::rename(&unlocked, &path)?;
                Ok(lock)
            });
            if lock.is_err() {
                // Empty, and told by the error that follows.
                let _ = std::fs::remove_dir(&unlocked);
            }
            Ok::<_, io::Error>(Self { _lock: lock?, path })
        };
        make().map_err(|error| {
            let doing = format!("make a private folder in {}", parent.display());
            Error::from_source(Kind::Target, doing, error)
                .hint("name a folder with room for a whole copy, and with locks, in TMPDIR")
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, and says when that fails.
    ///
    /// # Errors
    /// `target`.
    pub(crate) fn remove(self) -> Result<()> {
        remove(&self.path).map_err(|error| {
            let doing = format!("remove {}", self.path.display());
            Error::from_source(Kind::Target, doing, error)
                .hint("remove it by hand: it may hold a copy of the database")
        })
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // Nobody is left to tell; the next drill removes what stays.
        let _ = remove(&self.path);
    }
}

/// Removes what drills that died have left in the context's folder for scratch files.
pub(crate) fn sweep(context: &Context) {
    for path in left_by_the_dead(&context.scratch) {
        let removed = remove(&path);
        let path = path.display();
        match removed {
            Ok(()) => context.warn(format!("removed {path}, left by a drill that died")),
            Err(error) => context.warn(format!(
                "{path} was left by a drill that died, and could not be removed: {error}"
            )),
        }
    }
}

/// What [`sweep`] would remove.
pub(crate) fn leftovers(context: &Context) -> Vec<String> {
    left_by_the_dead(&context.scratch)
        .iter()
        .map(|path| format!("{} was left by a drill that died", path.display()))
        .collect()
}

/// The folders that nobody holds. One that cannot be entered belongs to somebody else.
fn left_by_the_dead(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        // A link may lead anywhere; a folder open to others is none of ours.
        .filter(|entry| {
            let found = entry.metadata();
            found.is_ok_and(|found| found.is_dir() && found.mode() & 0o077 == 0)
        })
        .map(|entry| entry.path())
        .filter(|path| lock(path).is_ok())
        .collect()
}

fn lock(folder: &Path) -> io::Result<File> {
    let file = File::open(folder)?;
    file.try_lock()?;
    Ok(file)
}

fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use weir_engine::SilentObserver;

    fn context(scratch: &Path) -> Context {
        let mut context = Context::new(Arc::new(SilentObserver));
        context.scratch = scratch.to_owned();
        context
    }

    #[test]
    fn only_what_the_dead_have_left_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let alive = ScratchFolder::create(parent.path(), "alive").unwrap();
        let dead = parent.path().join("weir-drill-dead");
        DirBuilder::new().mode(0o700).create(&dead).unwrap();
        std::fs::write(dead.join("scratch.db"), "rows").unwrap();
        let foreign = parent.path().join("weir-drill-foreign");
        DirBuilder::new().mode(0o755).create(&foreign).unwrap();
        let elsewhere = parent.path().join("elsewhere");
        DirBuilder::new().mode(0o700).create(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, parent.path().join("weir-drill-link")).unwrap();
        std::fs::write(elsewhere.join("precious"), "rows").unwrap();
        let context = context(parent.path());
        assert_eq!(leftovers(&context).len(), 1);
        sweep(&context);
        assert!(!dead.exists());
        assert!(foreign.exists() && alive.path().exists());
        assert!(elsewhere.join("precious").exists());
        let path = alive.path().to_owned();
        alive.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_is_private_and_goes_with_whoever_made_it() {
        let parent = tempfile::tempdir().unwrap();
        let folder = ScratchFolder::create(parent.path(), "one").unwrap();
        let mode = std::fs::metadata(folder.path()).unwrap().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(folder);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
