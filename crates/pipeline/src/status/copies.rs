//! Copies of backups whose own store is not readable from here: what a replica holds is as good.

use super::observe::Observation;
use crate::backups::{self, BackupEntry};
use crate::weir::Weir;
use std::sync::Arc;
use weir_config::{Job, Located, Replica};
use weir_engine::Context;
use weir_model::error::Result;

/// What a replica holds of one database's backups.
pub(super) struct Copies {
    /// The environment they were copied for, and the place.
    pub(super) place: String,
    /// Whole and incomplete ones, newest first.
    pub(super) backups: Vec<Arc<BackupEntry>>,
}

/// Looks into the replicas of every database whose own backups cannot be listed.
pub(super) async fn look(weir: &Weir, databases: &mut [Observation], context: &Context) {
    for database in databases {
        if database.backups.is_ok() || database.source.is_some() {
            continue;
        }
        for (job, replica) in replicas(weir, database) {
            // One that cannot be read either is no answer, and another one may be.
            if let Ok(copies) = list(weir, database, job, replica, context).await
                && copies.backups.iter().any(|backup| backup.whole)
            {
                database.copies = Some(copies);
                break;
            }
        }
    }
}

/// The jobs that read this database's backups in a replica.
fn replicas<'a>(weir: &'a Weir, database: &Observation) -> Vec<(&'a Job, &'a Located<Replica>)> {
    let mut found: Vec<(&Job, &Located<Replica>)> = Vec::new();
    for job in &weir.fleet().jobs {
        let Some(source) = &job.source else { continue };
        let ours = source.environment == database.environment && source.app == database.app;
        if let Some(replica) = source.replica.as_ref().filter(|_| ours)
            && !found.iter().any(|(_, known)| known.value == replica.value)
        {
            found.push((job, replica));
        }
    }
    found
}

async fn list(
    weir: &Weir,
    database: &Observation,
    job: &Job,
    replica: &Located<Replica>,
    context: &Context,
) -> Result<Copies> {
    let store = weir
        .replica_store(&replica.value, &database.environment, context)
        .await?;
    let trusted = crate::site_builder::trusted_keys(weir, &job.environment, context).await?;
    let mut found: Vec<Arc<BackupEntry>> = Vec::new();
    for origin in weir.fleet().jobs_of(&database.environment, &database.app) {
        let instance = Some(origin.instance.value.as_str());
        let summaries = weir_store::list_backups(&store, instance, &trusted).await?;
        let entries = backups::entries(origin, summaries).into_iter();
        let entries = entries.filter(|entry| entry.database == database.database);
        found.extend(entries.map(Arc::new));
    }
    found.sort_by_key(|entry| std::cmp::Reverse(entry.time));
    found.dedup_by(|one, other| one.reference == other.reference);
    Ok(Copies {
        place: format!("{}, {}", job.environment, replica.value.store.location),
        backups: found,
    })
}
