//! What takes more than one row to decide: done in the shadow once all rows are in.

use crate::catalog;
use crate::config::{Database, quoted};
use crate::mask::{CleanTable, masked_failure};
use rusqlite::config::DbConfig;
use sha2::{Digest as _, Sha256};
use weir_engine::ShadowStep;
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};

/// Takes the steps in their order.
pub(super) fn run(shadow: &Database, steps: &[ShadowStep]) -> Result<()> {
    // The rows are a copy's: no trigger hears of it. What fails is thrown away with the shadow.
    let quiet = DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    let prepared = shadow.connection.set_db_config(quiet, false);
    prepared.map_err(|error| shadow.subject.failure("prepare", error))?;
    shadow.run(
        "prepare",
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN IMMEDIATE",
    )?;
    let catalog = catalog::read(shadow)?;
    let is_removal = |step: &ShadowStep| matches!(step, ShadowStep::RemoveOrphans { .. });
    for steps in steps.chunk_by(|one, next| is_removal(one) && is_removal(next)) {
        match steps {
            [
                ShadowStep::Shuffle {
                    table,
                    column,
                    seed,
                },
            ] => {
                shuffle(shadow, &known(&catalog, shadow, table)?, column, seed)?;
            }
            removals => remove_all_orphans(shadow, removals)?,
        }
    }
    if catalog
        .objects
        .iter()
        .any(|object| object.kind == "statistics")
    {
        // Those that are there were gathered before.
        shadow.run("gather statistics of", "ANALYZE main")?;
    }
    shadow.run("commit the steps of the rules in", "COMMIT")
}

fn known(catalog: &Catalog, shadow: &Database, name: &str) -> Result<CleanTable> {
    match catalog.table(name) {
        Some(table) => CleanTable::of(shadow, table),
        None => Err(wrong_step(name, "the copy has no such table")),
    }
}

fn wrong_step(table: &str, cause: &str) -> Error {
    Error::new(Kind::Sanitise, format!("sanitise table {table}"), cause)
        .hint("correct the ruleset of the app")
}

/// Removes orphans until none is left: a row that goes may leave others behind, of any table.
fn remove_all_orphans(shadow: &Database, removals: &[ShadowStep]) -> Result<()> {
    let mut removed = vec![0; removals.len()];
    loop {
        let mut found = false;
        for (step, total) in removals.iter().zip(&mut removed) {
            let rows = remove_orphans(shadow, step)?;
            *total += rows;
            found |= rows > 0;
        }
        if !found {
            break;
        }
    }
    for (step, rows) in removals.iter().zip(removed) {
        if let ShadowStep::RemoveOrphans { table, .. } = step {
            let context = &shadow.subject.context;
            context.note(format!("remove orphans of {table}: {rows} rows"));
        }
    }
    Ok(())
}

/// Removes the rows that are orphans now; says how many.
fn remove_orphans(shadow: &Database, step: &ShadowStep) -> Result<usize> {
    let ShadowStep::RemoveOrphans {
        table,
        columns,
        parent,
        parent_columns,
    } = step
    else {
        return Ok(0);
    };
    shadow.subject.context.check("remove orphans")?;
    let pairs = columns.iter().map(|name| quoted(name));
    let pairs: Vec<(String, String)> = pairs
        .zip(parent_columns.iter().map(|name| quoted(name)))
        .collect();
    let told: Vec<String> = pairs
        .iter()
        .map(|(column, _)| format!("child.{column} IS NOT NULL"))
        .collect();
    // The parent's side comes first: SQLite compares as it does for its own foreign keys then.
    let same: Vec<String> = pairs
        .iter()
        .map(|(column, key)| format!("parent.{key} = child.{column}"))
        .collect();
    let sql = format!(
        "DELETE FROM main.{} AS child WHERE {} AND NOT EXISTS \
         (SELECT 1 FROM main.{} AS parent WHERE {})",
        quoted(table),
        told.join(" AND "),
        quoted(parent),
        same.join(" AND ")
    );
    let doing = format!("remove orphans of {table} in");
    let removed = shadow.connection.execute(&sql, []);
    removed.map_err(|error| masked_failure(&shadow.subject, &doing, error))
}

/// Deals the values of a column out anew. The rows leave the table and come back: that way a value
/// that must be unique is never there twice.
fn shuffle(shadow: &Database, table: &CleanTable, column: &str, seed: &str) -> Result<()> {
    let names = table.written();
    let position = names.iter().rposition(|name| *name == column);
    let Some(position) = position else {
        return Err(wrong_step(&table.name, "it has no such column to shuffle"));
    };
    let doing = format!("shuffle {column} of {} in", table.name);
    let moved = take_out(shadow, table, seed).and_then(|()| {
        let connection = &shadow.connection;
        connection.execute_batch(&put_back(table, position))
    });
    moved.map_err(|error| masked_failure(&shadow.subject, &doing, error))
}

/// Copies the rows into a temporary table, each with a key that nobody without the seed foresees.
fn take_out(shadow: &Database, table: &CleanTable, seed: &str) -> rusqlite::Result<()> {
    let connection = &shadow.connection;
    let names: Vec<String> = table.written().into_iter().map(quoted).collect();
    let kept: Vec<String> = (0..names.len())
        .map(|number| format!("v{number}"))
        .collect();
    let (names, kept) = (names.join(", "), kept.join(", "));
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE taken(place INTEGER PRIMARY KEY, {kept}); \
         CREATE TEMP TABLE keys(place INTEGER PRIMARY KEY, key BLOB); \
         CREATE TEMP TABLE dealt(place INTEGER PRIMARY KEY, value); \
         INSERT INTO temp.taken({kept}) SELECT {names} FROM main.{} NOT INDEXED;",
        quoted(&table.name)
    ))?;
    let count = "SELECT count(*) FROM temp.taken";
    let places: i64 = connection.query_row(count, [], |row| row.get(0))?;
    let mut write = connection.prepare("INSERT INTO temp.keys(key) VALUES (?)")?;
    for place in 0..places {
        let hash = Sha256::new().chain_update(seed);
        let hash = hash.chain_update(place.to_be_bytes()).finalize();
        write.execute([hash.as_slice()])?;
    }
    Ok(())
}

/// Puts the rows back where they were, with the values of a column in the order of the keys.
fn put_back(table: &CleanTable, shuffled: usize) -> String {
    let names: Vec<String> = table.written().into_iter().map(quoted).collect();
    let values = (0..names.len()).map(|number| match number {
        number if number == shuffled => "dealt.value".to_owned(),
        number => format!("taken.v{number}"),
    });
    let values: Vec<String> = values.collect();
    let name = quoted(&table.name);
    format!(
        "DELETE FROM main.{name}; \
         INSERT INTO temp.dealt(value) \
             SELECT v{shuffled} FROM temp.taken JOIN temp.keys USING (place) ORDER BY key; \
         INSERT INTO main.{name}({}) SELECT {} FROM temp.taken \
             JOIN temp.dealt USING (place) ORDER BY place; \
         DROP TABLE temp.taken; DROP TABLE temp.keys; DROP TABLE temp.dealt;",
        names.join(", "),
        values.join(", ")
    )
}
