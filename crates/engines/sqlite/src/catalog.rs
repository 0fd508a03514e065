//! What a database holds, by name.

mod objects;
mod tables;

use crate::config::{Database, Place};
use crate::stamp;
use sha2::{Digest as _, Sha256};
use weir_engine::Context;
use weir_model::catalog::Catalog;
use weir_model::digest::Digest;
use weir_model::error::{Kind, Result};

/// What the live database holds.
pub(crate) fn live(place: &Place, context: &Context) -> Result<Catalog> {
    read(&Database::read(place.live(), Kind::Source, context)?)
}

/// What a database holds. Weir's own table and SQLite's internal ones are left out.
pub(crate) fn read(database: &Database) -> Result<Catalog> {
    let entries = entries(database)?;
    Ok(Catalog {
        tables: tables::read(database, &entries)?,
        objects: objects::read(database, &entries)?,
        types: Vec::new(),
    })
}

/// One line of SQLite's own catalog.
struct Entry {
    kind: String,
    name: String,
    sql: String,
}

impl Entry {
    /// Whether SQLite keeps the table for itself.
    fn is_internal(&self) -> bool {
        self.name
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
    }
}

/// SQLite's catalog in its order; entries without SQL are parts of their table's definition.
fn entries(database: &Database) -> Result<Vec<Entry>> {
    let failure = |error| database.subject.failure("read the catalog of", error);
    let mut statement = database
        .connection
        .prepare(
            "SELECT type, name, sql FROM main.sqlite_schema \
             WHERE sql IS NOT NULL AND tbl_name <> ?1 ORDER BY rowid",
        )
        .map_err(failure)?;
    statement
        .query_map([stamp::TABLE], |row| {
            Ok(Entry {
                kind: row.get(0)?,
                name: row.get(1)?,
                sql: row.get(2)?,
            })
        })
        .and_then(Iterator::collect)
        .map_err(failure)
}

/// Digest of a definition as SQLite keeps it.
pub(crate) fn definition(text: &str) -> Digest {
    Digest::new("sha256", &Sha256::digest(text.as_bytes()))
}
