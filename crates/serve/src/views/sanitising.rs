//! What is masked, app by app.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

/// Sanitising coverage.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sanitising {
    /// When this was true.
    pub at: Timestamp,
    /// By environment and app.
    pub rows: Vec<Coverage>,
    /// Environments whose records cannot be read from here: what is told of them is older.
    pub unreadable: Vec<super::Unreadable>,
}

/// One database of an app in an environment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Coverage {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// How clean the live data is.
    pub data: Option<String>,
    /// Why that cannot be told from here.
    pub unknown: Option<String>,
    /// The ruleset's file.
    pub ruleset: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// Columns masked.
    pub masked: Option<u64>,
    /// Columns kept by name or rule.
    pub kept: Option<u64>,
    /// What the gate found, in words.
    pub gate: Option<String>,
    /// The id of the masking key.
    pub key: Option<String>,
    /// Who vouches for data that is not sanitised.
    pub vouched_by: Option<String>,
    /// The last day on which that counts.
    pub vouched_until: Option<Date>,
}
