//! Backups: what the stores hold, what one backup is, and taking one out by hand.

mod copies;
mod reference;

use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, Proof};
use weir_model::sanitising::State;
use weir_store::{BackupReader, BackupSummary, Identities, PublicKey, ReadManifest, Store};

pub use copies::list_copies;
pub(crate) use copies::none_read;
use reference::Reference;
pub(crate) use reference::{is_backup, of_copy, of_published};
pub use reference::{is_copy, is_published};

/// A backup in the store of an environment, or a copy that arrived for it, whole or not.
#[derive(Debug, Clone, Serialize)]
pub struct BackupEntry {
    /// The environment whose store holds it, or for which it was copied.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// How other verbs name it: `ENVIRONMENT:INSTANCE/FOLDER`, or for a copy
    /// `ENVIRONMENT/_from/UPSTREAM:INSTANCE/FOLDER`.
    pub reference: String,
    /// Whether it lies in the clean store of the environment.
    pub published: bool,
    /// The environment that made it, where this is a copy.
    pub copy_of: Option<String>,
    /// When it was taken.
    pub time: Timestamp,
    /// Whether it counts as a backup.
    pub whole: bool,
    /// Why not.
    pub problem: Option<String>,
    /// What of a copy has not arrived, in words.
    pub to_come: Option<String>,
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
    pub(crate) fn new(job: &Job, summary: BackupSummary) -> Self {
        let manifest = summary.manifest.as_ref().map(|read| &read.manifest);
        Self {
            environment: job.environment.clone(),
            app: job.app.clone(),
            database: summary.name.database.clone(),
            reference: format!("{}:{}", job.environment, summary.name.key()),
            published: false,
            copy_of: None,
            to_come: None,
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
    /// Why it does not count as a backup, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
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
    let mut entries = Vec::new();
    for job in jobs(weir, environment, app)? {
        entries.extend(of_job(weir, job, context).await?);
    }
    Ok(newest_first(entries))
}

/// Lists what an environment has published, or one app in it, newest first.
///
/// # Errors
/// `usage`, `config` where it has no clean store, `store`.
pub async fn list_published(
    weir: &Weir,
    environment: &str,
    app: Option<&str>,
    context: &Context,
) -> Result<Vec<BackupEntry>> {
    let mut entries = Vec::new();
    for job in jobs(weir, environment, app)? {
        entries.extend(published_by(weir, job, context).await?);
    }
    Ok(newest_first(entries))
}

/// What an environment has published of one job's databases, newest first.
pub(crate) async fn published_by(
    weir: &Weir,
    job: &Job,
    context: &Context,
) -> Result<Vec<BackupEntry>> {
    let clean = weir.clean_store(&job.environment, context).await?;
    let trusted = trusted_keys(weir, &job.environment, context).await?;
    let instance = Some(job.instance.value.as_str());
    let summaries = weir_store::list_backups(&clean, instance, &trusted).await?;
    let published = |summary: BackupSummary| {
        let reference = of_published(&job.environment, &summary.name.key());
        BackupEntry {
            reference,
            published: true,
            ..BackupEntry::new(job, summary)
        }
    };
    let of_job = of_job_databases(job, summaries);
    Ok(of_job.map(published).collect())
}

/// Each of them once, though several jobs know it.
fn newest_first(mut entries: Vec<BackupEntry>) -> Vec<BackupEntry> {
    let mut known = BTreeSet::new();
    entries.retain(|entry| known.insert(entry.reference.clone()));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
    entries
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
    of_job_databases(job, summaries)
        .map(|summary| BackupEntry::new(job, summary))
        .collect()
}

fn of_job_databases(
    job: &Job,
    summaries: Vec<BackupSummary>,
) -> impl Iterator<Item = BackupSummary> {
    summaries.into_iter().filter(|summary| {
        let mut databases = job.databases.iter();
        databases.any(|database| database.name == summary.name.database)
    })
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

/// Reads the manifest of a backup named by its reference, and looks whether its parts are there.
///
/// # Errors
/// `usage` for a malformed reference, `no-backup`, `corrupt`, `store`.
pub async fn show(weir: &Weir, reference: &str, context: &Context) -> Result<BackupDetails> {
    let named = Reference::parse(reference)?;
    let (store, trusted) = named.open(weir, context).await?;
    let read = read(&store, &named, &trusted).await?;
    let near = weir_store::list_backups_near(&store, &named.name, &trusted).await?;
    let listed = near.into_iter().find(|found| found.name == named.name);
    Ok(BackupDetails {
        reference: reference.to_owned(),
        signature: read.signature.to_string(),
        problem: listed.and_then(|found| found.problem),
        manifest: read.manifest,
    })
}

async fn find(weir: &Weir, reference: &str, context: &Context) -> Result<(Store, ReadManifest)> {
    let named = Reference::parse(reference)?;
    let (store, trusted) = named.open(weir, context).await?;
    let read = read(&store, &named, &trusted).await?;
    Ok((store, read))
}

async fn read(store: &Store, named: &Reference<'_>, trusted: &[PublicKey]) -> Result<ReadManifest> {
    let read = weir_store::read_manifest(store, &named.name, trusted).await?;
    read.ok_or_else(|| {
        Error::new(
            Kind::NoBackup,
            format!("find the backup {}", named.text),
            "there is no manifest, so there is no backup",
        )
        .hint(format!("list what there is with `{}`", named.list()))
    })
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
    let (store, read) = find(weir, reference, context).await?;
    let reader = BackupReader::new(&store, read.manifest, &Identities::default(), weir.budget());
    weir_store::pull(&reader, folder, context).await
}
