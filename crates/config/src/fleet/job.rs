//! A job expanded.

use std::collections::BTreeMap;
use std::path::PathBuf;

use weir_model::sanitising::Voucher;

use super::{Clean, Hooks, Replica, TargetPolicy};
use crate::located::{Located, Origin};
use crate::raw::{AcknowledgedClone, Bounds};
use crate::schedule::Schedule;
use crate::value::{
    Data, EngineKind, OperationKind, Period, Previous, Reads, Secret, Stale, Timezone, Verify,
};

/// One job of one app in one environment.
#[derive(Debug, Clone)]
pub struct Job {
    /// `ENVIRONMENT/APP`, or `ENVIRONMENT/APP/JOB` where the app has several jobs.
    pub address: String,
    /// The environment it writes to.
    pub environment: String,
    /// The app.
    pub app: String,
    /// Its name; `main` unless the app names its jobs.
    pub name: String,
    /// Where it is defined: the app, or the job among several.
    pub defined: Origin,
    /// What holds the data.
    pub engine: Located<EngineKind>,
    /// Name of the server, also the folder of its backups in the store.
    pub instance: Located<String>,
    /// Its databases in order, each with its own chain of operations.
    pub databases: Vec<DatabaseJob>,
    /// The operations as they were asked for, before each database leaves out what it has no script for.
    pub chain: Located<Vec<OperationKind>>,
    /// When it is due.
    pub schedule: Located<Schedule>,
    /// Time zone of the schedule.
    pub timezone: Located<Timezone>,
    /// How long a run may take.
    pub deadline: Located<Period>,
    /// How late after it is due a run may still start.
    pub start_within: Located<Period>,
    /// Runs start up to this much after they are due.
    pub jitter: Located<Period>,
    /// How often a run that failed for a passing reason is tried again.
    pub retry: Located<u32>,
    /// How long after it is due a run waits for what comes before it.
    pub wait: Located<Period>,
    /// What becomes of it then.
    pub stale: Located<Stale>,
    /// Addresses of the jobs that it starts after.
    pub after: Vec<Located<String>>,
    /// Jobs of one environment with the same group back up at one moment and swap together. Only
    /// for jobs that back up or restore.
    pub group: Option<Located<String>>,
    /// What runs around it and its operations.
    pub hooks: Hooks,
    /// What its recovery is measured against.
    pub objectives: Objectives,
    /// Whom it restores from, if it restores.
    pub source: Option<Source>,
    /// What may come.
    pub data: Located<Data>,
    /// The role that owns the database after a restore.
    pub owner: Option<Located<String>>,
    /// What a restore does about what the server lacks; `None` for an engine whose databases refer to
    /// nothing of their server.
    pub target_policy: Option<TargetPolicy>,
    /// The password of the database user.
    pub password: Option<Located<Secret>>,
    /// How old the data may be; since upstream was last due if not given.
    pub max_age: Option<Located<Period>>,
    /// How long the copy that a restore replaced is kept.
    pub previous: Located<Previous>,
    /// How long a backup is expected to stay in the store.
    pub keep: Option<Located<Period>>,
    /// Bounds for numbers of rows after scripts, by table.
    pub expect: Option<Located<BTreeMap<String, Bounds>>>,
    /// How far a backup is verified.
    pub verify: Located<Verify>,
    /// The acknowledgement that the target server is a clone of the source server.
    pub clone: Option<Located<AcknowledgedClone>>,
    /// Where it publishes, if it does.
    pub clean: Option<Located<Clean>>,
    /// Who accepts the data as it is.
    pub vouched: Option<Located<Voucher>>,
}

impl Job {
    /// Every operation with its database, in the order they run.
    pub fn operations(&self) -> impl Iterator<Item = (OperationKind, &DatabaseJob)> {
        self.databases.iter().flat_map(|database| {
            database
                .operations
                .iter()
                .map(move |kind| (*kind, database))
        })
    }

    /// Whether any of its operations is `kind`.
    #[must_use]
    pub fn does(&self, kind: OperationKind) -> bool {
        self.operations().any(|(operation, _)| operation == kind)
    }

    /// Whether it makes sanitised backups in the clean store.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.operations().any(|(kind, _)| kind.publishes())
    }

    /// Whether it replaces a live copy.
    #[must_use]
    pub fn writes_target(&self) -> bool {
        self.operations().any(|(kind, _)| kind.writes_target())
    }
}

/// What the recovery of an app is measured against.
#[derive(Debug, Clone, Default)]
pub struct Objectives {
    /// How long it may take.
    pub recovery_time: Option<Located<Period>>,
    /// How old the newest backup that can be recovered may be.
    pub recovery_point: Option<Located<Period>>,
}

/// One database of a job.
#[derive(Debug, Clone)]
pub struct DatabaseJob {
    /// Its name.
    pub name: String,
    /// Its address, without a password.
    pub url: Located<String>,
    /// What it is called where it is restored from; given when the job restores.
    pub source_name: Option<String>,
    /// The script to run in the shadow, as written.
    pub transform: Option<Located<PathBuf>>,
    /// The rules file for sanitising, as written.
    pub sanitise: Option<Located<PathBuf>>,
    /// What is done with it, in order.
    pub operations: Vec<OperationKind>,
}

/// Whom a job restores from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The environment.
    pub environment: String,
    /// The app there.
    pub app: String,
    /// The app's instance there.
    pub instance: String,
    /// What says so.
    pub origin: Origin,
    /// Which of its backups are taken.
    pub reads: Located<Reads>,
    /// Where they are read, if not in that environment's own stores.
    pub replica: Option<Located<Replica>>,
}
