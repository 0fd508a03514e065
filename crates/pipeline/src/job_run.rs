//! One run of one job: its operations in order, each a recorded step.

use crate::backup;
use crate::recorder::Recorder;
use crate::restore::{self, Direction};
use crate::run::RunOptions;
use crate::site::Site;
use crate::weir::Weir;
use serde::{Serialize, Serializer};
use std::sync::Arc;
use std::time::Instant;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Event;
use weir_model::run::{Ended, Failure, Outcome, Started, StatusEntry, Step};
use weir_store::RunLog;

/// What is asked of one job.
pub(crate) struct JobRequest<'a> {
    pub(crate) verb: &'a str,
    pub(crate) job: &'a Job,
    pub(crate) options: &'a RunOptions,
}

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
    fn new(job: &Job, run: String) -> Self {
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

    fn failed(mut self, error: Error) -> Self {
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

/// Runs the job. Everything that goes wrong ends up in the report and in the records.
pub(crate) async fn execute(weir: &Weir, request: &JobRequest<'_>, context: &Context) -> JobReport {
    let job = request.job;
    let run = match weir_store::new_run_id(weir.now()) {
        Ok(run) => run,
        Err(error) => return JobReport::new(job, String::new()).failed(error),
    };
    let report = JobReport::new(job, run.clone());
    let recorder = Arc::new(Recorder::new(context.observer(), weir.clock()));
    let deadline = Instant::now().checked_add(job.deadline.value.duration());
    let context = context
        .clone()
        .with_observer(Arc::clone(&recorder) as _)
        .with_deadline(deadline);
    let begun = async {
        let sites = weir.sites_of(job, request.options.database.as_deref())?;
        refuse_nothing_to_do(weir, request, &sites)?;
        weir.close_dead_runs(&job.environment).await?;
        let stores = weir.stores(&job.environment)?;
        let log = RunLog::start(&stores.state, &started(weir, request.verb, job, &run)).await?;
        Ok((sites, log))
    };
    let (sites, log) = match begun.await {
        Ok(begun) => begun,
        Err(error) => return report.failed(error),
    };
    let mut execution = Execution {
        weir,
        request,
        run,
        log,
        recorder,
        report,
    };
    for site in &sites {
        execution.chain(site, &context).await;
    }
    execution.finish(&context).await
}

/// The first record of a run.
pub(crate) fn started(weir: &Weir, verb: &str, job: &Job, run: &str) -> Started {
    let now = weir.now();
    Started {
        run: run.to_owned(),
        at: now,
        verb: verb.to_owned(),
        environment: job.environment.clone(),
        app: job.app.clone(),
        job: job.name.clone(),
        by: weir_store::this_process(),
        weir: env!("CARGO_PKG_VERSION").to_owned(),
        deadline: now.checked_add(job.deadline.value.duration()).ok(),
    }
}

/// A step that begins now, after `done` others.
pub(crate) fn new_step(weir: &Weir, done: usize, operation: &str, site: &Site) -> Step {
    let now = weir.now();
    Step {
        number: u32::try_from(done).unwrap_or(u32::MAX).saturating_add(1),
        operation: operation.to_owned(),
        database: site.endpoint.database.clone(),
        began: now,
        ended: now,
        outcome: Outcome::Succeeded,
        backup: None,
        data_as_of: None,
        sanitising: None,
        bytes: 0,
        rows: 0,
        token: None,
        failure: None,
    }
}

/// A job asked for what none of its databases has among its operations would end well without
/// having done anything.
fn refuse_nothing_to_do(weir: &Weir, request: &JobRequest<'_>, sites: &[Site]) -> Result<()> {
    let job = request.job;
    let idle = sites
        .iter()
        .all(|site| weir.operations(job, site, request.options).is_empty());
    if !idle {
        return Ok(());
    }
    Err(Error::new(
        Kind::Usage,
        format!("{} {}", request.verb, job.address),
        "the job has no such operation",
    )
    .hint(format!(
        "`weir config show {}` prints its operations",
        job.address
    )))
}

struct Execution<'a> {
    weir: &'a Weir,
    request: &'a JobRequest<'a>,
    run: String,
    log: RunLog,
    recorder: Arc<Recorder>,
    report: JobReport,
}

impl Execution<'_> {
    /// The operations of one database. The first failure leaves out the rest of its chain.
    async fn chain(&mut self, site: &Site, context: &Context) {
        let operations = self
            .weir
            .operations(self.request.job, site, self.request.options);
        self.expire_previous(site, context).await;
        let mut failed = false;
        let mut restore: Option<Step> = None;
        for operation in operations {
            let step = if failed {
                self.skipped(operation, site)
            } else if operation == OperationKind::Transform {
                self.transformed(site, restore.as_ref())
            } else {
                self.operation(operation, site, context).await
            };
            failed |= step.outcome != Outcome::Succeeded;
            if operation == OperationKind::Restore {
                restore = Some(step.clone());
            }
            self.record(step, context).await;
        }
    }

    /// A replaced copy whose time is over goes before anything else begins. That it cannot go is
    /// told, and no reason to leave the night's work undone.
    async fn expire_previous(&self, site: &Site, context: &Context) {
        let Some(kept_for) = site.previous_kept_for else {
            return;
        };
        match site
            .engine
            .expire_previous(&site.endpoint, kept_for, context)
            .await
        {
            Ok(false) => {}
            Ok(true) => context.note(format!("removed the previous copy of {}", site.describe())),
            Err(error) => context.warn(format!("the previous copy could not be removed: {error}")),
        }
    }

    async fn operation(
        &mut self,
        operation: OperationKind,
        site: &Site,
        context: &Context,
    ) -> Step {
        let mut step = self.step(operation, site);
        let outcome = match operation {
            OperationKind::Backup => self.backup(site, &mut step, context).await,
            OperationKind::Restore => {
                self.restore(site, Direction::Downstream, &mut step, context)
                    .await
            }
            OperationKind::Recover => self.recover(site, &mut step, context).await,
            OperationKind::Transform => Ok(()),
        };
        step.ended = self.weir.now();
        if let Err(error) = outcome {
            step.outcome = outcome_of(&error);
            step.failure = Some(Failure::from(&error));
            self.recorder.keep(&Event::Warning {
                message: error.to_string(),
            });
            if self.report.error.is_none() {
                self.report.outcome = step.outcome;
                self.report.error = Some(error);
            }
        }
        step
    }

    async fn backup(&self, site: &Site, step: &mut Step, context: &Context) -> Result<()> {
        let manifest = backup::apply(self.weir, site, &self.run, context).await?;
        step.backup = Some(format!("{}:{}", manifest.environment, manifest.backup));
        step.data_as_of = Some(manifest.data_as_of);
        step.sanitising = Some(manifest.sanitising.state);
        step.bytes = manifest.stored_bytes();
        step.rows = manifest.rows();
        Ok(())
    }

    async fn restore(
        &self,
        site: &Site,
        direction: Direction,
        step: &mut Step,
        context: &Context,
    ) -> Result<()> {
        let choice = &self.request.options.choice;
        let restored =
            restore::apply(self.weir, site, choice, direction, &self.run, context).await?;
        let manifest = &restored.manifest;
        step.backup = Some(format!("{}:{}", manifest.environment, manifest.backup));
        step.data_as_of = Some(manifest.data_as_of);
        step.sanitising = Some(restored.live.stamp.sanitising.state);
        step.bytes = manifest.stored_bytes();
        step.rows = restored.tables.iter().map(|table| table.rows).sum();
        step.token = Some(restored.live.stamp.token.0);
        Ok(())
    }

    /// A recovery overwrites what the environment has: the operator names the target.
    async fn recover(&self, site: &Site, step: &mut Step, context: &Context) -> Result<()> {
        match self.request.options.recover_onto.as_deref() {
            Some(named) if named == site.endpoint.url => {
                self.restore(site, Direction::Recover, step, context).await
            }
            named => Err(Error::new(
                Kind::Guard,
                format!("recover {}", site.describe()),
                match named {
                    None => "the target was not named".to_owned(),
                    Some(named) => format!("{named} is not its target"),
                },
            )
            .hint(format!(
                "its target is {0}: run `weir recover {1}/{2} --onto {0}`",
                site.endpoint.url, site.environment, site.app
            ))),
        }
    }

    fn step(&self, operation: OperationKind, site: &Site) -> Step {
        new_step(self.weir, self.report.steps.len(), operation.name(), site)
    }

    fn skipped(&self, operation: OperationKind, site: &Site) -> Step {
        let mut step = self.step(operation, site);
        step.outcome = Outcome::Skipped;
        step
    }

    /// Scripts ran inside the restore's shadow: their step shares its fate and its times.
    fn transformed(&self, site: &Site, restore: Option<&Step>) -> Step {
        let mut step = self.step(OperationKind::Transform, site);
        match restore {
            Some(restore) => {
                step.began = restore.began;
                step.data_as_of = restore.data_as_of;
                step.sanitising = restore.sanitising;
                step.token = restore.token;
                step.rows = restore.rows;
            }
            None => step.outcome = Outcome::Skipped,
        }
        step
    }

    /// Records are evidence, not part of the work: one that cannot be written is a warning.
    async fn record(&mut self, step: Step, context: &Context) {
        let entry = StatusEntry {
            job: self.request.job.name.clone(),
            run: self.run.clone(),
            last: step.clone(),
            last_success: (step.outcome == Outcome::Succeeded).then(|| step.clone()),
            success_before: None,
        };
        let recorded = async {
            self.log.step(&step).await?;
            self.log.log(&self.recorder.take()).await
        };
        if let Err(error) = recorded.await {
            context.warn(format!("the step could not be recorded: {error}"));
        }
        if step.outcome != Outcome::Skipped
            && let Err(error) = self.weir.record_status(self.request.job, &entry).await
        {
            context.warn(format!("the status could not be written: {error}"));
        }
        self.report.steps.push(step);
    }

    async fn finish(mut self, context: &Context) -> JobReport {
        let ended = Ended {
            at: self.weir.now(),
            outcome: self.report.outcome,
            written_by: None,
            failure: self.report.error.as_ref().map(Failure::from),
        };
        if let Err(error) = self.log.ended(&ended).await {
            // Somebody closed this run as dead while it worked: it must not claim success.
            if error.kind() == Kind::Interrupted {
                self.report = self.report.failed(error);
            } else {
                context.warn(format!("the end of the run could not be recorded: {error}"));
            }
        }
        self.report
    }
}
