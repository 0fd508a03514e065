//! Backups that were looked at before: a manifest is written once, so while a listing shows its folder
//! as it was, what was read of it is still true.

use super::shelf::Which;
use crate::backups::BackupEntry;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use weir_config::Job;
use weir_store::BackupSummary;

/// How long it is believed: a lifecycle that archives a manifest does not show in a listing.
const BELIEVED: Duration = Duration::from_secs(3600);

/// The backups of an instance in a store of an environment.
type Place = (String, Which, String);

/// What is known of all of them.
#[derive(Default)]
pub(crate) struct KnownBackups(Mutex<HashMap<Place, Arc<Known>>>);

/// By the backups' keys.
pub(super) struct Known(HashMap<String, KnownBackup>);

/// What is known of one backup.
#[derive(Clone)]
pub(super) struct KnownBackup {
    key: String,
    mark: u64,
    read: Instant,
    /// Nothing where it is of no job's database.
    pub(super) entry: Option<Arc<BackupEntry>>,
    is_whole: bool,
}

impl KnownBackups {
    pub(super) fn of(&self, place: &Place) -> Option<Arc<Known>> {
        self.places().get(place).cloned()
    }

    /// Takes the place of what was known there. What is not whole is read each time: it may be
    /// arriving, or come back from an archive.
    pub(super) fn keep(&self, place: Place, found: Vec<KnownBackup>) {
        let whole = found.into_iter().filter(|backup| backup.is_whole);
        let known = whole.map(|backup| (backup.key.clone(), backup)).collect();
        self.places().insert(place, Arc::new(Known(known)));
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Place, Arc<Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    pub(super) fn get(&self, key: &str, mark: u64) -> Option<KnownBackup> {
        let known = self.0.get(key)?;
        let is_believed = known.mark == mark && known.read.elapsed() < BELIEVED;
        is_believed.then(|| known.clone())
    }
}

impl KnownBackup {
    pub(super) fn read(jobs: &[&Job], mark: u64, summary: BackupSummary) -> Self {
        let (instance, database) = (&summary.name.instance, &summary.name.database);
        let of = jobs.iter().find(|job| {
            let mut databases = job.databases.iter();
            job.instance.value == *instance && databases.any(|found| found.name == *database)
        });
        Self {
            key: summary.name.key(),
            mark,
            read: Instant::now(),
            is_whole: summary.problem.is_none(),
            entry: of.map(|job| Arc::new(BackupEntry::new(job, summary))),
        }
    }
}
