//! Orphans and shuffles, in the plainest way.

use crate::fake::document::{Cell, Document, Table};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use weir_engine::{Context, ShadowStep};
use weir_model::error::{Error, Kind, Result};

pub(super) fn run(document: &mut Document, steps: &[ShadowStep], context: &Context) -> Result<()> {
    let removals: Vec<&ShadowStep> = steps
        .iter()
        .filter(|step| matches!(step, ShadowStep::RemoveOrphans { .. }))
        .collect();
    for step in steps {
        match step {
            ShadowStep::Shuffle {
                table,
                column,
                seed,
            } => shuffle(document, table, column, seed)?,
            // A row that goes may leave others behind, of any table.
            ShadowStep::RemoveOrphans { .. } => while removed(document, &removals, context)? {},
        }
    }
    Ok(())
}

fn removed(document: &mut Document, steps: &[&ShadowStep], context: &Context) -> Result<bool> {
    context.check("remove orphans")?;
    let mut found = false;
    for step in steps {
        if let ShadowStep::RemoveOrphans {
            table,
            columns,
            parent,
            parent_columns,
        } = step
        {
            let parents = known(document, parent)?;
            let keys: BTreeSet<Vec<Cell>> = keys(parents, parent_columns)?.into_iter().collect();
            let orphans: Vec<bool> = self::keys(known(document, table)?, columns)?
                .iter()
                .map(|key| !key.contains(&Cell::Null) && !keys.contains(key))
                .collect();
            found |= orphans.contains(&true);
            if let Some(table) = document.table_mut(table) {
                let mut orphans = orphans.into_iter();
                table.rows.retain(|_| !orphans.next().unwrap_or(false));
            }
        }
    }
    Ok(found)
}

/// What the rows of a table hold in some columns.
fn keys(table: &Table, columns: &[String]) -> Result<Vec<Vec<Cell>>> {
    let positions = columns.iter().map(|column| position(table, column));
    let positions: Vec<usize> = positions.collect::<Result<_>>()?;
    let key = |row: &Vec<Cell>| {
        let cells = positions.iter().filter_map(|position| row.get(*position));
        cells.cloned().collect()
    };
    Ok(table.rows.iter().map(key).collect())
}

fn shuffle(document: &mut Document, table: &str, column: &str, seed: &str) -> Result<()> {
    let found = known(document, table)?;
    let position = position(found, column)?;
    let mut dealt: Vec<([u8; 32], Cell)> = (0_u64..)
        .zip(&found.rows)
        .filter_map(|(place, row)| {
            let hash = Sha256::new().chain_update(seed);
            let hash = hash.chain_update(place.to_be_bytes()).finalize();
            row.get(position).map(|cell| (hash.into(), cell.clone()))
        })
        .collect();
    dealt.sort();
    let rows = document.table_mut(table).map(|table| &mut table.rows);
    for (row, (_, cell)) in rows.into_iter().flatten().zip(dealt) {
        if let Some(place) = row.get_mut(position) {
            *place = cell;
        }
    }
    Ok(())
}

fn known<'document>(document: &'document Document, name: &str) -> Result<&'document Table> {
    document
        .table(name)
        .ok_or_else(|| wrong(name, "the copy has no such table"))
}

fn position(table: &Table, column: &str) -> Result<usize> {
    let position = table.column(column);
    position.ok_or_else(|| wrong(&table.name, "it has no such column"))
}

fn wrong(table: &str, cause: &str) -> Error {
    Error::new(Kind::Sanitise, format!("sanitise table {table}"), cause)
        .hint("correct the ruleset of the app")
}
