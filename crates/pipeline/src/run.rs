//! Run: the jobs of a selection, in dependency order, each recorded.

use crate::group::{self, Asked, Unit};
use crate::job_report::JobReport;
use crate::job_run::{self, JobRequest};
use crate::selection::{Selection, select};
use crate::upstream::Upstream;
use crate::weir::Weir;
use jiff::Timestamp;
use serde::Serialize;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_store::Choice;

/// What an operator may narrow or choose for one run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Only this database of each job.
    pub database: Option<String>,
    /// Only these operations.
    pub operations: Option<Vec<OperationKind>>,
    /// Which backup a restore takes.
    pub choice: Choice,
    /// The target of a recovery, as the operator names it.
    pub recover_onto: Option<String>,
    /// Repeats what an earlier run that came to no good end had done already.
    pub from_start: bool,
    /// The id of the run, where whoever asks must know it before: of one job only, and made by
    /// [`new_id`]. One is made if none is given.
    pub run: Option<String>,
    /// When the job was due, where the schedule starts it: of several who start one due time
    /// exactly one does.
    pub due: Option<Timestamp>,
    /// Which attempt at that due time, from 1.
    pub attempt: u32,
    /// The person who asks for it; none where the schedule does.
    pub requested_by: Option<String>,
    /// The holds that are disregarded, by their ids.
    pub despite_holds: Vec<String>,
}

impl RunOptions {
    /// Whether operations are asked for by name, so that one that is held is refused.
    pub(crate) fn names_operations(&self) -> bool {
        self.operations.is_some() && self.due.is_none()
    }
}

/// An id for a run that is about to start.
///
/// # Errors
/// `internal` when the system has no randomness to give.
pub fn new_id(weir: &Weir) -> Result<String> {
    weir_store::new_run_id(weir.now())
}

/// What a run did.
#[derive(Debug, Serialize)]
pub struct RunReport {
    /// One entry per job, in the order they ran.
    pub jobs: Vec<JobReport>,
}

impl RunReport {
    /// The first failure, which decides the exit code.
    #[must_use]
    pub fn first_error(&self) -> Option<&Error> {
        self.jobs.iter().find_map(|job| job.error.as_ref())
    }
}

/// Runs every selected job; one failing does not stop those that do not depend on it. The jobs of a
/// group run together where all of them are selected.
///
/// # Errors
/// `usage` for a selection that names nothing. What failed inside a job is in the report.
pub async fn run(
    weir: &Weir,
    verb: &str,
    selection: &Selection,
    options: &RunOptions,
    context: &Context,
) -> Result<RunReport> {
    let jobs = selected(weir, verb, selection)?;
    let mut report = RunReport { jobs: Vec::new() };
    for unit in group::units(weir, &jobs) {
        let ask = |job| Asked {
            job,
            options,
            upstream: Upstream::of(job, &report.jobs),
            context,
        };
        let done = match unit {
            Unit::Alone(job) => vec![alone(weir, verb, ask(job)).await],
            Unit::Group(jobs) => {
                let asked = jobs.into_iter().map(ask).collect();
                group::run(weir, verb, asked).await
            }
        };
        report.jobs.extend(done);
        if context.cancel.is_cancelled() {
            break;
        }
    }
    Ok(report)
}

/// Runs what starts together: one job, or jobs of one group, of which all snapshots are opened
/// before any data flows, and all copies go live together or none does. Each job has options and a
/// context of its own. The reports are in the order of `jobs`; where another process has the due time of the first,
/// none of them is run.
///
/// # Errors
/// `usage` for a job that is not there, or several that are of no group or of different ones. What
/// failed inside a job is in its report.
pub async fn run_group(
    weir: &Weir,
    verb: &str,
    jobs: &[(String, RunOptions, Context)],
) -> Result<Vec<JobReport>> {
    let mut asked = Vec::new();
    for (address, options, context) in jobs {
        asked.push(Asked {
            job: weir.fleet().job(address)?,
            options,
            upstream: Upstream::default(),
            context,
        });
    }
    if group::are_one(&asked) {
        return Ok(group::run(weir, verb, asked).await);
    }
    match asked.pop() {
        Some(only) if asked.is_empty() => Ok(vec![alone(weir, verb, only).await]),
        _ => {
            let names: Vec<&str> = jobs.iter().map(|(job, ..)| job.as_str()).collect();
            let cause = format!("{} are not of one group", names.join(", "));
            Err(Error::new(Kind::Usage, verb, cause).hint("give the apps the same `group`"))
        }
    }
}

async fn alone(weir: &Weir, verb: &str, asked: Asked<'_>) -> JobReport {
    let request = JobRequest {
        verb,
        job: asked.job,
        options: asked.options,
        upstream: asked.upstream,
        member: None,
    };
    // The future of a run is larger than the stack of a thread likes.
    Box::pin(job_run::execute(weir, &request, asked.context)).await
}

/// The jobs of a selection; a verb that works on none must not look as if it had done its work.
pub(crate) fn selected<'a>(
    weir: &'a Weir,
    verb: &str,
    selection: &Selection,
) -> Result<Vec<&'a Job>> {
    let jobs = select(weir.fleet(), selection)?;
    if jobs.is_empty() {
        return Err(
            Error::new(Kind::Usage, verb.to_owned(), "no job was selected").hint(
                "jobs run by hand are only run when named; list jobs with `weir config show`",
            ),
        );
    }
    Ok(jobs)
}
