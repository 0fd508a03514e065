//! Records of runs, as they are kept in the state store. Each is written once, create-only.

mod step;

pub use step::{Step, TableRows, slowest_first};

use crate::error::Error;
use crate::event::Unit;
use crate::group::GroupRun;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A process on a host, named so that another one can see whether it still lives. Where the
/// system does not tell a fact it is empty, and nothing is concluded from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The host's name.
    pub host: String,
    /// The process number.
    pub pid: u32,
    /// Which start of the machine.
    #[serde(default)]
    pub boot: String,
    /// Which world of process numbers: a container has its own.
    #[serde(default)]
    pub namespace: String,
    /// When the process started, by the kernel's count: numbers are used again.
    #[serde(default)]
    pub started: String,
}

impl fmt::Display for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} on {}", self.pid, self.host)
    }
}

/// Written when a run begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The run's id: time-ordered, unique.
    pub run: String,
    /// When.
    pub at: Timestamp,
    /// The verb: `run`, `backup`, `restore`, `rollback`…
    pub verb: String,
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job.
    pub job: String,
    /// The process, for whoever looks for it.
    pub by: Process,
    /// Weir's version.
    pub weir: String,
    /// The moment by which the run must have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The earlier run it continues: what that one had done is not repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
    /// A digest of what the job was: one that was changed since is not continued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// When it was due, where the schedule started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Which attempt at that due time it is, from 1.
    #[serde(default = "first_attempt")]
    pub attempt: u32,
    /// The person who asked for it; none where the schedule did, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// The holds that it was told to disregard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub despite_holds: Vec<String>,
    /// The run of its group that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupRun>,
}

fn first_attempt() -> u32 {
    1
}

/// How far a run has come, written over while it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    /// When this was true.
    pub at: Timestamp,
    /// The number of the operation's own step, from 1.
    pub step: u32,
    /// How many such steps the operation has.
    pub steps: u32,
    /// What that step does, as a verb phrase.
    pub does: String,
    /// What is counted of it, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Done so far.
    #[serde(default)]
    pub done: u64,
    /// Of how many; 0 when that cannot be known.
    #[serde(default)]
    pub total: u64,
    /// How many in a second, since this was told last.
    #[serde(default)]
    pub per_second: u64,
}

/// Written when a run ends, by itself or by whoever found it dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
    /// Who wrote this record when it was not the run itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_by: Option<Process>,
    /// The first failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// With proof.
    Succeeded,
    /// With an error.
    Failed,
    /// By a signal, a kill or a crash.
    Interrupted,
    /// Left out: an earlier step it depends on failed, or it is held.
    Skipped,
}

impl Outcome {
    /// The word, as it is recorded.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Skipped => "skipped",
        }
    }
}

/// An error as it is recorded: words and names only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind's name.
    pub kind: String,
    /// What was being done.
    pub doing: String,
    /// What went wrong.
    pub cause: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether trying again can help.
    pub transient: bool,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind().slug().to_owned(),
            doing: error.doing().to_owned(),
            cause: error.cause(),
            hint: error.hint_text().map(str::to_owned),
            transient: error.is_transient(),
        }
    }
}

/// One app in one environment, overwritten after every run, so that lists need no scan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The newest step of every operation, job and database that has run.
    pub entries: Vec<StatusEntry>,
    /// The newest run of each job by the verb `run`, whatever came of it, so that the next one
    /// finds what it may continue.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub newest_runs: BTreeMap<String, String>,
}

/// The newest outcome of one operation on one database by one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEntry {
    /// The job.
    pub job: String,
    /// The run that wrote this.
    pub run: String,
    /// The newest step.
    pub last: Step,
    /// The newest step that succeeded.
    #[serde(default)]
    pub last_success: Option<Step>,
    /// The success before that one, to see what is odd against last time.
    #[serde(default)]
    pub success_before: Option<Step>,
    /// The newest steps in short, oldest first, `last` among them: how long it takes, and what was
    /// proven when, is told without a look into the runs. Empty in what earlier versions wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newest: Vec<PastStep>,
}

/// How many steps of a kind a summary remembers.
const MOST_PAST_STEPS: usize = 30;

/// A step that has ended, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastStep {
    /// Its run.
    pub run: String,
    /// When the run was due, where the schedule started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// The backup read or written, as `<environment>:<instance>/<folder>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// When the data was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_as_of: Option<Timestamp>,
    /// Rows read or written.
    #[serde(default)]
    pub rows: u64,
}

impl PastStep {
    /// What stays of a step of `run`.
    #[must_use]
    pub fn of(run: &str, due: Option<Timestamp>, step: &Step) -> Self {
        Self {
            run: run.to_owned(),
            due,
            began: step.began,
            ended: step.ended,
            outcome: step.outcome,
            backup: step.backup.clone(),
            data_as_of: step.data_as_of,
            rows: step.rows,
        }
    }
}

impl StatusEntry {
    /// The newest steps in short, oldest first.
    #[must_use]
    pub fn past_steps(&self) -> Vec<PastStep> {
        match self.newest.is_empty() {
            true => vec![PastStep::of(&self.run, None, &self.last)],
            false => self.newest.clone(),
        }
    }

    /// Remembers what came before: the oldest goes when there are too many, and nothing is
    /// remembered twice.
    pub fn follow(&mut self, before: Vec<PastStep>) {
        let newest = std::mem::replace(&mut self.newest, before);
        for step in newest {
            let same = |known: &PastStep| (&known.run, known.began) == (&step.run, step.began);
            self.newest.retain(|known| !same(known));
            self.newest.push(step);
        }
        let surplus = self.newest.len().saturating_sub(MOST_PAST_STEPS);
        self.newest.drain(..surplus);
    }
}
