//! What the configuration says of one job, as far as it decides when the job starts.

use crate::timetable::Timetable;
use std::time::Duration;
use weir_config::{OperationKind, Stale};

/// One job.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`.
    pub address: String,
    /// Its environment.
    pub environment: String,
    /// When it is due.
    pub timetable: Timetable,
    /// What it does, in order.
    pub operations: Vec<OperationKind>,
    /// How long after its due time all is over: no attempt begins later.
    pub deadline: Duration,
    /// How late after its due time the first attempt may begin.
    pub start_within: Duration,
    /// By how much starts are spread.
    pub jitter: Duration,
    /// How often a run that failed for a passing reason is tried again.
    pub retry: u32,
    /// How long it waits for upstream and for the jobs it comes after.
    pub wait: Duration,
    /// What then.
    pub stale: Stale,
    /// Addresses of the jobs it comes after.
    pub after: Vec<String>,
    /// The group that it starts with; jobs of one environment and group share a schedule.
    pub group: Option<String>,
    /// Addresses of the jobs that make the backups it takes.
    pub upstream: Vec<String>,
    /// How old what it takes may be; since upstream was last due if not given.
    pub max_age: Option<Duration>,
    /// How long its own backups stay.
    pub keep: Option<Duration>,
    /// The servers it works on.
    pub servers: Vec<String>,
    /// The databases it works on.
    pub targets: Vec<String>,
}

impl Rule {
    /// Whether any of `operations` takes a backup of upstream.
    pub(crate) fn takes(operations: &[OperationKind]) -> bool {
        operations
            .iter()
            .any(|kind| matches!(kind, OperationKind::Restore | OperationKind::Replicate))
    }
}
