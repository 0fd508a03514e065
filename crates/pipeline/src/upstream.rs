//! What the jobs that ran before, in the same invocation, mean for one that copies from them.

use crate::job_report::JobReport;
use weir_config::{DatabaseJob, Job, OperationKind, Reads};
use weir_model::error::{Error, Kind};
use weir_model::run::{Outcome, Step};

/// The upstream jobs of one job that this invocation has run.
#[derive(Debug, Default)]
pub(crate) struct Upstream<'a> {
    reports: Vec<&'a JobReport>,
}

impl<'a> Upstream<'a> {
    pub(crate) fn of(job: &Job, earlier: &'a [JobReport]) -> Self {
        let reports = job.source.as_ref().map_or_else(Vec::new, |source| {
            let upstream = |report: &&JobReport| {
                report.environment == source.environment && report.app == source.app
            };
            earlier.iter().filter(upstream).collect()
        });
        Self { reports }
    }

    /// Why a database of the job is left out: what it copies failed, so that it would copy older
    /// data as if it were tonight's.
    pub(crate) fn why_left_out(&self, job: &Job, database: &DatabaseJob) -> Option<Error> {
        let source = source_of(database);
        let reads = reads(job);
        // What is held upstream matters only where it makes what is copied.
        let passable = |step: &Step| {
            step.outcome == Outcome::Succeeded || step.is_held() && !makes(reads, &step.operation)
        };
        let failed = |report: &&&JobReport| {
            let mut steps = report.steps.iter().filter(|step| step.database == source);
            match report.steps.is_empty() {
                true => report.outcome != Outcome::Succeeded,
                false => steps.any(|step| !passable(step)),
            }
        };
        let upstream = self.reports.iter().find(failed)?;
        let doing = if job.databases.len() > 1 {
            format!("run {}/{} ({})", job.environment, job.app, database.name)
        } else {
            format!("run {}/{}", job.environment, job.app)
        };
        let held = upstream.error.is_none() && upstream.steps.iter().any(Step::is_held);
        if held {
            let cause = format!(
                "left out: {}/{} is held, so there is nothing newer to copy",
                upstream.environment, upstream.app
            );
            return Some(Error::new(Kind::Held, doing, cause).hint("`weir holds` says by whom"));
        }
        let cause = format!(
            "left out: {}/{} did not succeed, so there is nothing newer to copy",
            upstream.environment, upstream.app
        );
        let kind = upstream.error.as_ref().map_or(Kind::NoBackup, Error::kind);
        Some(Error::new(kind, doing, cause).hint("mend the upstream job first, then run again"))
    }

    /// Whether this invocation has made a new backup of what a database of the job copies: who
    /// asks for both wants it downstream, whatever an earlier run had restored.
    pub(crate) fn is_fresh(&self, job: &Job, database: &DatabaseJob) -> bool {
        let source = source_of(database);
        let reads = reads(job);
        self.reports
            .iter()
            .flat_map(|report| &report.steps)
            .any(|step| {
                makes(reads, &step.operation)
                    && step.database == source
                    && step.outcome == Outcome::Succeeded
                    && step.done_by.is_none()
            })
    }
}

/// Whether an operation makes the backups that are taken downstream.
pub(crate) fn makes(reads: Reads, operation: &str) -> bool {
    let is = |kind: OperationKind| operation == kind.name();
    match reads {
        Reads::Published => is(OperationKind::Publish) || is(OperationKind::PublishLive),
        Reads::Backups => is(OperationKind::Backup),
    }
}

fn reads(job: &Job) -> Reads {
    let source = job.source.as_ref();
    source.map_or(Reads::Backups, |source| source.reads.value)
}

fn source_of(database: &DatabaseJob) -> &str {
    database.source_name.as_deref().unwrap_or(&database.name)
}
