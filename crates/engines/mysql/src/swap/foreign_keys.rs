//! Foreign keys of copies that lie in one schema for a while. A server takes each name of a foreign
//! key once in a schema, so those of one copy step aside before the tables change places. They are
//! enforced all the time: one ALTER drops a key and adds it under its other name, without reading
//! a row.

use crate::catalog::Schema;
use crate::catalog::definition::TableDefinition;
use crate::config::{PREVIOUS, Session, identifier, literal, own_name, pattern, qualified};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weir_model::error::{Error, Kind, Result};

/// A foreign key that has stepped aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Aside {
    /// Its table, by the name it is live under.
    pub(crate) table: String,
    /// The key's name now.
    pub(crate) now: String,
    /// Its name while its copy is live.
    pub(crate) proper: String,
}

/// Every foreign key of a schema: its table and its name.
pub(super) fn all(schema: &Schema) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for table in &schema.tables {
        // What cannot be read has no key to tell of; a name that is taken then fails the RENAME.
        let definition = TableDefinition::parse(&table.create).ok();
        for key in definition.into_iter().flat_map(|table| table.foreign_keys) {
            all.push((table.name.clone(), key.name));
        }
    }
    all
}

/// The name of a foreign key once its table is called otherwise: names that the server made of the
/// table's own follow it.
fn moved(table: &str, to: &str, key: &str) -> String {
    match key.strip_prefix(&format!("{table}_ibfk_")) {
        Some(number) => format!("{to}_ibfk_{number}"),
        None => key.to_owned(),
    }
}

/// The foreign keys of a live copy that keep, when their tables are replaced, a name that is
/// wanted.
pub(super) fn in_the_way(live: &Schema, wanted: &[String], kind: &str) -> Vec<(String, String)> {
    let keys = all(live).into_iter();
    keys.filter(|(table, key)| {
        let kept = moved(table, &own_name(kind, table), key);
        wanted.iter().any(|name| same(name, &kept))
    })
    .collect()
}

/// Names of foreign keys are compared without their case.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// The names of a new copy's foreign keys that the live one keeps.
pub(super) fn shared(built: &Schema, live: &Schema) -> Vec<Aside> {
    let kept: Vec<String> = all(live)
        .iter()
        .map(|(table, key)| moved(table, &own_name(PREVIOUS, table), key))
        .collect();
    let keys = all(built).into_iter();
    keys.filter(|(_, key)| kept.iter().any(|kept| same(kept, key)))
        .map(|(table, proper)| Aside {
            now: own_name("_weir_fk_new_", &format!("{table}.{proper}")),
            table,
            proper,
        })
        .collect()
}

/// Renames by table, so that each is altered once.
pub(super) fn by_table<'a>(
    names: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) -> BTreeMap<String, Vec<(String, String)>> {
    let mut by_table: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (table, from, to) in names {
        let names = by_table.entry(table.to_owned()).or_default();
        names.push((from.to_owned(), to.to_owned()));
    }
    by_table
}

/// Gives foreign keys of a table other names, as far as they do not have them.
pub(super) async fn rename(
    session: &mut Session,
    schema: &str,
    table: &str,
    names: &[(String, String)],
) -> Result<()> {
    let doing = "rename foreign keys of";
    let sql = format!("SHOW CREATE TABLE {}", qualified(schema, table));
    let row = match session.row(doing, &sql).await {
        Err(error)
            if crate::config::code(&error) == Some(crate::config::numbers::NO_SUCH_TABLE) =>
        {
            return Ok(());
        }
        other => other?,
    };
    let Some(row) = row else { return Ok(()) };
    let definition = TableDefinition::parse(&row.text(1)?)?;
    let mut clauses = Vec::new();
    for (from, to) in names {
        let key = definition.foreign_keys.iter().find(|key| key.name == *from);
        let Some(key) = key else { continue };
        let front = format!("CONSTRAINT {} ", identifier(from));
        let body = key.text.strip_prefix(&front).unwrap_or(&key.text);
        clauses.push(format!("DROP FOREIGN KEY {}", identifier(from)));
        clauses.push(format!("ADD CONSTRAINT {} {body}", identifier(to)));
    }
    if clauses.is_empty() {
        return Ok(());
    }
    let table = qualified(schema, table);
    // INPLACE or not at all: a copy of a table would take long, and hold up its writers.
    let sql = format!(
        "ALTER TABLE {table} {}, ALGORITHM=INPLACE",
        clauses.join(", ")
    );
    session.run(doing, &sql).await
}

/// Fails when a foreign key of the live copy points at a table of the replaced one.
pub(super) async fn prove(session: &mut Session, schema: &str) -> Result<()> {
    let doing = "look at the foreign keys of";
    let own = pattern(crate::config::OWN);
    let schema = literal(schema);
    let sql = format!(
        "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE \
         WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME NOT LIKE {own} \
         AND REFERENCED_TABLE_SCHEMA = {schema} AND REFERENCED_TABLE_NAME LIKE {own} LIMIT 1"
    );
    let Some(row) = session.row(doing, &sql).await? else {
        return Ok(());
    };
    let cause = format!(
        "foreign key {} of table {} points at the replaced copy",
        row.text(1)?,
        row.text(0)?
    );
    let doing = format!("put the new copy live on {}", session.subject.place);
    Err(Error::new(Kind::Swap, doing, cause)
        .hint("`weir rollback` puts the replaced copy back; please report the table's definition"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::StoredTable;

    fn schema(tables: &[(&str, &str)]) -> Schema {
        let tables = tables.iter().map(|(name, key)| StoredTable {
            name: (*name).to_owned(),
            create: format!(
                "CREATE TABLE `{name}` (\n  `p` int(11) DEFAULT NULL,\n  KEY `p` (`p`),\n  CONSTRAINT \
                 `{key}` FOREIGN KEY (`p`) REFERENCES `p` (`id`)\n) ENGINE=InnoDB"
            ),
            bytes: 0,
            rows: 0,
            transactional: true,
            parts: Vec::new(),
        });
        Schema {
            name: "app".to_owned(),
            character_set: "utf8mb4".to_owned(),
            collation: "utf8mb4_bin".to_owned(),
            tables: tables.collect(),
            sequences: Vec::new(),
            objects: Vec::new(),
        }
    }

    #[test]
    fn names_of_the_servers_own_making_follow_their_tables() {
        let live = schema(&[("c", "c_ibfk_1"), ("d", "Fk_d"), ("e", "c_ibfk_2")]);
        let built = schema(&[("c", "c_ibfk_1"), ("d", "fk_d"), ("e", "c_ibfk_2")]);
        let shared: Vec<String> = shared(&built, &live)
            .into_iter()
            .map(|aside| aside.proper)
            .collect();
        assert_eq!(shared, ["fk_d", "c_ibfk_2"]);
        let there = in_the_way(&live, &shared, PREVIOUS);
        assert_eq!(
            there,
            [("d".into(), "Fk_d".into()), ("e".into(), "c_ibfk_2".into())]
        );
    }
}
