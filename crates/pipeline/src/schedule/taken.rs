//! What upstream has, and what of it was taken.

use crate::backups;
use crate::weir::Weir;
use jiff::Timestamp;
use weir_config::{DatabaseJob, Job, OperationKind, Reads};
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::{Status, Step};

/// The backups of an upstream job, as the job downstream sees them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UpstreamBackups {
    /// When the newest whole one was begun: of several databases, the oldest such.
    pub newest: Option<Timestamp>,
    /// When the one was begun that was last taken, if it is still there.
    pub taken: Option<Timestamp>,
}

/// What the job at `upstream` has for the one at `address`.
///
/// # Errors
/// `usage` for a job that is not there; `secret`, `store`.
pub async fn upstream_backups(
    weir: &Weir,
    address: &str,
    upstream: &str,
    context: &Context,
) -> Result<UpstreamBackups> {
    let (job, from) = (weir.fleet().job(address)?, weir.fleet().job(upstream)?);
    let state = weir.stores(&job.environment, context).await?.state;
    let status = weir_store::read_status(&state, &job.environment, &job.app).await?;
    let reads = job.source.as_ref().map(|source| source.reads.value);
    let entries = match reads {
        Some(Reads::Published) => backups::published_by(weir, from, context).await?,
        _ => backups::of_job(weir, from, context).await?,
    };
    let (mut newest, mut taken) = (Vec::new(), Vec::new());
    for database in &job.databases {
        let source = database.source_name.as_ref().unwrap_or(&database.name);
        if from.databases.iter().all(|made| made.name != *source) {
            continue;
        }
        let mut whole = entries
            .iter()
            .filter(|entry| entry.whole && entry.database == *source);
        newest.push(whole.clone().map(|entry| entry.time).max());
        let key = last_taken(job, database, &status).and_then(|step| step.backup.as_deref());
        let key = key.and_then(|reference| reference.rsplit_once(':'));
        let same = |entry: &backups::BackupEntry| {
            let other = entry.reference.rsplit_once(':');
            key.is_some_and(|(_, key)| other.is_some_and(|(_, other)| other == key))
        };
        taken.push(whole.find(|entry| same(entry)).map(|entry| entry.time));
    }
    // Nothing is `None`, and less than any moment.
    Ok(UpstreamBackups {
        newest: newest.into_iter().min().flatten(),
        taken: taken.into_iter().min().flatten(),
    })
}

/// The newest success of what takes upstream's backups: the replication, or else the restore.
fn last_taken<'a>(job: &Job, database: &DatabaseJob, status: &'a Status) -> Option<&'a Step> {
    let replicates = database.operations.contains(&OperationKind::Replicate);
    let takes = match replicates {
        true => OperationKind::Replicate,
        false => OperationKind::Restore,
    };
    let entries = status.entries.iter();
    entries
        .filter(|entry| entry.job == job.name && entry.last.database == database.name)
        .find(|entry| entry.last.operation == takes.name())
        .and_then(|entry| entry.last_success.as_ref())
}
