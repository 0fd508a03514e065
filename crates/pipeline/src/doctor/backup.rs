//! The newest backups: the one this job makes, and the one it restores. Each is there, is whole,
//! is young enough, can be read, and its mark counts where it goes.

use super::check::{Check, Subject};
use super::published;
use super::rounds::{Rounds, place};
use crate::encrypted;
use crate::origin::Arriving;
use crate::restore::{self, Direction};
use crate::site::SourceOfRestore;
use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use crate::words;
use jiff::{SignedDuration, Timestamp};
use weir_config::{Data, DatabaseJob, Job, OperationKind, Reads};
use weir_engine::{Context, PartSource as _};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_model::sanitising::State;
use weir_store::{BackupReader, Choice, Wanted};

/// Bytes of content that are read to see that backups can be read here.
const ENOUGH: u64 = 1 << 20;

/// Looks at the newest backups of a database. Returns how many bytes a copy restored here would
/// have, 0 when unknown.
pub(super) async fn look(rounds: &mut Rounds<'_>, job: &Job, database: &DatabaseJob) -> u64 {
    let does = |kind| database.operations.contains(&kind);
    if does(OperationKind::Backup) {
        own(rounds, job, database).await;
    }
    published::look(rounds, job, database).await;
    if does(OperationKind::Restore) {
        return taken(rounds, job, database).await;
    }
    0
}

/// The backup that a recovery would take.
async fn own(rounds: &mut Rounds<'_>, job: &Job, database: &DatabaseJob) {
    let subject = Subject::new(place(job, database), "backup");
    let weir = rounds.weir;
    let mut stored = 0;
    let found = &mut stored;
    rounds
        .make(&subject, async |context| {
            let stores = weir.stores(&job.environment, &context).await?;
            let trusted = trusted_keys(weir, &job.environment, &context).await?;
            let wanted = Wanted {
                environment: &job.environment,
                instance: &job.instance.value,
                database: &database.name,
                trusted: &trusted,
            };
            let chosen = weir_store::choose(&stores.store, &wanted, &Choice::Newest).await;
            let chosen = match chosen {
                Err(error) if error.kind() == Kind::NoBackup => {
                    return Ok(vec![none(&subject, job, &error)]);
                }
                chosen => chosen?,
            };
            let manifest = chosen.read.manifest;
            *found = manifest.stored_bytes();
            let mut checks = match unreadable(weir, &subject, job, &manifest) {
                Some(told) => vec![told],
                None => {
                    let copy = manifest.clone();
                    let reader =
                        encrypted::reader(weir, &stores.store, copy, &job.environment, &context)
                            .await?;
                    vec![readable(&subject, &reader, &context).await?]
                }
            };
            checks.extend(chosen.passed_over.iter().map(|passed| {
                let what = format!("{} does not count: {}", passed.backup, passed.reason);
                subject.warning(what, format!("weir backup {}", job.address))
            }));
            checks.push(age(weir, &subject, job, &manifest, manifest.created));
            let own = own_source(job, database, false);
            checks.extend(downstream(weir, &subject, &own, &manifest, &context).await);
            Ok(checks)
        })
        .await;
    rounds.stored += stored;
}

/// Where the job's own backups lie, or what it publishes.
pub(super) fn own_source(job: &Job, database: &DatabaseJob, published: bool) -> SourceOfRestore {
    SourceOfRestore {
        environment: job.environment.clone(),
        app: job.app.clone(),
        instance: job.instance.value.clone(),
        database: database.name.clone(),
        published,
        replica: None,
    }
}

/// Before the first night there is none, and that is no fault; broken ones are.
fn none(subject: &Subject, job: &Job, error: &Error) -> Check {
    let command = format!("weir backup {}", job.address);
    match error
        .hint_text()
        .filter(|hint| hint.contains("do not count"))
    {
        Some(broken) => subject.failure(
            Kind::NoBackup,
            format!("there is no whole backup; {broken}"),
            command,
        ),
        None => subject.warning("there is no backup yet", command),
    }
}

/// An encrypted backup in an environment that has no identity here: only writing is its business,
/// as long as somebody has one.
fn unreadable(weir: &Weir, subject: &Subject, job: &Job, manifest: &Manifest) -> Option<Check> {
    let has = |environment: &weir_config::Environment| environment.identity.is_some();
    let own = weir.environment(&job.environment).is_ok_and(has);
    if manifest.encryption.is_none() || own {
        return None;
    }
    let name = &manifest.backup;
    let anybody = weir.fleet().environments.iter().any(has);
    Some(if anybody {
        subject.note(format!(
            "{name} is encrypted, and this host only writes backups of it"
        ))
    } else {
        subject.failure(
            Kind::Secret,
            format!(
                "{name} is encrypted, and nobody here can read it: no `identity` is configured"
            ),
            format!(
                "name one of `recipients` under `identity` of {}, and keep it where it is not lost",
                job.environment
            ),
        )
    })
}

/// Reads the beginning of the smallest part of data, as a restore would: the bytes are there, are
/// what was written, and can be read here.
async fn readable(subject: &Subject, reader: &BackupReader, context: &Context) -> Result<Check> {
    let manifest = reader.manifest();
    let is_side = |name: &str| {
        let mut parts = manifest.parts.iter();
        parts.any(|part| part.frames.as_deref() == Some(name))
    };
    let of_data = manifest.parts.iter().filter(|part| !is_side(&part.name));
    let Some(part) = of_data.min_by_key(|part| part.content_bytes) else {
        return Ok(subject.note(format!("{} has no parts to read", manifest.backup)));
    };
    let mut content = reader.open(&part.name).await?;
    let mut read = 0;
    while read < ENOUGH
        && let Some(bytes) = content.next().await?
    {
        context.check("read a part of the newest backup")?;
        read += bytes.len() as u64;
    }
    Ok(subject.ok(format!(
        "{} is whole, and can be read: {} of {} were",
        manifest.backup,
        words::bytes(read),
        part.name
    )))
}

/// One that is older than the longest time between two runs was missed.
pub(super) fn age(
    weir: &Weir,
    subject: &Subject,
    job: &Job,
    manifest: &Manifest,
    made: Timestamp,
) -> Check {
    const GRACE: SignedDuration = SignedDuration::from_hours(1);
    let age = weir.now().duration_since(made);
    let told = format!("{} is {} old", manifest.backup, words::age(age));
    let cadence = job.schedule.value.cadence();
    let Some(cadence) = cadence.and_then(|cadence| SignedDuration::try_from(cadence).ok()) else {
        return subject.ok(format!("{told}; the job runs by hand"));
    };
    if age <= cadence + GRACE {
        return subject.ok(told);
    }
    subject.warning(
        format!("{told}, and one is due every {}", words::age(cadence)),
        format!("weir status {}; weir run {}", job.environment, job.address),
    )
}

/// Whether those who restore it, and take only clean data, would believe its mark.
pub(super) async fn downstream(
    weir: &Weir,
    subject: &Subject,
    own: &SourceOfRestore,
    manifest: &Manifest,
    context: &Context,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for other in &weir.fleet().jobs {
        let takes_it = other.source.as_ref().is_some_and(|source| {
            source.environment == own.environment
                && source.app == own.app
                && (source.reads.value == Reads::Published) == own.published
        });
        let masks = other.databases.iter().any(|known| {
            known.source_name.as_deref() == Some(own.database.as_str()) && known.sanitise.is_some()
        });
        let by_mark = other.data.value == Data::Sanitised && !masks;
        if takes_it && by_mark && manifest.sanitising.state != State::Raw {
            checks.push(believed(weir, subject, other, (own, manifest), context).await);
        }
    }
    checks
}

async fn believed(
    weir: &Weir,
    subject: &Subject,
    other: &Job,
    (own, manifest): (&SourceOfRestore, &Manifest),
    context: &Context,
) -> Check {
    let looked = async {
        let trusted = trusted_keys(weir, &other.environment, context).await?;
        let store = weir.store_of_origin(own, context).await?;
        let wanted = Wanted {
            environment: &manifest.environment,
            instance: &manifest.instance,
            database: &manifest.database,
            trusted: &trusted,
        };
        let choice = Choice::Named(manifest.backup.clone());
        let chosen = weir_store::choose(&store, &wanted, &choice).await?;
        Ok::<_, Error>(chosen.read.signature)
    };
    match looked.await {
        Ok(signature) if signature.is_trusted() => {
            subject.ok(format!("its mark counts in {}", other.environment))
        }
        Ok(signature) => subject.failure(
            Kind::Untrusted,
            format!(
                "{} takes only clean data, and does not trust this backup: it is {signature}",
                other.environment
            ),
            format!(
                "name the public key of {} under `trusts` of {} (weir keys public FILE)",
                manifest.environment, other.environment
            ),
        ),
        Err(error) => subject.error(&error),
    }
}

/// The backup that the next restore would take, by the very rules of a restore.
async fn taken(rounds: &mut Rounds<'_>, job: &Job, database: &DatabaseJob) -> u64 {
    let subject = Subject::new(place(job, database), "restore");
    let from = job.source.as_ref().map_or("", |from| &from.environment);
    let weir = rounds.weir;
    let mut expected = 0;
    let bytes = &mut expected;
    rounds
        .make(&subject, async |context| {
            let mut checks = Vec::new();
            for site in weir.sites_of(job, Some(&database.name), &context).await? {
                let planned = restore::plan(
                    weir,
                    &site,
                    &Choice::Newest,
                    Direction::Downstream,
                    Arriving::PassOver,
                    &context,
                );
                let plan = match planned.await {
                    Err(error) if is_first_night(&error) => {
                        checks.push(nothing_upstream(&subject, from));
                        continue;
                    }
                    planned => planned?,
                };
                let manifest = &plan.chosen.read.manifest;
                *bytes = manifest.content_bytes();
                checks.push(subject.ok(format!(
                    "{}:{} would be restored, as {} data",
                    manifest.environment, manifest.backup, plan.mark.state
                )));
                checks.extend(too_old(weir, &subject, job, manifest));
            }
            Ok(checks)
        })
        .await;
    expected
}

fn nothing_upstream(subject: &Subject, from: &str) -> Check {
    let what = format!("there is no backup in {from} to restore yet");
    subject.warning(what, format!("weir run {from}"))
}

fn is_first_night(error: &Error) -> bool {
    let broken = error
        .hint_text()
        .is_some_and(|hint| hint.contains("do not count"));
    error.kind() == Kind::NoBackup && !broken
}

fn too_old(weir: &Weir, subject: &Subject, job: &Job, manifest: &Manifest) -> Option<Check> {
    let most = job.max_age.as_ref()?.value;
    let age = weir.now().duration_since(manifest.data_as_of);
    let limit = SignedDuration::try_from(most.duration()).ok()?;
    (age > limit).then(|| {
        subject.warning(
            format!(
                "its data is {} old, and `max_age` is {most}",
                words::age(age)
            ),
            format!("weir run {}", manifest.environment),
        )
    })
}
