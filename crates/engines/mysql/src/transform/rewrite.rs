//! Taking replaced values out of the files.

use super::script::Scripted;
use crate::catalog::definition::TableDefinition;
use crate::catalog::text::{Token, tokens};
use crate::catalog::{ObjectKind, Schema, read};
use crate::config::{Session, identifier};
use std::collections::{BTreeMap, BTreeSet};
use weir_model::error::Result;

/// Writes anew every table whose rows the scripts may have changed, so that nothing of what was
/// replaced or removed stays in its file: no server counts what a session changed in which table,
/// so it is what the scripts name.
pub(super) async fn rewrite(
    session: &mut Session,
    shadow: &str,
    backup: &Schema,
    statements: &[Scripted<'_>],
) -> Result<()> {
    let mut schema = read(session, shadow).await?;
    // What a script has dropped by now may have changed rows before.
    schema.objects.extend(backup.objects.iter().cloned());
    let tables = definitions(&schema)?;
    let texts = statements.iter().map(|scripted| scripted.statement.text);
    let touched = touched(texts, &schema, &tables);
    for table in tables.iter().filter(|table| touched.contains(&table.name)) {
        let doing = format!("write anew table {} of", table.name);
        let sql = format!("ALTER TABLE {} FORCE", identifier(&table.name));
        session.run(&doing, &sql).await?;
        if table.is_system_versioned() {
            session.context.warn(format!(
                "table {} keeps its history: what a script replaced or removed there is still in it; \
                 `DELETE HISTORY FROM` in a script takes it out",
                table.name
            ));
        }
    }
    Ok(())
}

fn definitions(schema: &Schema) -> Result<Vec<TableDefinition>> {
    let tables = schema.tables.iter();
    tables
        .map(|table| TableDefinition::parse(&table.create))
        .collect()
}

/// The tables whose rows statements may have changed: those they name, and what foreign keys take
/// along from there. Where they name a view, routine, or a table with triggers, it may be any.
fn touched<'a>(
    statements: impl Iterator<Item = &'a str>,
    schema: &Schema,
    tables: &[TableDefinition],
) -> BTreeSet<String> {
    let all = || tables.iter().map(|table| table.name.clone()).collect();
    let statements: Vec<&str> = statements.collect();
    let makes_code = statements.iter().any(|statement| makes_code(statement));
    let names: BTreeSet<String> = statements.into_iter().flat_map(mentioned).collect();
    // Names differ in their letters' case alone on some file systems.
    let is_named = |name: &str| names.contains(&name.to_lowercase());
    let goes_further = schema.objects.iter().any(|object| match object.kind {
        ObjectKind::Trigger => object.table.as_deref().is_some_and(is_named),
        ObjectKind::Event => false,
        _ => is_named(&object.name),
    });
    if goes_further || makes_code {
        return all();
    }
    let named = tables.iter().filter(|table| is_named(&table.name));
    let mut touched: BTreeSet<String> = named.map(|table| table.name.clone()).collect();
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for table in tables {
        for key in &table.foreign_keys {
            let children = children.entry(key.referenced_table.as_str()).or_default();
            children.push(&table.name);
        }
    }
    let mut open: Vec<String> = touched.iter().cloned().collect();
    while let Some(table) = open.pop() {
        for child in children.get(table.as_str()).into_iter().flatten() {
            if touched.insert((*child).to_owned()) {
                open.push((*child).to_owned());
            }
        }
    }
    touched
}

/// Whether a statement makes something that changes rows by itself, and may be gone again.
fn makes_code(statement: &str) -> bool {
    let mut words = tokens(statement).filter(|token| !token.is_blank());
    let kinds = [
        "PROCEDURE",
        "FUNCTION",
        "TRIGGER",
        "VIEW",
        "EVENT",
        "PACKAGE",
    ];
    words.next().is_some_and(|first| first.is("CREATE"))
        && words.any(|word| kinds.iter().any(|kind| word.is(kind)))
}

/// The names in a statement that may change rows, in lower case.
fn mentioned(statement: &str) -> Vec<String> {
    let seen: Vec<Token<'_>> = tokens(statement)
        .filter(|token| !token.is_blank())
        .collect();
    // A SELECT may call a function that changes rows: only SET and SHOW cannot name a table.
    let is_harmless = seen.first().is_none_or(|first| first.is("SHOW"));
    if is_harmless {
        return Vec::new();
    }
    let names = seen
        .iter()
        .filter_map(|token| match token.text.strip_prefix('"') {
            // A name, where the server is set to read it so.
            Some(name) => Some(name.trim_end_matches('"').to_owned()),
            None => token.name(),
        });
    names.map(|name| name.to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{StoredObject, StoredTable};

    fn schema(tables: &[&str], objects: Vec<StoredObject>) -> Schema {
        let tables = tables.iter().map(|create| StoredTable {
            name: TableDefinition::parse(create).unwrap().name,
            create: (*create).to_owned(),
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
            objects,
        }
    }

    fn object(kind: ObjectKind, name: &str, table: Option<&str>) -> StoredObject {
        StoredObject {
            kind,
            name: name.to_owned(),
            table: table.map(str::to_owned),
            create: String::new(),
            definer: String::new(),
            sql_mode: String::new(),
            character_set_client: String::new(),
            collation_connection: String::new(),
            database_collation: String::new(),
            time_zone: String::new(),
        }
    }

    const TABLES: [&str; 4] = [
        "CREATE TABLE `a` (`id` int)",
        "CREATE TABLE `b` (`a` int, FOREIGN KEY (`a`) REFERENCES `a` (`id`) ON DELETE CASCADE)",
        "CREATE TABLE `c` (`b` int, FOREIGN KEY (`b`) REFERENCES `b` (`a`) ON DELETE CASCADE)",
        "CREATE TABLE `d` (`x` int)",
    ];

    fn found(script: &str, objects: Vec<StoredObject>) -> Vec<String> {
        let schema = schema(&TABLES, objects);
        let tables = definitions(&schema).unwrap();
        let found = touched([script].into_iter(), &schema, &tables);
        found.into_iter().collect()
    }

    #[test]
    fn what_scripts_name_and_what_follows_it_is_written_anew() {
        assert_eq!(found("UPDATE `D` SET x = 1", Vec::new()), ["d"]);
        assert_eq!(found("DELETE FROM a", Vec::new()), ["a", "b", "c"]);
        assert_eq!(found("UPDATE b SET a = 'd'", Vec::new()), ["a", "b", "c"]);
        assert_eq!(found("SHOW TABLES LIKE d", Vec::new()), [""; 0]);
    }

    #[test]
    fn what_a_view_a_routine_or_a_trigger_changes_may_be_anything() {
        let all = ["a", "b", "c", "d"];
        let procedure = object(ObjectKind::Procedure, "clean", None);
        assert_eq!(found("CALL clean()", vec![procedure.clone()]), all);
        assert_eq!(found("DELETE FROM d", vec![procedure]), ["d"]);
        let trigger = object(ObjectKind::Trigger, "t", Some("d"));
        assert_eq!(found("DELETE FROM d", vec![trigger]), all);
        let view = object(ObjectKind::View, "v", None);
        assert_eq!(found("UPDATE v SET x = 1", vec![view]), all);
    }
}
