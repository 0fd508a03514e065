//! Heal: derives from each target alone what a dead run left, and drops or finishes it.

use crate::closing::DeadRun;
use crate::drill::scratch;
use crate::group::{self, Mended};
use crate::selection::{Selection, select};
use crate::site::Site;
use crate::weir::Weir;
use serde::Serialize;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::Failure;

/// What was found at one target.
#[derive(Debug, Serialize)]
pub struct HealReport {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// What was dropped, finished or found wrong; empty for a healthy target.
    pub actions: Vec<String>,
    /// Why the target could not be healed.
    pub failure: Option<Failure>,
}

/// What was found, and closed, everywhere.
#[derive(Debug, Serialize)]
pub struct Healing {
    /// Every target.
    pub healed: Vec<HealReport>,
    /// The runs that were found dead, whose records are closed.
    pub closed: Vec<DeadRun>,
}

/// Heals every target of the selection, removes scratch copies of dead drills on this host (told
/// to the context), and closes the records of runs found dead. With `dry_run` it only says what
/// it would do.
///
/// # Errors
/// `usage`, `store`. A target that cannot be healed is in the report.
pub async fn heal(
    weir: &Weir,
    selection: &Selection,
    dry_run: bool,
    context: &Context,
) -> Result<Healing> {
    let mut healing = Healing {
        healed: Vec::new(),
        closed: Vec::new(),
    };
    let jobs = select(weir.fleet(), selection)?;
    let mut environments: Vec<&str> = jobs.iter().map(|job| job.environment.as_str()).collect();
    environments.dedup();
    let mended = jobs.clone();
    let run = weir_store::new_run_id(weir.now())?;
    for job in jobs {
        for database in &job.databases {
            context.check("heal the targets")?;
            let found = heal_one(weir, job, &database.name, &run, dry_run, context).await;
            let (actions, failure) = match found {
                Ok(actions) => (actions, None),
                Err(error) => (Vec::new(), Some(Failure::from(&error))),
            };
            healing.healed.push(HealReport {
                environment: job.environment.clone(),
                app: job.app.clone(),
                database: database.name.clone(),
                actions,
                failure,
            });
        }
    }
    mend_groups(weir, &mended, dry_run, &mut healing, context).await;
    if dry_run {
        for left in scratch::leftovers(context) {
            context.warn(left);
        }
    } else {
        scratch::sweep(context);
    }
    for environment in environments {
        let dead = match dry_run {
            true => weir.dead_runs(environment, false, context).await?,
            false => weir.close_dead_runs(environment, context).await,
        };
        healing.closed.extend(dead);
    }
    Ok(healing)
}

/// A group of which a dead run has put only a part live.
async fn mend_groups(
    weir: &Weir,
    jobs: &[&Job],
    dry_run: bool,
    healing: &mut Healing,
    context: &Context,
) {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for job in jobs {
        let Some(name) = group::name_of(job) else {
            continue;
        };
        if known.contains(&(&job.environment, name)) {
            continue;
        }
        known.push((&job.environment, name));
        for mended in group::mend(weir, job, dry_run, context).await {
            healing.tell(&job.environment, mended);
        }
    }
}

impl Healing {
    /// Adds to the report of a target what was found of its group.
    fn tell(&mut self, environment: &str, mended: Mended) {
        let Mended {
            app,
            database,
            action,
        } = mended;
        let (actions, failure) = match action {
            Ok(action) => (vec![action], None),
            Err(error) => (Vec::new(), Some(Failure::from(&error))),
        };
        let mut healed = self.healed.iter_mut();
        let own = healed.find(|report| {
            report.environment == environment && report.app == app && report.database == database
        });
        match own {
            Some(report) => {
                report.actions.extend(actions);
                report.failure = report.failure.take().or(failure);
            }
            None => self.healed.push(HealReport {
                environment: environment.to_owned(),
                app,
                database,
                actions,
                failure,
            }),
        }
    }
}

async fn heal_one(
    weir: &Weir,
    job: &Job,
    database: &str,
    run: &str,
    dry_run: bool,
    context: &Context,
) -> Result<Vec<String>> {
    let mut actions = Vec::new();
    for site in weir.sites_to_look_at(job, Some(database), context).await? {
        if dry_run {
            actions.extend(site.engine.leftovers(&site.endpoint, context).await?);
            continue;
        }
        actions.extend(as_only_writer(weir, &site, run, context).await?);
    }
    Ok(actions)
}

/// Heals one target under its lease: what another run is building is no leftover.
pub(crate) async fn as_only_writer(
    weir: &Weir,
    site: &Site,
    run: &str,
    context: &Context,
) -> Result<Vec<String>> {
    let state = &weir.stores(&site.environment, context).await?.state;
    let lease = weir.lease(state, site, run, context).await?;
    let healed = site.engine.heal(&site.endpoint, context).await;
    if let Err(error) = lease.release().await {
        context.warn(format!(
            "the lease could not be released, it will run out: {error}"
        ));
    }
    Ok(healed?.actions)
}
