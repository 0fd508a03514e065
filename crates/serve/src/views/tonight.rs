//! The night as a timeline.

use super::Progress;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What ran, runs and will run between two moments.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tonight {
    /// Its begin.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// When this was true.
    pub at: Timestamp,
    /// By start.
    pub entries: Vec<TonightEntry>,
    /// Misordering, overlap, what can never be fresh: a line each.
    pub warnings: Vec<String>,
    /// Environments whose records cannot be read from here: of their jobs only the due times are
    /// known.
    pub unreadable: Vec<super::Unreadable>,
}

/// One run of the night.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TonightEntry {
    /// The job: `environment/app` or `environment/app/job`.
    pub job: String,
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// When it is due.
    pub due: Timestamp,
    /// When it starts or started.
    pub starts: Timestamp,
    /// When it ends or is expected to.
    pub ends: Option<Timestamp>,
    /// How it is.
    pub state: EntryState,
    /// Why it waits, is left out or failed.
    pub why: Option<String>,
    /// Its run.
    pub run: Option<String>,
    /// How far it is.
    pub progress: Option<Progress>,
}

/// How a run of the night is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryState {
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
    /// It was left out: held, stale or missed.
    LeftOut,
    /// It works now.
    Running,
    /// It is due and waits.
    Waiting,
    /// It is still to come.
    Planned,
}
