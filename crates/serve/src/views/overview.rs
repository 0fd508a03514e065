//! The fleet at a glance.

use super::Progress;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The questions of a Monday morning, and apps × environments.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Overview {
    /// When this was true.
    pub at: Timestamp,
    /// Weir's version.
    pub weir: String,
    /// The questions, in the order that matters.
    pub questions: Vec<Question>,
    /// The environments, root first: the columns of the matrix.
    pub environments: Vec<String>,
    /// Apps × environments.
    pub rows: Vec<Row>,
    /// What works now.
    pub working: Vec<Working>,
    /// What cannot be read from here.
    pub unreadable: Vec<Unreadable>,
}

/// One question and its answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Question {
    /// A stable name, e.g. `recoverable`.
    pub id: String,
    /// The question in words.
    pub question: String,
    /// The answer.
    pub verdict: Verdict,
    /// What holds, a line each.
    pub facts: Vec<String>,
    /// What does not.
    pub exceptions: Vec<Exception>,
}

/// How a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Cannot be told from here.
    Unknown,
    /// Somebody should look, but not at once.
    Notice,
    /// Not as it should be.
    Bad,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Exception {
    /// `environment/app`, with the database where there are several.
    pub place: String,
    /// The operation concerned.
    pub step: String,
    /// Why, in words.
    pub cause: String,
    /// What is serving now.
    pub serving: String,
    /// The command to paste.
    pub command: String,
    /// How bad it is.
    pub verdict: Verdict,
}

/// One app over all environments.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Row {
    /// The app.
    pub app: String,
    /// Its cell in every environment it is in.
    pub cells: BTreeMap<String, Cell>,
}

/// One app in one environment. `None` is what cannot be told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Cell {
    /// How it is.
    pub state: CellState,
    /// How clean the live data is: `raw`, `sanitised`, `vouched` or `own`.
    pub data: Option<String>,
    /// How old the live data is.
    pub age_seconds: Option<i64>,
    /// How old it may be.
    pub objective_seconds: Option<i64>,
    /// How long the newest run took.
    pub duration_seconds: Option<i64>,
    /// Stored bytes of the newest backup.
    pub bytes: Option<u64>,
    /// Stored bytes of the backups before, oldest first, the newest last.
    pub bytes_before: Vec<u64>,
    /// Rows of the newest backup or restore.
    pub rows: Option<u64>,
    /// Whole backups in the store.
    pub backups: Option<u64>,
    /// Why it is held, if it is: who, until when, what for.
    pub held: Option<String>,
    /// When it is due next.
    pub next: Option<Timestamp>,
    /// The newest run.
    pub run: Option<String>,
}

/// How an app in an environment is. The worst of its databases counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CellState {
    /// All that was due is done.
    Well,
    /// It works now.
    Running,
    /// It is held.
    Held,
    /// It cannot be told from here.
    Unknown,
    /// It was due and has no record.
    NeverRan,
    /// It was due and is not done.
    Late,
    /// The last attempt failed.
    Failed,
}

/// A run at work.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Working {
    /// The run.
    pub run: String,
    /// The job: `environment/app` or `environment/app/job`.
    pub job: String,
    /// Since when.
    pub since: Timestamp,
    /// How far it is, if it tells.
    pub progress: Option<Progress>,
    /// What it waits for, if it does.
    pub waits_for: Option<String>,
}

/// An environment whose records cannot be read from here: unknown, never missing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Unreadable {
    /// The environment.
    pub environment: String,
    /// Why.
    pub why: String,
    /// As of when it is shown, if it could be read before.
    pub as_of: Option<Timestamp>,
}
