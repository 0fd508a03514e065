//! The tables with rows.

use super::{StoredTable, unqualified};
use crate::config::{Session, identifier, is_own, literal};
use weir_model::error::Result;

/// Storage engines whose rows are read within a transaction's snapshot.
const TRANSACTIONAL: [&str; 3] = ["InnoDB", "ROCKSDB", "TokuDB"];

/// Whether tables of that engine are read within a transaction's snapshot.
pub(crate) fn is_transactional(engine: &str) -> bool {
    let mut known = TRANSACTIONAL.iter();
    known.any(|known| known.eq_ignore_ascii_case(engine))
}

/// Reads the tables of a schema, which is the session's own.
pub(super) async fn read(session: &mut Session, schema: &str) -> Result<Vec<StoredTable>> {
    let sql = format!(
        "SELECT TABLE_NAME, ENGINE, DATA_LENGTH, TABLE_ROWS FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = {} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') \
         ORDER BY TABLE_NAME",
        literal(schema)
    );
    let mut tables = Vec::new();
    for row in session.rows("list the tables of", &sql).await? {
        let name = row.text(0)?;
        if is_own(&name) {
            continue;
        }
        let engine = row.optional(1)?.unwrap_or_default();
        tables.push(StoredTable {
            create: show_create(session, schema, "TABLE", &name).await?,
            bytes: row.optional_number(2)?.unwrap_or_default(),
            rows: row.optional_number(3)?.unwrap_or_default(),
            transactional: is_transactional(&engine),
            parts: Vec::new(),
            name,
        });
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(tables)
}

/// The statement that makes a table or sequence, without its schema's name.
pub(super) async fn show_create(
    session: &mut Session,
    schema: &str,
    kind: &str,
    name: &str,
) -> Result<String> {
    let doing = format!("read the definition of {name} in");
    let sql = format!("SHOW CREATE {kind} {}", identifier(name));
    let rows = session.rows(&doing, &sql).await?;
    let create = rows.first().map(|row| row.text(1)).transpose()?;
    Ok(unqualified(&create.unwrap_or_default(), schema))
}
