//! Copies of other environments' backups: what has arrived where an environment reads them.

use super::{BackupEntry, jobs, newest_first, reference};
use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use weir_config::{Job, Source};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_store::{BackupSummary, Missing, PublicKey, Store, list_copies_of};

/// Lists the copies that have arrived for an environment, or for one app in it, newest first.
/// No secret of the environments they were made in is read.
///
/// # Errors
/// `usage` where nothing is read from copies; `store`.
pub async fn list_copies(
    weir: &Weir,
    environment: &str,
    app: Option<&str>,
    context: &Context,
) -> Result<Vec<BackupEntry>> {
    let all = jobs(weir, environment, app)?.into_iter();
    let reading: Vec<(&Job, &Source)> = all.filter_map(reads_copies).collect();
    if reading.is_empty() {
        let what = format!(
            "{environment}{}",
            app.map_or(String::new(), |app| format!("/{app}"))
        );
        return Err(none_read(&what));
    }
    let trusted = trusted_keys(weir, environment, context).await?;
    let mut entries = Vec::new();
    for (job, source) in reading {
        let store = store(weir, environment, &source.environment, context).await?;
        entries.extend(of_job(&store, job, source, &trusted).await?);
    }
    Ok(newest_first(entries))
}

/// The store in which `environment` reads copies of the backups of `origin`.
pub(super) async fn store(
    weir: &Weir,
    environment: &str,
    origin: &str,
    context: &Context,
) -> Result<Store> {
    weir.environment(environment)?;
    let of_environment = weir.fleet().jobs.iter();
    let replica = of_environment
        .filter(|job| job.environment == environment)
        .filter_map(reads_copies)
        .filter(|(_, source)| source.environment == origin)
        .find_map(|(_, source)| source.replica.as_ref())
        .ok_or_else(|| none_read(&format!("{environment} from {origin}")))?;
    weir.replica_store(&replica.value, origin, context).await
}

fn reads_copies(job: &Job) -> Option<(&Job, &Source)> {
    let source = job.source.as_ref()?;
    source.replica.as_ref().map(|_| (job, source))
}

async fn of_job(
    store: &Store,
    job: &Job,
    source: &Source,
    trusted: &[PublicKey],
) -> Result<Vec<BackupEntry>> {
    let mut entries = Vec::new();
    for database in &job.databases {
        let name = database.source_name.as_ref().unwrap_or(&database.name);
        let copies = list_copies_of(store, &source.instance, name, trusted).await?;
        entries.extend(copies.into_iter().map(|copy| entry(job, source, copy)));
    }
    Ok(entries)
}

fn entry(job: &Job, source: &Source, copy: BackupSummary) -> BackupEntry {
    let origin = &source.environment;
    let foreign = copy
        .manifest
        .as_ref()
        .map(|read| &read.manifest.environment)
        .filter(|environment| *environment != origin)
        .map(|environment| format!("it is a backup of environment {environment:?}"));
    let to_come = copy.missing.as_ref().map(Missing::awaited);
    let reference = reference::of_copy(&job.environment, origin, &copy.name.key());
    let entry = BackupEntry::new(job, copy);
    BackupEntry {
        reference,
        whole: entry.whole && foreign.is_none(),
        problem: foreign.or(entry.problem),
        copy_of: Some(origin.clone()),
        to_come,
        ..entry
    }
}

/// Nothing is read from copies there.
pub(crate) fn none_read(what: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("find the copies for {what}"),
        "the configuration has none read there: backups are read in the store of who made them",
    )
    .hint(
        "name an environment with `replica`, or an app with `replicate` among its `operations`: \
         docs/runbook.md, \"Replicas\"",
    )
}
