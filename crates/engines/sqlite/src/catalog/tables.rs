use super::{Entry, definition};
use crate::config::{Database, QUOTES};
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::checks_of;
use weir_model::catalog::{Column, ForeignKey, Table, TableKind};
use weir_model::error::Result;

/// The tables with columns and foreign keys, in the order they were made.
pub(super) fn read(database: &Database, entries: &[Entry]) -> Result<Vec<Table>> {
    let failure = |error| database.subject.failure("read the tables of", error);
    let kinds = kinds(database).map_err(failure)?;
    let mut tables = Vec::new();
    for entry in entries
        .iter()
        .filter(|entry| entry.kind == "table" && !entry.is_internal())
    {
        let (kind, without_rowid) = kinds
            .get(&entry.name)
            .copied()
            .unwrap_or((TableKind::Ordinary, false));
        let columns = match columns(database, &entry.name, without_rowid) {
            // A module this build does not have: its rows are in tables that can be read.
            Err(_) if kind == TableKind::Virtual => Vec::new(),
            other => other.map_err(failure)?,
        };
        let checks = match kind {
            TableKind::Ordinary => checks_of(&entry.sql, &columns, QUOTES),
            // What stands there are arguments of a module.
            TableKind::Virtual | TableKind::Backing => Vec::new(),
        };
        tables.push(Table {
            name: entry.name.clone(),
            kind,
            checks,
            columns,
            foreign_keys: foreign_keys(database, &entry.name).map_err(failure)?,
            definition: definition(&entry.sql),
        });
    }
    name_as_declared(&mut tables);
    Ok(tables)
}

/// How each table keeps its rows, and whether it is WITHOUT ROWID.
fn kinds(database: &Database) -> rusqlite::Result<BTreeMap<String, (TableKind, bool)>> {
    let mut statement = database
        .connection
        .prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")?;
    statement
        .query_map([], |row| {
            let kind = match row.get::<_, String>(1)?.as_str() {
                "virtual" => TableKind::Virtual,
                "shadow" => TableKind::Backing,
                _ => TableKind::Ordinary,
            };
            Ok((row.get(0)?, (kind, row.get(2)?)))
        })?
        .collect()
}

fn columns(database: &Database, table: &str, without_rowid: bool) -> rusqlite::Result<Vec<Column>> {
    let unique = unique_columns(database, table)?;
    // Hidden columns (1) are arguments of a virtual table, not data.
    let mut statement = database.connection.prepare(
        "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1, 'main') \
         WHERE hidden <> 1 ORDER BY cid",
    )?;
    let mut columns: Vec<Column> = statement
        .query_map([table], |row| {
            let name: String = row.get(0)?;
            Ok(Column {
                unique: unique.contains(&name),
                name,
                data_type: row.get(1)?,
                nullable: !row.get::<_, bool>(2)?,
                primary_key: row.get::<_, i64>(3)? > 0,
                generated: row.get::<_, i64>(4)? > 1,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let alone = columns.iter().filter(|column| column.primary_key).count() == 1;
    for column in columns.iter_mut().filter(|column| column.primary_key) {
        // An INTEGER PRIMARY KEY is the row's own number: it has no index and is never NULL.
        let is_rowid = alone && !without_rowid && column.data_type.eq_ignore_ascii_case("integer");
        column.unique |= is_rowid;
        column.nullable &= !is_rowid;
    }
    Ok(columns)
}

/// Columns that a unique index over all rows holds alone.
fn unique_columns(database: &Database, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = database.connection.prepare(
        "SELECT max(field.name) FROM pragma_index_list(?1, 'main') AS list \
         JOIN pragma_index_info(list.name, 'main') AS field \
         WHERE list.\"unique\" AND NOT list.partial \
         GROUP BY list.name HAVING count(*) = 1 AND max(field.name) IS NOT NULL",
    )?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

/// SQLite finds the target of a foreign key whatever the letter case it is written in; everybody
/// else compares names exactly, so they are told as the target declares them.
fn name_as_declared(tables: &mut [Table]) {
    let declared: BTreeMap<String, (String, Vec<String>)> = tables
        .iter()
        .map(|table| {
            let columns = table.columns.iter().map(|column| column.name.clone());
            let key = table.name.to_ascii_lowercase();
            (key, (table.name.clone(), columns.collect()))
        })
        .collect();
    for key in tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
        let Some((name, columns)) = declared.get(&key.references.to_ascii_lowercase()) else {
            continue;
        };
        key.references.clone_from(name);
        for column in &mut key.referenced_columns {
            let same = columns
                .iter()
                .find(|name| name.eq_ignore_ascii_case(column));
            if let Some(name) = same {
                column.clone_from(name);
            }
        }
    }
}

fn foreign_keys(database: &Database, table: &str) -> rusqlite::Result<Vec<ForeignKey>> {
    let mut statement = database.connection.prepare(
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1, 'main') \
         ORDER BY id, seq",
    )?;
    let mut rows = statement.query([table])?;
    let mut keys: BTreeMap<i64, ForeignKey> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let references: String = row.get(1)?;
        let key = keys.entry(row.get(0)?).or_insert_with(|| ForeignKey {
            columns: Vec::new(),
            references,
            referenced_columns: Vec::new(),
        });
        key.columns.push(row.get(2)?);
        key.referenced_columns
            .extend(row.get::<_, Option<String>>(3)?);
    }
    Ok(keys.into_values().collect())
}
