//! Backups: what the stores hold, what one backup is, and taking one out by hand.

use crate::site_builder::trusted_keys;
use crate::weir::{Stores, Weir};
use jiff::Timestamp;
use serde::Serialize;
use std::path::Path;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, Proof};
use weir_model::sanitising::State;
use weir_store::{BackupName, BackupReader, BackupSummary, Identities, ReadManifest};

/// A backup in the store of an environment, whole or not.
#[derive(Debug, Clone, Serialize)]
pub struct BackupEntry {
    /// The environment whose store holds it.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// How other verbs name it: `ENVIRONMENT:INSTANCE/FOLDER`.
    pub reference: String,
    /// When it was taken.
    pub time: Timestamp,
    /// Whether it counts as a backup.
    pub whole: bool,
    /// Why not.
    pub problem: Option<String>,
    /// When its data was true.
    pub data_as_of: Option<Timestamp>,
    /// How clean its data is.
    pub sanitising: Option<State>,
    /// What stands behind it: whether Weir dumped it, or took in what others made.
    pub proof: Option<Proof>,
    /// Stored bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: Option<u64>,
}

impl BackupEntry {
    fn new(job: &Job, summary: BackupSummary) -> Self {
        let manifest = summary.manifest.as_ref().map(|read| &read.manifest);
        Self {
            environment: job.environment.clone(),
            app: job.app.clone(),
            database: summary.name.database.clone(),
            reference: format!("{}:{}", job.environment, summary.name.key()),
            time: summary.name.time,
            whole: summary.problem.is_none(),
            data_as_of: manifest.map(|manifest| manifest.data_as_of),
            sanitising: manifest.map(|manifest| manifest.sanitising.state),
            proof: manifest.map(|manifest| manifest.proof),
            bytes: summary.stored_bytes,
            rows: manifest.map(Manifest::rows),
            problem: summary.problem,
        }
    }
}

/// One backup in full.
#[derive(Debug, Clone, Serialize)]
pub struct BackupDetails {
    /// How other verbs name it.
    pub reference: String,
    /// Who signed its manifest, in words.
    pub signature: String,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Lists backups of an environment, or of one app in it, newest first.
///
/// # Errors
/// `usage`, `store`.
pub async fn list(
    weir: &Weir,
    environment: &str,
    app: Option<&str>,
    context: &Context,
) -> Result<Vec<BackupEntry>> {
    let mut entries: Vec<BackupEntry> = Vec::new();
    for job in jobs(weir, environment, app)? {
        for entry in of_job(weir, job, context).await? {
            if !entries
                .iter()
                .any(|known| known.reference == entry.reference)
            {
                entries.push(entry);
            }
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
    Ok(entries)
}

/// The backups of one job's databases in its own environment, newest first.
pub(crate) async fn of_job(weir: &Weir, job: &Job, context: &Context) -> Result<Vec<BackupEntry>> {
    let stores = weir.stores(&job.environment, context).await?;
    let trusted = trusted_keys(weir, &job.environment, context).await?;
    let instance = Some(job.instance.value.as_str());
    let summaries = weir_store::list_backups(&stores.store, instance, &trusted).await?;
    Ok(entries(job, summaries))
}

/// Those backups of an instance that are of the job's databases.
pub(crate) fn entries(job: &Job, summaries: Vec<BackupSummary>) -> Vec<BackupEntry> {
    summaries
        .into_iter()
        .filter(|summary| {
            job.databases
                .iter()
                .any(|database| database.name == summary.name.database)
        })
        .map(|summary| BackupEntry::new(job, summary))
        .collect()
}

fn jobs<'a>(weir: &'a Weir, environment: &str, app: Option<&str>) -> Result<Vec<&'a Job>> {
    let jobs: Vec<&Job> = weir
        .fleet()
        .jobs
        .iter()
        .filter(|job| job.environment == environment)
        .filter(|job| app.is_none_or(|app| job.app == app))
        .collect();
    if jobs.is_empty() {
        return Err(Error::new(
            Kind::Usage,
            format!("list the backups of {environment}/{}", app.unwrap_or("*")),
            "the configuration has no such app there",
        )
        .hint("list the jobs with `weir config show`"));
    }
    Ok(jobs)
}

/// Reads the manifest of a backup named by its reference.
///
/// # Errors
/// `usage` for a malformed reference, `no-backup`, `corrupt`.
pub async fn show(weir: &Weir, reference: &str, context: &Context) -> Result<BackupDetails> {
    let (stores, read) = find(weir, reference, context).await?;
    drop(stores);
    Ok(BackupDetails {
        reference: reference.to_owned(),
        signature: read.signature.to_string(),
        manifest: read.manifest,
    })
}

async fn find(weir: &Weir, reference: &str, context: &Context) -> Result<(Stores, ReadManifest)> {
    let (environment, name) = split(reference)?;
    let stores = weir.stores(environment, context).await?;
    let trusted = trusted_keys(weir, environment, context).await?;
    let read = weir_store::read_manifest(&stores.store, &name, &trusted).await?;
    let read = read.ok_or_else(|| {
        Error::new(
            Kind::NoBackup,
            format!("find the backup {reference}"),
            "there is no manifest, so there is no backup",
        )
        .hint(format!(
            "list what there is with `weir backups list {environment}`"
        ))
    })?;
    Ok((stores, read))
}

/// Copies a backup as it is stored (parts, frame indexes, manifest) into a new folder, proving
/// every byte, and returns the files written. The vendor's own tools read it from there.
///
/// # Errors
/// `usage` when the folder is not empty, `no-backup`, `corrupt`, `store`.
pub async fn pull(
    weir: &Weir,
    reference: &str,
    folder: &Path,
    context: &Context,
) -> Result<Vec<std::path::PathBuf>> {
    let (stores, read) = find(weir, reference, context).await?;
    let reader = BackupReader::new(
        &stores.store,
        read.manifest,
        &Identities::default(),
        weir.budget(),
    );
    weir_store::pull(&reader, folder, context).await
}

fn split(reference: &str) -> Result<(&str, BackupName)> {
    reference
        .split_once(':')
        .and_then(|(environment, key)| Some((environment, BackupName::parse(key)?)))
        .ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("find the backup {reference}"),
                "a backup is named ENVIRONMENT:INSTANCE/FOLDER",
            )
            .hint("list them with `weir backups list ENVIRONMENT`")
        })
}
