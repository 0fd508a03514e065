//! Arguments that name a job, and perhaps one of its databases.

/// A job and perhaps one of its databases.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Target {
    /// The job: ENVIRONMENT/APP, or ENVIRONMENT/APP/JOB where an app has several
    #[arg(value_name = "ENV/APP")]
    pub(crate) job: String,

    /// Only this database of the job
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Option<String>,
}
