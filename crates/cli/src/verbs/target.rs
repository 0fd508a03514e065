//! Arguments that name a job, and perhaps one of its databases.

use weir_pipeline::Selection;

/// A job and perhaps one of its databases.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Target {
    /// The job: ENVIRONMENT/APP, or ENVIRONMENT/APP/JOB where an app has several; to back up or
    /// restore, also a group: ENVIRONMENT/@GROUP
    #[arg(value_name = "ENV/APP")]
    pub(crate) job: String,

    /// Only this database of the job
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Option<String>,
}

impl Target {
    /// The job, or the group where one was named instead.
    pub(crate) fn selection(&self) -> Selection {
        match Selection::parse(&self.job, false) {
            group @ Selection::Group { .. } => group,
            _ => Selection::Job(self.job.clone()),
        }
    }
}
