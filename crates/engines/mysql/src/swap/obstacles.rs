//! What no swap gets past, or would leave behind, found before anything is renamed.

use crate::catalog::Schema;
use crate::catalog::definition::TableDefinition;
use crate::config::{Address, OWN, PREVIOUS, Session, literal, own_name, pattern};
use weir_model::error::{Error, Kind, Result};

/// Fails for foreign keys of other schemas that point into this one: they would follow the
/// replaced tables.
pub(crate) async fn refuse_obstacles(session: &mut Session, address: &Address) -> Result<()> {
    let (schema, own) = (literal(&address.database), pattern(OWN));
    let sql = format!(
        "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME \
         FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_SCHEMA = {schema} \
         AND TABLE_SCHEMA <> {schema} AND TABLE_SCHEMA NOT LIKE {own} ORDER BY 1, 2, 3"
    );
    let rows = session
        .rows("look for what is in the way of a swap on", &sql)
        .await?;
    let mut found = hidden(session, address).await?;
    for row in &rows {
        found.push(format!(
            "{} of {}.{}",
            row.text(2)?,
            row.text(0)?,
            row.text(1)?
        ));
    }
    if found.is_empty() {
        return Ok(());
    }
    let cause = format!(
        "foreign keys of other databases point into it, and would follow the replaced tables: {}",
        found.join(", ")
    );
    Err(refused(address, cause).hint(
        "drop them (ALTER TABLE … DROP FOREIGN KEY …), or restore these databases without them",
    ))
}

/// Foreign keys into this schema of tables that this user may not see, as the storage engine tells
/// whoever may see processes. What it may see is found otherwise.
async fn hidden(session: &mut Session, address: &Address) -> Result<Vec<String>> {
    let (view, schema) = (
        match session.server.is_mariadb() {
            true => "INNODB_SYS_FOREIGN",
            false => "INNODB_FOREIGN",
        },
        literal(&address.database),
    );
    // The storage engine knows tables by the names of their files.
    let file = format!("CAST(CONVERT({schema} USING filename) AS BINARY)");
    let sql = format!(
        "SELECT f.ID, f.FOR_NAME FROM information_schema.{view} f \
         WHERE BINARY SUBSTRING_INDEX(f.REF_NAME, '/', 1) = {file} \
         AND BINARY SUBSTRING_INDEX(f.FOR_NAME, '/', 1) <> {file} \
         AND f.FOR_NAME NOT LIKE {} AND NOT EXISTS (SELECT 1 FROM information_schema.SCHEMATA s \
         WHERE BINARY SUBSTRING_INDEX(f.FOR_NAME, '/', 1) = CAST(CONVERT(s.SCHEMA_NAME USING filename) AS BINARY)) \
         ORDER BY 1",
        pattern(OWN)
    );
    // Who may not ask is told so by `weir doctor`.
    let Ok(rows) = session.rows("look for foreign keys into", &sql).await else {
        return Ok(Vec::new());
    };
    rows.iter()
        .map(|row| Ok(format!("{} of {}", row.text(0)?, row.text(1)?)))
        .collect()
}

/// Fails where MySQL would refuse the RENAME: the name of a check is one for the whole schema
/// there, and to rename one is to copy its table.
pub(super) fn refuse_shared_checks(address: &Address, built: &Schema, live: &Schema) -> Result<()> {
    let kept = checks(live);
    let kept: Vec<String> = kept
        .iter()
        .map(
            |(table, name)| match name.strip_prefix(&format!("{table}_chk_")) {
                Some(number) => format!("{}_chk_{number}", own_name(PREVIOUS, table)),
                None => name.clone(),
            },
        )
        .collect();
    let built = checks(built);
    let is_kept = |name: &str| {
        let mut kept = kept.iter();
        kept.any(|kept| kept.to_lowercase() == name.to_lowercase())
    };
    let shared = built.iter().find(|(_, name)| is_kept(name));
    let Some((table, name)) = shared else {
        return Ok(());
    };
    let cause = format!(
        "MySQL takes the name of a check once in a database, and both copies of table {table} have {name}"
    );
    Err(refused(address, cause).hint(
        "name checks as the server does (table_chk_1), or drop the live database's before a restore",
    ))
}

/// The checks of a schema's tables: table and name.
fn checks(schema: &Schema) -> Vec<(String, String)> {
    let mut checks = Vec::new();
    for table in &schema.tables {
        let Ok(definition) = TableDefinition::parse(&table.create) else {
            continue;
        };
        for check in &definition.checks {
            let name = check.strip_prefix("CONSTRAINT `");
            if let Some((name, _)) = name.and_then(|rest| rest.split_once('`')) {
                checks.push((table.name.clone(), name.to_owned()));
            }
        }
    }
    checks
}

fn refused(address: &Address, cause: String) -> Error {
    let doing = format!("put the new copy of {} live", address.database);
    Error::new(Kind::Swap, doing, cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::StoredTable;
    use weir_engine::Endpoint;

    fn schema(create: &str) -> Schema {
        Schema {
            name: "app".to_owned(),
            character_set: "utf8mb4".to_owned(),
            collation: "utf8mb4_bin".to_owned(),
            tables: vec![StoredTable {
                name: "t".to_owned(),
                create: create.to_owned(),
                bytes: 0,
                rows: 0,
                transactional: true,
                parts: Vec::new(),
            }],
            sequences: Vec::new(),
            objects: Vec::new(),
        }
    }

    #[test]
    fn a_check_of_ones_own_name_is_in_the_way_of_the_next_copy() {
        let address = Address::of(&Endpoint {
            database: "app".to_owned(),
            url: "mysql://u@localhost/app".to_owned(),
            password: None,
            owner: None,
            policy: weir_engine::TargetPolicy::default(),
        })
        .unwrap();
        let of = |check: &str| {
            let create = format!(
                "CREATE TABLE `t` (\n  `a` int,\n  CONSTRAINT `{check}` CHECK ((`a` > 0))\n)"
            );
            schema(&create)
        };
        let refused = |built: &str, live: &str| {
            refuse_shared_checks(&address, &of(built), &of(live)).is_err()
        };
        assert!(refused("positive", "Positive"));
        assert!(!refused("positive", "another"));
        // The name that the server gives follows its table.
        assert!(!refused("t_chk_1", "t_chk_1"));
    }
}
