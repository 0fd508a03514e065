//! What came of one job, as verbs return it.

use serde::{Serialize, Serializer};
use weir_config::Job;
use weir_model::error::{Error, Kind, Result};

use weir_model::run::{Failure, Outcome, Started, Step};

/// What one job did.
#[derive(Debug, Serialize)]
pub struct JobReport {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job.
    pub job: String,
    /// The run's id; empty when it could not be recorded.
    pub run: String,
    /// The earlier run it continued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Its operations.
    pub steps: Vec<Step>,
    /// The first failure.
    #[serde(serialize_with = "as_failure")]
    pub error: Option<Error>,
}

pub(crate) fn as_failure<S: Serializer>(
    error: &Option<Error>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    error.as_ref().map(Failure::from).serialize(serializer)
}

impl JobReport {
    pub(crate) fn new(job: &Job, run: String) -> Self {
        Self {
            environment: job.environment.clone(),
            app: job.app.clone(),
            job: job.name.clone(),
            run,
            continues: None,
            outcome: Outcome::Succeeded,
            steps: Vec::new(),
            error: None,
        }
    }

    /// A job whose run is recorded.
    pub(crate) fn begun(job: &Job, started: Started) -> Self {
        Self {
            continues: started.continues,
            ..Self::new(job, started.run)
        }
    }

    pub(crate) fn left_out(mut self, why: Error) -> Self {
        self.outcome = Outcome::Skipped;
        self.error = Some(why);
        self
    }

    /// Another run has its due time.
    pub(crate) fn not_ours(mut self) -> Self {
        self.outcome = Outcome::Skipped;
        self
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
