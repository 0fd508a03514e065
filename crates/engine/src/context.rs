//! What every long call is given: who listens, when to stop, by when to have ended.

use crate::times::{TableTimes, TableWork};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::{Checkpoint, Event, Unit};

/// Listens to a run. Called on the thread that does the work: it MUST return quickly.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event);
}

/// An observer that listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentObserver;

impl Observer for SilentObserver {
    fn event(&self, _event: &Event) {}
}

/// A request to stop, shared by everything that works for one run.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    state: Arc<CancelState>,
}

#[derive(Debug, Default)]
struct CancelState {
    requested: OnceLock<Instant>,
    notify: Notify,
}

impl Cancel {
    /// Asks everything that watches to stop at the next safe point.
    pub fn cancel(&self) {
        self.state.requested.get_or_init(Instant::now);
        self.state.notify.notify_waiters();
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.requested_at().is_some()
    }

    /// When a stop was first asked for.
    #[must_use]
    pub fn requested_at(&self) -> Option<Instant> {
        self.state.requested.get().copied()
    }

    /// Returns once a stop was asked for.
    pub async fn cancelled(&self) {
        let notified = self.state.notify.notified();
        tokio::pin!(notified);
        // Registered before the flag is read, so that a stop in between is not missed.
        notified.as_mut().enable();
        if !self.is_cancelled() {
            notified.await;
        }
    }
}

/// The surroundings of a call.
#[derive(Clone)]
pub struct Context {
    observer: Arc<dyn Observer>,
    tables: Arc<TableTimes>,
    /// The request to stop.
    pub cancel: Cancel,
    /// The moment by which the call MUST have returned.
    pub deadline: Option<Instant>,
    /// Where an engine may keep scratch files. The folder MUST be private to the user.
    pub scratch: PathBuf,
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Context");
        shown
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// A context with an observer, no deadline, and the system's folder for temporary files.
    pub fn new(observer: Arc<dyn Observer>) -> Self {
        Self {
            observer,
            tables: Arc::default(),
            cancel: Cancel::default(),
            deadline: None,
            scratch: std::env::temp_dir(),
        }
    }

    /// The same with a deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same with another observer.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Who listens.
    #[must_use]
    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.observer)
    }

    /// The same with times of its own, for one operation among several.
    #[must_use]
    pub fn with_own_table_times(mut self) -> Self {
        self.tables = Arc::default();
        self
    }

    /// How long each table took that was told by [`Context::at_table`].
    #[must_use]
    pub fn table_times(&self) -> &Arc<TableTimes> {
        &self.tables
    }

    /// The same with another stop request.
    #[must_use]
    pub fn with_cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Fails once the run was told to stop or its deadline has passed. Long loops MUST ask at
    /// least once a second.
    ///
    /// # Errors
    /// `interrupted` or `deadline`.
    pub fn check(&self, doing: &str) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(
                Error::new(Kind::Interrupted, doing, "the run was told to stop")
                    .hint("run the job again: it starts from a healed target"),
            );
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(deadline_passed(doing)),
            _ => Ok(()),
        }
    }

    /// When the run was told to stop or its deadline passed, whichever came first; `None` while it
    /// may go on.
    #[must_use]
    pub fn stopped_at(&self) -> Option<Instant> {
        let passed = self.deadline.filter(|deadline| *deadline <= Instant::now());
        passed.into_iter().chain(self.cancel.requested_at()).min()
    }

    /// Returns once the run was told to stop, or its deadline has passed, with what to say then.
    pub async fn stopped(&self, doing: &str) -> Error {
        let deadline = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = deadline => {}
        }
        match self.check(doing) {
            Err(error) => error,
            Ok(()) => deadline_passed(doing),
        }
    }

    /// Waits for `future` unless the run is told to stop, or its deadline passes, before: then it
    /// is dropped. For what harms nothing when it is given up half-way.
    ///
    /// # Errors
    /// `interrupted` or `deadline`.
    pub async fn unless_stopped<T>(
        &self,
        doing: &str,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.check(doing)?;
        tokio::select! {
            biased;
            done = future => done,
            stopped = self.stopped(doing) => Err(stopped),
        }
    }

    /// Tells the observer.
    pub fn event(&self, event: &Event) {
        self.observer.event(event);
    }

    /// Tells how far the step is.
    pub fn progress(&self, unit: Unit, done: u64, total: u64) {
        self.event(&Event::Progress { unit, done, total });
    }

    /// Tells something worth knowing.
    pub fn note(&self, message: impl Into<String>) {
        self.event(&Event::Note {
            message: message.into(),
        });
    }

    /// Tells something to look at.
    pub fn warn(&self, message: impl Into<String>) {
        self.event(&Event::Warning {
            message: message.into(),
        });
    }

    /// Tells what is waited for, and for how long more if nothing changes.
    pub fn waiting(&self, what: impl Into<String>, left: Duration) {
        self.event(&Event::Waiting {
            what: what.into(),
            // A wait of 15 minutes is told as one, also when it has begun.
            seconds_left: left
                .as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX),
        });
    }

    /// Tells that the rows of a table, named as its digest is, are worked at until what is returned
    /// is dropped.
    pub fn at_table(&self, table: &str) -> TableWork {
        self.tables.begin(table)
    }

    /// Tells that a state was reached.
    pub fn checkpoint(&self, checkpoint: Checkpoint) {
        self.event(&Event::Checkpoint { checkpoint });
    }
}

fn deadline_passed(doing: &str) -> Error {
    Error::new(Kind::Deadline, doing, "the job's deadline has passed")
        .hint("raise `deadline` of the job, or find out what was slow in its log")
}
