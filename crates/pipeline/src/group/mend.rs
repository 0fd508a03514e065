//! A group of which only a part was put live, because its process died between two swaps: derived
//! from the targets' stamps and the records of the runs that they name, and rolled back.

use super::jobs_of;
use crate::site::Site;
use crate::weir::Weir;
use std::collections::BTreeMap;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Result};
use weir_model::group::GroupRun;
use weir_model::run::Outcome;
use weir_model::stamp::{Stamp, Token};
use weir_store::{Lease, RunRecord};

/// What was done to one target, or why nothing could be.
pub(crate) struct Mended {
    pub(crate) app: String,
    pub(crate) database: String,
    pub(crate) action: Result<String>,
}

/// One target of the group, as it is live.
struct Target {
    site: Site,
    stamp: Option<Stamp>,
    /// The run of the group that put it live, where it has not told that all went live.
    group: Option<GroupRun>,
}

impl Target {
    fn token(&self) -> Token {
        self.stamp.as_ref().map_or(Token::default(), |it| it.token)
    }

    fn moment(&self) -> Option<&str> {
        self.group.as_ref().map(|group| group.moment.as_str())
    }

    fn mended(&self, action: Result<String>) -> Mended {
        Mended {
            app: self.site.app.clone(),
            database: self.site.endpoint.database.clone(),
            action,
        }
    }
}

/// Rolls back what a dead run of the group of `job` has put live of it, where it has not put all of
/// it live. Nothing is done, and nothing returned, where the group is whole; what cannot be read is
/// told by whoever needs it. With `dry_run` it only says what it would do.
pub(crate) async fn mend(weir: &Weir, job: &Job, dry_run: bool, context: &Context) -> Vec<Mended> {
    let Ok(targets) = look(weir, job, context).await else {
        return Vec::new();
    };
    let Some(half) = half_swapped(&targets) else {
        return Vec::new();
    };
    if dry_run {
        let would = half.swapped.iter().map(|target| {
            let why = half.why(target);
            target.mended(Ok(format!("{why}; the copy it replaced would be put back")))
        });
        return would.collect();
    }
    let mut leases = Vec::new();
    let mended = as_only_writer(weir, job, &targets, &mut leases, context).await;
    for lease in leases {
        if let Err(error) = lease.release().await {
            context.warn(format!(
                "a lease could not be released, it will run out: {error}"
            ));
        }
    }
    mended
}

/// Looks again with the leases of all targets: a run that still swaps holds them.
async fn as_only_writer(
    weir: &Weir,
    job: &Job,
    targets: &[Target],
    leases: &mut Vec<Lease>,
    context: &Context,
) -> Vec<Mended> {
    for target in targets {
        match lease(weir, &target.site, context).await {
            Ok(lease) => leases.push(lease),
            Err(error) => return vec![target.mended(Err(error))],
        }
    }
    let Ok(targets) = look(weir, job, context).await else {
        return Vec::new();
    };
    let Some(half) = half_swapped(&targets) else {
        return Vec::new();
    };
    let mut mended = Vec::new();
    for (target, lease) in targets.iter().zip(leases.iter()) {
        if target.moment() == Some(half.run) {
            let (site, token) = (&target.site, lease.token());
            let rolled_back = site.engine.rollback(&site.endpoint, token, context).await;
            let why = half.why(target);
            let action = match rolled_back {
                Ok(_) => Ok(format!("{why}; the copy it replaced is live again")),
                Err(error) => Err(not_put_back(site, &why, &error)),
            };
            mended.push(target.mended(action));
        }
    }
    mended
}

async fn lease(weir: &Weir, site: &Site, context: &Context) -> Result<Lease> {
    let run = weir_store::new_run_id(weir.now())?;
    let state = weir.stores(&site.environment, context).await?.state;
    weir.lease(&state, site, &run, context).await
}

fn not_put_back(site: &Site, why: &str, error: &Error) -> Error {
    let doing = format!("put back the copy that {} had", site.describe());
    Error::new(error.kind(), doing, format!("{why}, and {}", error.cause())).hint(format!(
        "restore the whole group: `weir run {}/@GROUP`",
        site.environment
    ))
}

async fn look(weir: &Weir, job: &Job, context: &Context) -> Result<Vec<Target>> {
    let state = weir.stores(&job.environment, context).await?.state;
    let mut runs: BTreeMap<String, Option<RunRecord>> = BTreeMap::new();
    let mut targets = Vec::new();
    for job in jobs_of(weir, job).filter(|job| job.does(OperationKind::Restore)) {
        for site in weir.sites_to_look_at(job, None, context).await? {
            let stamp = site.engine.stamp(&site.endpoint, context).await?;
            let stamp = stamp.filter(|stamp| stamp.environment == site.environment);
            let record = match &stamp {
                None => None,
                Some(stamp) => match runs.get(&stamp.run) {
                    Some(known) => known.clone(),
                    None => {
                        let record = weir_store::read_run(&state, &stamp.run).await?;
                        runs.insert(stamp.run.clone(), record.clone());
                        record
                    }
                },
            };
            let group = record.and_then(|record| unfinished(record, &site.endpoint.database));
            targets.push(Target { site, stamp, group });
        }
    }
    Ok(targets)
}

/// The group of a run that may have died between two swaps. A member's restore succeeds once all of
/// the group are live: what is live of it since then is so on purpose, after a rollback for example.
fn unfinished(record: RunRecord, database: &str) -> Option<GroupRun> {
    let went_live = record.steps.iter().any(|step| {
        step.operation == OperationKind::Restore.name()
            && step.database == database
            && step.outcome == Outcome::Succeeded
    });
    let group = record.started?.group?;
    (!went_live).then_some(group)
}

/// The newest run of the group that put something live, where it did not put all live.
struct Half<'a> {
    run: &'a str,
    swapped: Vec<&'a Target>,
    missing: Vec<String>,
}

impl Half<'_> {
    fn why(&self, target: &Target) -> String {
        format!(
            "the group's run {} put {} live without {}",
            self.run,
            target.site.describe(),
            self.missing.join(", ")
        )
    }
}

fn half_swapped(targets: &[Target]) -> Option<Half<'_>> {
    let of_group = targets.iter().filter(|target| target.group.is_some());
    let newest = of_group.max_by_key(|target| target.token())?;
    let group = newest.group.as_ref()?;
    let (swapped, others): (Vec<&Target>, Vec<&Target>) = targets
        .iter()
        .partition(|target| target.moment() == newest.moment());
    // One with a higher token was written later, by hand or alone.
    let missing = others.into_iter().filter(|target| {
        group.swaps.contains(&target.site.describe()) && target.token() < newest.token()
    });
    let missing: Vec<String> = missing.map(|target| target.site.describe()).collect();
    (!missing.is_empty()).then_some(Half {
        run: &group.moment,
        swapped,
        missing,
    })
}
