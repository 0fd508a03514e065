//! What an error of SQLite or of the file system means, and what to do about it.

use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind};

/// How long a lock held by another process is waited for, when no deadline comes first.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(30);

/// Messages that begin like this hold names of tables and columns only.
const NAMES_ONLY: [&str; 13] = [
    "no such table: ",
    "no such column: ",
    "no such function: ",
    "no such index: ",
    "no such view: ",
    "no such trigger: ",
    "no such module: ",
    "no such collation sequence: ",
    "UNIQUE constraint failed: ",
    "NOT NULL constraint failed: ",
    "CHECK constraint failed: ",
    "FOREIGN KEY constraint failed",
    "foreign key mismatch",
];

/// What full-text search says of a word that it takes for a column's name.
const SEARCHED: &str = "no such column: ";

/// A file that is worked on, for whom errors are told.
#[derive(Clone)]
pub(crate) struct Subject {
    /// The file.
    pub(crate) path: PathBuf,
    /// The kind of the errors it causes.
    pub(crate) kind: Kind,
    /// Who asked for the work.
    pub(crate) context: Context,
}

impl Subject {
    /// A file at `path`, whose errors are of `kind`.
    pub(crate) fn new(path: &Path, kind: Kind, context: &Context) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            context: context.clone(),
        }
    }

    /// The error of an SQLite call; `doing` is followed by the path.
    // Taken by value, so that it can stand in `map_err`.
    #[allow(clippy::needless_pass_by_value)]
    pub(crate) fn failure(&self, doing: &str, error: rusqlite::Error) -> Error {
        let doing = format!("{doing} {}", self.path.display());
        let code = error.sqlite_error_code();
        if code == Some(ErrorCode::OperationInterrupted)
            && let Err(told_to_stop) = self.context.check(&doing)
        {
            return told_to_stop;
        }
        if is_unrecovered(&error) {
            return Error::new(
                self.kind,
                doing,
                "a write that was interrupted is not undone yet",
            )
            .hint("open the database once with its application, or with the `sqlite3` tool");
        }
        self.explain(doing, code, &error)
    }

    fn explain(&self, doing: String, code: Option<ErrorCode>, error: &rusqlite::Error) -> Error {
        match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => self.busy(doing),
            Some(ErrorCode::DiskFull) => {
                Error::new(self.kind, doing, "no room is left on the disk")
                    .hint("free as much room as the database needs once more, then run again")
            }
            Some(ErrorCode::NotADatabase) => Error::new(
                self.kind,
                doing,
                "the file is not an SQLite database, or is encrypted",
            )
            .hint("check `url` of the app"),
            Some(ErrorCode::DatabaseCorrupt) => {
                Error::new(self.kind, doing, "the database is damaged")
                    .hint("run `PRAGMA integrity_check` on it; restore it from a whole backup")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Error::new(self.kind, doing, "the file or its folder cannot be written")
                    .hint("give Weir's user permission to write the file and its folder")
            }
            Some(ErrorCode::CannotOpen) => {
                Error::new(self.kind, doing, "the file cannot be opened").hint(
                    "check the path and its permissions; a database in WAL mode also needs its \
                     `-shm` file, or permission to make it in the folder",
                )
            }
            _ => Error::new(self.kind, doing, safe_message(error))
                .hint("run `PRAGMA integrity_check` on the database with the `sqlite3` tool"),
        }
    }

    /// The error when somebody else held a lock for too long.
    pub(crate) fn busy(&self, doing: impl Into<String>) -> Error {
        let doing = doing.into();
        if self.context.cancel.is_cancelled()
            && let Err(told_to_stop) = self.context.check(&doing)
        {
            return told_to_stop;
        }
        let waited = match self.context.check("") {
            Ok(()) => format!("for {} seconds", LOCK_WAIT.as_secs()),
            Err(_) => "until the deadline".to_owned(),
        };
        let cause = format!(
            "another process kept {} locked {waited}",
            self.path.display()
        );
        Error::new(Kind::Locked, doing, cause)
            .hint("find who holds it (`fuser` names the processes), or run again when it is idle")
            .transient()
    }

    /// The error of a file system call; `doing` is followed by the path.
    pub(crate) fn io(&self, doing: &str, error: io::Error) -> Error {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "check that the path exists",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "give Weir's user permission to write the file and its folder"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free as much room as the database needs once more, then run again"
            }
            _ => "look at the disk's health and at the system's log",
        };
        let doing = format!("{doing} {}", self.path.display());
        Error::from_source(self.kind, doing, error).hint(hint)
    }
}

/// What SQLite says, without anything that could be a value of a row.
pub(crate) fn safe_message(error: &rusqlite::Error) -> String {
    let (code, text) = match error {
        rusqlite::Error::SqliteFailure(code, text) => (code, text.as_deref()),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, Some(msg.as_str())),
        _ => return "SQLite gave an answer that was not expected".to_owned(),
    };
    // The text of RAISE() is the application's, and may be made of values.
    if code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER {
        return "a trigger refused the change".to_owned();
    }
    // Of a statement that cannot be prepared SQLite says where in its text; one that is running
    // already may search for a value, and full-text search then takes it for a column's name.
    let is_running = matches!(error, rusqlite::Error::SqliteFailure(..));
    match text {
        Some(text) if is_running && text.starts_with(SEARCHED) => {
            "a column is named that is not there".to_owned()
        }
        Some(text) if NAMES_ONLY.iter().any(|start| text.starts_with(start)) => text.to_owned(),
        Some(text) if text.ends_with("syntax error") => "syntax error".to_owned(),
        _ => format!("SQLite error {}: {}", code.extended_code, short(code)),
    }
}

/// Whether SQLite would have to write before it can read, which a reader may not.
fn is_unrecovered(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_READONLY_RECOVERY, SQLITE_READONLY_ROLLBACK};
    error.sqlite_error().is_some_and(|error| {
        [SQLITE_READONLY_ROLLBACK, SQLITE_READONLY_RECOVERY].contains(&error.extended_code)
    })
}

fn short(code: &rusqlite::ffi::Error) -> String {
    let words = code.to_string();
    words
        .split_once(": ")
        .map_or_else(|| words.clone(), |(_, words)| words.to_owned())
}
