//! What the gate is shown of each value: what a mask made, and what was kept.

use crate::transformer::{RowView, ValueMask, text_of};
use std::sync::Arc;
use weir_detect::{Gate, GateColumn, Sensitive};
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

/// The gate beside one column.
#[derive(Clone)]
pub(crate) struct Watch {
    gate: Arc<Gate>,
    /// The place of what was masked in the column.
    masked: usize,
    /// The place of what was kept in it.
    kept: usize,
    /// Whether numbers are shown too, because a canary is one.
    numbers: bool,
}

impl Watch {
    /// The gate beside the column to which these places belong.
    pub(crate) const fn new(
        gate: Arc<Gate>,
        (masked, kept): (usize, usize),
        numbers: bool,
    ) -> Self {
        Self {
            gate,
            masked,
            kept,
            numbers,
        }
    }

    /// Shows what was kept.
    pub(crate) fn kept(&self, field: Field<'_>) {
        self.show(self.kept, field);
    }

    fn show(&self, place: usize, field: Field<'_>) {
        match field {
            Field::Text([]) | Field::Blob([]) | Field::Null => {}
            Field::Text(bytes) => self.gate.read(place, bytes),
            Field::Blob(bytes) => self.gate.read_bytes(place, bytes),
            Field::Integer(number) if self.numbers => {
                self.gate.read(place, number.to_string().as_bytes());
            }
            Field::Real(number) if self.numbers => {
                self.gate.read(place, number.to_string().as_bytes());
            }
            Field::Integer(_) | Field::Real(_) => {}
        }
    }
}

/// A mask whose results the gate reads.
pub(crate) struct Watched {
    pub(crate) mask: Arc<dyn ValueMask>,
    /// Whether a program of the operator's writes, of which nothing is known.
    pub(crate) is_foreign: bool,
    pub(crate) watch: Watch,
}

impl ValueMask for Watched {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        let masked = self.mask.mask(field, row)?;
        match masked.as_field() {
            // Nothing is no value read, of which some part may be findings.
            Field::Text([]) | Field::Blob([]) => {}
            Field::Text(written) | Field::Blob(written) if !self.is_foreign => {
                let before = text_of(field).unwrap_or_default();
                self.watch
                    .gate
                    .read_written(self.watch.masked, &before, written);
            }
            written => self.watch.show(self.watch.masked, written),
        }
        Ok(masked)
    }

    fn ahead(self: Arc<Self>) -> Option<Arc<dyn ValueMask>> {
        Arc::clone(&self.mask).ahead()
    }
}

/// The two entries of a column: for what is masked in it, and for what is kept.
pub(crate) fn entries(
    table: &str,
    column: &str,
    allow: &[Sensitive],
    transformers: &[&str],
) -> [GateColumn; 2] {
    let entry = |masked: bool, produces: Vec<Sensitive>| GateColumn {
        table: table.to_owned(),
        column: column.to_owned(),
        allow: allow.to_vec(),
        produces,
        masked,
    };
    let produced = transformers.iter().flat_map(|name| produces(name));
    [
        entry(true, produced.copied().collect()),
        entry(false, Vec::new()),
    ]
}

/// What a transformer may let through as it was, by its nature.
fn produces(transformer: &str) -> &'static [Sensitive] {
    match transformer {
        // Somebody chose these words, which may stand in the column already.
        "fixed" | "pick" => &Sensitive::ALL,
        // What is cut off or rounded may have been so before.
        "date" => &[Sensitive::DateOfBirth],
        "coordinates" => &[Sensitive::Coordinates],
        // Little noise changes little, and a permutation may map a value to itself.
        "number" | "format-preserving" => &[
            Sensitive::CreditCard,
            Sensitive::NationalId,
            Sensitive::Phone,
            Sensitive::Iban,
            Sensitive::IpAddress,
        ],
        _ => &[],
    }
}
