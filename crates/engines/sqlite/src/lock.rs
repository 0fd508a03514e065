//! One writer per target: a lock beside the file, with the highest token seen in it.

use crate::config::{Database, Place, Subject};
use crate::stamp;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::Token;

/// Whoever only looks whether the lock is held has it for an instant, and so has a process that
/// another thread starts, until its own program runs. That is waited for.
const GLANCE: Duration = Duration::from_millis(10);
/// How often.
const GLANCES: u32 = 50;

/// The lock of a target, held while this lives. The system gives it back when the process dies.
pub(crate) struct TargetLock {
    file: File,
    subject: Subject,
}

impl TargetLock {
    /// Takes the lock; a run that has it is not waited for.
    ///
    /// # Errors
    /// `locked` when another run has it, `target` when the file cannot be made.
    pub(crate) fn take(place: &Place, context: &Context) -> Result<Self> {
        place.refuse_long_name()?;
        let path = place.lock();
        let subject = Subject::new(&path, Kind::Target, context);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| subject.io("make the lock", error))?;
        for _ in 0..GLANCES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file, subject }),
                Err(TryLockError::WouldBlock) => std::thread::park_timeout(GLANCE),
                Err(TryLockError::Error(error)) => return Err(subject.io("take the lock", error)),
            }
        }
        Err(Error::new(
            Kind::Locked,
            format!("lock {}", place.live().display()),
            format!("another run holds {}", path.display()),
        )
        .hint("wait until that run has ended; `weir runs` shows it")
        .transient())
    }

    /// Whether a run holds the lock at this moment.
    pub(crate) fn is_held(place: &Place) -> bool {
        File::open(place.lock())
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Refuses a token that is not above every token seen here, in the lock and in the live copy.
    ///
    /// # Errors
    /// `locked`.
    pub(crate) fn refuse_stale(
        &mut self,
        place: &Place,
        token: Token,
        context: &Context,
    ) -> Result<()> {
        let in_file = self.read_fence()?;
        let in_database = match place.has_database() {
            true => stamp::read(&Database::write(place.live(), Kind::Target, context)?)?,
            false => None,
        };
        let fence = in_file.max(in_database.map(|stamp| stamp.token));
        match fence {
            Some(fence) if token <= fence => Err(stale(place, token, fence)),
            _ => Ok(()),
        }
    }

    /// Remembers a token, for the time when the live copy carries none.
    pub(crate) fn raise_fence(&mut self, token: Token) -> Result<()> {
        let text = token.0.to_string();
        // Tokens only grow, and so does their text: written over the last one before the file is
        // cut, there is no moment without a token in it.
        self.file
            .rewind()
            .and_then(|()| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.set_len(text.len() as u64))
            .and_then(|()| self.file.sync_all())
            .map_err(|error| self.subject.io("write the token into", error))
    }

    fn read_fence(&mut self) -> Result<Option<Token>> {
        let mut text = String::new();
        self.file
            .rewind()
            .and_then(|()| self.file.read_to_string(&mut text))
            .map_err(|error| self.subject.io("read the token in", error))?;
        Ok(text.trim().parse().ok().map(Token))
    }
}

/// The refusal of a token that is not above the target's.
pub(crate) fn stale(place: &Place, token: Token, fence: Token) -> Error {
    Error::new(
        Kind::Locked,
        format!("write {}", place.live().display()),
        format!(
            "a newer run was here: its token is {}, that of this run is {}",
            fence.0, token.0
        ),
    )
    .hint("nothing is to be done if the newer run succeeded; otherwise run the job again")
}
