//! Rows that a mask sees before they are masked.

use super::plan::CleanTable;
use super::rows::fields;
use rusqlite::Rows;
use weir_engine::{Field, LOOK_AHEAD, Replacement, RowMask};
use weir_model::error::{Error, Result};

/// What a row is taken for beside its bytes.
const ROW: usize = 16;

/// Another look at the rows of a table, which runs in front of the first.
pub(super) struct Ahead<'a> {
    table: &'a CleanTable,
    mask: &'a dyn RowMask,
    rows: Rows<'a>,
    masked: Vec<Replacement>,
    /// Rows that were seen and are not yet masked.
    seen: u64,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(table: &'a CleanTable, mask: &'a dyn RowMask, rows: Rows<'a>) -> Self {
        Self {
            table,
            masked: vec![Replacement::Null; mask.columns().len()],
            mask,
            rows,
            seen: 0,
        }
    }

    /// Looks at the next rows if the one that comes was not seen.
    pub(super) fn stay_ahead(&mut self, failure: &dyn Fn(rusqlite::Error) -> Error) -> Result<()> {
        if self.seen > 0 {
            self.seen -= 1;
            return Ok(());
        }
        let mut bytes = 0;
        while bytes < LOOK_AHEAD
            && let Some(row) = self.rows.next().map_err(failure)?
        {
            let fields = fields(self.table, row).map_err(failure)?;
            bytes += ROW + fields.iter().map(length).sum::<usize>();
            self.mask.mask(&fields, &mut self.masked)?;
            self.seen += 1;
        }
        // The row that comes is the first of them.
        self.seen = self.seen.saturating_sub(1);
        Ok(())
    }
}

fn length(field: &Field<'_>) -> usize {
    match field {
        Field::Text(bytes) | Field::Blob(bytes) => bytes.len(),
        Field::Null | Field::Integer(_) | Field::Real(_) => 8,
    }
}
