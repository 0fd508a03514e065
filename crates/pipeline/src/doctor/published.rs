//! What is published: the rules still fit, the newest one is there, and is believed downstream.

use super::backup::{age, downstream, own_source};
use super::check::{Check, Subject};
use super::rounds::{Rounds, place};
use crate::publish;
use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use weir_config::{DatabaseJob, Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_store::{Choice, Wanted, run_time};

/// Looks at what a database publishes, if it does.
pub(super) async fn look(rounds: &mut Rounds<'_>, job: &Job, database: &DatabaseJob) {
    let mut operations = database.operations.iter().copied();
    let Some(operation) = operations.find(|kind| kind.publishes()) else {
        return;
    };
    let subject = Subject::new(place(job, database), "publish");
    let weir = rounds.weir;
    rounds
        .make(&subject, async |context| {
            let mut checks = planned(weir, &subject, (job, database), operation, &context).await?;
            checks.extend(newest(weir, &subject, job, database, &context).await?);
            Ok(checks)
        })
        .await;
}

/// What the next publishing would do, by its very rules.
async fn planned(
    weir: &Weir,
    subject: &Subject,
    (job, database): (&Job, &DatabaseJob),
    operation: OperationKind,
    context: &Context,
) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for site in weir.sites_of(job, Some(&database.name), context).await? {
        let planned = match operation {
            OperationKind::PublishLive => publish::plan_live(weir, &site, context).await.map(drop),
            _ => publish::plan(weir, &site, &Choice::Newest, context)
                .await
                .map(drop),
        };
        checks.push(match planned {
            Ok(()) => subject.ok("its rules fit what would be published"),
            Err(error) if error.kind() == Kind::NoBackup => nothing_yet(subject, &error, job),
            Err(error) => return Err(error),
        });
    }
    Ok(checks)
}

fn nothing_yet(subject: &Subject, error: &Error, job: &Job) -> Check {
    let command = format!("weir run {}", job.address);
    subject.warning(
        format!("nothing can be published yet: {}", error.cause()),
        command,
    )
}

/// The newest one that was published.
async fn newest(
    weir: &Weir,
    subject: &Subject,
    job: &Job,
    database: &DatabaseJob,
    context: &Context,
) -> Result<Vec<Check>> {
    let own = own_source(job, database, true);
    let store = weir.store_of_origin(&own, context).await?;
    let trusted = trusted_keys(weir, &job.environment, context).await?;
    let wanted = Wanted {
        environment: &own.environment,
        instance: &own.instance,
        database: &own.database,
        trusted: &trusted,
    };
    let chosen = match weir_store::choose(&store, &wanted, &Choice::Newest).await {
        Err(error) if error.kind() == Kind::NoBackup => {
            let command = format!("weir run {}", job.address);
            return Ok(vec![subject.warning("nothing is published yet", command)]);
        }
        chosen => chosen?,
    };
    let manifest = chosen.read.manifest;
    // It has the name of the backup it was made from; when it was made its run tells.
    let made = run_time(&manifest.run).unwrap_or(manifest.created);
    let mut checks = vec![age(weir, subject, job, &manifest, made)];
    checks.extend(downstream(weir, subject, &own, &manifest, context).await);
    Ok(checks)
}
