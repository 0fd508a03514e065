//! `shuffle`: the column's own values, each in another's row.

use super::{
    Determinism, Length, Mask, OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::{Error, Kind, Result};

pub(super) static ABOUT: Transformer = Transformer {
    name: "shuffle",
    meaning: "a value of the same column, dealt out anew among the rows once all are there",
    example: ("Ada", "another row's value"),
    determinism: Determinism::KeyedByRow,
    uniqueness: Uniqueness::Preserved,
    output: "as the column holds it; every value stays in the table, in another row",
    options: &[],
    domain: Some("shuffle"),
    // A row may be dealt its own value.
    identifying: false,
    make: |_| Ok(Arc::new(Shuffle)),
};

#[derive(Debug)]
struct Shuffle;

impl Mask for Shuffle {
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
        Length::AsTheValue
    }

    fn shuffles(&self) -> bool {
        true
    }

    fn bind(&self, _place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(ShuffleMask))
    }
}

struct ShuffleMask;

impl ValueMask for ShuffleMask {
    fn mask(&self, _field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        // Whoever asks has forgotten the step in the shadow: nothing may pass as it is.
        Err(Error::new(
            Kind::Internal,
            "shuffle a column",
            "it was asked for one value",
        )
        .hint("this is a bug in Weir: please report it with the run's log"))
    }
}
