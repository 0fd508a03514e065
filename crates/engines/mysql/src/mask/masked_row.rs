//! One row on its way through a mask.

use super::shape::{Shape, ShapeColumn};
use std::sync::Arc;
use weir_engine::{ColumnUse, Fate, Field, Replacement, RowMask};
use weir_model::error::{Error, Kind, Result};

/// What happens to a stored column; the number is its place in the catalog.
#[derive(Debug, Clone, Copy)]
enum Treatment {
    /// It goes as it is, and nobody looks at it.
    Copied,
    /// It goes as it is, and the mask sees it.
    Read(usize),
    /// It is written anew.
    Masked(usize),
    /// Nobody decided.
    Undecided,
}

/// A mask at work on the rows of a table. Its room is used again for every row.
pub(super) struct MaskedRow {
    shape: Arc<Shape>,
    mask: Arc<dyn RowMask>,
    /// Per stored column.
    treatments: Vec<Treatment>,
    /// The row as the mask sees it, in the catalog's order; empty between two rows.
    seen: Vec<Field<'static>>,
    /// What takes the place of values, in the catalog's order.
    masked: Vec<Replacement>,
}

impl MaskedRow {
    pub(super) fn new(shape: &Arc<Shape>, mask: Arc<dyn RowMask>) -> Self {
        let uses = mask.columns();
        let treatment = |column: &ShapeColumn| {
            let Some(at) = column.catalog else {
                // No column of the catalog: the server's own.
                return Treatment::Copied;
            };
            match uses.get(at) {
                Some(ColumnUse::Copied) => Treatment::Copied,
                Some(ColumnUse::Read) => Treatment::Read(at),
                Some(ColumnUse::Masked) => Treatment::Masked(at),
                None => Treatment::Undecided,
            }
        };
        Self {
            treatments: shape.columns.iter().map(treatment).collect(),
            masked: vec![Replacement::Null; uses.len()],
            seen: Vec::with_capacity(uses.len()),
            shape: Arc::clone(shape),
            mask,
        }
    }

    /// Whether a row that is kept goes as it is.
    pub(super) fn keeps_values(&self) -> bool {
        let mut treatments = self.treatments.iter();
        !treatments.any(|treatment| matches!(treatment, Treatment::Masked(_)))
    }

    /// Asks what becomes of a row; `row` has a field for every stored column.
    #[inline]
    pub(super) fn decide(&mut self, row: &[Field<'_>]) -> Result<Fate> {
        let mut seen = std::mem::take(&mut self.seen);
        seen.resize(self.masked.len(), Field::Null);
        for (at, treatment) in self.treatments.iter().enumerate() {
            match treatment {
                Treatment::Read(place) | Treatment::Masked(place) => {
                    if let (Some(place), Some(field)) = (seen.get_mut(*place), row.get(at)) {
                        *place = *field;
                    }
                }
                Treatment::Copied => {}
                Treatment::Undecided => return Err(undecided(&self.shape, at)),
            }
        }
        let fate = self.mask.mask(&seen, &mut self.masked);
        self.seen = emptied(seen);
        fate
    }

    /// What is sent in place of a stored column's value, in the form in which the server keeps it;
    /// `None` where the value `was` is kept, as a mask that gives it back wants it: what the server
    /// wrote it takes again, also where no mask could write it (a day of zeros).
    #[inline]
    pub(super) fn replacement(&mut self, at: usize, was: Field<'_>) -> Result<Option<Field<'_>>> {
        let Some(Treatment::Masked(place)) = self.treatments.get(at) else {
            return Ok(None);
        };
        let (Some(column), Some(place)) = (self.shape.columns.get(at), self.masked.get_mut(*place))
        else {
            return Ok(None);
        };
        if place.as_field() == was {
            return Ok(None);
        }
        let made = std::mem::replace(place, Replacement::Null);
        let stored = column.stored.stored(made, column.is_nullable);
        *place = stored.map_err(|unfit| {
            let cause = format!("{unfit}; the column's type is {}", column.data_type);
            failure(&self.shape, column, cause)
                .hint("choose a rule that fits the type of this column")
        })?;
        Ok(Some(place.as_field()))
    }
}

/// The room of fields, without them.
pub(super) fn emptied(mut fields: Vec<Field<'_>>) -> Vec<Field<'static>> {
    fields.clear();
    // An iterator over as many of the same size is collected where they lay.
    fields.into_iter().map(|_| Field::Null).collect()
}

fn undecided(shape: &Shape, at: usize) -> Error {
    let cause = "no rule says what happens to it".to_owned();
    let error = match shape.columns.get(at) {
        Some(column) => failure(shape, column, cause),
        None => Error::new(Kind::Sanitise, "mask a row", cause),
    };
    error.hint("this is a bug in Weir: please report it with the run's log")
}

fn failure(shape: &Shape, column: &ShapeColumn, cause: String) -> Error {
    let doing = format!("mask column {} of table {}", column.name, shape.table);
    Error::new(Kind::Sanitise, doing, cause)
}
