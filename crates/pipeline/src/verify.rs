//! Verify: reads a whole backup, or the live copy, and proves it.

use crate::backups;
use crate::encrypted;
use crate::job_run::{asked_for, started};
use crate::origin;
use crate::run::{RunOptions, RunReport};
use crate::run_book::RunBook;
use crate::site::{Site, SourceOfRestore};
use crate::weir::Weir;
use serde::Serialize;
use weir_engine::Context;
use weir_model::error::Result;
use weir_store::Choice;

/// The verb of runs that verify, and their operation.
pub(crate) const VERIFY: &str = "verify";

/// A backup that was read to its end and found whole.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The backup.
    pub backup: String,
    /// How other verbs name it.
    pub reference: String,
    /// The environment that made it, where it is a copy.
    pub copy_of: Option<String>,
    /// Stored bytes read.
    pub bytes: u64,
    /// Rows the manifest promises.
    pub rows: u64,
    /// Who signed its manifest, in words.
    pub signature: String,
}

/// Which of a database's backups are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Its own, in the store of its environment.
    Own,
    /// What its environment has published of it.
    Published,
    /// The copies of upstream's, where they arrive for it.
    Copies,
}

/// Reads the chosen backup of every database of a job (or of the one named) to its end: every
/// stored byte against its digest, every frame, every content digest. What it passes over is
/// warned of.
///
/// # Errors
/// `corrupt`, `no-backup`, `secret` when it is encrypted to another identity, `store`; `usage`
/// where nothing is read from copies.
pub async fn verify(
    weir: &Weir,
    (address, database): (&str, Option<&str>),
    shelf: Shelf,
    choice: &Choice,
    context: &Context,
) -> Result<Vec<Verified>> {
    let mut verified = Vec::new();
    for site in weir.sites_to_read(address, database, context).await? {
        verified.push(read_through(weir, &site, shelf, choice, context).await?);
    }
    Ok(verified)
}

/// The same as a run of its own, so that its records tell who asked and what was proven. The
/// options say which database, which backup, which run, and who asks.
///
/// # Errors
/// `usage`, `config`, `secret`, `store`: what kept the run from beginning. What failed in it is
/// in the report.
pub async fn recorded(
    weir: &Weir,
    address: &str,
    shelf: Shelf,
    options: &RunOptions,
    context: &Context,
) -> Result<RunReport> {
    let job = weir.fleet().job(address)?;
    let database = options.database.as_deref();
    let sites = weir.sites_to_read(address, database, context).await?;
    let started = asked_for(started(weir, VERIFY, job)?, options);
    let (book, context) = RunBook::begin(weir, job, started, context).await?;
    for site in &sites {
        let mut step = book.next_step(VERIFY, &site.endpoint.database);
        let verified = read_through(weir, site, shelf, &options.choice, &context).await;
        step.ended = weir.now();
        match verified {
            Ok(verified) => {
                step.backup = Some(verified.reference);
                (step.bytes, step.rows) = (verified.bytes, verified.rows);
            }
            Err(error) => book.fail(&mut step, error),
        }
        book.record(step, &context).await;
    }
    let job = book.finish(&context).await;
    Ok(RunReport { jobs: vec![job] })
}

async fn read_through(
    weir: &Weir,
    site: &Site,
    shelf: Shelf,
    choice: &Choice,
    context: &Context,
) -> Result<Verified> {
    let source = match shelf {
        Shelf::Own => site.own_source(),
        Shelf::Published => site.published_source(),
        Shelf::Copies => copied(site)?,
    };
    prove(weir, site, &source, choice, context).await
}

fn copied(site: &Site) -> Result<SourceOfRestore> {
    let source = site.source.clone();
    source
        .filter(|source| source.replica.is_some())
        .ok_or_else(|| backups::none_read(&site.describe()))
}

async fn prove(
    weir: &Weir,
    site: &Site,
    source: &SourceOfRestore,
    choice: &Choice,
    context: &Context,
) -> Result<Verified> {
    let store = weir.source_store(source, context).await?;
    let chosen = weir_store::choose(&store, &origin::wanted(site, source), choice).await?;
    for passed in chosen.passed_over {
        context.warn(format!("passed over {}: {}", passed.backup, passed.reason));
    }
    let read = chosen.read;
    let manifest = read.manifest.clone();
    let reader = encrypted::reader(weir, &store, manifest, &site.environment, context).await?;
    let bytes = weir_store::verify_parts(&reader, context).await?;
    let (backup, reader) = (read.manifest.backup.clone(), &site.environment);
    let copy_of = source.replica.as_ref().map(|_| source.environment.clone());
    Ok(Verified {
        environment: reader.clone(),
        app: site.app.clone(),
        database: site.endpoint.database.clone(),
        reference: match &copy_of {
            Some(origin) => backups::of_copy(reader, origin, &backup),
            None => source.reference(&backup),
        },
        backup,
        copy_of,
        bytes,
        rows: read.manifest.rows(),
        signature: read.signature.to_string(),
    })
}

/// Proves the live copies of a job sound by their engine's own checks.
///
/// # Errors
/// `verify`, `source`.
pub async fn verify_live(
    weir: &Weir,
    address: &str,
    database: Option<&str>,
    context: &Context,
) -> Result<Vec<String>> {
    let mut sound = Vec::new();
    for site in weir.sites(address, database, context).await? {
        site.engine.verify_live(&site.endpoint, context).await?;
        sound.push(site.describe());
    }
    Ok(sound)
}
