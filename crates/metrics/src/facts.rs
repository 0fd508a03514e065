//! What `/metrics` tells, as plain values. Moments are seconds of Unix time.

/// The fleet at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// When this was true.
    pub at: i64,
    /// Weir's version.
    pub version: String,
    /// The environments.
    pub environments: Vec<EnvironmentFacts>,
    /// The jobs.
    pub jobs: Vec<JobFacts>,
    /// The databases.
    pub databases: Vec<DatabaseFacts>,
    /// The holds in force.
    pub holds: Vec<HoldFacts>,
    /// The leases that somebody has.
    pub leases: Vec<LeaseFacts>,
}

/// An environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnvironmentFacts {
    /// Its name.
    pub environment: String,
    /// Whether its records can be read from here.
    pub readable: bool,
    /// Runs at work.
    pub at_work: u64,
}

/// A job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobFacts {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// Its name in the app.
    pub job: String,
    /// When it is due next.
    pub next_run: Option<i64>,
    /// Since when a run of it is at work.
    pub at_work_since: Option<i64>,
    /// How long a recovery may take, in seconds.
    pub recovery_time_objective: Option<u64>,
    /// How old the newest backup may be, in seconds.
    pub recovery_point_objective: Option<u64>,
    /// How old the data of the copy may be, in seconds.
    pub max_age: Option<u64>,
    /// Its operations.
    pub operations: Vec<OperationFacts>,
}

/// An operation of a job on one database.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OperationFacts {
    /// The database.
    pub database: String,
    /// `backup`, `restore`, `transform`…
    pub operation: String,
    /// Whether the newest attempt failed; `None` where there was none.
    pub failed: Option<bool>,
    /// When it last ended well.
    pub last_success: Option<i64>,
    /// When the newest attempt failed, if it did.
    pub last_failure: Option<i64>,
    /// How long the newest success took, in seconds.
    pub seconds: Option<f64>,
    /// Stored bytes that the newest success read or wrote.
    pub bytes: Option<u64>,
    /// Rows that the newest success read or wrote.
    pub rows: Option<u64>,
    /// Whether it is held.
    pub held: bool,
}

/// A database of an app.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DatabaseFacts {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// When the data of the live copy was true.
    pub data_as_of: Option<i64>,
    /// When the data of the newest backup was true.
    pub backup_as_of: Option<i64>,
    /// How long the newest restore of its backups took, in seconds.
    pub recovery_seconds: Option<f64>,
    /// What the gate found in the live copy, below its thresholds.
    pub gate_findings: Option<u64>,
}

/// A hold in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HoldFacts {
    /// The environment.
    pub environment: String,
    /// `environment`, `environment/app` or `environment/app/job`.
    pub place: String,
    /// The operation, or `everything`.
    pub operation: String,
    /// Who holds it.
    pub owner: String,
    /// Its id.
    pub id: String,
    /// Since when.
    pub from: i64,
    /// Until when.
    pub until: i64,
}

/// A lease that somebody has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeaseFacts {
    /// The environment in whose records it is kept.
    pub environment: String,
    /// The target.
    pub target: String,
    /// The run that has it.
    pub run: String,
    /// Its process, in words.
    pub holder: String,
    /// Since when.
    pub since: i64,
}
