//! `empty`: nothing of a value but its type.

use super::{
    Determinism, Length, Mask, OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

pub(super) static ABOUT: Transformer = Transformer {
    name: "empty",
    meaning: "an empty text, the number 0, or no bytes",
    example: ("anything", ""),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "text of no characters, the number 0, or zero bytes",
    options: &[],
    domain: None,
    identifying: false,
    make: |_| Ok(Arc::new(Empty)),
};

#[derive(Debug)]
struct Empty;

impl Mask for Empty {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        ABOUT.name.to_owned()
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::AtMost(0)
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let keeps_reals = crate::bind::keeps_reals(&place.column.data_type);
        Ok(Arc::new(EmptyMask { keeps_reals }))
    }
}

struct EmptyMask {
    /// Whether the column keeps 0.0 apart from 0.
    keeps_reals: bool,
}

impl ValueMask for EmptyMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Real(_) if self.keeps_reals => Replacement::Real(0.0),
            Field::Integer(_) | Field::Real(_) => Replacement::Integer(0),
            Field::Text(_) => Replacement::Text(String::new()),
            Field::Blob(_) => Replacement::Blob(Vec::new()),
        })
    }
}
