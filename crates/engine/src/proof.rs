//! Comparing what is with what should be, in the words every engine uses.

use std::collections::BTreeMap;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

use crate::engine::Verification;

/// Row counts that must hold, by table: at least, at most.
pub type Bounds = BTreeMap<String, (Option<u64>, Option<u64>)>;

/// What scripts did to one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptEffect {
    /// The table.
    pub table: String,
    /// Rows before; `None` when a script made the table.
    pub before: Option<u64>,
    /// Rows after; `None` when a script dropped it.
    pub after: Option<u64>,
}

/// What scripts did to row counts, for each table with another one afterwards.
#[must_use]
pub fn script_effects(before: &[TableDigest], after: &[TableDigest]) -> Vec<ScriptEffect> {
    let rows = |tables: &[TableDigest], name: &str| {
        tables
            .iter()
            .find(|table| table.table == name)
            .map(|table| table.rows)
    };
    let made = after
        .iter()
        .filter(|table| rows(before, &table.table).is_none());
    before
        .iter()
        .chain(made)
        .map(|table| ScriptEffect {
            table: table.table.clone(),
            before: rows(before, &table.table),
            after: rows(after, &table.table),
        })
        .filter(|effect| effect.before != effect.after)
        .collect()
}

/// Fails unless both sides have the same tables with the same rows (and, for full
/// verification, the same digests). `doing` says which proof it is.
///
/// # Errors
/// `verify`, naming tables and counts, never a value.
pub fn compare_tables(
    doing: &str,
    expected: &[TableDigest],
    found: &[TableDigest],
    verification: Verification,
) -> Result<()> {
    let by_name = |tables: &[TableDigest]| -> BTreeMap<String, TableDigest> {
        tables
            .iter()
            .map(|table| (table.table.clone(), table.clone()))
            .collect()
    };
    let (expected, found) = (by_name(expected), by_name(found));
    let mut wrong = Vec::new();
    for (name, table) in &expected {
        match found.get(name) {
            None => wrong.push(format!("table {name} is missing")),
            Some(other) if other.rows != table.rows => wrong.push(format!(
                "table {name} has {} rows, expected {}",
                other.rows, table.rows
            )),
            Some(other) if verification == Verification::Full && other.digest != table.digest => {
                wrong.push(format!(
                    "rows of table {name} differ from what was expected"
                ));
            }
            Some(_) => {}
        }
    }
    for name in found.keys().filter(|name| !expected.contains_key(*name)) {
        wrong.push(format!("table {name} was not expected"));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Verify, doing, wrong.join("; "))
        .hint("the live copy is untouched; run `weir verify` on the backup, then restore again"))
}

/// Fails unless every bounded table has a row count within its bounds.
///
/// # Errors
/// `verify`.
pub fn row_bounds(doing: &str, bounds: &Bounds, tables: &[TableDigest]) -> Result<()> {
    let mut wrong = Vec::new();
    for (name, (least, most)) in bounds {
        let Some(table) = tables.iter().find(|table| &table.table == name) else {
            wrong.push(format!("table {name} is missing"));
            continue;
        };
        if least.is_some_and(|least| table.rows < least) {
            wrong.push(format!(
                "table {name} has {} rows, expected at least {}",
                table.rows,
                least.unwrap_or_default()
            ));
        }
        if most.is_some_and(|most| table.rows > most) {
            wrong.push(format!(
                "table {name} has {} rows, expected at most {}",
                table.rows,
                most.unwrap_or_default()
            ));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Verify, doing, wrong.join("; "))
        .hint("the live copy is untouched; look at the scripts, or correct `expect` of the app"))
}
