//! `weir verify`: reads a whole backup, or the live copy, and proves it.

use super::choice::ChosenBackup;
use super::target::Target;
use crate::output::{Cell, Table};
use crate::session::Session;
use crate::units;
use weir_model::error::Result;
use weir_pipeline::verify::{self, Shelf};

/// Read a whole backup and prove every byte of it, or check the live copy.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    chosen: ChosenBackup,

    /// Read the copy of upstream's backup that has arrived for it, not its own backup
    #[arg(long)]
    copy: bool,

    /// Check the live copy with the engine's own checks
    #[arg(long, conflicts_with_all = ["backup", "at", "copy"])]
    live: bool,
}

/// Verifies, and says what was proven.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    if arguments.live {
        live(arguments, session).await
    } else {
        backup(arguments, session).await
    }
}

async fn live(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let database = arguments.target.database.as_deref();
    let job = &arguments.target.job;
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

async fn backup(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let target = &arguments.target;
    let choice = arguments.chosen.choice();
    let shelf = if arguments.copy || arguments.chosen.names_a_copy() {
        Shelf::Copies
    } else {
        Shelf::Own
    };
    let verified = verify::verify(
        &weir,
        (&target.job, target.database.as_deref()),
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
