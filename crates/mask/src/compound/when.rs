//! `when:` — the first rule whose condition holds for the row.

use super::{Site, kept};
use crate::condition::BoundCondition;
use crate::ruleset::Case;
use crate::transformer::{Place, RowView, ValueMask};
use crate::watch::Watch;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

pub(super) struct WhenMask {
    cases: Vec<BoundCase>,
    watch: Watch,
}

struct BoundCase {
    /// `None`: always.
    condition: Option<BoundCondition>,
    /// `None`: kept.
    mask: Option<Arc<dyn ValueMask>>,
}

impl WhenMask {
    pub(super) fn new(cases: &[Case], place: &Place<'_>, site: &Site<'_>) -> Result<Self> {
        let cases = cases.iter().map(|case| {
            let condition = case.condition.as_ref();
            Ok(BoundCase {
                condition: condition
                    .map(|one| one.condition.bind(site.surroundings))
                    .transpose()?,
                mask: super::bind(&case.rule, place, site)?,
            })
        });
        Ok(Self {
            cases: cases.collect::<Result<_>>()?,
            watch: site.watch.clone(),
        })
    }
}

impl WhenMask {
    /// The place of the first case that holds for a row.
    fn case(&self, row: &RowView<'_>) -> Option<usize> {
        let mut cases = self.cases.iter();
        cases.position(|case| {
            let condition = case.condition.as_ref();
            condition.is_none_or(|condition| condition.holds(row.row_before()))
        })
    }
}

impl ValueMask for WhenMask {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        match self.case(row).and_then(|place| self.cases.get(place)) {
            Some(BoundCase {
                mask: Some(mask), ..
            }) => mask.mask(field, row),
            Some(BoundCase { mask: None, .. }) => {
                self.watch.kept(field);
                kept(field)
            }
            // The last case has no condition; were there none, nothing would pass.
            None => Ok(Replacement::Null),
        }
    }

    fn ahead(self: Arc<Self>) -> Option<Arc<dyn ValueMask>> {
        let masks = self.cases.iter().map(|case| case.mask.clone()?.ahead());
        let masks: Vec<_> = masks.collect();
        let looks = masks.iter().any(Option::is_some);
        looks.then(|| Arc::new(Ahead { rules: self, masks }) as _)
    }
}

/// Looks ahead by the case that will hold.
struct Ahead {
    rules: Arc<WhenMask>,
    /// For each case.
    masks: Vec<Option<Arc<dyn ValueMask>>>,
}

impl ValueMask for Ahead {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        let place = self.rules.case(row);
        match place.and_then(|place| self.masks.get(place)) {
            Some(Some(mask)) => mask.mask(field, row),
            _ => Ok(Replacement::Null),
        }
    }
}
