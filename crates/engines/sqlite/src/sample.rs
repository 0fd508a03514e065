//! A few rows, for checks and detection.

mod trial;

pub(crate) use trial::satisfies;

use crate::catalog;
use crate::config::{Database, Place, quoted};
use rusqlite::types::ValueRef;
use weir_engine::{Context, Replacement};
use weir_model::error::{Error, Kind, Result};

/// Up to `limit` rows of a table, with its columns in the catalog's order.
pub(crate) fn sample(
    place: &Place,
    table: &str,
    limit: u64,
    context: &Context,
) -> Result<Vec<Vec<Replacement>>> {
    let database = Database::read(place.live(), Kind::Source, context)?;
    let catalog = catalog::read(&database)?;
    let Some(found) = catalog.table(table) else {
        return Err(Error::new(
            Kind::Source,
            format!("read rows of {}", place.live().display()),
            format!("there is no table {table}"),
        )
        .hint("names are compared exactly, letter case included"));
    };
    let columns: Vec<String> = found
        .columns
        .iter()
        .map(|column| quoted(&column.name))
        .collect();
    let sql = format!(
        "SELECT {} FROM main.{} LIMIT ?1",
        columns.join(", "),
        quoted(table)
    );
    rows(
        &database,
        &sql,
        columns.len(),
        i64::try_from(limit).unwrap_or(i64::MAX),
    )
    .map_err(|error| database.subject.failure("read rows of", error))
}

fn rows(
    database: &Database,
    sql: &str,
    columns: usize,
    limit: i64,
) -> rusqlite::Result<Vec<Vec<Replacement>>> {
    let mut statement = database.connection.prepare(sql)?;
    statement
        .query_map([limit], |row| {
            (0..columns)
                .map(|index| row.get_ref(index).map(owned))
                .collect()
        })?
        .collect()
}

fn owned(value: ValueRef<'_>) -> Replacement {
    match value {
        ValueRef::Null => Replacement::Null,
        ValueRef::Integer(number) => Replacement::Integer(number),
        ValueRef::Real(number) => Replacement::Real(number),
        ValueRef::Text(bytes) => Replacement::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Replacement::Blob(bytes.to_vec()),
    }
}
