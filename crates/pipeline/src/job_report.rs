//! What came of one job, as verbs return it.

use serde::{Serialize, Serializer};
use weir_config::Job;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Failure, Outcome, Step};

/// What one job did.
#[derive(Debug, Serialize)]
pub struct JobReport {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job.
    pub job: String,
    /// The run's id; empty when the job was left out.
    pub run: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Its operations.
    pub steps: Vec<Step>,
    /// The first failure.
    #[serde(serialize_with = "as_failure")]
    pub error: Option<Error>,
}

fn as_failure<S: Serializer>(error: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    error.as_ref().map(Failure::from).serialize(serializer)
}

impl JobReport {
    pub(crate) fn new(job: &Job, run: String) -> Self {
        Self {
            environment: job.environment.clone(),
            app: job.app.clone(),
            job: job.name.clone(),
            run,
            outcome: Outcome::Succeeded,
            steps: Vec::new(),
            error: None,
        }
    }

    /// A job left out because `upstream` failed in the same run.
    pub(crate) fn skipped(job: &Job, upstream: &Self) -> Self {
        let mut report = Self::new(job, String::new());
        report.outcome = Outcome::Skipped;
        report.error = Some(
            Error::new(
                upstream.error.as_ref().map_or(Kind::NoBackup, Error::kind),
                format!("run {}/{}", job.environment, job.app),
                format!(
                    "left out: {}/{} did not succeed, so there is nothing newer to copy",
                    upstream.environment, upstream.app
                ),
            )
            .hint("mend the upstream job first, then run again"),
        );
        report
    }

    pub(crate) fn failed(mut self, error: Error) -> Self {
        self.outcome = outcome_of(&error);
        self.error.get_or_insert(error);
        self
    }
}

pub(crate) fn outcome_of(error: &Error) -> Outcome {
    match error.kind() {
        Kind::Interrupted => Outcome::Interrupted,
        _ => Outcome::Failed,
    }
}
