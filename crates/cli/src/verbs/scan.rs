//! `weir scan`: what a database likely holds, and a ruleset to review.

use super::target::Target;
use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::scan::{self, Scan, ScannedColumn, ScannedTable};

/// Say what each column of a live database likely holds, how sure that is and why.
///
/// Looks at the schema and at a few rows of each table; nothing is written to the database, no value
/// is shown, and nothing leaves this machine. With --write the findings become a ruleset to review:
/// it fits the schema, keeps keys, and says beside every line why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    /// Rows of each table that are looked at
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    rows: u64,

    /// Write a ruleset to review into this file
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,

    /// Overwrite the file if it is there
    #[arg(long, requires = "write")]
    force: bool,
}

/// Scans, prints, and writes the proposal if asked to.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let (weir, context) = (session.weir()?, session.context());
    let (job, database) = (&arguments.target.job, arguments.target.database.as_deref());
    let scans = scan::scan(&weir, job, database, arguments.rows, &context).await?;
    session.progress.close();
    if let Some(path) = &arguments.write {
        write(path, arguments.force, &scans)?;
    }
    if session.output.is_json() {
        let written = arguments.write.as_ref();
        session
            .output
            .json(&json!({ "scans": scans, "written": written }))?;
        return Ok(0);
    }
    for scan in &scans {
        print(scan, &session.output);
    }
    if let Some(path) = &arguments.write {
        session.output.line(format!(
            "Wrote {}: read every line before you name it with `sanitise:`.",
            path.display()
        ));
    }
    Ok(0)
}

/// Writes the proposal for one database.
fn write(path: &Path, force: bool, scans: &[Scan]) -> Result<()> {
    let doing = format!("write {}", path.display());
    let [scan] = scans else {
        return Err(
            Error::new(Kind::Usage, doing, "the app has several databases")
                .hint("name one of them with --database: each has a ruleset of its own"),
        );
    };
    create(path, force, &scan.proposal).map_err(|error| {
        let there = error.kind() == ErrorKind::AlreadyExists;
        Error::from_source(Kind::Usage, doing, error).hint(if there {
            "the file is there already and was left as it is; name another, or add --force"
        } else {
            "name a file in a folder that you may write to"
        })
    })
}

fn create(path: &Path, force: bool, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}

fn print(scan: &Scan, output: &Output) {
    output.heading(&format!(
        "{}/{} ({})",
        scan.environment, scan.app, scan.database
    ));
    let mut table = Table::new(["table", "column", "type", "likely", "sure", "why"]);
    for scanned in &scan.tables {
        for column in scanned.columns.iter().filter(|column| column.sensitive) {
            table.row(row(scanned, column));
        }
    }
    let columns = || scan.tables.iter().flat_map(|table| &table.columns);
    let found = columns().filter(|column| column.sensitive).count();
    if found > 0 {
        output.table(&table);
    }
    output.line(format!(
        "{found} of {} likely hold personal or secret data, going by up to {} rows of {}.",
        units::of(columns().count(), "column"),
        units::count(scan.rows),
        units::of(scan.tables.len(), "table")
    ));
    for open in &scan.open {
        output.line(output.paint(Tone::Doubtful, format!("to decide: {open}")));
    }
}

fn row(table: &ScannedTable, column: &ScannedColumn) -> Vec<Cell> {
    let likeliest = column.holds.first();
    let what = likeliest.map_or("", |held| held.what.name());
    let sure = likeliest.map_or_else(String::new, |held| {
        format!("{:.0} %", held.certainty * 100.0)
    });
    let why = likeliest.map_or_else(String::new, |held| held.why.join("; "));
    vec![
        table.table.clone().into(),
        column.column.clone().into(),
        column.data_type.clone().into(),
        Cell::toned(Tone::Doubtful, what),
        Cell::number(sure),
        Cell::toned(Tone::Faint, why),
    ]
}
