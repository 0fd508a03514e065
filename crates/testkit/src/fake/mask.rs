//! Rules applied on the way from the parts into the shadow.

use super::catalog;
use super::document::{Cell, Document, Table};
use std::sync::Arc;
use weir_engine::{ColumnMask, Masker, TablePlan};
use weir_model::error::{Error, Kind, Result};

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
            Some(TablePlan::Empty) => table.rows.clear(),
            Some(TablePlan::Masked(_)) => {
                return Err(Error::new(
                    Kind::Sanitise,
                    doing,
                    "row masks are not there yet",
                ));
            }
            Some(TablePlan::Rows(masks)) => mask_rows(&mut table, masks, doing)?,
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

fn mask_rows(table: &mut Table, masks: &[Option<Arc<dyn ColumnMask>>], doing: &str) -> Result<()> {
    if masks.len() != table.columns.len() {
        let cause = format!(
            "the ruleset knows {} columns of table {}, which has {}",
            masks.len(),
            table.name,
            table.columns.len()
        );
        return Err(Error::new(Kind::Sanitise, doing, cause)
            .hint("bring the ruleset up to the table's columns"));
    }
    for row in &mut table.rows {
        for (cell, mask) in row.iter_mut().zip(masks) {
            if let Some(mask) = mask {
                *cell = Cell::from(mask.mask(cell.as_field())?);
            }
        }
    }
    Ok(())
}
