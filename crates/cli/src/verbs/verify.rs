//! `weir verify`: reads a whole backup, the live copy, or the dumps of others, and proves them.

mod adoptable;

use super::choice::ChosenBackup;
use crate::output::{Cell, Table};
use crate::session::Session;
use crate::units;
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::verify::{self, Shelf};

/// Read a whole backup and prove every byte of it, or check the live copy.
///
/// With --adoptable every dump that others put into a store is read to its end instead, whatever its
/// name, and nothing is written: it finds those that were called a success and are cut off.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The job: ENVIRONMENT/APP, or ENVIRONMENT/APP/JOB where an app has several
    #[arg(value_name = "ENV/APP", required_unless_present = "adoptable")]
    job: Option<String>,

    /// Only this database of the job
    #[arg(long, value_name = "NAME")]
    database: Option<String>,

    #[command(flatten)]
    chosen: ChosenBackup,

    /// Read the copy of upstream's backup that has arrived for it, not its own backup
    #[arg(long)]
    copy: bool,

    /// Read what its environment has published, not its own backup
    #[arg(long, conflicts_with = "copy")]
    published: bool,

    /// Check the live copy with the engine's own checks
    #[arg(long, conflicts_with_all = ["backup", "at", "copy", "published"])]
    live: bool,

    /// Read every dump below this place that `weir adopt` could take: `s3://…`, `gs://…`, `az://…` with
    /// the credentials of this machine, or a folder. Needs no configuration
    #[arg(long, value_name = "STORE",
          conflicts_with_all = ["job", "database", "backup", "at", "copy", "published", "live"])]
    adoptable: Option<String>,
}

/// Verifies, and says what was proven.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    match (&arguments.adoptable, &arguments.job) {
        (Some(place), _) => adoptable::run(place, session).await,
        (None, Some(job)) if arguments.live => live(job, arguments, session).await,
        (None, Some(job)) => backup(job, arguments, session).await,
        (None, None) => Err(
            Error::new(Kind::Usage, "verify a backup", "no job is named")
                .hint("name one like production/app, or a store with --adoptable"),
        ),
    }
}

async fn live(job: &str, arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let database = arguments.database.as_deref();
    let sound = verify::verify_live(&weir, job, database, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&serde_json::json!({"sound": sound}))?;
    } else {
        for name in sound {
            session.output.line(format!("{name}: sound"));
        }
    }
    Ok(0)
}

async fn backup(job: &str, arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let choice = arguments.chosen.choice();
    let shelf = if arguments.copy || arguments.chosen.names_a_copy() {
        Shelf::Copies
    } else if arguments.published || arguments.chosen.names_a_published_one() {
        Shelf::Published
    } else {
        Shelf::Own
    };
    let verified = verify::verify(
        &weir,
        (job, arguments.database.as_deref()),
        shelf,
        &choice,
        &session.context(),
    )
    .await?;
    session.progress.close();
    if session.output.is_json() {
        session
            .output
            .json(&serde_json::json!({"verified": verified}))?;
        return Ok(0);
    }
    let mut table = Table::new(["backup", "rows", "read", "signature"]);
    for backup in &verified {
        table.row(vec![
            backup.reference.clone().into(),
            Cell::number(units::count(backup.rows)),
            Cell::number(units::bytes(backup.bytes)),
            backup.signature.clone().into(),
        ]);
    }
    session.output.table(&table);
    session.output.line("Every byte is what was written.");
    Ok(0)
}
