//! Status: the questions of a Monday morning, in the order they matter, and a matrix.
//!
//! Observations are gathered first (what the records say, what the target shows, what the store
//! holds); each question is then a function over them, one file each. What cannot be read from
//! here is said to be unknown, never missing.

mod age;
mod broken;
mod copies;
mod coverage;
mod due;
mod held;
mod known;
mod matrix;
mod measured;
mod observe;
mod odd;
mod raw;
mod recoverable;
mod running;
mod seen;
mod shelf;
mod summaries;
mod wanted;

use crate::weir::Weir;
use jiff::Timestamp;
use observe::Observed;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::{RunProgress, Started};

pub(crate) use known::KnownBackups;
pub use matrix::{Cell, CellState, MatrixRow, NewestRun};
pub use measured::{Measured, MeasuredDatabase, MeasuredOperation};
pub use seen::Seen;
pub use summaries::{AppSummary, summaries};

/// The answers.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    /// When they were given.
    pub at: Timestamp,
    /// When the environment that was looked at the longest ago was, of those that can be read.
    #[serde(skip)]
    pub as_of: Timestamp,
    /// The questions, in the order that matters.
    pub questions: Vec<Question>,
    /// Environments, root first: the columns of the matrix.
    pub environments: Vec<String>,
    /// Apps × environments.
    pub matrix: Vec<MatrixRow>,
    /// The same in figures, for metrics.
    #[serde(skip)]
    pub measured: Measured,
    /// Environments whose records cannot be read from here, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<UnreadableEnvironment>,
    /// The runs at work.
    #[serde(skip)]
    pub at_work: Vec<RunAtWork>,
}

/// An environment whose records cannot be read from here: what is there is unknown, not missing.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadableEnvironment {
    /// The environment.
    pub environment: String,
    /// Why.
    pub why: String,
}

/// A run that works, by its records.
#[derive(Debug, Clone)]
pub struct RunAtWork {
    /// How it began.
    pub started: Started,
    /// How far it has come, as it told last.
    pub progress: Option<RunProgress>,
}

/// One question and its answer.
#[derive(Debug, Serialize)]
pub struct Question {
    /// A stable name, e.g. `recoverable`.
    pub id: &'static str,
    /// The question in words.
    pub question: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// What holds, a line each.
    pub facts: Vec<String>,
    /// What does not, a line each.
    pub exceptions: Vec<Exception>,
}

/// How a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
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

impl Question {
    /// A question whose answer follows from its exceptions.
    fn new(
        id: &'static str,
        question: &'static str,
        facts: Vec<String>,
        exceptions: Vec<Exception>,
    ) -> Self {
        let exceptions = told_once(exceptions);
        let verdict = exceptions
            .iter()
            .map(|exception| exception.verdict)
            .max()
            .unwrap_or(Verdict::Good);
        Self {
            id,
            question,
            verdict,
            facts,
            exceptions,
        }
    }
}

/// What cannot be read from here has one cause for a whole environment, and is one line.
fn told_once(exceptions: Vec<Exception>) -> Vec<Exception> {
    let mut told: Vec<(Exception, usize)> = Vec::new();
    for exception in exceptions {
        let same = |(known, _): &&mut (Exception, usize)| {
            exception.verdict == Verdict::Unknown
                && known.verdict == Verdict::Unknown
                && known.environment() == exception.environment()
        };
        match told.iter_mut().find(same) {
            Some((_, more)) => *more += 1,
            None => told.push((exception, 0)),
        }
    }
    told.into_iter()
        .map(|(mut exception, more)| {
            if more > 0 {
                let environment = exception.environment().to_owned();
                exception.cause = format!(
                    "{} (and {more} more in {environment} that cannot be told from here)",
                    exception.cause
                );
            }
            exception
        })
        .collect()
}

impl Exception {
    fn environment(&self) -> &str {
        self.place
            .split_once('/')
            .map_or(self.place.as_str(), |(environment, _)| environment)
    }
}

impl StatusReport {
    /// The exit code: 0, or the number of the first of the four decisive questions that is
    /// answered badly.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        const DECISIVE: [(&str, u8); 4] = [
            ("recoverable", 60),
            ("broken", 61),
            ("raw", 62),
            ("due", 63),
        ];
        DECISIVE
            .iter()
            .find(|(id, _)| {
                self.questions
                    .iter()
                    .any(|question| question.id == *id && question.verdict == Verdict::Bad)
            })
            .map_or(0, |(_, code)| *code)
    }
}

/// Answers for the whole fleet, or for one environment.
///
/// # Errors
/// `usage` for an unknown environment, `interrupted`. What cannot be reached is part of the answers.
pub async fn status(
    weir: &Weir,
    environment: Option<&str>,
    context: &Context,
) -> Result<StatusReport> {
    let among = match environment {
        Some(name) => BTreeSet::from([weir.environment(name)?.name.clone()]),
        None => weir.environment_names().into_iter().collect(),
    };
    status_of(weir, &among, context).await
}

/// Answers for some environments.
///
/// # Errors
/// `interrupted`. What cannot be reached is part of the answers.
pub async fn status_of(
    weir: &Weir,
    among: &BTreeSet<String>,
    context: &Context,
) -> Result<StatusReport> {
    // All at one time: one that does not answer takes as long as it takes, once.
    let looks = among
        .iter()
        .map(|environment| look(weir, environment, context));
    let seen = futures::future::try_join_all(looks).await?;
    let seen: Vec<_> = seen.into_iter().map(Arc::new).collect();
    Ok(report(weir, &seen))
}

/// Looks at one environment.
///
/// # Errors
/// `interrupted`. What cannot be reached is part of what is seen.
pub async fn look(weir: &Weir, environment: &str, context: &Context) -> Result<Seen> {
    let doing = "look at the fleet";
    context
        .unless_stopped(doing, async {
            let seen = seen::look(weir, environment, context).await;
            // What could not be seen because of the stop is no answer.
            context.check(doing).map(|()| seen)
        })
        .await
}

/// Answers out of what was seen of some environments: nothing is read.
#[must_use]
pub fn report(weir: &Weir, seen: &[Arc<Seen>]) -> StatusReport {
    let observed = Observed::of(weir, seen);
    let questions = vec![
        recoverable::answer(&observed),
        broken::answer(&observed),
        raw::answer(&observed),
        due::answer(&observed),
        running::answer(&observed),
        held::answer(&observed),
        age::answer(&observed),
        odd::answer(&observed),
    ];
    let environments = weir
        .fleet()
        .environments
        .iter()
        .map(|environment| environment.name.clone())
        .filter(|name| seen.iter().any(|it| it.environment() == name))
        .collect();
    let readable = seen.iter().filter(|it| it.is_readable());
    StatusReport {
        at: observed.now,
        as_of: readable.map(|it| it.at()).min().unwrap_or(observed.now),
        matrix: matrix::rows(&observed),
        measured: measured::figures(&observed),
        questions,
        environments,
        at_work: running::at_work(&observed),
        unreadable: observed
            .unreadable
            .into_iter()
            .map(|(environment, why)| UnreadableEnvironment { environment, why })
            .collect(),
    }
}
