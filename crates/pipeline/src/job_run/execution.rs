//! The operations of a job in order, each a recorded step.

mod held;
mod hooked;

use super::JobRequest;
use crate::backup;
use crate::drill;
use crate::group::{Place, Seats};
use crate::job_report::outcome_of;
use crate::publish;
use crate::replicate;
use crate::restore::{self, Direction};
use crate::resume::{self, Done, Heritage};
use crate::run_book::RunBook;
use crate::site::{Site, SourceOfRestore};
use crate::weir::Weir;
use weir_config::{DatabaseJob, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_model::run::{Failure, Outcome, Step};

/// A job at work.
pub(super) struct Execution<'a> {
    pub(super) weir: &'a Weir,
    pub(super) request: &'a JobRequest<'a>,
    pub(super) book: RunBook<'a>,
}

/// How one operation came about.
enum Came {
    /// By this run.
    Here(Step),
    /// By an earlier run.
    Before(Done),
    /// Not at all: it is held, which leaves out nothing but what happens inside it.
    Held(Step),
}

/// One database on its way through its operations.
struct Chain<'a> {
    site: &'a Site,
    /// What earlier runs may have done; `None` from the first operation that they have not.
    heritage: Option<Heritage<'a>>,
    restore: Option<Came>,
    /// Where it meets the others of its group.
    seats: Seats,
}

impl Execution<'_> {
    /// One database: its operations, or why they are left out.
    pub(super) async fn database(
        &self,
        site: &Site,
        heritage: Option<Heritage<'_>>,
        context: &Context,
    ) {
        let request = self.request;
        let named = |known: &&DatabaseJob| known.name == site.endpoint.database;
        let database = request.databases().find(named);
        if let Some(database) = database
            && let Some(reason) = request.why_left_out(database)
        {
            self.skip(database, Outcome::Skipped, &reason, context)
                .await;
            // What is held upstream is wanted so, and no failure here.
            if reason.kind() != Kind::Held {
                self.book.fail_run(reason);
            }
            return;
        }
        let fresh =
            database.is_some_and(|database| request.upstream.is_fresh(request.job, database));
        let chain = Chain {
            site,
            heritage: heritage.filter(|_| !fresh),
            restore: None,
            seats: request
                .member
                .map(|member| member.seats(&site.endpoint.database))
                .unwrap_or_default(),
        };
        self.chain(chain, context).await;
    }

    /// The operations of one database. The first failure leaves out the rest.
    async fn chain(&self, mut chain: Chain<'_>, context: &Context) {
        let name = &chain.site.endpoint.database;
        let JobRequest { job, options, .. } = self.request;
        let operations = self.weir.operations(job, name, options);
        self.expire_previous(chain.site, context).await;
        let mut failed = false;
        for operation in operations {
            let came = if failed {
                Came::Here(self.skipped(operation, name))
            } else {
                self.next(operation, &mut chain, context).await
            };
            match &came {
                Came::Here(step) => {
                    if step.outcome != Outcome::Succeeded {
                        failed = true;
                        chain.seats.leave_all(step.failure.as_ref());
                    }
                    self.book.record(step.clone(), context).await;
                }
                Came::Before(done) => self.book.take_over(done, context).await,
                Came::Held(step) => {
                    chain.seats.leave(operation, step.failure.as_ref());
                    self.book.record(step.clone(), context).await;
                }
            }
            if operation == OperationKind::Restore {
                chain.restore = Some(came);
            }
        }
    }

    /// One operation: taken over where an earlier run has done it, else done.
    async fn next(
        &self,
        operation: OperationKind,
        chain: &mut Chain<'_>,
        context: &Context,
    ) -> Came {
        let site = chain.site;
        if operation == OperationKind::Transform {
            return match (&chain.restore, &chain.heritage) {
                (Some(Came::Before(done)), Some(heritage)) => {
                    Came::Before(heritage.transformed(site, done))
                }
                (Some(Came::Here(step)), _) => Came::Here(self.transformed(site, Some(step))),
                (Some(Came::Held(step)), _) => Came::Held(self.held_with(operation, step)),
                _ => Came::Here(self.transformed(site, None)),
            };
        }
        if let Some(step) = self.held(operation, site, context).await {
            if operation == OperationKind::Restore {
                // Whether the copy is still the one the earlier run went on with is not looked at.
                chain.heritage = None;
            }
            return Came::Held(step);
        }
        match self.inherited(operation, chain, context).await {
            Ok(Some(done)) => Came::Before(done),
            Ok(None) => {
                chain.heritage = None;
                Came::Here(self.hooked(operation, chain, context).await)
            }
            Err(error) => {
                let mut step = self.step(operation, &site.endpoint.database);
                self.book.fail(&mut step, error);
                Came::Here(step)
            }
        }
    }

    /// The operation as an earlier run has done it. A run that was taken for dead and closed
    /// does nothing any more.
    async fn inherited(
        &self,
        operation: OperationKind,
        chain: &mut Chain<'_>,
        context: &Context,
    ) -> Result<Option<Done>> {
        let (site, run) = (chain.site, self.book.run());
        self.weir
            .refuse_closed(&site.environment, run, context)
            .await?;
        let Some(heritage) = &mut chain.heritage else {
            return Ok(None);
        };
        let done = resume::take_over(self.weir, site, operation, heritage, run, context).await?;
        if let Some(done) = &done {
            context.note(resume::in_words(done, &self.request.job.address));
        }
        Ok(done)
    }

    /// What kept the job from beginning is the failure of the first operation of every database:
    /// the job was attempted, and its records say why nothing came of it.
    pub(super) async fn could_not_begin(&self, error: Error, context: &Context) {
        for database in self.request.databases() {
            self.skip(database, outcome_of(&error), &error, context)
                .await;
        }
        self.book.fail_run(error);
    }

    /// Records that nothing was done to a database. The first operation says why.
    pub(super) async fn skip(
        &self,
        database: &DatabaseJob,
        first: Outcome,
        why: &Error,
        context: &Context,
    ) {
        let JobRequest { job, options, .. } = self.request;
        let operations = self.weir.operations(job, &database.name, options);
        for (done, operation) in operations.into_iter().enumerate() {
            let mut step = self.skipped(operation, &database.name);
            if done == 0 {
                step.outcome = first;
                step.failure = Some(Failure::from(why));
            }
            self.book.record(step, context).await;
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
        &self,
        operation: OperationKind,
        chain: &mut Chain<'_>,
        context: &Context,
    ) -> Step {
        let site = chain.site;
        let place = chain.seats.take(operation);
        let mut step = self.step(operation, &site.endpoint.database);
        self.book.begins(&step);
        let context = &context.clone().with_own_table_times();
        let outcome = match operation {
            OperationKind::Backup => self.backup(site, place.as_ref(), &mut step, context).await,
            OperationKind::Publish => self.publish(site, &mut step, context).await,
            OperationKind::PublishLive => {
                self.publish_live(site, place.as_ref(), &mut step, context)
                    .await
            }
            OperationKind::Replicate => self.replicate(site, &mut step, context).await,
            OperationKind::Restore => {
                let way = (Direction::Downstream, place.as_ref());
                self.restore(site, way, &mut step, context).await
            }
            OperationKind::Recover => {
                match restore::onto_named_target(site, self.request.options) {
                    Ok(()) => {
                        let way = (Direction::Recover, None);
                        self.restore(site, way, &mut step, context).await
                    }
                    refused => refused,
                }
            }
            OperationKind::Drill => {
                let choice = &self.request.options.choice;
                return drill::step(self.weir, site, choice, &self.book, context)
                    .await
                    .0;
            }
            OperationKind::Transform => Ok(()),
        };
        step.ended = self.weir.now();
        if let Err(error) = outcome {
            self.book.fail(&mut step, error);
        }
        if let Some(place) = place {
            place.end(step.failure.as_ref());
        }
        step
    }

    async fn backup(
        &self,
        site: &Site,
        place: Option<&Place>,
        step: &mut Step,
        context: &Context,
    ) -> Result<()> {
        let together = place.and_then(Place::opening);
        let run = self.book.run();
        let manifest = Box::pin(backup::apply(self.weir, site, run, together, context)).await?;
        made(step, &site.own_source(), &manifest, context);
        Ok(())
    }

    async fn publish(&self, site: &Site, step: &mut Step, context: &Context) -> Result<()> {
        let choice = &self.request.options.choice;
        let run = self.book.run();
        let manifest = Box::pin(publish::apply(self.weir, site, choice, run, context)).await?;
        made(step, &site.published_source(), &manifest, context);
        Ok(())
    }

    async fn publish_live(
        &self,
        site: &Site,
        place: Option<&Place>,
        step: &mut Step,
        context: &Context,
    ) -> Result<()> {
        let together = place.and_then(Place::opening);
        let run = self.book.run();
        let manifest =
            Box::pin(publish::apply_live(self.weir, site, run, together, context)).await?;
        made(step, &site.published_source(), &manifest, context);
        Ok(())
    }

    async fn replicate(&self, site: &Site, step: &mut Step, context: &Context) -> Result<()> {
        let choice = &self.request.options.choice;
        let run = self.book.run();
        let manifest = Box::pin(replicate::apply(self.weir, site, choice, run, context)).await?;
        let own = site.own_source();
        made(
            step,
            site.source.as_ref().unwrap_or(&own),
            &manifest,
            context,
        );
        Ok(())
    }

    async fn restore(
        &self,
        site: &Site,
        (direction, place): (Direction, Option<&Place>),
        step: &mut Step,
        context: &Context,
    ) -> Result<()> {
        let way = restore::Way {
            choice: &self.request.options.choice,
            direction,
            together: place.and_then(Place::swapping),
        };
        let restored = Box::pin(restore::apply(
            self.weir,
            site,
            &way,
            self.book.run(),
            context,
        ))
        .await?;
        let source = restore::source(site, direction)?;
        made(step, &source, &restored.manifest, context);
        step.sanitising = Some(restored.live.stamp.sanitising.state);
        step.set_tables(&restored.tables, &context.table_times().took());
        step.token = Some(restored.live.stamp.token.0);
        Ok(())
    }

    fn step(&self, operation: OperationKind, database: &str) -> Step {
        self.book.next_step(operation.name(), database)
    }

    fn skipped(&self, operation: OperationKind, database: &str) -> Step {
        let mut step = self.step(operation, database);
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
                self.book.begins(&step);
            }
            None => step.outcome = Outcome::Skipped,
        }
        step
    }
}

/// What a step has made, or taken, of the backups of `source`.
fn made(step: &mut Step, source: &SourceOfRestore, manifest: &Manifest, context: &Context) {
    step.backup = Some(source.reference(&manifest.backup));
    step.data_as_of = Some(manifest.data_as_of);
    step.sanitising = Some(manifest.sanitising.state);
    step.bytes = manifest.stored_bytes();
    step.set_tables(&manifest.tables, &context.table_times().took());
}
