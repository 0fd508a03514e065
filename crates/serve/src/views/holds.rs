//! Holds.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What is held.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Holds {
    /// When this was true.
    pub at: Timestamp,
    /// Those that hold now, by end.
    pub holds: Vec<Hold>,
    /// Environments whose holds cannot be read: no restore starts there.
    pub unreadable: Vec<super::Unreadable>,
}

/// One hold.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Hold {
    /// Its id.
    pub id: String,
    /// What is held: `environment`, `environment/app` or `environment/app/job`.
    pub place: String,
    /// The operation; all of them if `None`.
    pub operation: Option<String>,
    /// Who holds it.
    pub owner: String,
    /// What for.
    pub reason: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when; it ends by itself.
    pub until: Timestamp,
}
