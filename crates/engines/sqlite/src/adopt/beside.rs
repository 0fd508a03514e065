use crate::config::Subject;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// What a file looked like before it was read, with nothing beside it that belongs to its content.
pub(super) struct Beside {
    path: PathBuf,
    before: Metadata,
}

impl Beside {
    /// Refuses a database whose newest changes lie in a log or journal beside it.
    pub(super) fn of(path: &Path, context: &Context) -> Result<Self> {
        let subject = Subject::new(path, Kind::Source, context);
        let before = std::fs::metadata(path).map_err(|error| subject.io("read", error))?;
        if !before.is_file() {
            let doing = format!("adopt {}", path.display());
            return Err(Error::new(Kind::Usage, doing, "it is not a file")
                .hint("name the database file itself"));
        }
        refuse_unfinished_writes(path)?;
        let path = path.to_owned();
        Ok(Self { path, before })
    }

    /// Refuses a file that somebody wrote to while it was read.
    pub(super) fn refuse_changes(&self, context: &Context) -> Result<()> {
        let subject = Subject::new(&self.path, Kind::Source, context);
        let after = std::fs::metadata(&self.path).map_err(|error| subject.io("read", error))?;
        let look = |found: &Metadata| (found.ino(), found.len(), found.mtime(), found.mtime_nsec());
        if look(&self.before) != look(&after) {
            return Err(in_use(&self.path, "it was changed while it was read"));
        }
        refuse_unfinished_writes(&self.path)
    }
}

fn refuse_unfinished_writes(path: &Path) -> Result<()> {
    let log = beside(path, "-wal");
    if std::fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
        let cause = format!("its newest changes lie in {}", log.display());
        return Err(in_use(path, cause));
    }
    let journal = beside(path, "-journal");
    if is_hot(&journal) {
        let cause = format!(
            "a write is not undone, its journal is {}",
            journal.display()
        );
        return Err(in_use(path, cause));
    }
    Ok(())
}

/// Whether a journal holds pages to put back: one that was ended by clearing its head does not.
fn is_hot(journal: &Path) -> bool {
    let mut first = [0];
    File::open(journal)
        .and_then(|mut file| file.read_exact(&mut first))
        .is_ok()
        && first != [0]
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn in_use(path: &Path, cause: impl Into<String>) -> Error {
    let doing = format!("adopt {}", path.display());
    Error::new(Kind::Corrupt, doing, cause).hint(
        "this is a database in use, not a finished copy: make one with `sqlite3 DATABASE \
         \".backup COPY\"` and adopt that",
    )
}
