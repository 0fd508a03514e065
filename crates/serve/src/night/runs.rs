//! The runs that the loop has started.

use crate::live::Live;
use crate::told::{Teller, Told};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::{Id, JoinSet};
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::{JobReport, RunOptions, Selection, Weir, run};
use weir_scheduler::Start;

/// What is at work, and how it ends.
pub(super) struct Runs {
    weir: Arc<Weir>,
    live: Live,
    tell: Teller,
    /// Asks all of them to stop.
    pub(super) stop: Cancel,
    tasks: JoinSet<Result<Vec<JobReport>>>,
    jobs: BTreeMap<Id, String>,
}

/// How a run ended.
pub(super) struct Over {
    pub(super) job: String,
    /// What came of it; an error when nothing could even be recorded.
    pub(super) result: Result<Vec<JobReport>>,
}

impl Runs {
    pub(super) fn new(weir: Arc<Weir>, live: Live, tell: Teller) -> Self {
        Self {
            weir,
            live,
            tell,
            stop: Cancel::default(),
            tasks: JoinSet::new(),
            jobs: BTreeMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// The jobs that are at work.
    pub(super) fn jobs(&self) -> BTreeSet<String> {
        self.jobs.values().cloned().collect()
    }

    /// Starts one.
    ///
    /// # Errors
    /// `internal` when the system has no randomness to give.
    pub(super) fn start(&mut self, start: &Start, context: &Context) -> Result<()> {
        let id = run::new_id(&self.weir)?;
        let job = start.job.clone();
        (self.tell)(&Told::Started {
            job: job.clone(),
            due: start.due,
            attempt: start.attempt,
            run: id.clone(),
            late: start.late.clone(),
        });
        let followed = self.live.follow(&self.weir, &id, &job, &self.tell);
        let context = context
            .clone()
            .with_cancel(self.stop.clone())
            .with_observer(followed.observer());
        let options = RunOptions {
            run: Some(id),
            due: Some(start.due),
            attempt: start.attempt,
            ..RunOptions::default()
        };
        let weir = Arc::clone(&self.weir);
        let selection = Selection::Job(job.clone());
        let task = self.tasks.spawn(async move {
            let report = run::run(&weir, "run", &selection, &options, &context).await;
            drop(followed);
            report.map(|report| report.jobs)
        });
        self.jobs.insert(task.id(), job);
        Ok(())
    }

    /// The next that ends; `None` when none is at work.
    pub(super) async fn next(&mut self) -> Option<Over> {
        let ended = self.tasks.join_next_with_id().await?;
        let (id, result) = match ended {
            Ok((id, result)) => (id, result),
            Err(broken) => (broken.id(), Err(broke_down())),
        };
        let job = self.jobs.remove(&id).unwrap_or_default();
        Some(Over { job, result })
    }
}

/// A run that panicked: its record has no end, and is closed by whoever comes next.
fn broke_down() -> Error {
    Error::new(Kind::Internal, "run a job", "the run broke down")
        .hint("report it with the log of `weir serve`; the job is tried again")
}
