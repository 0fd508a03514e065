//! Run: the jobs of a selection, in dependency order, each recorded.

use crate::job_report::JobReport;
use crate::job_run::{self, JobRequest};
use crate::selection::{Selection, select};
use crate::weir::Weir;
use serde::Serialize;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Outcome;
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

/// Runs every selected job; one failing does not stop those that do not depend on it.
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
    for job in jobs {
        let request = JobRequest { verb, job, options };
        if let Some(failed) = failed_upstream(job, &report) {
            report.jobs.push(JobReport::skipped(job, failed));
            continue;
        }
        report
            .jobs
            .push(job_run::execute(weir, &request, context).await);
        if context.cancel.is_cancelled() {
            break;
        }
    }
    Ok(report)
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

/// The upstream job of this report that failed, so that `job` would copy older data as if it
/// were tonight's.
fn failed_upstream<'a>(job: &Job, report: &'a RunReport) -> Option<&'a JobReport> {
    let source = job.source.as_ref()?;
    report.jobs.iter().find(|earlier| {
        earlier.environment == source.environment
            && earlier.app == source.app
            && earlier.outcome != Outcome::Succeeded
    })
}
