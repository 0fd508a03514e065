//! Foreign keys: added without the server's check, which copies the table row by row, and then
//! each proven by one query.

use super::plan::PlannedTable;
use crate::catalog::definition::{ForeignKeyDefinition, TableDefinition};
use crate::config::{Session, identifier};
use weir_model::error::{Error, Kind, Result};

/// Adds the foreign keys of a table. The session does not check them.
pub(super) async fn add(session: &mut Session, table: &PlannedTable) -> Result<()> {
    let keys = &table.definition.foreign_keys;
    if keys.is_empty() {
        return Ok(());
    }
    let clauses: Vec<String> = keys.iter().map(|key| format!("ADD {}", key.text)).collect();
    let doing = format!("add the foreign keys of table {} in", table.stored.name);
    let sql = format!(
        "ALTER TABLE {} {}",
        identifier(&table.stored.name),
        clauses.join(", ")
    );
    session.run(&doing, &sql).await
}

/// Fails when a row of the table points to nothing.
pub(super) async fn prove(session: &mut Session, table: &TableDefinition) -> Result<()> {
    let mut wrong = Vec::new();
    for key in &table.foreign_keys {
        let found = orphans(session, table, key).await?;
        if found > 0 {
            wrong.push(format!(
                "table {} breaks its foreign key {} in {found} rows",
                table.name, key.name
            ));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let doing = "check the foreign keys of the new copy";
    Err(Error::new(Kind::Verify, doing, wrong.join("; ")).hint(
        "the live copy is untouched; the source itself breaks these keys: see who turns \
         `foreign_key_checks` off there",
    ))
}

/// How many rows of a table in the session's schema point to nothing. Columns are compared in
/// their own collation, as the server does. A row with a NULL in its key points nowhere.
pub(crate) async fn orphans(
    session: &mut Session,
    table: &TableDefinition,
    key: &ForeignKeyDefinition,
) -> Result<u64> {
    let parent = match &key.referenced_schema {
        Some(schema) => crate::config::qualified(schema, &key.referenced_table),
        None => identifier(&key.referenced_table),
    };
    let pairs = key.columns.iter().zip(&key.referenced_columns);
    let on: Vec<String> = pairs
        .map(|(from, to)| format!("p.{} = c.{}", identifier(to), identifier(from)))
        .collect();
    let columns = key.columns.iter();
    let set: Vec<String> = columns
        .map(|column| format!("c.{} IS NOT NULL", identifier(column)))
        .collect();
    let sql = format!(
        "SELECT COUNT(*) FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {})",
        identifier(&table.name),
        set.join(" AND "),
        on.join(" AND ")
    );
    let doing = format!("check foreign key {} of", key.name);
    let row = session.row(&doing, &sql).await?;
    row.map_or(Ok(0), |row| row.number(0))
}
