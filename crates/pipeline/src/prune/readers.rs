//! Who reads the backups of a database, now or next: runs that are not over, and what was
//! restored last.

use super::PRUNE;
use super::shelf::Shelf;
use crate::closing::{DAYS_OF_UNFINISHED_RUNS, is_over};
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap};
use weir_config::{Job, OperationKind, Reads};
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::Started;
use weir_store::{read_status, unfinished_runs};

/// How long past its deadline a run may still be at work.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// Who needs backups of a database.
#[derive(Default)]
pub(super) struct Readers {
    /// A run that is not over and may read any of them.
    pub(super) busy: Option<String>,
    /// Who restored a backup last, by its reference.
    pub(super) last_restored: HashMap<String, String>,
    /// Jobs whose records are not readable from here, and since when a run of theirs could be
    /// at work.
    pub(super) hidden: Vec<(Timestamp, String)>,
}

impl Readers {
    /// Looks at the records of the database's own environment, which must be readable, and of
    /// those that restore from it.
    pub(super) async fn find(weir: &Weir, shelf: &Shelf<'_>, context: &Context) -> Result<Self> {
        let mut readers = Self::default();
        let apps: BTreeSet<&str> = shelf.apps.iter().map(String::as_str).collect();
        readers
            .runs(weir, &shelf.environment, &apps, context)
            .await?;
        for job in downstream(weir, shelf) {
            if let Err(error) = readers.of_job(weir, shelf, job, context).await {
                context.check("look who restores from here")?;
                let longest = SignedDuration::try_from(job.deadline.value.duration());
                let longest = longest.unwrap_or(SignedDuration::MAX).saturating_add(GRACE);
                let since = weir.now().saturating_sub(longest).unwrap_or(Timestamp::MIN);
                context.note(format!(
                    "the records of {} are not readable from here: {error}",
                    job.environment
                ));
                readers.hidden.push((since, job.address.clone()));
            }
        }
        Ok(readers)
    }

    async fn of_job(
        &mut self,
        weir: &Weir,
        shelf: &Shelf<'_>,
        job: &Job,
        context: &Context,
    ) -> Result<()> {
        let app = BTreeSet::from([job.app.as_str()]);
        self.runs(weir, &job.environment, &app, context).await?;
        let state = weir.stores(&job.environment, context).await?.state;
        let status = read_status(&state, &job.environment, &job.app).await?;
        let own = shelf.reference("");
        let restored = status
            .entries
            .into_iter()
            .filter(|entry| entry.last.operation == OperationKind::Restore.name())
            .filter_map(|entry| entry.last_success?.backup)
            .filter(|backup| backup.starts_with(&own));
        for backup in restored {
            self.last_restored.insert(backup, job.address.clone());
        }
        Ok(())
    }

    /// Which backup a run chose is recorded when its step ends: until then it may be any.
    async fn runs(
        &mut self,
        weir: &Weir,
        environment: &str,
        apps: &BTreeSet<&str>,
        context: &Context,
    ) -> Result<()> {
        let state = weir.stores(environment, context).await?.state;
        let now = weir.now();
        let unfinished = unfinished_runs(&state, now, DAYS_OF_UNFINISHED_RUNS).await?;
        let works = |run: &Started| {
            run.environment == environment
                && apps.contains(run.app.as_str())
                && run.verb != PRUNE
                && !is_over(run, now)
        };
        let mut working = unfinished.into_iter().filter_map(|record| record.started);
        if let Some(run) = working.find(works) {
            self.busy.get_or_insert(format!(
                "run {} ({} of {environment}/{}) is not over, and may read it",
                run.run, run.verb, run.app
            ));
        }
        Ok(())
    }
}

/// The jobs that restore from the database.
fn downstream<'a>(weir: &'a Weir, shelf: &Shelf<'_>) -> Vec<&'a Job> {
    let takes = |job: &&Job| {
        let from = job.source.as_ref().is_some_and(|source| {
            source.environment == shelf.environment
                && source.instance == shelf.instance
                && (source.reads.value == Reads::Published) == shelf.published
        });
        from && job.databases.iter().any(|database| {
            database.source_name.as_ref().unwrap_or(&database.name) == &shelf.database
        })
    };
    weir.fleet().jobs.iter().filter(takes).collect()
}
