use crate::config::Database;
use std::collections::BTreeMap;
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Result};

/// Rows that break a foreign key, by table; `None` where SQLite cannot tell, because the key
/// points at columns that are not unique.
pub(crate) type Violations = BTreeMap<String, Option<u64>>;

/// Proves pages, indexes and column constraints with SQLite's own check.
pub(crate) fn integrity(database: &Database) -> Result<()> {
    let doing = "check the integrity of";
    let failure = |error| database.subject.failure(doing, error);
    let mut statement = database
        .connection
        .prepare("PRAGMA main.integrity_check(100)")
        .map_err(failure)?;
    let found: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .map_err(failure)?;
    if found == ["ok"] {
        return Ok(());
    }
    let path = database.subject.path.display();
    let cause = format!("SQLite's integrity check finds {} faults", found.len());
    Err(
        Error::new(database.subject.kind, format!("{doing} {path}"), cause).hint(format!(
            "`PRAGMA integrity_check` in the `sqlite3` tool lists them; take a whole backup made \
             earlier, or `.recover` what is left of {path}"
        )),
    )
}

/// Counts the rows that break a foreign key.
pub(crate) fn violations(database: &Database, catalog: &Catalog) -> Result<Violations> {
    let mut violations = Violations::new();
    for table in catalog
        .tables
        .iter()
        .filter(|table| !table.foreign_keys.is_empty())
    {
        let counted = database.connection.query_row(
            "SELECT count(*) FROM pragma_foreign_key_check(?1, 'main')",
            [&table.name],
            |row| row.get::<_, i64>(0),
        );
        let rows = match counted {
            Ok(rows) => Some(rows.unsigned_abs()),
            Err(error) if is_mismatch(&error) => None,
            Err(error) => return Err(database.subject.failure("check foreign keys of", error)),
        };
        violations.insert(table.name.clone(), rows);
    }
    Ok(violations)
}

fn is_mismatch(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(_, Some(text)) if text.starts_with("foreign key mismatch"))
}
