//! One writer at a time: a lock file beside the database, which also remembers the highest
//! token when the database itself cannot (there is none yet, or it carries no stamp).

use super::files::Beside;
use super::stamp::stale;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::time::Duration;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::Token;

/// A process that is being started by another thread has the lock for an instant, until its own
/// program runs.
const GLANCE: Duration = Duration::from_millis(10);
/// How often that is waited for.
const GLANCES: u32 = 50;

/// Held while a run may write the target. Given up when dropped, by death too.
pub(super) struct Lock {
    file: File,
    doing: String,
}

impl Lock {
    pub(super) fn take(files: &Beside) -> Result<Self> {
        let doing = format!("lock the database {}", files.live.display());
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&files.lock)
            .map_err(|error| {
                Error::from_source(Kind::Target, &doing, error)
                    .hint("check `url` and the permissions of the folder")
            })?;
        for _ in 0..GLANCES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file, doing }),
                Err(TryLockError::WouldBlock) => std::thread::park_timeout(GLANCE),
                Err(TryLockError::Error(error)) => {
                    return Err(Error::from_source(Kind::Target, doing, error)
                        .hint("put the database on a disk that knows locks"));
                }
            }
        }
        Err(Error::new(Kind::Locked, doing, "another run holds it")
            .hint("wait for it to end; `weir runs` shows it")
            .transient())
    }

    /// Refuses a token that is not above the highest seen.
    pub(super) fn refuse_stale(&mut self, token: Token) -> Result<()> {
        let mut text = String::new();
        self.file
            .rewind()
            .and_then(|()| self.file.read_to_string(&mut text))
            .map_err(|error| self.failed(error))?;
        match text.trim().parse::<u64>() {
            Ok(highest) if highest >= token.0 => Err(stale(&self.doing)),
            // An empty file: no run has been here. A torn one: the stamp in the database decides.
            _ => Ok(()),
        }
    }

    /// Remembers the token of a swap that has happened.
    pub(super) fn raise(&mut self, token: Token) -> Result<()> {
        let text = format!("{}\n", token.0);
        self.file
            .rewind()
            .and_then(|()| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.set_len(text.len() as u64))
            .and_then(|()| self.file.sync_all())
            .map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::from_source(Kind::Target, &self.doing, error)
            .hint("check the permissions of the lock file and the room on its disk")
    }
}
