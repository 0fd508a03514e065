//! `null`, `fixed` and `redact`: transformers that need no key.

use weir_engine::{ColumnMask, Field, Replacement};
use weir_model::error::Result;

/// What `redact` puts in the place of text. Its length says nothing about the value's.
pub(super) const REDACTED: &str = "[redacted]";

/// `fixed`, and `null`: the same for every value, NULL included.
pub(super) struct FixedMask(pub(super) Replacement);

impl ColumnMask for FixedMask {
    fn mask(&self, _field: Field<'_>) -> Result<Replacement> {
        Ok(self.0.clone())
    }
}

/// `redact`: a constant of the value's own type.
pub(super) struct RedactMask {
    /// Whether the column keeps 0.0 apart from 0.
    pub(super) keeps_reals: bool,
}

impl ColumnMask for RedactMask {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Real(_) if self.keeps_reals => Replacement::Real(0.0),
            Field::Integer(_) | Field::Real(_) => Replacement::Integer(0),
            Field::Text(_) => Replacement::Text(REDACTED.to_owned()),
            Field::Blob(_) => Replacement::Blob(Vec::new()),
        })
    }
}
