//! What was decided, in words that a person can be told.

use jiff::Timestamp;
use std::fmt;
use weir_config::OperationKind;
use weir_model::run::Outcome;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A due time is over without a run. Carried out before any start.
    LeaveOut(LeaveOut),
    /// Start these now: one job, or all of a group at one moment. Who cannot claim the first,
    /// starts none of them.
    Start(Vec<Start>),
    /// A job is due, but not yet to start.
    Wait(Wait),
}

/// A run to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The job.
    pub job: String,
    /// The due time it is for.
    pub due: Timestamp,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// Why it runs although what it waited for has not come.
    pub late: Option<String>,
    /// What it leaves out, because it is held.
    pub without: Vec<OperationKind>,
}

/// A due time, or several, without a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveOut {
    /// The job.
    pub job: String,
    /// The newest due time that is left out.
    pub due: Timestamp,
    /// The oldest.
    pub first: Timestamp,
    /// How many; at least so many if a thousand.
    pub count: u32,
    /// In what way.
    pub how: LeftOut,
    /// Why, in words.
    pub why: String,
}

/// In what way a due time is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Its time to start went by.
    Missed,
    /// It was held until its time to start went by.
    Held,
    /// What it waited for has not come; the job is left out then.
    Skipped,
    /// What it waited for has not come; the job fails then.
    Failed,
}

impl LeftOut {
    /// The outcome of the run that did not take place.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Held | Self::Skipped => Outcome::Skipped,
            Self::Missed | Self::Failed => Outcome::Failed,
        }
    }
}

/// A job that is due and waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The job.
    pub job: String,
    /// The due time.
    pub due: Timestamp,
    /// What for.
    pub reason: Reason,
    /// Until when at most: then something is decided even if nothing has changed.
    pub until: Timestamp,
}

/// What a job waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its moment: starts are spread.
    Jitter,
    /// The pause before it is tried again.
    Pause,
    /// The end of a run of it that is at work.
    AtWork,
    /// The end of a hold, told in words.
    Held(String),
    /// Upstream's backup, told in words.
    Upstream(String),
    /// The run of a job it comes after.
    After(String),
    /// The end of any run: as many as may are at work.
    Limit,
    /// A server that works for as many as it may, or is kept free for who came before.
    Server(String),
    /// A database that another run works on, or that is kept free for who came before.
    Target(String),
    /// Another job of its group, with what that one waits for.
    Group(String, Box<Self>),
    /// Facts of it: its records cannot be read.
    Records,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jitter => formatter.write_str("starts are spread by `jitter`"),
            Self::Pause => formatter.write_str("a pause before it is tried again"),
            Self::AtWork => formatter.write_str("a run of it is still at work"),
            Self::Held(why) => write!(formatter, "held: {why}"),
            Self::Upstream(why) => write!(formatter, "waits for upstream: {why}"),
            Self::After(job) => write!(formatter, "waits for {job} to end well"),
            Self::Limit => formatter.write_str("as many runs are at work as `jobs` allows"),
            Self::Server(server) => write!(formatter, "the server {server} is busy"),
            Self::Target(target) => write!(formatter, "another run works on {target}"),
            Self::Group(job, reason) => write!(formatter, "its group waits for {job}: {reason}"),
            Self::Records => formatter.write_str("its records cannot be read"),
        }
    }
}

/// All decisions of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// What is left out, then what starts, then what waits.
    pub decisions: Vec<Decision>,
    /// The first moment at which something else is decided while the facts stay the same.
    pub next: Option<Timestamp>,
}

impl Decisions {
    /// What is left out.
    pub fn left_out(&self) -> impl Iterator<Item = &LeaveOut> {
        self.decisions.iter().filter_map(|decision| match decision {
            Decision::LeaveOut(left_out) => Some(left_out),
            Decision::Start(_) | Decision::Wait(_) => None,
        })
    }

    /// What starts, each with those it starts together with.
    pub fn starts(&self) -> impl Iterator<Item = &[Start]> {
        self.decisions.iter().filter_map(|decision| match decision {
            Decision::Start(starts) => Some(starts.as_slice()),
            Decision::LeaveOut(_) | Decision::Wait(_) => None,
        })
    }

    /// What waits.
    pub fn waits(&self) -> impl Iterator<Item = &Wait> {
        self.decisions.iter().filter_map(|decision| match decision {
            Decision::Wait(wait) => Some(wait),
            Decision::LeaveOut(_) | Decision::Start(_) => None,
        })
    }
}
