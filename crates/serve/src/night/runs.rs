//! The runs that the loop has started.

use crate::live::Live;
use crate::told::{Teller, Told};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::{Id, JoinSet};
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::{JobReport, RunOptions, Weir, run};
use weir_scheduler::Start;

/// What is at work, and how it ends.
pub(super) struct Runs {
    weir: Arc<Weir>,
    live: Live,
    tell: Teller,
    /// Asks all of them to stop.
    pub(super) stop: Cancel,
    tasks: JoinSet<Result<Vec<JobReport>>>,
    started: BTreeMap<Id, Vec<(String, String)>>,
}

/// How one job, or all of a group, ended.
pub(super) struct Over {
    pub(super) jobs: Vec<String>,
    /// The runs that they were given, in this order.
    pub(super) runs: Vec<String>,
    /// What came of them, in this order; an error when nothing could even be recorded.
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
            started: BTreeMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.started.values().map(Vec::len).sum()
    }

    /// The jobs that are at work.
    pub(super) fn jobs(&self) -> BTreeSet<String> {
        let all = self.started.values().flatten();
        all.map(|(job, _)| job.clone()).collect()
    }

    /// Starts one job, or all of a group together.
    ///
    /// # Errors
    /// `internal` when the system has no randomness to give.
    pub(super) fn start(&mut self, starts: &[Start], context: &Context) -> Result<()> {
        let mut asked = Vec::new();
        let mut followed = Vec::new();
        for start in starts {
            let id = run::new_id(&self.weir)?;
            (self.tell)(&Told::Started {
                job: start.job.clone(),
                due: start.due,
                attempt: start.attempt,
                run: id.clone(),
                late: start.late.clone(),
            });
            let follow = self.live.follow(&self.weir, &id, &start.job, &self.tell);
            let context = context
                .clone()
                .with_cancel(self.stop.clone())
                .with_observer(follow.observer());
            followed.push(follow);
            let options = RunOptions {
                run: Some(id),
                due: Some(start.due),
                attempt: start.attempt,
                ..RunOptions::default()
            };
            asked.push((start.job.clone(), options, context));
        }
        let weir = Arc::clone(&self.weir);
        let given = asked.iter().filter_map(|(job, options, _)| {
            let run = options.run.clone()?;
            Some((job.clone(), run))
        });
        let given = given.collect();
        let task = self.tasks.spawn(async move {
            let reports = run::run_group(&weir, "run", &asked).await;
            drop(followed);
            reports
        });
        self.started.insert(task.id(), given);
        Ok(())
    }

    /// The next that ends; `None` when none is at work.
    pub(super) async fn next(&mut self) -> Option<Over> {
        let ended = self.tasks.join_next_with_id().await?;
        let (id, result) = match ended {
            Ok((id, result)) => (id, result),
            Err(broken) => (broken.id(), Err(broke_down())),
        };
        let given = self.started.remove(&id).unwrap_or_default();
        let (jobs, runs) = given.into_iter().unzip();
        Some(Over { jobs, runs, result })
    }
}

/// A run that panicked: its record has no end, and is closed by whoever comes next.
fn broke_down() -> Error {
    Error::new(Kind::Internal, "run a job", "the run broke down")
        .hint("report it with the log of `weir serve`; the job is tried again")
}
