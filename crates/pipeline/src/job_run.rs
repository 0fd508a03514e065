//! One run of one job: its operations in order, each a recorded step.

use crate::backup;
use crate::job_report::{JobReport, outcome_of};
use crate::restore::{self, Direction};
use crate::run::RunOptions;
use crate::run_book::RunBook;
use crate::site::Site;
use crate::weir::Weir;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Failure, Outcome, Started, Step};

/// What is asked of one job.
pub(crate) struct JobRequest<'a> {
    pub(crate) verb: &'a str,
    pub(crate) job: &'a Job,
    pub(crate) options: &'a RunOptions,
}

/// Runs the job. Everything that goes wrong ends up in the report and in the records.
pub(crate) async fn execute(weir: &Weir, request: &JobRequest<'_>, context: &Context) -> JobReport {
    let job = request.job;
    let sites = match prepare(weir, request, context).await {
        // A slip of the one who typed it is no run.
        Err(error) if error.kind() == Kind::Usage => {
            return JobReport::new(job, String::new()).failed(error);
        }
        sites => sites,
    };
    let (book, context) = match RunBook::begin(weir, request.verb, job, context).await {
        Ok(begun) => begun,
        Err(error) => {
            return JobReport::new(job, String::new()).failed(sites.err().unwrap_or(error));
        }
    };
    let mut execution = Execution {
        weir,
        request,
        book,
    };
    match sites {
        Ok(sites) => {
            for site in &sites {
                execution.chain(site, &context).await;
            }
        }
        Err(error) => execution.could_not_begin(error, &context).await,
    }
    execution.book.finish(&context).await
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
pub(crate) fn new_step(weir: &Weir, done: usize, operation: &str, database: &str) -> Step {
    let now = weir.now();
    Step {
        number: u32::try_from(done).unwrap_or(u32::MAX).saturating_add(1),
        operation: operation.to_owned(),
        database: database.to_owned(),
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

/// Finds what the job works on, and reads the secrets it needs.
async fn prepare(weir: &Weir, request: &JobRequest<'_>, context: &Context) -> Result<Vec<Site>> {
    let JobRequest { verb, job, options } = request;
    refuse_nothing_to_do(weir, verb, job, options)?;
    weir.sites_of(job, options.database.as_deref(), context)
        .await
}

/// A job asked for what none of its databases has among its operations would end well without
/// having done anything.
pub(crate) fn refuse_nothing_to_do(
    weir: &Weir,
    verb: &str,
    job: &Job,
    options: &RunOptions,
) -> Result<()> {
    let wanted = options.database.as_deref();
    // A database that is not there is told by whoever looks for it.
    let mut chosen = job
        .databases
        .iter()
        .filter(|database| wanted.is_none_or(|name| database.name == name))
        .peekable();
    let busy = |name: &str| !weir.operations(job, name, options).is_empty();
    if chosen.peek().is_none() || chosen.any(|database| busy(&database.name)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Usage,
        format!("{verb} {}", job.address),
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
    book: RunBook<'a>,
}

impl Execution<'_> {
    /// The operations of one database. The first failure leaves out the rest of its chain.
    async fn chain(&mut self, site: &Site, context: &Context) {
        let operations = self.weir.operations(
            self.request.job,
            &site.endpoint.database,
            self.request.options,
        );
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
            self.book.record(step, context).await;
        }
    }

    /// What kept the job from beginning is the failure of the first operation of every database:
    /// the job was attempted, and its records say why nothing came of it.
    async fn could_not_begin(&mut self, error: Error, context: &Context) {
        let JobRequest { job, options, .. } = self.request;
        let wanted = options.database.as_deref();
        let chosen = job
            .databases
            .iter()
            .filter(|database| wanted.is_none_or(|name| database.name == name));
        for database in chosen {
            let operations = self.weir.operations(job, &database.name, options);
            for (done, operation) in operations.into_iter().enumerate() {
                let mut step = self.step(operation, &database.name);
                step.outcome = Outcome::Skipped;
                if done == 0 {
                    step.outcome = outcome_of(&error);
                    step.failure = Some(Failure::from(&error));
                }
                self.book.record(step, context).await;
            }
        }
        self.book.fail_run(error);
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
        let mut step = self.step(operation, &site.endpoint.database);
        let outcome = match operation {
            OperationKind::Backup => self.backup(site, &mut step, context).await,
            OperationKind::Restore => {
                self.restore(site, Direction::Downstream, &mut step, context)
                    .await
            }
            OperationKind::Recover => {
                match restore::onto_named_target(site, self.request.options) {
                    Ok(()) => {
                        self.restore(site, Direction::Recover, &mut step, context)
                            .await
                    }
                    refused => refused,
                }
            }
            OperationKind::Transform => Ok(()),
        };
        step.ended = self.weir.now();
        if let Err(error) = outcome {
            self.book.fail(&mut step, error);
        }
        step
    }

    async fn backup(&self, site: &Site, step: &mut Step, context: &Context) -> Result<()> {
        let manifest = backup::apply(self.weir, site, self.book.run(), context).await?;
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
            restore::apply(self.weir, site, choice, direction, self.book.run(), context).await?;
        let manifest = &restored.manifest;
        step.backup = Some(format!("{}:{}", manifest.environment, manifest.backup));
        step.data_as_of = Some(manifest.data_as_of);
        step.sanitising = Some(restored.live.stamp.sanitising.state);
        step.bytes = manifest.stored_bytes();
        step.rows = restored.tables.iter().map(|table| table.rows).sum();
        step.token = Some(restored.live.stamp.token.0);
        Ok(())
    }

    fn step(&self, operation: OperationKind, database: &str) -> Step {
        self.book.next_step(operation.name(), database)
    }

    fn skipped(&self, operation: OperationKind, site: &Site) -> Step {
        let mut step = self.step(operation, &site.endpoint.database);
        step.outcome = Outcome::Skipped;
        step
    }

    /// Scripts ran inside the restore's shadow: their step shares its fate and its times.
    fn transformed(&self, site: &Site, restore: Option<&Step>) -> Step {
        let mut step = self.step(OperationKind::Transform, &site.endpoint.database);
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
}
