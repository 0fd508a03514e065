//! The rules of one table at work, row by row.

use crate::transformer::{RowView, ValueMask};
use std::sync::Arc;
use weir_engine::{ColumnUse, Fate, Field, Replacement, RowMask};
use weir_model::error::Result;

/// The masks of one table, in the order in which they need each other's results.
pub(super) struct RowRules {
    uses: Vec<ColumnUse>,
    is_masked: Vec<bool>,
    masks: Vec<(usize, Arc<dyn ValueMask>)>,
}

impl RowRules {
    /// For a table of that many columns; each mask with the place of its column.
    pub(super) fn new(columns: usize, masks: Vec<(usize, Arc<dyn ValueMask>)>) -> Self {
        let is_masked: Vec<bool> = (0..columns)
            .map(|index| masks.iter().any(|(masked, _)| *masked == index))
            .collect();
        let uses = is_masked.iter().map(|is_masked| match is_masked {
            true => ColumnUse::Masked,
            false => ColumnUse::Copied,
        });
        Self {
            uses: uses.collect(),
            is_masked,
            masks,
        }
    }
}

impl RowMask for RowRules {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        for (column, mask) in &self.masks {
            let field = row.get(*column).copied().unwrap_or(Field::Null);
            let value = mask.mask(field, &RowView::new(row, masked, &self.is_masked))?;
            if let Some(place) = masked.get_mut(*column) {
                *place = value;
            }
        }
        Ok(Fate::Kept)
    }
}
