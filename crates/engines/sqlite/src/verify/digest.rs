use crate::config::{Database, quoted};
use rusqlite::types::ValueRef;
use std::sync::Arc;
use weir_engine::{Field, RowDigester, TableTimes};
use weir_model::catalog::{Catalog, Table, TableKind};
use weir_model::error::Result;
use weir_model::event::Unit;
use weir_model::manifest::TableDigest;

/// Rows between two reports of progress.
const REPORT_EVERY: u64 = 8_192;

/// Rows and digest of every table. Rows of a virtual table are those of the tables behind it;
/// generated columns follow from the others and are left out. `times` are told where nothing else is
/// done table by table: the file is moved as a whole.
pub(crate) fn digest_tables(
    database: &Database,
    catalog: &Catalog,
    times: Option<&Arc<TableTimes>>,
) -> Result<Vec<TableDigest>> {
    let mut rows = 0;
    catalog
        .tables
        .iter()
        .filter(|table| table.kind != TableKind::Virtual)
        .map(|table| {
            let _work = times.map(|times| times.begin(&table.name));
            digest_table(database, table, &mut rows).map_err(|error| {
                let doing = format!("read table {} of", table.name);
                database.subject.failure(&doing, error)
            })
        })
        .collect()
}

fn digest_table(
    database: &Database,
    table: &Table,
    rows_before: &mut u64,
) -> rusqlite::Result<TableDigest> {
    let columns: Vec<String> = table
        .columns
        .iter()
        .filter(|column| !column.generated)
        .map(|column| quoted(&column.name))
        .collect();
    // An index that holds all columns could be read instead: it is the table that is proven.
    let sql = format!(
        "SELECT {} FROM main.{} NOT INDEXED",
        columns.join(", "),
        quoted(&table.name)
    );
    let mut statement = database.connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut digester = RowDigester::default();
    while let Some(row) = rows.next()? {
        for index in 0..columns.len() {
            digester.field(field(row.get_ref(index)?));
        }
        digester.end_row();
        if digester.rows().is_multiple_of(REPORT_EVERY) {
            let context = &database.subject.context;
            context.progress(Unit::Rows, *rows_before + digester.rows(), 0);
        }
    }
    *rows_before += digester.rows();
    Ok(digester.finish(&table.name))
}

/// A value as every engine speaks of it.
pub(crate) fn field(value: ValueRef<'_>) -> Field<'_> {
    match value {
        ValueRef::Null => Field::Null,
        ValueRef::Integer(number) => Field::Integer(number),
        ValueRef::Real(number) => Field::Real(number),
        ValueRef::Text(bytes) => Field::Text(bytes),
        ValueRef::Blob(bytes) => Field::Blob(bytes),
    }
}
