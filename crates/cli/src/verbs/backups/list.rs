//! `weir backups list ENV[/APP]`

use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::Result;
use weir_model::manifest::Proof;
use weir_pipeline::backups::{self, BackupEntry};

/// Which backups are listed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    /// The environment's own.
    Own,
    /// What it has published.
    Published,
    /// Copies of upstream's.
    Copies,
}

/// Prints a line for each backup.
pub(super) async fn run(session: &Session, what: &str, which: Which) -> Result<u8> {
    let weir = session.weir()?;
    let (environment, app) = what
        .split_once('/')
        .map_or((what, None), |(environment, app)| (environment, Some(app)));
    let context = session.context();
    let entries = match which {
        Which::Copies => backups::list_copies(&weir, environment, app, &context).await?,
        Which::Published => backups::list_published(&weir, environment, app, &context).await?,
        Which::Own => backups::list(&weir, environment, app, &context).await?,
    };
    if session.output.is_json() {
        session
            .output
            .json(&serde_json::json!({"backups": entries}))?;
    } else {
        print(&entries, which, &session.output);
    }
    Ok(0)
}

fn print(entries: &[BackupEntry], which: Which, output: &Output) {
    if entries.is_empty() {
        output.line(match which {
            Which::Copies => {
                "No copies have arrived yet. Next: `weir replicate ENVIRONMENT/APP`, or look at what copies them."
            }
            Which::Published => {
                "Nothing is published yet. Next: `weir publish ENVIRONMENT/APP`."
            }
            Which::Own => "No backups yet. Next: `weir backup ENVIRONMENT/APP`.",
        });
        return;
    }
    let mut table = Table::new([
        "backup",
        "whole",
        "taken",
        "data as of",
        "stored",
        "rows",
        "data",
    ]);
    for backup in entries {
        table.row(vec![
            backup.reference.clone().into(),
            if backup.whole {
                Cell::toned(Tone::Good, "yes")
            } else {
                Cell::toned(Tone::Bad, why_not(backup))
            },
            units::time(backup.time).into(),
            backup
                .data_as_of
                .map(units::time)
                .unwrap_or_default()
                .into(),
            Cell::number(units::bytes(backup.bytes)),
            Cell::number(backup.rows.map(units::count).unwrap_or_default()),
            data(backup).into(),
        ]);
    }
    output.table(&table);
}

/// Why it does not count, and what of it is still to come.
fn why_not(backup: &BackupEntry) -> String {
    let problem = backup.problem.as_deref().unwrap_or("no");
    match &backup.to_come {
        Some(to_come) => format!("{problem}; to come: {to_come}"),
        None => problem.to_owned(),
    }
}

/// How clean the data is, and whether others dumped it.
fn data(backup: &BackupEntry) -> String {
    let state = backup.sanitising.map(|state| state.to_string());
    let state = state.unwrap_or_default();
    match backup.proof {
        Some(Proof::Adopted) => format!("{state}, adopted"),
        _ => state,
    }
}
