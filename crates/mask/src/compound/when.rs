//! `when:` — the first rule whose condition holds for the row.

use super::kept;
use crate::condition::{BoundCondition, Surroundings};
use crate::ruleset::Case;
use crate::transformer::{Place, RowView, ValueMask};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

pub(super) struct WhenMask(Vec<BoundCase>);

struct BoundCase {
    /// `None`: always.
    condition: Option<BoundCondition>,
    /// `None`: kept.
    mask: Option<Arc<dyn ValueMask>>,
}

impl WhenMask {
    pub(super) fn new(
        cases: &[Case],
        place: &Place<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self> {
        let cases = cases.iter().map(|case| {
            let condition = case.condition.as_ref();
            Ok(BoundCase {
                condition: condition
                    .map(|one| one.condition.bind(surroundings))
                    .transpose()?,
                mask: super::bind(&case.rule, place, surroundings)?,
            })
        });
        cases.collect::<Result<_>>().map(Self)
    }
}

impl ValueMask for WhenMask {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        let mut cases = self.0.iter();
        let case = cases.find(|case| {
            let condition = case.condition.as_ref();
            condition.is_none_or(|condition| condition.holds(row.row_before()))
        });
        match case {
            Some(BoundCase {
                mask: Some(mask), ..
            }) => mask.mask(field, row),
            Some(BoundCase { mask: None, .. }) => kept(field),
            // The last case has no condition; were there none, nothing would pass.
            None => Ok(Replacement::Null),
        }
    }
}
