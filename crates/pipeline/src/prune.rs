//! Prune: removes backups that are older than `keep` and that nothing needs, for stores without a
//! lifecycle of their own.
//!
//! What goes is decided first, for every database, and told; with `apply` it is then removed, each
//! after another look at who might be reading.

mod history;
mod judge;
mod readers;
mod shelf;
mod unfinished;

pub use history::{HistoryReport, HistoryStays, prune_history};

use crate::job_report::JobReport;
use crate::job_run::started;
use crate::run::RunReport;
use crate::run_book::RunBook;
use crate::steps::Steps;
use crate::weir::Weir;
use jiff::Timestamp;
use readers::Readers;
use serde::Serialize;
use shelf::Shelf;
use weir_engine::Context;
use weir_model::error::Result;
use weir_store::{BackupName, Lease, Store};

/// What a prune's runs and steps are called in the records.
pub(crate) const PRUNE: &str = "prune";

/// What a prune would do, or did.
#[derive(Debug, Serialize)]
pub struct PruneReport {
    /// Whether anything was to be removed, or only looked at.
    pub applied: bool,
    /// The runs: one job for each app; none when nothing was removed.
    #[serde(flatten)]
    pub run: RunReport,
    /// The databases, in the order of the configuration.
    pub databases: Vec<Pruned>,
}

/// The backups of one database.
#[derive(Debug, Serialize)]
pub struct Pruned {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// Whether this is what was published of it, and not its backups.
    pub published: bool,
    /// For how long its backups are kept, in seconds; null where `keep` is not set, so that
    /// nothing ever goes.
    pub keep_seconds: Option<u64>,
    /// How many are younger than that.
    pub younger: usize,
    /// What goes, oldest first.
    pub goes: Vec<Verdict>,
    /// What stays although it is older, and why, oldest first.
    pub stays: Vec<Verdict>,
    /// The newest whole one, which never goes.
    #[serde(skip)]
    pub(crate) newest: Option<BackupName>,
}

/// One backup that is older than `keep`.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// How other verbs name it: `ENVIRONMENT:INSTANCE/FOLDER`, published `ENVIRONMENT/_clean:INSTANCE/FOLDER`.
    pub reference: String,
    /// When it was taken.
    pub time: Timestamp,
    /// Stored bytes.
    pub bytes: u64,
    /// Why it goes or stays.
    pub why: String,
    /// Whether it is gone.
    pub removed: bool,
    #[serde(skip)]
    pub(crate) name: BackupName,
    /// Whether it has a manifest, so that it was a backup once.
    #[serde(skip)]
    pub(crate) finished: bool,
}

/// Decides what of an environment's backups, or of one app's in it, is not needed any more, and
/// with `apply` removes it. It stops at the first thing that cannot be removed.
///
/// # Errors
/// `usage`; `config` where `keep` is set for none of them; `store`. What failed while removing is
/// in the report.
pub async fn prune(
    weir: &Weir,
    environment: &str,
    app: Option<&str>,
    apply: bool,
    context: &Context,
) -> Result<PruneReport> {
    let shelves = shelf::shelves(weir, environment, app)?;
    let mut databases = Vec::new();
    for shelf in &shelves {
        context.check("look at the backups")?;
        databases.push(judge::judge(weir, shelf, context).await?);
    }
    let mut jobs = Vec::new();
    for of_app in by_app(&shelves, &mut databases) {
        let failed = jobs
            .last()
            .is_some_and(|job: &JobReport| job.error.is_some());
        if !apply || failed {
            break;
        }
        jobs.extend(remove(weir, of_app, context).await?);
    }
    Ok(PruneReport {
        applied: apply,
        run: RunReport { jobs },
        databases,
    })
}

/// A database and what was found of it.
type Found<'a> = (&'a Shelf<'a>, &'a mut Pruned);

/// The databases of which something goes, by their apps.
fn by_app<'a>(shelves: &'a [Shelf<'a>], databases: &'a mut [Pruned]) -> Vec<Vec<Found<'a>>> {
    let mut apps: Vec<Vec<Found<'a>>> = Vec::new();
    for (shelf, pruned) in shelves.iter().zip(databases) {
        if pruned.goes.is_empty() {
            continue;
        }
        match apps.last_mut() {
            Some(last) if last.iter().any(|(known, _)| known.job.app == shelf.job.app) => {
                last.push((shelf, pruned));
            }
            _ => apps.push(vec![(shelf, pruned)]),
        }
    }
    apps
}

/// Removes what goes of one app's databases, as one run, up to the first failure.
async fn remove(
    weir: &Weir,
    of_app: Vec<Found<'_>>,
    context: &Context,
) -> Result<Option<JobReport>> {
    let Some((first, _)) = of_app.first() else {
        return Ok(None);
    };
    let (book, context) =
        RunBook::begin(weir, first.job, started(weir, PRUNE, first.job)?, context).await?;
    for (shelf, pruned) in of_app {
        let mut step = book.next_step(PRUNE, &shelf.database);
        let removed = of_database(weir, shelf, pruned, book.run(), &context).await;
        step.ended = weir.now();
        let gone = pruned.goes.iter().filter(|verdict| verdict.removed);
        step.bytes = gone.map(|verdict| verdict.bytes).sum();
        let failed = removed.is_err();
        if let Err(error) = removed {
            book.fail(&mut step, error);
        }
        book.record(step, &context).await;
        if failed {
            break;
        }
    }
    Ok(Some(book.finish(&context).await))
}

async fn of_database(
    weir: &Weir,
    shelf: &Shelf<'_>,
    pruned: &mut Pruned,
    run: &str,
    context: &Context,
) -> Result<()> {
    let mut steps = Steps::new(context, 2);
    steps.next(&format!(
        "decide what of {} is not needed any more",
        shelf.describe()
    ))?;
    let stores = weir.stores(&shelf.environment, context).await?;
    let published = if shelf.published { "clean/" } else { "" };
    let name = format!(
        "prune/{published}{}/{}/{}",
        shelf.environment, shelf.instance, shelf.database
    );
    let lease = weir.lease_of(&stores.state, &name, run, context).await?;
    let removed = under_lease(weir, shelf, pruned, (&lease, run), &mut steps).await;
    if let Err(error) = lease.release().await {
        context.warn(format!(
            "the lease could not be released, it will run out: {error}"
        ));
    }
    removed
}

/// Another prune may have been at work until now, so it is decided again.
async fn under_lease(
    weir: &Weir,
    shelf: &Shelf<'_>,
    pruned: &mut Pruned,
    (lease, run): (&Lease, &str),
    steps: &mut Steps<'_>,
) -> Result<()> {
    let context = steps.context();
    *pruned = judge::judge(weir, shelf, context).await?;
    let total = pruned.goes.len();
    steps.next(&format!("remove {total} of {}", shelf.describe()))?;
    let store = shelf.stores(weir, context).await?.store;
    for index in 0..total {
        context.check("remove backups")?;
        lease.still_ours().await?;
        weir.refuse_closed(&shelf.environment, run, context).await?;
        // A run that began since may read what is about to go.
        if let Some(reader) = Readers::find(weir, shelf, context).await?.busy {
            context.note(format!("stopped after {index} of {total}: {reader}"));
            let rest = pruned.goes.split_off(index);
            let rest = rest.into_iter().map(|verdict| Verdict {
                why: reader.clone(),
                ..verdict
            });
            pruned.stays.extend(rest);
            return Ok(());
        }
        let newest = pruned.newest.as_ref();
        if let Some(verdict) = pruned.goes.get_mut(index) {
            gone(&store, verdict, newest).await?;
            context.note(format!("removed {}: {}", verdict.reference, verdict.why));
        }
    }
    Ok(())
}

async fn gone(store: &Store, verdict: &mut Verdict, newest: Option<&BackupName>) -> Result<()> {
    match newest.filter(|_| verdict.finished) {
        Some(newest) => weir_store::remove_backup(store, &verdict.name, newest).await?,
        // It refuses what has a manifest.
        None => weir_store::discard_incomplete(store, &verdict.name).await?,
    };
    verdict.removed = true;
    Ok(())
}
