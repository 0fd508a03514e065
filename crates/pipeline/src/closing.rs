//! Closing the records of dead runs, so that none of them can claim success later.

use crate::adopt::ADOPT;
use crate::resume;
use crate::weir::{Stores, Weir};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::run::{Ended, Outcome, Started};
use weir_store::RunLog;

/// How far back unfinished runs are looked for.
pub(crate) const DAYS_OF_UNFINISHED_RUNS: u32 = 7;

/// A run that was found dead.
#[derive(Debug, Clone, Serialize)]
pub struct DeadRun {
    /// Its id.
    pub run: String,
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job.
    pub job: String,
    /// The verb.
    pub verb: String,
    /// When it began.
    pub at: Timestamp,
    /// Until when `weir run` continues it instead of starting at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued_until: Option<Timestamp>,
}

impl Weir {
    /// Closes the records of runs of this environment whose process is gone. Records are
    /// evidence, not part of the work: one that cannot be read or closed is told, no more.
    pub(crate) async fn close_dead_runs(
        &self,
        environment: &str,
        context: &Context,
    ) -> Vec<DeadRun> {
        self.dead_runs(environment, true, context)
            .await
            .unwrap_or_else(|error| {
                context.warn(format!(
                    "the records of earlier runs could not be closed: {error}"
                ));
                Vec::new()
            })
    }

    /// The dead runs of an environment, which are closed if `close` says so.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    pub(crate) async fn dead_runs(
        &self,
        environment: &str,
        close: bool,
        context: &Context,
    ) -> Result<Vec<DeadRun>> {
        let stores = self.stores(environment, context).await?;
        if close {
            weir_store::sweep_unfinished_writes(&stores.store, &stores.state).await;
        }
        let unfinished =
            weir_store::unfinished_runs(&stores.state, self.now(), DAYS_OF_UNFINISHED_RUNS).await?;
        let mut dead = Vec::new();
        for started in unfinished.into_iter().filter_map(|record| record.started) {
            if !is_over(&started, self.now()) {
                continue;
            }
            if close {
                self.close(&stores, &started, context).await?;
            }
            dead.push(DeadRun {
                continued_until: resume::continued_until(self, &started),
                run: started.run,
                environment: started.environment,
                app: started.app,
                job: started.job,
                verb: started.verb,
                at: started.at,
            });
        }
        Ok(dead)
    }

    async fn close(&self, stores: &Stores, dead: &Started, context: &Context) -> Result<()> {
        self.discard_unfinished_backups(stores, dead, context).await;
        let ended = Ended {
            at: self.now(),
            outcome: Outcome::Interrupted,
            written_by: Some(self.process()),
            failure: None,
        };
        // Another healer may have been faster, which is as good.
        match RunLog::of(&stores.state, &dead.run)?.ended(&ended).await {
            Err(error) if error.kind() != Kind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes the parts of backups that a dead run never finished. Where nothing may be deleted
    /// they stay, invisible to every reader, until the bucket's lifecycle takes them.
    async fn discard_unfinished_backups(&self, stores: &Stores, dead: &Started, context: &Context) {
        let mut instances: Vec<&str> = self
            .fleet()
            .jobs_of(&dead.environment, &dead.app)
            .map(|job| job.instance.value.as_str())
            .collect();
        instances.dedup();
        for instance in instances {
            // An adopted dump is named after the time at which others made it.
            let begun = (dead.verb != ADOPT).then_some(dead.at);
            let Stores { store, state } = stores;
            let discarded =
                weir_store::discard_claimed(store, state, instance, &dead.run, begun).await;
            tell_discarded(discarded, dead, context);
            let publishes = self.environment(&dead.environment);
            if publishes.is_ok_and(|found| found.clean.is_some()) {
                let discarded = self.discard_unpublished(instance, dead, context).await;
                tell_discarded(discarded, dead, context);
            }
        }
    }

    /// The same in the clean store, where a backup has the name of what it was made from.
    async fn discard_unpublished(
        &self,
        instance: &str,
        dead: &Started,
        context: &Context,
    ) -> Result<usize> {
        let Stores { store, state } = self.clean_stores(&dead.environment, context).await?;
        weir_store::sweep_unfinished_writes(&store, &state).await;
        weir_store::discard_claimed(&store, &state, instance, &dead.run, None).await
    }
}

fn tell_discarded(discarded: Result<usize>, dead: &Started, context: &Context) {
    match discarded {
        Ok(0) => {}
        Ok(objects) => context.note(format!(
            "removed {objects} objects of a backup that run {} never finished",
            dead.run
        )),
        Err(error) => context.note(format!(
            "the unfinished backup of run {} stays, unseen: {error}",
            dead.run
        )),
    }
}

/// Whether a run without an end works no more: its process is seen to be gone, or it is an hour
/// past the moment by which it had to end, wherever it ran.
pub(crate) fn is_over(started: &Started, now: Timestamp) -> bool {
    const GRACE: SignedDuration = SignedDuration::from_hours(1);
    let overdue = started
        .deadline
        .and_then(|deadline| deadline.checked_add(GRACE).ok())
        .is_some_and(|latest| latest < now);
    weir_store::is_dead(&started.by) || overdue
}
