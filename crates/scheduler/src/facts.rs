//! What the records say of the jobs at one moment.

use jiff::Timestamp;
use std::collections::BTreeMap;
use weir_config::OperationKind;
use weir_model::run::Outcome;

/// The facts of jobs, by address. A job without any is one whose records cannot be read from here,
/// of another environment perhaps: it is not started, but its rule still tells when it is due.
pub type Facts = BTreeMap<String, JobFacts>;

/// What is known of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFacts {
    /// When the job was first seen with this schedule and group: earlier due times are not its own.
    pub first_seen: Timestamp,
    /// The newest due time not after now that somebody claimed or left out. A claim after now,
    /// made when the clock was ahead, is none of these: it counts when its time has come.
    pub last: Option<Handled>,
    /// The newest due time for which a run ended well. A run by hand counts for the due time
    /// before it.
    pub succeeded: Option<Timestamp>,
    /// Whether a run of the job is at work, whoever started it.
    pub running: bool,
    /// Whether what the job takes from upstream is there.
    pub upstream: Upstream,
    /// The holds in force. If they cannot be read: one of `restore` without an end.
    pub holds: Vec<Hold>,
}

impl JobFacts {
    /// A job that was first seen at `first_seen`, and of which nothing else is known.
    #[must_use]
    pub fn new(first_seen: Timestamp) -> Self {
        Self {
            first_seen,
            last: None,
            succeeded: None,
            running: false,
            upstream: Upstream::NotNeeded,
            holds: Vec::new(),
        }
    }

    /// Whether a run of the job is at work.
    pub(crate) fn is_at_work(&self) -> bool {
        self.running
            || self
                .last
                .as_ref()
                .is_some_and(|last| last.outcome.is_none())
    }
}

/// A due time that was acted on, by its newest attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The due time.
    pub due: Timestamp,
    /// The newest attempt, from 1.
    pub attempt: u32,
    /// How many attempts failed for a passing reason.
    pub failures: u32,
    /// How the newest attempt ended; `None` while it is at work. A claim of a process that died
    /// before its run began counts as interrupted, a due time left out as skipped or failed.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Whether trying again can help.
    pub transient: bool,
}

/// Whether upstream has what a job takes, as [`crate::judge`] tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upstream {
    /// The job takes nothing of upstream.
    NotNeeded,
    /// There is a backup that the job has not taken, and it is young enough.
    Fresh,
    /// There is not.
    Stale {
        /// In words.
        why: String,
    },
    /// It cannot be read from here.
    Unknown {
        /// In words.
        why: String,
    },
}

/// A hold in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What is held; the whole job if not given.
    pub operation: Option<OperationKind>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Who holds it and what for, in words.
    pub why: String,
}

impl Hold {
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether it keeps the job from `operation`. A script runs in the shadow of the restore: it
    /// is held with it.
    #[must_use]
    pub fn holds(&self, operation: OperationKind) -> bool {
        match self.operation {
            None => true,
            Some(OperationKind::Restore) => {
                matches!(operation, OperationKind::Restore | OperationKind::Transform)
            }
            Some(held) => held == operation,
        }
    }
}
