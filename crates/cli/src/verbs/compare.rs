//! `weir compare`: where two databases differ.

use crate::output::{Cell, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::{Kind, Result};
use weir_pipeline::compare::{self, Change, Comparison, TableComparison};

/// Compare two databases: schema, rows, contents, owner and grants.
///
/// Each is a live one, ENV/APP or ENV/APP:DATABASE, or a backup, ENV:INSTANCE/FOLDER as `weir
/// backups list` names it (`--copies` too). A live one is read as a whole, in one snapshot; nothing is written, and
/// no value is shown. After sanitising, tables have equal rows and contents that differ.
///
/// Exit code 0 when they are equal, 42 when they differ.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One database, or a backup of it
    #[arg(value_name = "A")]
    left: String,

    /// The other
    #[arg(value_name = "B")]
    right: String,
}

/// Compares, and prints what differs.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let context = session.context();
    let (left, right) = (&arguments.left, &arguments.right);
    let found = compare::compare(&weir, left, right, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&found)?;
    } else {
        print(&found, session);
    }
    Ok(if found.equal {
        0
    } else {
        Kind::Verify.exit_code()
    })
}

fn print(found: &Comparison, session: &Session) {
    let output = &session.output;
    let mut table = Table::new(["what", "name", &found.left, &found.right, "difference"]);
    for object in &found.schema {
        let (left, right, how) = match object.change {
            Change::Added => ("-", "there", "added"),
            Change::Removed => ("there", "-", "removed"),
            Change::Changed => ("there", "there", "definitions differ"),
        };
        let name = object.name.as_str();
        table.row(vec![
            object.kind.clone().into(),
            name.into(),
            left.into(),
            right.into(),
            how.into(),
        ]);
    }
    let different = |table: &&TableComparison| !table.equal;
    for differs in found.tables.iter().filter(different) {
        table.row(rows(differs));
    }
    for owner in found.ownership.iter().flatten() {
        let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let (left, right) = (side(&owner.left), side(&owner.right));
        table.row(vec![
            "ownership".into(),
            owner.name.clone().into(),
            left.into(),
            right.into(),
            "not the same".into(),
        ]);
    }
    if !found.equal {
        output.table(&table);
    }
    output.line(summary(found, session));
}

fn rows(table: &TableComparison) -> Vec<Cell> {
    let count = |rows: Option<u64>| Cell::number(rows.map_or_else(|| "-".to_owned(), units::count));
    let how = match (table.left_rows, table.right_rows) {
        (Some(left), Some(right)) if left == right => "rows equal, contents differ",
        (Some(_), Some(_)) => "rows differ",
        _ => "only on one side",
    };
    vec![
        "rows".into(),
        table.table.clone().into(),
        count(table.left_rows),
        count(table.right_rows),
        how.into(),
    ]
}

fn summary(found: &Comparison, session: &Session) -> String {
    let equal = found.tables.iter().filter(|table| table.equal).count();
    let tables = units::of(found.tables.len(), "table");
    let ownership = match found.ownership {
        Some(_) => "",
        None => " Owner and grants are not part of a backup, and were not compared.",
    };
    let (tone, text) = if found.equal {
        (
            Tone::Good,
            format!("Equal: {tables}, every row and the schema.{ownership}"),
        )
    } else {
        (
            Tone::Bad,
            format!("Different: {equal} of {tables} equal.{ownership}"),
        )
    };
    session.output.paint(tone, text)
}
