//! Removing rows that point to nothing.

use super::super::plan::{Plan, PlannedTable};
use super::{planned, write_anew};
use crate::catalog::definition::{ColumnDefinition, KeyKind};
use crate::config::{Session, identifier};
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::ShadowStep;
use weir_model::error::Result;

/// The key by which parents are found that have none.
const KEY: &str = "_weir_parents";
/// Letters of a long text that are in that key.
const LETTERS: u32 = 191;

/// What points where.
struct Reference<'a> {
    table: &'a PlannedTable,
    columns: &'a [String],
    parent: &'a PlannedTable,
    parent_columns: &'a [String],
}

/// Removes what points to nothing, again and again until no step finds more: whose parent goes
/// becomes an orphan. Gives the names of the tables that lost rows.
pub(super) async fn remove(
    session: &mut Session,
    plan: &Plan,
    steps: &[ShadowStep],
) -> Result<BTreeSet<String>> {
    let references = steps
        .iter()
        .filter_map(|step| reference(plan, step).transpose())
        .collect::<Result<Vec<_>>>()?;
    let keys = add_keys(session, &references).await?;
    let mut removed: BTreeMap<&str, u64> = BTreeMap::new();
    loop {
        let mut found = 0;
        for reference in &references {
            let rows = remove_once(session, reference).await?;
            *removed.entry(&reference.table.stored.name).or_default() += rows;
            found += rows;
        }
        if found == 0 {
            break;
        }
    }
    for table in keys {
        let doing = format!("find parents in table {table} of");
        let sql = format!("ALTER TABLE {} DROP KEY {KEY}", identifier(&table));
        session.run(&doing, &sql).await?;
    }
    let mut changed = BTreeSet::new();
    for (table, rows) in removed.into_iter().filter(|(_, rows)| *rows > 0) {
        let context = &session.context;
        context.note(format!("remove orphans of {table}: {rows} rows"));
        write_anew(session, table).await?;
        changed.insert(table.to_owned());
    }
    Ok(changed)
}

fn reference<'a>(plan: &'a Plan, step: &'a ShadowStep) -> Result<Option<Reference<'a>>> {
    let ShadowStep::RemoveOrphans {
        table,
        columns,
        parent,
        parent_columns,
    } = step
    else {
        return Ok(None);
    };
    Ok(Some(Reference {
        table: planned(plan, table)?,
        columns,
        parent: planned(plan, parent)?,
        parent_columns,
    }))
}

async fn remove_once(session: &mut Session, reference: &Reference<'_>) -> Result<u64> {
    let child = |column: &String| format!("c.{}", identifier(column));
    let parent = |column: &String| format!("p.{}", identifier(column));
    let pairs = reference.columns.iter().zip(reference.parent_columns);
    let on: Vec<String> = pairs
        .map(|(from, to)| format!("{} = {}", parent(to), child(from)))
        .collect();
    // What was found is not NULL: it equals something.
    let missing = reference.parent_columns.iter().take(1);
    let missing = missing.map(|column| format!("{} IS NULL", parent(column)));
    let columns = reference.columns.iter();
    let set = columns.map(|column| format!("{} IS NOT NULL", child(column)));
    let conditions: Vec<String> = set.chain(missing).collect();
    let table = &reference.table.stored.name;
    let sql = format!(
        "DELETE c FROM {} c LEFT JOIN {} p ON {} WHERE {}",
        identifier(table),
        identifier(&reference.parent.stored.name),
        on.join(" AND "),
        conditions.join(" AND ")
    );
    let doing = format!("remove orphans of {table} in");
    Ok(session.insert(&doing, sql.as_bytes()).await?.rows)
}

/// Makes keys for parents that would be looked for row by row; the tables that have one now.
async fn add_keys(session: &mut Session, references: &[Reference<'_>]) -> Result<Vec<String>> {
    let mut made: Vec<String> = Vec::new();
    for Reference {
        parent,
        parent_columns,
        ..
    } in references
    {
        let name = &parent.stored.name;
        if made.contains(name) || is_found(parent, parent_columns) {
            continue;
        }
        let columns = parent.definition.columns.iter();
        let columns = columns.filter(|column| parent_columns.contains(&column.name));
        let columns: Vec<String> = columns.map(key_part).collect();
        let doing = format!("find parents in table {name} of");
        let sql = format!(
            "ALTER TABLE {} ADD KEY {KEY} ({})",
            identifier(name),
            columns.join(", ")
        );
        session.run(&doing, &sql).await?;
        made.push(name.clone());
    }
    Ok(made)
}

/// Whether a key leads to rows with those values.
fn is_found(table: &PlannedTable, columns: &[String]) -> bool {
    table.definition.keys.iter().any(|key| {
        let is_ordered = !matches!(key.kind, KeyKind::Fulltext | KeyKind::Spatial);
        let mut first = key.columns.iter().take(columns.len());
        is_ordered && key.columns.len() >= columns.len() && first.all(|name| columns.contains(name))
    })
}

fn key_part(column: &ColumnDefinition) -> String {
    let name = identifier(&column.name);
    let length = column.type_text.split_once('(').and_then(|(_, rest)| {
        let (length, _) = rest.split_once(')')?;
        length.parse::<u32>().ok()
    });
    let is_long = match column.base.as_str() {
        "char" | "varchar" | "binary" | "varbinary" => length.is_some_and(|most| most > LETTERS),
        base => base.ends_with("text") || base.ends_with("blob") || base == "json",
    };
    match is_long {
        true => format!("{name}({LETTERS})"),
        false => name,
    }
}
