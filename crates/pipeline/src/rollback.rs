//! Rollback: puts the copy that the last restore replaced back live.

use crate::holds::refuse_held;
use crate::job_report::outcome_of;
use crate::job_run::{asked_for, new_step, started};
use crate::run::RunOptions;
use crate::site::Site;
use crate::weir::Weir;
use serde::Serialize;
use weir_engine::{Context, RolledBack};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::run::{Ended, Failure, Outcome, Step};
use weir_model::stamp::Stamp;
use weir_store::RunLog;

/// What is live again.
#[derive(Debug, Serialize)]
pub struct RollbackReport {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The stamp of the copy that is live again, if it has one.
    pub stamp: Option<Stamp>,
}

/// What a rollback of one database would change.
#[derive(Debug, Serialize)]
pub struct RollbackPlan {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The stamp of the copy that is live now, if it has one.
    pub live: Option<Stamp>,
    /// The stamp of the copy that would be live again; `None` when none is kept, or when it has
    /// no stamp.
    pub previous: Option<Stamp>,
    /// What would make it fail, as far as can be seen now.
    pub obstacle: Option<Failure>,
}

/// Plans a rollback, changing nothing.
///
/// # Errors
/// `usage`, `config`, `secret`; `target`, `source` where a copy cannot be looked at.
pub async fn plan(
    weir: &Weir,
    address: &str,
    options: &RunOptions,
    context: &Context,
) -> Result<Vec<RollbackPlan>> {
    let job = weir.fleet().job(address)?;
    let held = refuse_held(weir, job, "rollback", &options.despite_holds, context).await;
    let held = held.err().as_ref().map(Failure::from);
    let database = options.database.as_deref();
    let mut plans = Vec::new();
    for site in weir.sites_to_look_at(job, database, context).await? {
        let endpoint = &site.endpoint;
        let unclean = refuse_unclean(weir, &site, context).await.err();
        plans.push(RollbackPlan {
            environment: site.environment.clone(),
            app: site.app.clone(),
            database: endpoint.database.clone(),
            live: site.engine.stamp(endpoint, context).await?,
            previous: site.engine.previous_stamp(endpoint, context).await?,
            obstacle: held.clone().or(unclean.as_ref().map(Failure::from)),
        });
    }
    Ok(plans)
}

/// Rolls back the databases of a job (or the one the options name). The copy replaced becomes the previous
/// one, so that a rollback can be undone by another.
///
/// # Errors
/// `held` while a hold forbids it; `guard` where only clean data may be and the previous copy is not known to be; `no-backup`
/// when no previous copy is kept, `locked`, `swap`.
pub async fn rollback(
    weir: &Weir,
    address: &str,
    options: &RunOptions,
    context: &Context,
) -> Result<Vec<RollbackReport>> {
    let job = weir.fleet().job(address)?;
    refuse_held(weir, job, "rollback", &options.despite_holds, context).await?;
    let started = asked_for(started(weir, "rollback", job)?, options);
    let database = options.database.as_deref();
    let sites = weir.sites_of(job, database, context).await?;
    let state = weir.stores(&job.environment, context).await?.state;
    let log = context
        .unless_stopped(
            "record the run",
            RunLog::start(&state.winding_up(), &started),
        )
        .await?;
    let run = &started.run;
    let mut reports = Vec::new();
    let mut failure = None;
    for (done, site) in sites.iter().enumerate() {
        let mut step = new_step(weir, done, "rollback", &site.endpoint.database);
        let outcome = roll_back(weir, site, run, context).await;
        step.ended = weir.now();
        match outcome {
            Ok(rolled_back) => reports.push(report(site, &mut step, rolled_back)),
            Err(error) => {
                step.outcome = outcome_of(&error);
                step.failure = Some(Failure::from(&error));
                failure.get_or_insert(error);
            }
        }
        if let Err(error) = log.step(&step).await {
            context.warn(format!("the step could not be recorded: {error}"));
        }
    }
    let ended = Ended {
        at: weir.now(),
        outcome: failure.as_ref().map_or(Outcome::Succeeded, outcome_of),
        written_by: None,
        failure: failure.as_ref().map(Failure::from),
    };
    if let Err(error) = log.ended(&ended).await {
        if error.kind() == Kind::Interrupted {
            return Err(failure.unwrap_or(error));
        }
        context.warn(format!("the end of the run could not be recorded: {error}"));
    }
    failure.map_or(Ok(reports), Err)
}

async fn roll_back(weir: &Weir, site: &Site, run: &str, context: &Context) -> Result<RolledBack> {
    let state = weir.stores(&site.environment, context).await?.state;
    let lease = weir.lease(&state, site, run, context).await?;
    context.checkpoint(Checkpoint::Leased);
    let may_go_on = match refuse_unclean(weir, site, context).await {
        Ok(()) => weir.refuse_closed(&site.environment, run, context).await,
        refused => refused,
    };
    let rolled_back = match may_go_on {
        Ok(()) => {
            let token = lease.token();
            site.engine.rollback(&site.endpoint, token, context).await
        }
        Err(refused) => Err(refused),
    };
    if let Err(error) = lease.release().await {
        context.warn(format!(
            "the lease could not be released, it will run out: {error}"
        ));
    }
    rolled_back
}

/// What an environment must not take it must not go back to either.
async fn refuse_unclean(weir: &Weir, site: &Site, context: &Context) -> Result<()> {
    if !site.clean_only {
        return Ok(());
    }
    let stamp = site
        .engine
        .previous_stamp(&site.endpoint, context)
        .await?
        .filter(|stamp| stamp.environment == site.environment);
    let today = weir.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    if stamp.is_some_and(|stamp| stamp.sanitising.is_clean_on(today)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Guard,
        format!("roll back {}", site.describe()),
        "the environment takes only sanitised data, and no previous copy known to be clean is kept",
    )
    .hint("restore an earlier backup instead: `weir restore` with `--at` takes one"))
}

fn report(site: &Site, step: &mut Step, rolled_back: RolledBack) -> RollbackReport {
    if let Some(stamp) = &rolled_back.stamp {
        step.data_as_of = Some(stamp.data_as_of);
        step.sanitising = Some(stamp.sanitising.state);
        step.token = Some(stamp.token.0);
    }
    RollbackReport {
        environment: site.environment.clone(),
        app: site.app.clone(),
        database: site.endpoint.database.clone(),
        stamp: rolled_back.stamp,
    }
}
