//! Drill: an environment's own backup → a scratch copy, proven and thrown away.
//!
//! It is the proof for an app that nothing downstream restores: how long a recovery takes, and
//! how old its data would be. The live copy is neither read nor locked.

pub(crate) mod scratch;

use crate::job_run::started;
use crate::origin::Arriving;
use crate::restore::{self, Direction, RestorePlan};
use crate::run::RunReport;
use crate::run_book::RunBook;
use crate::site::Site;
use crate::site_builder::trusted_keys;
use crate::steps::Steps;
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use scratch::ScratchFolder;
use serde::Serialize;
use std::time::{Duration, Instant};
use weir_config::{Job, OperationKind};
use weir_engine::{Context, Previous};
use weir_model::error::Result;
use weir_model::run::Step;
use weir_model::stamp::Token;
use weir_store::Choice;

/// What a drill's runs and steps are called in the records.
pub(crate) const DRILL: &str = OperationKind::Drill.name();

/// What a drill did.
#[derive(Debug, Serialize)]
pub struct DrillReport {
    /// The run: one job, with a step for each database.
    #[serde(flatten)]
    pub run: RunReport,
    /// What was proven.
    pub drills: Vec<Drill>,
}

/// A backup that a database can be recovered from, proven by doing so.
#[derive(Debug, Clone, Serialize)]
pub struct Drill {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The backup, as `ENVIRONMENT:INSTANCE/FOLDER`.
    pub backup: String,
    /// The recovery point: when its data was true.
    pub data_as_of: Timestamp,
    /// The recovery time: seconds from choosing the backup to a proven copy.
    pub recovery_seconds: f64,
    /// Stored bytes read.
    pub bytes: u64,
    /// Rows in the copy.
    pub rows: u64,
}

/// Recovers the databases of a job (or the one named) into scratch copies, each from its own
/// backup, and drops them. One that fails does not stop the others.
///
/// # Errors
/// `usage`, `config`, `secret`, `store`: what kept the run from beginning. What failed in it is
/// in the report.
pub async fn drill(
    weir: &Weir,
    address: &str,
    database: Option<&str>,
    choice: &Choice,
    context: &Context,
) -> Result<DrillReport> {
    let job = weir.fleet().job(address)?;
    let sites = sites(weir, job, database, context).await?;
    let (book, context) = RunBook::begin(weir, job, started(weir, DRILL, job)?, context).await?;
    let mut drills = Vec::new();
    for site in &sites {
        let (step, took) = step(weir, site, choice, &book, &context).await;
        drills.extend(took.and_then(|took| proven(site, &step, took)));
        book.record(step, &context).await;
    }
    let job = book.finish(&context).await;
    let run = RunReport { jobs: vec![job] };
    Ok(DrillReport { run, drills })
}

/// What a drill works on: no key of the environment is read, and the copy that a restore has
/// replaced stays as it is.
///
/// # Errors
/// `usage`, `config`, `secret`.
pub(crate) async fn sites(
    weir: &Weir,
    job: &Job,
    database: Option<&str>,
    context: &Context,
) -> Result<Vec<Site>> {
    let trusted = trusted_keys(weir, &job.environment, context).await?;
    let sites = weir.sites_to_look_at(job, database, context).await?;
    let drilled = sites.into_iter().map(|site| Site {
        trusted_keys: trusted.clone(),
        previous: Previous::None,
        previous_kept_for: None,
        ..site
    });
    Ok(drilled.collect())
}

/// Drills one database: the step, still to be recorded, and how long the recovery took.
pub(crate) async fn step(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    book: &RunBook<'_>,
    context: &Context,
) -> (Step, Option<Duration>) {
    scratch::sweep(context);
    let mut step = book.next_step(DRILL, &site.endpoint.database);
    match rehearse(weir, site, choice, book.run(), &mut step, context).await {
        Ok(took) => {
            // Measured, so that a clock that is set meanwhile does not change what was proven.
            let measured = SignedDuration::try_from(took).unwrap_or_default();
            step.ended = step.began.saturating_add(measured).unwrap_or(step.began);
            (step, Some(took))
        }
        Err(error) => {
            step.ended = weir.now();
            book.fail(&mut step, error);
            (step, None)
        }
    }
}

fn proven(site: &Site, step: &Step, took: Duration) -> Option<Drill> {
    let (backup, data_as_of) = step.backup.clone().zip(step.data_as_of)?;
    Some(Drill {
        environment: site.environment.clone(),
        app: site.app.clone(),
        database: step.database.clone(),
        backup,
        data_as_of,
        recovery_seconds: took.as_secs_f64(),
        bytes: step.bytes,
        rows: step.rows,
    })
}

/// Recovers into a folder that is gone afterwards, whatever happened; returns how long it took.
async fn rehearse(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    run: &str,
    step: &mut Step,
    context: &Context,
) -> Result<Duration> {
    let name = format!("{run}-{}", step.number);
    let folder = ScratchFolder::create(&context.scratch, &name)?;
    let recovered = recover(weir, site, choice, (&folder, run), step, context).await;
    match (recovered, folder.remove()) {
        (Ok(took), Ok(())) => Ok(took),
        // A copy that stays behind is a failure, however well it was recovered.
        (Ok(_), Err(left)) => Err(left),
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(left)) => {
            context.warn(left.to_string());
            Err(error)
        }
    }
}

/// Chooses, loads and proves as a recovery does, and stops where it would swap.
async fn recover(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    (folder, run): (&ScratchFolder, &str),
    step: &mut Step,
    context: &Context,
) -> Result<Duration> {
    let began = Instant::now();
    let mut steps = Steps::new(context, 5);
    steps.next(&format!("choose a backup of {}", site.describe()))?;
    let site = Site {
        endpoint: site
            .engine
            .scratch_endpoint(&site.endpoint, folder.path())?,
        ..site.clone()
    };
    let plan = restore::plan(
        weir,
        &site,
        choice,
        Direction::Recover,
        Arriving::Wait,
        context,
    )
    .await?;
    describe(&plan, step);
    for newer in plan.passed_over() {
        context.warn(newer);
    }

    // Nobody has written the scratch place and nobody else will: any token is above its last.
    let ready = restore::build(&site, &plan, Token(1), run, &mut steps).await?;
    let took = began.elapsed();
    step.rows = ready.tables().iter().map(|table| table.rows).sum();

    steps.announce("drop the scratch copy");
    ready.discard().await?;
    Ok(took)
}

/// Says which backup the step is about, also when it fails.
fn describe(plan: &RestorePlan, step: &mut Step) {
    let manifest = &plan.chosen.read.manifest;
    step.backup = Some(format!("{}:{}", manifest.environment, manifest.backup));
    step.data_as_of = Some(manifest.data_as_of);
    step.sanitising = Some(plan.mark.state);
    step.bytes = manifest.stored_bytes();
}
