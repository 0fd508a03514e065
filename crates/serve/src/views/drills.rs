//! Restore tests: every restore, and every drill.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// How fast each app comes back, and with how old data.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Drills {
    /// When this was true.
    pub at: Timestamp,
    /// By environment and app.
    pub rows: Vec<DrillRow>,
    /// Environments whose records cannot be read from here: what is told of them is older.
    pub unreadable: Vec<super::Unreadable>,
}

/// The restore tests of one database's backups.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DrillRow {
    /// The environment whose backups were restored.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The newest test; `None` when there was none.
    pub last: Option<DrillPoint>,
    /// How long a recovery may take.
    pub recovery_time_objective: Option<i64>,
    /// How old the recovered data may be.
    pub recovery_point_objective: Option<i64>,
    /// Whether both objectives hold; `None` when there is no objective or no test.
    pub met: Option<bool>,
    /// The tests before, oldest first.
    pub history: Vec<DrillPoint>,
}

/// One restore test.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DrillPoint {
    /// When it ended.
    pub at: Timestamp,
    /// `drill`, `restore` or `recover`.
    pub by: String,
    /// The run.
    pub run: String,
    /// The backup.
    pub backup: Option<String>,
    /// How long it took.
    pub recovery_seconds: i64,
    /// How old the data was when it ended.
    pub point_seconds: Option<i64>,
    /// Rows proven.
    pub rows: u64,
    /// Whether it came back.
    pub held: bool,
}
