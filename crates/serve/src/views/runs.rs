//! Runs.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Runs, newest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunList {
    /// The runs of this page.
    pub runs: Vec<RunRow>,
    /// What to give as `before` for the next page; `None` on the last.
    pub next: Option<String>,
}

/// A run in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunRow {
    /// Its id.
    pub run: String,
    /// The verb.
    pub verb: String,
    /// The job: `environment/app` or `environment/app/job`.
    pub job: String,
    /// When it began.
    pub began: Timestamp,
    /// How long it took, or has worked for.
    pub seconds: i64,
    /// How it ended; `None` while it works.
    pub outcome: Option<Outcome>,
    /// What failed, in a line.
    pub failure: Option<String>,
    /// Why its records cannot be read whole.
    pub unreadable: Option<String>,
}

/// How a run or step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// With proof.
    Succeeded,
    /// With an error.
    Failed,
    /// By a signal, a kill or a crash.
    Interrupted,
    /// Left out.
    Skipped,
}

/// One run with all that is known of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Run {
    /// Its id.
    pub run: String,
    /// The verb.
    pub verb: String,
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job: `environment/app` or `environment/app/job`.
    pub job: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// When it was due, if a schedule started it.
    pub due: Option<Timestamp>,
    /// Which attempt it is at that due time, from 1.
    pub attempt: u32,
    /// The process it runs in.
    pub process: String,
    /// Who asked for it, if a person did.
    pub requested_by: Option<String>,
    /// The run it continues.
    pub continues: Option<String>,
    /// Weir's version.
    pub weir: String,
    /// How it ended; `None` while it works.
    pub outcome: Option<Outcome>,
    /// What failed.
    pub failure: Option<Failure>,
    /// How far it is, while it works and tells.
    pub progress: Option<Progress>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its log so far.
    pub log: Vec<LogLine>,
}

/// One operation of a run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Step {
    /// Its number, from 1.
    pub number: u32,
    /// The operation.
    pub operation: String,
    /// The database.
    pub database: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How.
    pub outcome: Outcome,
    /// The backup read or written, as `environment:instance/folder`.
    pub backup: Option<String>,
    /// When the data was true.
    pub data_as_of: Option<Timestamp>,
    /// How clean the data is after it.
    pub data: Option<String>,
    /// Stored bytes read or written.
    pub bytes: u64,
    /// Rows read or written.
    pub rows: u64,
    /// Stored bytes a second, over the whole step.
    pub bytes_per_second: Option<f64>,
    /// Rows a second, over the whole step.
    pub rows_per_second: Option<f64>,
    /// The fencing token, where a target was written.
    pub token: Option<u64>,
    /// The earlier run that had done it.
    pub done_by: Option<String>,
    /// What failed.
    pub failure: Option<Failure>,
    /// The largest tables and the slowest: those that took longest first, then by their rows.
    pub tables: Vec<Table>,
}

/// A table of a step.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Milliseconds from the first of its rows to the last, read, masked and written; several tables
    /// may be worked at side by side. `None` where nobody knows, or nothing was done table by table.
    pub milliseconds: Option<u64>,
    /// Rows a second in that time.
    pub rows_per_second: Option<f64>,
}

/// An error with its remedy.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Failure {
    /// The kind: the name of its page in `docs/errors`.
    pub kind: String,
    /// What was being done.
    pub doing: String,
    /// What went wrong.
    pub cause: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// How far a run is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Progress {
    /// The step's number.
    pub step: u32,
    /// Of how many.
    pub steps: u32,
    /// What it does.
    pub name: String,
    /// What is counted: `bytes` or `rows`.
    pub unit: Option<String>,
    /// Done so far.
    pub done: u64,
    /// Of how many; `None` when it cannot be known.
    pub total: Option<u64>,
    /// A second.
    pub rate: Option<f64>,
    /// What is left at this rate.
    pub seconds_left: Option<u64>,
    /// When this was true.
    pub at: Timestamp,
}

/// A line of a run's log.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What kind of line.
    pub level: LogLevel,
    /// The sentence.
    pub text: String,
}

/// What kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// A step begins.
    Step,
    /// Worth knowing.
    Note,
    /// Somebody should look.
    Warning,
}
