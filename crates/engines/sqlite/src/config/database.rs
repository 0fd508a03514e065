use super::failure::{LOCK_WAIT, Subject};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};
use weir_engine::{Context, Quotes};
use weir_model::error::{Error, Kind, Result};

/// Instructions of SQLite's machine between two looks at the request to stop.
const INSTRUCTIONS_PER_CHECK: i32 = 20_000;

/// The longest text that is made while values are tried, in bytes.
const LONGEST_TRIED: i32 = 1 << 20;

/// How often a lock is asked for again.
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// A connection that knows what it is for: it stops when the run is told to stop, waits for
/// locks no longer than the deadline, and tells errors with the file's name and without values.
pub(crate) struct Database {
    /// The connection.
    pub(crate) connection: Connection,
    /// The file, for errors.
    pub(crate) subject: Subject,
}

impl Database {
    /// Opens an existing database without any right to change it.
    pub(crate) fn read(path: &Path, kind: Kind, context: &Context) -> Result<Self> {
        Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, kind, context)
    }

    /// Opens an existing file for writing.
    pub(crate) fn write(path: &Path, kind: Kind, context: &Context) -> Result<Self> {
        Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, kind, context)
    }

    fn open(path: &Path, access: OpenFlags, kind: Kind, context: &Context) -> Result<Self> {
        let subject = Subject::new(path, kind, context);
        // Asked here because SQLite calls every reason "unable to open".
        let found = std::fs::metadata(path).map_err(|error| subject.io("open", error))?;
        if !found.is_file() {
            return Err(
                Error::new(kind, format!("open {}", path.display()), "it is not a file")
                    .hint("check `url` of the app"),
            );
        }
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|error| subject.failure("open", error))?;
        let mut database = Self {
            connection,
            subject,
        };
        database
            .prepare_connection()
            .map_err(|error| database.subject.failure("open", error))?;
        Ok(database)
    }

    /// Makes a database in memory, for what is tried out and forgotten. `path` is for errors.
    pub(crate) fn in_memory(path: &Path, kind: Kind, context: &Context) -> Result<Self> {
        let subject = Subject::new(path, kind, context);
        let connection = Connection::open_in_memory()
            .map_err(|error| subject.failure("try values for", error))?;
        let mut database = Self {
            connection,
            subject,
        };
        database
            .prepare_connection()
            .map_err(|error| database.subject.failure("try values for", error))?;
        // What is tried comes from a backup: it must not make this process large.
        database
            .connection
            .set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_TRIED)
            .map_err(|error| database.subject.failure("try values for", error))?;
        Ok(database)
    }

    fn prepare_connection(&mut self) -> rusqlite::Result<()> {
        let connection = &mut self.connection;
        // Rows are copied as they are; constraints are proven afterwards.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
        // A schema from elsewhere may not call functions with side effects.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        let context = self.subject.context.clone();
        let mut asked = Instant::now();
        connection.busy_handler(Some(move |attempt: i32| {
            if attempt == 0 {
                asked = Instant::now();
            }
            let goes_on = context.check("").is_ok() && asked.elapsed() < LOCK_WAIT;
            if goes_on {
                std::thread::park_timeout(LOCK_RETRY);
            }
            goes_on
        }))?;
        let context = self.subject.context.clone();
        connection.progress_handler(
            INSTRUCTIONS_PER_CHECK,
            Some(move || context.check("").is_err()),
        )
    }

    /// Runs statements that return nothing of interest.
    pub(crate) fn run(&self, doing: &str, sql: &str) -> Result<()> {
        self.connection
            .execute_batch(sql)
            .map_err(|error| self.subject.failure(doing, error))
    }

    /// The first column of the first row.
    pub(crate) fn value<T: FromSql>(&self, doing: &str, sql: &str) -> Result<T> {
        self.connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(|error| self.subject.failure(doing, error))
    }

    /// Whether the database keeps a write-ahead log.
    pub(crate) fn is_wal(&self) -> Result<bool> {
        let mode: String = self.value("read the journal mode of", "PRAGMA main.journal_mode")?;
        Ok(mode.eq_ignore_ascii_case("wal"))
    }

    /// Bytes per page.
    pub(crate) fn page_size(&self) -> Result<i64> {
        self.value("read the page size of", "PRAGMA main.page_size")
    }
}

/// How SQLite quotes.
pub(crate) const QUOTES: Quotes = Quotes {
    brackets: true,
    backslashes: false,
};

/// A name as SQL takes it, whatever is in it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
