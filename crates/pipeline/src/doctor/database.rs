//! A database: whether a run would get through at it.

use super::check::{Check, Subject};
use super::rounds::{Rounds, place};
use crate::site::Site;
use weir_config::{DatabaseJob, Job, OperationKind};
use weir_engine::{Context, Purpose};
use weir_model::error::{Kind, Result};

/// Asks the engine. `expected` is how large a restored copy will be, 0 when unknown.
pub(super) async fn look(
    rounds: &mut Rounds<'_>,
    job: &Job,
    database: &DatabaseJob,
    expected: u64,
) {
    let subject = Subject::new(place(job, database), "database");
    let weir = rounds.weir;
    let purposes = purposes(weir.fleet().jobs_of(&job.environment, &job.app), database);
    rounds
        .make(&subject, async |context| {
            let mut checks = Vec::new();
            for site in weir
                .sites_to_look_at(job, Some(&database.name), &context)
                .await?
            {
                for (purpose, kind) in &purposes {
                    let looked = site
                        .engine
                        .diagnose(&site.endpoint, *purpose, expected, &context)
                        .await?;
                    let found = looked.into_iter();
                    checks.extend(found.map(|finding| subject.finding(*kind, finding)));
                }
                checks.extend(leftovers(&subject, job, &site, &context).await?);
            }
            Ok(told_once(checks))
        })
        .await;
}

/// What the jobs of an app do with a database, and the kind of error that each would end with.
fn purposes<'a>(
    jobs: impl Iterator<Item = &'a Job>,
    database: &DatabaseJob,
) -> Vec<(Purpose, Kind)> {
    let of_database = jobs.flat_map(|job| &job.databases);
    let done: Vec<OperationKind> = of_database
        .filter(|known| known.name == database.name)
        .flat_map(|known| known.operations.iter().copied())
        .collect();
    let mut purposes = Vec::new();
    if done.iter().any(|operation| operation.writes_target()) {
        purposes.push((Purpose::Target, Kind::Target));
    } else {
        // What is restored first is there by the time it is backed up.
        purposes.push((Purpose::Source, Kind::Source));
    }
    purposes
}

async fn leftovers(
    subject: &Subject,
    job: &Job,
    site: &Site,
    context: &Context,
) -> Result<Vec<Check>> {
    let left = site.engine.leftovers(&site.endpoint, context).await;
    let heal = || format!("weir heal {}", job.address);
    Ok(match left {
        Ok(left) => left
            .into_iter()
            .map(|left| subject.warning(left, heal()))
            .collect(),
        // One that cannot be read has been told already.
        Err(error) if matches!(error.kind(), Kind::Source | Kind::Target) => Vec::new(),
        Err(error) => return Err(error),
    })
}

/// Each thing once, however many purposes it was looked at for.
fn told_once(checks: Vec<Check>) -> Vec<Check> {
    let mut told: Vec<Check> = Vec::new();
    for check in checks {
        if !told.iter().any(|known| known.what == check.what) {
            told.push(check);
        }
    }
    told
}
