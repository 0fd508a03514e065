//! What a run that was asked for does.

use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::Result;
use weir_pipeline::verify::{self, Shelf};
use weir_pipeline::{JobReport, RunOptions, Selection, Weir, rollback, run};

/// Work on one job, by these options.
pub(super) enum Work {
    /// Its operations, or some of them.
    Run(RunOptions),
    /// Reading a backup to its end.
    Verify(Shelf, RunOptions),
    /// Putting the copies that were live before back.
    RollBack(RunOptions),
}

impl Work {
    /// Whether it is all that a job does.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Run(options) if options.operations.is_none())
    }

    /// Does it, and returns what it reports.
    ///
    /// # Errors
    /// What kept it from beginning; for a rollback, what failed in it.
    pub(super) async fn carry_out(
        self,
        weir: &Weir,
        job: &str,
        context: &Context,
    ) -> Result<Vec<JobReport>> {
        let report = match &self {
            Self::Run(options) => {
                let selection = Selection::Job(job.to_owned());
                run::run(weir, verb(options), &selection, options, context).await?
            }
            Self::Verify(shelf, options) => {
                verify::recorded(weir, job, *shelf, options, context).await?
            }
            Self::RollBack(options) => {
                rollback::rollback(weir, job, options, context).await?;
                return Ok(Vec::new());
            }
        };
        Ok(report.jobs)
    }
}

/// What the command line calls it.
fn verb(options: &RunOptions) -> &'static str {
    let first = options.operations.as_ref();
    let first = first.and_then(|operations| operations.first());
    first.map_or("run", |operation| match operation {
        OperationKind::PublishLive => OperationKind::Publish.name(),
        other => other.name(),
    })
}
