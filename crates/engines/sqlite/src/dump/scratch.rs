use crate::config::{Database, Subject};
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::Arc;
use tempfile::NamedTempFile;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// What the names of such files begin with while they have one.
const PREFIX: &str = "weir-private-";

/// A database in a file that has no name any more: nobody else can open it, and a kill leaves
/// nothing of it. One that dies while the file still has its name leaves it empty and unlocked, and
/// the next one removes it.
pub(crate) struct Scratch {
    /// The only connection.
    pub(crate) database: Database,
    /// The same file, for its raw bytes.
    pub(crate) file: Arc<File>,
}

impl Scratch {
    /// Makes an empty one in the context's folder for scratch files.
    pub(crate) fn create(kind: Kind, context: &Context) -> Result<Self> {
        let subject = Subject::new(&context.scratch, kind, context);
        sweep(&context.scratch);
        let named = locked_file(&context.scratch)
            .map_err(|error| subject.io("make a private file in", error))?;
        let (file, path) = named.into_parts();
        // SQLite opens the file before its name goes, and needs the name for nothing but a
        // journal, which is off.
        let mut database = Database::write(&path, kind, context)?;
        database.run(
            "prepare",
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
        )?;
        path.close()
            .map_err(|error| subject.io("hide a private file in", error))?;
        database.subject = subject;
        Ok(Self {
            database,
            file: Arc::new(file),
        })
    }

    /// Makes the image readable without a write-ahead log, which a copy of a database that has
    /// one would ask for.
    pub(crate) fn settle(&self) -> Result<()> {
        use_rollback_journal(&self.file)
            .map_err(|error| self.database.subject.io("write the private file in", error))
    }
}

/// A file that tells by its lock that whoever made it lives.
fn locked_file(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let named = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(folder)?;
        match named.as_file().try_lock() {
            Ok(()) if named.as_file().metadata()?.nlink() == 1 => return Ok(named),
            // Somebody took it for a leftover before it was locked.
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            // Where nothing can be locked, nobody takes anything for a leftover.
            Err(TryLockError::Error(_)) => return Ok(named),
        }
    }
}

/// Removes the files whose makers are dead. What cannot be removed is somebody else's.
fn sweep(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    });
    for entry in ours {
        let left = File::open(entry.path()).ok();
        // The lock is held until the name is gone.
        if let Some(_left) = left.filter(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Marks the image of a database as one without a write-ahead log. The change counter moves, so
/// that a connection that has seen the file reads it anew.
pub(crate) fn use_rollback_journal(file: &File) -> io::Result<()> {
    if file.metadata()?.len() < 100 {
        return Ok(());
    }
    let mut versions = [0; 2];
    file.read_exact_at(&mut versions, 18)?;
    if versions == [1, 1] {
        return Ok(());
    }
    let mut counter = [0; 4];
    file.read_exact_at(&mut counter, 24)?;
    let counter = u32::from_be_bytes(counter).wrapping_add(1).to_be_bytes();
    file.write_all_at(&[1, 1], 18)?;
    file.write_all_at(&counter, 24)?;
    file.write_all_at(&counter, 92)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_have_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let alive = locked_file(folder.path()).unwrap();
        let dead = folder.path().join("weir-private-dead");
        let foreign = folder.path().join("private");
        let precious = folder.path().join("precious");
        let link = folder.path().join("weir-private-link");
        for path in [&dead, &foreign, &precious] {
            std::fs::write(path, "").unwrap();
        }
        std::os::unix::fs::symlink(&precious, &link).unwrap();
        sweep(folder.path());
        assert!(!dead.exists());
        for path in [alive.path(), &foreign, &precious, &link] {
            assert!(path.exists(), "{path:?}");
        }
    }
}
