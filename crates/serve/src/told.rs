//! What whoever watches is told.

use jiff::Timestamp;
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::Arc;
use weir_model::run::{Failure, Outcome};

/// Who is told. Called by whoever works: it must return quickly.
pub type Teller = Arc<dyn Fn(&Told) + Send + Sync>;

/// Something happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Told {
    /// The page can be looked at.
    Serving {
        /// Where.
        address: SocketAddr,
    },
    /// Somebody did something on the page, or tried to.
    Asked {
        /// Who and what.
        what: String,
    },
    /// A run of a job starts.
    Started {
        /// The job.
        job: String,
        /// The due time it is for.
        due: Timestamp,
        /// Which attempt, from 1.
        attempt: u32,
        /// Its run.
        run: String,
        /// Why it runs although what it waited for has not come.
        #[serde(skip_serializing_if = "Option::is_none")]
        late: Option<String>,
    },
    /// A run has something that somebody should look at.
    Warned {
        /// The job.
        job: String,
        /// Its run.
        run: String,
        /// What.
        message: String,
    },
    /// A run has ended.
    Ended {
        /// The job.
        job: String,
        /// Its run; empty when it could not be recorded.
        run: String,
        /// How.
        outcome: Outcome,
        /// What failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// A due time, or several, are over without a run.
    LeftOut {
        /// The job.
        job: String,
        /// The newest of them.
        due: Timestamp,
        /// How many.
        count: u32,
        /// Why.
        why: String,
        /// Whether somebody holds it, which is as it should be.
        #[serde(default)]
        held: bool,
    },
    /// The records of an environment cannot be read or written: told once.
    Trouble {
        /// The environment.
        environment: String,
        /// Why.
        why: String,
    },
    /// They can again.
    Recovered {
        /// The environment.
        environment: String,
    },
    /// The clock was set, or the machine slept.
    ClockMoved {
        /// By how much, in seconds; less than none when it was set back.
        seconds: i64,
    },
    /// Records that nobody needs any more were removed.
    Pruned {
        /// The environment.
        environment: String,
        /// How many runs.
        runs: u64,
    },
    /// The heartbeat of an environment could not be given: told once.
    HeartbeatFailed {
        /// The environment.
        environment: String,
        /// Why.
        why: String,
    },
    /// Nothing more is started; the runs at work have until then.
    Stopping {
        /// How many runs are at work.
        at_work: usize,
        /// When they are asked to stop.
        until: Timestamp,
    },
}
