//! Rules applied on the way from the parts into the shadow.

use super::catalog;
use super::document::{Cell, Document, Table};
use weir_engine::{ColumnUse, Fate, Field, Masker, Replacement, RowMask, TablePlan};
use weir_model::error::{Error, Kind, Result};

/// Rows that a mask is shown before it masks them: of a fake's, far fewer than would be forgotten.
const ROWS_AHEAD: usize = 64;

/// Turns raw content into what may land in the shadow.
pub(super) fn mask(raw: Document, masker: &dyn Masker, doing: &str) -> Result<Document> {
    refuse_carriers(&raw, masker, doing)?;
    let mut clean = Document {
        objects: raw
            .objects
            .into_iter()
            .filter(|object| masker.keeps_object(&object.kind, &object.name) || !carries(object))
            .collect(),
        ..Document::default()
    };
    for mut table in raw.tables {
        match masker.table(&table.name) {
            None => return Err(unknown(&table, doing)),
            Some(TablePlan::Drop) => continue,
            Some(plan) => match plan.row_mask() {
                None => table.rows.clear(),
                Some(mask) => mask_rows(&mut table, mask.as_ref(), doing)?,
            },
        }
        clean.tables.push(table);
    }
    Ok(clean)
}

fn carries(object: &super::document::Object) -> bool {
    let document = Document {
        objects: vec![object.clone()],
        ..Document::default()
    };
    catalog::catalog(&document)
        .objects
        .iter()
        .any(|object| object.carrier)
}

fn refuse_carriers(raw: &Document, masker: &dyn Masker, doing: &str) -> Result<()> {
    let refused: Vec<String> = catalog::catalog(raw)
        .objects
        .into_iter()
        .filter(|object| {
            let (kind, name) = (&object.kind, &object.name);
            let decided = masker.keeps_object(kind, name) || masker.drops_object(kind, name);
            object.carrier && !decided
        })
        .map(|object| format!("{} {}", object.kind, object.name))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    let cause = format!(
        "objects that can hold data are not kept by the ruleset: {}",
        refused.join(", ")
    );
    Err(Error::new(Kind::Sanitise, doing, cause)
        .hint("read each of them, and keep it by name in the ruleset, or drop it at the source"))
}

fn unknown(table: &Table, doing: &str) -> Error {
    let cause = format!("the ruleset says nothing about table {}", table.name);
    Error::new(Kind::Sanitise, doing, cause).hint("add the table to the ruleset")
}

/// Whether the rows of a table arrive as they are, and nobody looks at them.
pub(super) fn copies(masker: &dyn Masker, table: &str) -> bool {
    let mask = masker.table(table).and_then(TablePlan::row_mask);
    mask.is_some_and(|mask| only_copies(mask.as_ref()))
}

fn only_copies(mask: &dyn RowMask) -> bool {
    let mut uses = mask.columns().iter();
    uses.all(|one| *one == ColumnUse::Copied)
}

fn mask_rows(table: &mut Table, mask: &dyn RowMask, doing: &str) -> Result<()> {
    let uses = mask.columns();
    if uses.len() != table.columns.len() {
        let cause = format!(
            "the ruleset knows {} columns of table {}, which has {}",
            uses.len(),
            table.name,
            table.columns.len()
        );
        return Err(Error::new(Kind::Sanitise, doing, cause)
            .hint("bring the ruleset up to the table's columns"));
    }
    if only_copies(mask) {
        return Ok(());
    }
    let mut masked = vec![Replacement::Null; uses.len()];
    let ahead = mask.ahead();
    let mut kept = Vec::new();
    for rows in std::mem::take(&mut table.rows).chunks_mut(ROWS_AHEAD) {
        if let Some(ahead) = &ahead {
            for row in rows.iter() {
                ahead.mask(&fields(row), &mut masked)?;
            }
        }
        for row in rows {
            if mask_row(mask, row, &mut masked)? == Fate::Kept {
                kept.push(std::mem::take(row));
            }
        }
    }
    table.rows = kept;
    Ok(())
}

fn fields(row: &[Cell]) -> Vec<Field<'_>> {
    row.iter().map(Cell::as_field).collect()
}

fn mask_row(mask: &dyn RowMask, row: &mut [Cell], masked: &mut [Replacement]) -> Result<Fate> {
    let fate = mask.mask(&fields(row), masked)?;
    if fate == Fate::Kept {
        for ((cell, usage), replacement) in row.iter_mut().zip(mask.columns()).zip(masked) {
            if *usage == ColumnUse::Masked {
                *cell = Cell::from(std::mem::replace(replacement, Replacement::Null));
            }
        }
    }
    Ok(fate)
}
