//! Carries out what was asked for, in the background: who asked may go, and a stop of the page
//! waits for what is at work.

use super::work::Work;
use crate::live::Live;
use crate::told::{Teller, Told};
use crate::views::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use weir_config::Job;
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::{JobReport, Weir, history, run};

/// How often it is looked whether a run has been recorded.
const LOOK: Duration = Duration::from_millis(100);
/// How long somebody waits until pages show what they held, and until a job is free that has ended.
const GLANCE: Duration = Duration::from_secs(3);
/// How long somebody who asked for a run waits until it is.
const PATIENCE: Duration = Duration::from_secs(15);

/// Does what operators ask for. Cheap to clone.
#[derive(Clone)]
pub struct Actor(Arc<Inner>);

struct Inner {
    weir: Arc<Weir>,
    environments: BTreeSet<String>,
    source: Source,
    live: Live,
    tell: Teller,
    /// What runs are given; they are asked to stop by its request to stop.
    context: Context,
    begun: Mutex<Begun>,
}

/// What was begun and has not ended.
#[derive(Default)]
struct Begun {
    /// The run of each job at work.
    runs: BTreeMap<String, String>,
    tasks: JoinSet<()>,
    /// Whether nothing more is begun.
    over: bool,
}

impl Actor {
    /// Acts on these environments. What is begun goes on until [`Actor::finish`] ends it, whatever
    /// `context` is told.
    #[must_use]
    pub fn new(
        weir: Arc<Weir>,
        environments: BTreeSet<String>,
        (source, live): (Source, Live),
        tell: Teller,
        context: &Context,
    ) -> Self {
        Self(Arc::new(Inner {
            weir,
            environments,
            source,
            live,
            tell,
            context: context.clone().with_cancel(Cancel::default()),
            begun: Mutex::default(),
        }))
    }

    /// Begins nothing more, lets what is at work end within `grace`, and then asks it to stop.
    pub async fn finish(&self) {
        let mut tasks = {
            let mut begun = self.0.begun();
            begun.over = true;
            std::mem::take(&mut begun.tasks)
        };
        let grace = tokio::time::sleep(self.0.weir.fleet().serve.grace.value.duration());
        tokio::pin!(grace);
        let stop = &self.0.context.cancel;
        loop {
            tokio::select! {
                ended = tasks.join_next() => match ended {
                    Some(_) => {}
                    None => return,
                },
                () = &mut grace, if !stop.is_cancelled() => stop.cancel(),
            }
        }
    }

    /// The fleet.
    pub(super) fn weir(&self) -> &Weir {
        &self.0.weir
    }

    /// What the runs are given.
    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    /// The environments that may be acted on.
    pub(super) fn environments(&self) -> &BTreeSet<String> {
        &self.0.environments
    }

    /// Something has changed: who looks next is to see it, unless a store is slow.
    pub(super) async fn changed(&self) {
        let fresh = self.0.source.refresh(&self.0.context);
        if tokio::time::timeout(GLANCE, fresh).await.is_err() {
            self.0.source.touch();
        }
    }

    /// The job at this address, if it may be acted on.
    ///
    /// # Errors
    /// `usage`.
    pub(super) fn job(&self, address: &str) -> Result<&Job> {
        let job = self.0.weir.fleet().job(address)?;
        self.refuse_elsewhere(&job.environment)?;
        Ok(job)
    }

    /// Refuses what belongs to an environment that this process does not serve: its secrets are
    /// elsewhere.
    ///
    /// # Errors
    /// `usage`.
    pub(super) fn refuse_elsewhere(&self, environment: &str) -> Result<()> {
        if self.0.environments.contains(environment) {
            return Ok(());
        }
        let cause = format!("this process does not serve {environment}");
        Err(Error::new(Kind::Usage, "act", cause).hint("act where it is served"))
    }

    /// An id for a run that is about to begin.
    ///
    /// # Errors
    /// `internal`.
    pub(super) fn new_run(&self) -> Result<String> {
        run::new_id(&self.0.weir)
    }

    /// Begins work on a job, and returns once its run has been recorded, or could not begin.
    ///
    /// # Errors
    /// `locked` while another action works on the job; whatever kept the run from beginning.
    pub(super) async fn begin(&self, job: &Job, run: &str, work: Work) -> Result<()> {
        // A run whose end is recorded may still have to say so here.
        let free = async {
            while self.0.begun().runs.contains_key(&job.address) {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(GLANCE, free).await;
        let mut ended = self.spawn(job, run, work)?;
        let recorded = async {
            loop {
                tokio::time::sleep(LOOK).await;
                if self.0.is_recorded(job, run).await {
                    break;
                }
            }
        };
        let error = tokio::select! {
            ended = &mut ended => ended.ok().flatten(),
            () = recorded => None,
            // It is at work, and its store is slow: its page will show it.
            () = tokio::time::sleep(PATIENCE) => None,
        };
        match error {
            // A run that failed tells so itself.
            Some(error) if !self.0.is_recorded(job, run).await => Err(error),
            _ => Ok(()),
        }
    }

    /// What is returned tells how the work ended.
    fn spawn(&self, job: &Job, run: &str, work: Work) -> Result<oneshot::Receiver<Option<Error>>> {
        let doing = format!("act on {}", job.address);
        let mut begun = self.0.begun();
        while begun.tasks.try_join_next().is_some() {}
        if begun.over {
            return Err(
                Error::new(Kind::Interrupted, doing, "weir serve is stopping")
                    .hint("ask again when it is back"),
            );
        }
        if let Some(other) = begun.runs.get(&job.address) {
            let cause = format!("run {other} of it was asked for before and is at work");
            return Err(Error::new(Kind::Locked, doing, cause)
                .hint("wait until it has ended; /runs shows how far it is"));
        }
        begun.runs.insert(job.address.clone(), run.to_owned());
        let (tell, ended) = oneshot::channel();
        let (inner, address, run) = (Arc::clone(&self.0), job.address.clone(), run.to_owned());
        begun.tasks.spawn(async move {
            let _leaves = Leaves(&inner, &address);
            let done = inner.carry_out(&address, &run, work).await;
            // Whoever asked may have gone.
            let _ = tell.send(done.err());
        });
        Ok(ended)
    }
}

impl Inner {
    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn is_recorded(&self, job: &Job, run: &str) -> bool {
        let found = history::has_begun(&self.weir, &job.environment, run, &self.context);
        found.await.unwrap_or(false)
    }

    async fn carry_out(&self, job: &str, run: &str, work: Work) -> Result<()> {
        let followed = self.live.follow(&self.weir, run, job, &self.tell);
        let context = self.context.clone().with_observer(followed.observer());
        let is_whole = work.is_whole();
        let reports = work.carry_out(&self.weir, job, &context).await?;
        drop(followed);
        // That one step went well is no news of the job.
        for report in reports
            .iter()
            .filter(|report| is_whole && !report.run.is_empty())
        {
            self.tell_end(job, report);
        }
        let failed = reports.into_iter().find_map(|report| report.error);
        failed.map_or(Ok(()), Err)
    }

    fn tell_end(&self, job: &str, report: &JobReport) {
        (self.tell)(&Told::Ended {
            job: job.to_owned(),
            run: report.run.clone(),
            outcome: report.outcome,
            failure: report.error.as_ref().map(Into::into),
        });
    }
}

/// A job is free again, however the work on it ended.
struct Leaves<'a>(&'a Inner, &'a str);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.begun().runs.remove(self.1);
        self.0.source.touch();
    }
}
