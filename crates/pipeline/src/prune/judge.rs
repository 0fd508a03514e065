//! What of a database's backups goes, what stays although it is old, and why.

use super::readers::Readers;
use super::shelf::Shelf;
use super::unfinished;
use super::{Pruned, Verdict};
use crate::weir::Weir;
use crate::words;
use jiff::{SignedDuration, Timestamp};
use weir_config::Period;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::manifest::{Manifest, Proof};
use weir_store::{BackupSummary, Store, list_backups_of, run_time};

/// Decides, changing nothing.
pub(super) async fn judge(weir: &Weir, shelf: &Shelf<'_>, context: &Context) -> Result<Pruned> {
    let mut pruned = Pruned {
        environment: shelf.environment.clone(),
        app: shelf.job.app.clone(),
        database: shelf.database.clone(),
        published: shelf.published,
        keep_seconds: shelf.keep.map(|keep| keep.duration().as_secs()),
        younger: 0,
        goes: Vec::new(),
        stays: Vec::new(),
        newest: None,
    };
    let Some(keep) = shelf.keep else {
        return Ok(pruned);
    };
    let stores = shelf.stores(weir, context).await?;
    let records = weir.stores(&shelf.environment, context).await?.state;
    let backups = list_backups_of(&stores.store, &shelf.instance, &shelf.database, &[]).await?;
    let bench = Bench {
        claims: &stores.state,
        records: &records,
        shelf,
        keep,
        now: weir.now(),
        readers: Readers::find(weir, shelf, context).await?,
        whole: backups
            .iter()
            .filter(|backup| is_whole(shelf, backup))
            .collect(),
    };
    pruned.newest = bench.whole.first().map(|newest| newest.name.clone());
    for backup in backups.iter().rev() {
        context.check("look at the backups")?;
        let older = bench.older_by(backup);
        if older <= SignedDuration::ZERO {
            pruned.younger += 1;
            continue;
        }
        let stays = bench.needed(backup).await?;
        let why = stays
            .clone()
            .unwrap_or_else(|| bench.because(backup, older));
        let verdict = Verdict {
            reference: bench.reference(backup),
            time: backup.name.time,
            bytes: backup.stored_bytes,
            why,
            removed: false,
            name: backup.name.clone(),
            finished: backup.finished,
        };
        match stays {
            Some(_) => pruned.stays.push(verdict),
            None => pruned.goes.push(verdict),
        }
    }
    Ok(pruned)
}

/// What is known when a backup is judged.
struct Bench<'a> {
    claims: &'a Store,
    records: &'a Store,
    shelf: &'a Shelf<'a>,
    keep: Period,
    now: Timestamp,
    readers: Readers,
    /// The whole ones, newest first.
    whole: Vec<&'a BackupSummary>,
}

impl Bench<'_> {
    /// By how much it is older than it has to be.
    fn older_by(&self, backup: &BackupSummary) -> SignedDuration {
        let keep = SignedDuration::try_from(self.keep.duration()).unwrap_or(SignedDuration::MAX);
        self.now
            .duration_since(kept_since(backup))
            .saturating_sub(keep)
    }

    fn because(&self, backup: &BackupSummary, older: SignedDuration) -> String {
        let by = format!("{} older than keep, {}", words::age(older), self.keep);
        match &backup.problem {
            Some(problem) => format!("{by}; {problem}"),
            None => by,
        }
    }

    fn reference(&self, backup: &BackupSummary) -> String {
        self.shelf.reference(&backup.name.key())
    }

    /// Why an old backup stays; `None` when it goes.
    async fn needed(&self, backup: &BackupSummary) -> Result<Option<String>> {
        if let Some(busy) = &self.readers.busy {
            return Ok(Some(busy.clone()));
        }
        if !backup.finished {
            return unfinished::writer(self.claims, self.records, &backup.name, self.now).await;
        }
        Ok(match (manifest(backup), &backup.problem) {
            (None, problem) => {
                let problem = problem.as_deref().unwrap_or("unknown");
                Some(format!(
                    "its manifest cannot be read, so it may be anybody's: {problem}"
                ))
            }
            (Some(manifest), _) if manifest.environment != self.shelf.environment => Some(format!(
                "it is a backup of environment {:?}",
                manifest.environment
            )),
            (Some(manifest), _) if manifest.native.is_some() => {
                Some("its data lies in the engine's own repository".to_owned())
            }
            (Some(_), Some(_)) => self.only_damaged(backup),
            (Some(_), None) => self.whole_needed(backup),
        })
    }

    /// One that is not whole is of no use, once there is a later one that is.
    fn only_damaged(&self, backup: &BackupSummary) -> Option<String> {
        let later = self
            .whole
            .first()
            .is_some_and(|newest| newest.name.time > backup.name.time);
        (!later).then(|| "it is not whole, but no later backup is".to_owned())
    }

    fn whole_needed(&self, backup: &BackupSummary) -> Option<String> {
        let newer = self
            .whole
            .iter()
            .take_while(|whole| whole.name != backup.name)
            .count();
        let expected = self.shelf.expected;
        if newer == 0 {
            return Some("it is the newest whole backup".to_owned());
        }
        if newer < expected {
            return Some(format!(
                "the schedule should have left {expected} within {}, and only {newer} are newer",
                self.keep
            ));
        }
        if let Some(job) = self.readers.last_restored.get(&self.reference(backup)) {
            return Some(format!("{job} restored it last"));
        }
        let hidden = self.readers.hidden.iter();
        let mut hidden = hidden.filter(|(since, _)| self.was_newest_after(backup, *since));
        hidden.next().map(|(_, job)| {
            format!("{job} may be reading it: its records are not readable from here")
        })
    }

    /// Whether it was the newest whole backup at `since` or later, so that a run that has worked
    /// since then may have chosen it.
    fn was_newest_after(&self, backup: &BackupSummary, since: Timestamp) -> bool {
        let mut newer = self
            .whole
            .iter()
            .take_while(|whole| whole.name != backup.name);
        newer.all(|newer| newer.name.time > since)
    }
}

fn is_whole(shelf: &Shelf<'_>, backup: &BackupSummary) -> bool {
    backup.problem.is_none()
        && manifest(backup).is_some_and(|found| found.environment == shelf.environment)
}

fn manifest(backup: &BackupSummary) -> Option<&Manifest> {
    backup.manifest.as_ref().map(|read| &read.manifest)
}

/// An adopted dump is old when it comes: it is kept from the day on which it was adopted.
fn kept_since(backup: &BackupSummary) -> Timestamp {
    manifest(backup)
        .filter(|manifest| manifest.proof == Proof::Adopted)
        .and_then(|manifest| run_time(&manifest.run))
        .map_or(backup.name.time, |adopted| adopted.max(backup.name.time))
}
