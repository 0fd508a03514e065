//! Adopt: a dump that others made → store, read to its end before a manifest says that it is
//! there.

pub(crate) mod place;

use crate::backup::{self, Carried, Origin};
use crate::job_run::started;
use crate::run::RunReport;
use crate::run_book::RunBook;
use crate::site::Site;
use crate::steps::Steps;
use crate::weir::Weir;
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;
use weir_config::Job;
use weir_engine::{Context, Discarded, ForeignDump};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::identity::Identity;
use weir_model::manifest::{Manifest, Proof};
use weir_model::run::Step;
use weir_model::sanitising::Mark;
use weir_store::BackupName;

/// What an adoption's runs and steps are called in the records.
pub(crate) const ADOPT: &str = "adopt";

/// What an operator says of a dump that others made.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Its files: paths, or urls of what lies in a store. A pointer `latest-*.txt` stands for the
    /// dump that it names.
    pub files: Vec<PathBuf>,
    /// When its data was true; the time that its first file is named after if not told.
    pub taken_at: Option<Timestamp>,
    /// The database it was taken from, in the engine's own facts.
    pub source: Identity,
    /// Which of the job's databases it is, where the job has several.
    pub database: Option<String>,
}

/// What came of an adoption.
#[derive(Debug, Serialize)]
pub struct AdoptReport {
    /// The run: one job with one step; no job in a dry run, which is not recorded.
    #[serde(flatten)]
    pub run: RunReport,
    /// What was proven of the dump; null when it was refused.
    pub adopted: Option<Adopted>,
}

/// A dump that was read to its end.
#[derive(Debug, Clone, Serialize)]
pub struct Adopted {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The backup it became, as `ENVIRONMENT:INSTANCE/FOLDER`; null in a dry run.
    pub backup: Option<String>,
    /// When its data was true, as the operator says.
    pub data_as_of: Timestamp,
    /// Its tables.
    pub tables: usize,
    /// Its rows.
    pub rows: u64,
    /// Stored bytes; 0 in a dry run.
    pub bytes: u64,
}

/// Takes a dump that others made into the store of the job's environment, as a raw backup of
/// unknown history. With `dry_run` it is proven the same way and nothing is stored.
///
/// # Errors
/// `usage`, `config`, `secret`, `store`: what kept the run from beginning; in a dry run also what
/// is wrong with the dump. What failed in a run is in the report.
pub async fn adopt(
    weir: &Weir,
    address: &str,
    foreign: &Foreign,
    dry_run: bool,
    context: &Context,
) -> Result<AdoptReport> {
    let job = weir.fleet().job(address)?;
    let site = only_site(weir, job, foreign, context).await?;
    refuse_no_source(&site, foreign, context).await?;
    let found = find(weir, foreign, context).await?;
    refuse_time(weir, found.taken_at)?;
    if dry_run {
        let adopted = Some(prove(&site, &found, context).await?);
        let run = RunReport { jobs: Vec::new() };
        return Ok(AdoptReport { run, adopted });
    }
    let (book, context) = RunBook::begin(weir, job, started(weir, ADOPT, job)?, context).await?;
    let mut step = book.next_step(ADOPT, &site.endpoint.database);
    let stored = store(weir, &site, &found, book.run(), &context).await;
    step.ended = weir.now();
    let adopted = match stored {
        Ok(manifest) => {
            describe(&manifest, &mut step);
            Some(Adopted::of(&site, &manifest))
        }
        Err(error) => {
            book.fail(&mut step, error);
            None
        }
    };
    book.record(step, &context).await;
    let jobs = vec![book.finish(&context).await];
    let run = RunReport { jobs };
    Ok(AdoptReport { run, adopted })
}

/// The one database that the dump is of.
async fn only_site(weir: &Weir, job: &Job, foreign: &Foreign, context: &Context) -> Result<Site> {
    let mut sites = weir
        .sites_of(job, foreign.database.as_deref(), context)
        .await?;
    let names: Vec<String> = sites
        .iter()
        .map(|site| site.endpoint.database.clone())
        .collect();
    match (sites.pop(), sites.is_empty()) {
        (Some(site), true) => Ok(site),
        _ => Err(Error::new(
            Kind::Usage,
            format!("adopt a dump for {}", job.address),
            "the job has several databases, and a dump is of one",
        )
        .hint(format!("name one with --database: {}", names.join(", ")))),
    }
}

/// Data is never from the future, and no name of a backup holds a time before 1970.
fn refuse_time(weir: &Weir, taken_at: Timestamp) -> Result<()> {
    let cause = if taken_at > weir.now() {
        "it lies in the future"
    } else if taken_at < Timestamp::UNIX_EPOCH {
        "it lies before 1970"
    } else {
        return Ok(());
    };
    let doing = format!("take {taken_at} as the time of the dump");
    Err(Error::new(Kind::Usage, doing, cause)
        .hint("say when the data was true, with its zone: --taken-at 2026-11-22T01:36:00Z"))
}

/// A backup that does not say where its data comes from could be restored onto its own source.
async fn refuse_no_source(site: &Site, foreign: &Foreign, context: &Context) -> Result<()> {
    if !foreign.source.is_empty() {
        return Ok(());
    }
    // Only for the hint: the dump's source may be another server, and this one out of reach.
    let here = site.engine.identity(&site.endpoint, context).await;
    let here: Vec<String> = here
        .iter()
        .flat_map(Identity::facts)
        .map(|(fact, value)| format!("--source {fact}={value}"))
        .collect();
    Err(Error::new(
        Kind::Usage,
        format!("adopt a dump for {}", site.describe()),
        "the database it was taken from is not named",
    )
    .hint(format!(
        "name it with --source, so that the dump is never restored onto it; the database \
         configured here is {}",
        here.join(" ")
    )))
}

/// A dump that is there.
struct Found {
    dump: ForeignDump,
    taken_at: Timestamp,
}

async fn find(weir: &Weir, foreign: &Foreign, context: &Context) -> Result<Found> {
    let (mut files, mut named_at) = (Vec::new(), None);
    for named in &foreign.files {
        let found = place::find(weir, named, context).await?;
        named_at = named_at.or(found.named_at);
        files.push(found.file);
    }
    let taken_at = foreign.taken_at.or(named_at).ok_or_else(|| {
        let cause = "its name does not begin with a time like 2026-11-22T013600Z-";
        Error::new(Kind::Usage, "find out when the dump was taken", cause)
            .hint("say when its data was true: --taken-at 2026-11-22T01:36:00Z")
    })?;
    let source = foreign.source.clone();
    let dump = ForeignDump { files, source };
    Ok(Found { dump, taken_at })
}

/// Reads the dump to its end, and keeps nothing of it.
async fn prove(site: &Site, found: &Found, context: &Context) -> Result<Adopted> {
    let mut steps = Steps::new(context, 1);
    steps.next("read the dump to its end, storing nothing")?;
    let dumped = site.engine.adopt(&found.dump, &Discarded, context).await?;
    Ok(Adopted {
        environment: site.environment.clone(),
        app: site.app.clone(),
        database: site.endpoint.database.clone(),
        backup: None,
        data_as_of: found.taken_at,
        tables: dumped.tables.len(),
        rows: dumped.tables.iter().map(|table| table.rows).sum(),
        bytes: 0,
    })
}

/// Reads the dump into the store; the manifest it returns is stored.
async fn store(
    weir: &Weir,
    site: &Site,
    found: &Found,
    run: &str,
    context: &Context,
) -> Result<Manifest> {
    let mut steps = Steps::new(context, 3);
    let stores = weir.stores(&site.environment, context).await?;
    let database = &site.endpoint.database;
    let wanted = BackupName::new(&site.instance, found.taken_at, database);
    let writer = backup::claim(weir, &stores, site.recipients.as_ref(), wanted, run).await?;
    context.checkpoint(Checkpoint::Claimed);
    let next = format!("read the dump to its end into {}", writer.name().key());
    let read = match steps.next(&next) {
        Ok(()) => site.engine.adopt(&found.dump, &writer, context).await,
        Err(stopped) => Err(stopped),
    };
    let dumped = match read {
        Ok(dumped) => dumped,
        Err(error) => {
            // Parts without a manifest harm nobody: why they are given up is the news.
            let _ = writer.abandon().await;
            return Err(error);
        }
    };
    let origin = Origin {
        identity: found.dump.source.clone(),
        carried: Carried {
            mark: Mark::raw(),
            lineage: None,
            data_as_of: Some(found.taken_at),
        },
        created: found.taken_at,
        moment: None,
        proof: Proof::Adopted,
    };
    let draft = backup::draft(site, origin, run, dumped);
    backup::seal(weir, site, (writer, &stores.store), draft, &mut steps).await
}

fn describe(manifest: &Manifest, step: &mut Step) {
    step.backup = Some(format!("{}:{}", manifest.environment, manifest.backup));
    step.data_as_of = Some(manifest.data_as_of);
    step.sanitising = Some(manifest.sanitising.state);
    step.bytes = manifest.stored_bytes();
    step.rows = manifest.rows();
}

impl Adopted {
    fn of(site: &Site, manifest: &Manifest) -> Self {
        Self {
            environment: site.environment.clone(),
            app: site.app.clone(),
            database: site.endpoint.database.clone(),
            backup: Some(format!("{}:{}", manifest.environment, manifest.backup)),
            data_as_of: manifest.data_as_of,
            tables: manifest.tables.len(),
            rows: manifest.rows(),
            bytes: manifest.stored_bytes(),
        }
    }
}
