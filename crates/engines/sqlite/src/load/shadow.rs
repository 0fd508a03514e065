use crate::config::{Place, Subject};
use crate::lock::TargetLock;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// The copy being built, with the lock it is built under. Dropped, its files are removed.
pub(crate) struct Shadow {
    /// Where it lies.
    pub(crate) place: Place,
    /// Held until the shadow is live or gone.
    pub(crate) lock: TargetLock,
}

impl Shadow {
    /// A shadow of which nothing exists yet.
    pub(crate) fn new(place: Place, lock: TargetLock) -> Self {
        Self { place, lock }
    }

    /// Makes the empty file, for its owner only.
    pub(crate) fn create(&self, context: &Context) -> Result<File> {
        create_private(&self.place.shadow(), context)
    }

    /// Removes the files, and says when that fails.
    pub(crate) fn discard(self) -> Result<()> {
        for path in files(&self.place) {
            remove(&path).map_err(|error| {
                let doing = format!("remove {}", path.display());
                Error::from_source(Kind::Target, doing, error).hint("remove the file by hand")
            })?;
        }
        Ok(())
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        for path in files(&self.place) {
            // Nobody is left to tell; the next run's healing removes what stays.
            let _ = remove(&path);
        }
    }
}

/// Every file a shadow can have.
pub(crate) fn files(place: &Place) -> Vec<PathBuf> {
    with_journals([place.shadow(), place.rewritten()])
}

/// The paths, each with the files SQLite keeps beside it.
pub(crate) fn with_journals(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    paths
        .into_iter()
        .flat_map(|path| {
            ["", "-journal", "-wal", "-shm"].map(|ending| {
                let mut name = OsString::from(&path);
                name.push(ending);
                PathBuf::from(name)
            })
        })
        .collect()
}

/// Makes an empty file that only its owner may read.
pub(crate) fn create_private(path: &Path, context: &Context) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Subject::new(path, Kind::Target, context).io("make", error))
}

/// Removes a file; says whether there was one.
pub(crate) fn remove_if_present(path: &Path, context: &Context) -> Result<bool> {
    remove(path).map_err(|error| Subject::new(path, Kind::Target, context).io("remove", error))
}

fn remove(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes the content of one of Weir's own files last through a power failure. Never used on a
/// live database: closing any handle of a file gives back SQLite's locks on it.
pub(crate) fn sync_file(path: &Path, context: &Context) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| Subject::new(path, Kind::Target, context).io("write to disk", error))
}
