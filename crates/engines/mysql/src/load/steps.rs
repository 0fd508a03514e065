//! What it takes more than one row to decide: rows that point to nothing go, and values change
//! owners. It happens in the shadow, before it has foreign keys or triggers that would follow.

mod orphans;
mod shuffle;

use super::plan::{Plan, PlannedTable};
use crate::config::{Session, identifier};
use std::collections::BTreeSet;
use weir_engine::ShadowStep;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// A row that is sent again must be as unique as it was.
const CHECK_KEYS: &str = "SET SESSION unique_checks = 1";

/// Does them all, in their order, to rows that were sent with those digests; the names of the
/// tables that are other ones now.
pub(super) async fn run(
    session: &mut Session,
    shadow: &str,
    plan: &Plan,
    steps: &[ShadowStep],
    sent: &[TableDigest],
) -> Result<BTreeSet<String>> {
    session.run("prepare a session of", CHECK_KEYS).await?;
    let is_removal = |step: &ShadowStep| matches!(step, ShadowStep::RemoveOrphans { .. });
    let mut changed = BTreeSet::new();
    for group in steps.chunk_by(|one, other| is_removal(one) && is_removal(other)) {
        if let [
            ShadowStep::Shuffle {
                table,
                column,
                seed,
            },
        ] = group
        {
            let table = planned(plan, table)?;
            let order = shuffle::order(seed, table, sent)?;
            shuffle::shuffle(session, shadow, table, column, &order).await?;
            changed.insert(table.stored.name.clone());
            continue;
        }
        changed.extend(orphans::remove(session, plan, group).await?);
    }
    Ok(changed)
}

/// Fails where a step is about something that is not made, or about rows of the past: what is
/// removed or dealt out anew today would still be in them.
pub(super) fn refuse(plan: &Plan, steps: &[ShadowStep]) -> Result<()> {
    for step in steps {
        let (changed, columns) = match step {
            ShadowStep::RemoveOrphans {
                table,
                columns,
                parent,
                parent_columns,
            } => {
                refuse_columns(planned(plan, parent)?, parent_columns)?;
                (table, columns.as_slice())
            }
            ShadowStep::Shuffle { table, column, .. } => (table, std::slice::from_ref(column)),
        };
        let table = planned(plan, changed)?;
        refuse_columns(table, columns)?;
        if table.definition.is_system_versioned() {
            let cause = format!("table {changed} keeps its history, which would tell all of it");
            return Err(wrong(cause));
        }
    }
    Ok(())
}

fn planned<'a>(plan: &'a Plan, name: &str) -> Result<&'a PlannedTable> {
    let mut tables = plan.tables.iter();
    let found = tables.find(|table| table.stored.name == name);
    found.ok_or_else(|| wrong(format!("the rules need table {name}, which is not made")))
}

fn refuse_columns(table: &PlannedTable, columns: &[String]) -> Result<()> {
    let all = &table.definition.columns;
    let missing = columns
        .iter()
        .find(|name| !all.iter().any(|column| column.name == **name));
    match missing {
        None => Ok(()),
        Some(name) => Err(wrong(format!(
            "table {} has no column {name}",
            table.stored.name
        ))),
    }
}

fn wrong(cause: String) -> Error {
    Error::new(Kind::Sanitise, "plan a clean copy", cause)
        .hint("change what the ruleset of the app says of this table, then run again")
}

/// Writes a table anew, so that nothing of what was there stays in its file.
async fn write_anew(session: &mut Session, table: &str) -> Result<()> {
    let doing = format!("write anew table {table} of");
    let sql = format!("ALTER TABLE {} FORCE", identifier(table));
    session.run(&doing, &sql).await
}
