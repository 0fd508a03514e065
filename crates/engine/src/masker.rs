//! How an engine asks what to do with a table's rows, without knowing the rules.

use crate::field::{Field, Replacement};
use std::sync::Arc;
use weir_model::error::Result;
use weir_model::sanitising::RulesetMark;

/// Replaces the values of one column.
pub trait ColumnMask: Send + Sync {
    /// What takes the place of `field`. MUST depend on nothing but the rule, the key and the
    /// field, so that the same value is masked alike everywhere.
    ///
    /// # Errors
    /// `sanitise`, naming no value.
    fn mask(&self, field: Field<'_>) -> Result<Replacement>;
}

/// What a plan does with one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnUse {
    /// Copied as it stands; nobody looks at it.
    Copied,
    /// Copied as it stands, and read: a condition or the gate looks at it.
    Read,
    /// Written anew. The value before is read.
    Masked,
}

/// Whether a row arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It does.
    Kept,
    /// It is left out: it counts as received, and is neither sent nor digested as sent.
    Dropped,
}

/// Changes the rows of one table. Several workers may ask at once.
pub trait RowMask: Send + Sync {
    /// What happens to each column, in the catalog's order, computed ones included.
    fn columns(&self) -> &[ColumnUse];

    /// Decides about one row. `row` has a field for each column, in the catalog's order; those of
    /// columns that are merely copied, or computed, may be NULL whatever they hold. Of a kept row
    /// the implementation sets `masked` at the place of every masked column and nowhere else.
    ///
    /// # Errors
    /// `sanitise`, naming no value.
    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate>;

    /// A mask of the same columns that only looks ahead and drops every row, where looking ahead
    /// makes this one faster: it asks another program about many values at once. Whoever has rows
    /// at hand shows it those of the next [`LOOK_AHEAD`] bytes before this one masks them. What a
    /// row becomes MUST NOT depend on whether it was shown.
    fn ahead(&self) -> Option<Arc<dyn RowMask>> {
        None
    }
}

/// Bytes of rows that are shown ahead at once: more would be forgotten before it is needed.
pub const LOOK_AHEAD: usize = 64 << 10;

/// Masks each column by itself: a row mask made of column masks.
pub struct ByColumn {
    masks: Vec<Option<Arc<dyn ColumnMask>>>,
    uses: Vec<ColumnUse>,
}

impl ByColumn {
    /// Per column, in the catalog's order, the mask or `None` to keep it.
    #[must_use]
    pub fn new(masks: Vec<Option<Arc<dyn ColumnMask>>>) -> Self {
        let uses = masks.iter().map(|mask| match mask {
            Some(_) => ColumnUse::Masked,
            None => ColumnUse::Copied,
        });
        Self {
            uses: uses.collect(),
            masks,
        }
    }
}

impl RowMask for ByColumn {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        for ((mask, field), place) in self.masks.iter().zip(row).zip(masked) {
            if let Some(mask) = mask {
                *place = mask.mask(*field)?;
            }
        }
        Ok(Fate::Kept)
    }
}

/// What is done in the shadow once all rows are in, because it takes more than one row to decide.
/// It happens on masked rows, before foreign keys are proven and before any script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShadowStep {
    /// Removes the rows of `table` whose `columns`, none of them NULL, point to no row of
    /// `parent`; again and again until none is left.
    RemoveOrphans {
        /// The table that loses rows.
        table: String,
        /// Its columns.
        columns: Vec<String>,
        /// The table pointed to.
        parent: String,
        /// The columns there.
        parent_columns: Vec<String>,
    },
    /// Deals the values of a column out anew among the rows of its table, in an order that
    /// depends on `seed` and on nothing an onlooker knows. Which value was whose MUST NOT be left
    /// behind in the shadow's bytes.
    Shuffle {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Hexadecimal digits derived from the masking key.
        seed: String,
    },
}

/// What happens to one table on its way into a clean copy.
#[derive(Clone)]
pub enum TablePlan {
    /// Its rows go through a mask, which may copy every column.
    Rows(Arc<dyn RowMask>),
    /// The table is made, without rows.
    Empty,
    /// The table is not made.
    Drop,
}

impl TablePlan {
    /// What the rows go through; `None` where none arrive.
    #[must_use]
    pub fn row_mask(&self) -> Option<&Arc<dyn RowMask>> {
        match self {
            Self::Rows(mask) => Some(mask),
            Self::Empty | Self::Drop => None,
        }
    }
}

/// The rules of one app, bound to the catalog of the backup they are applied to.
pub trait Masker: Send + Sync {
    /// What to do with a table. An engine MUST refuse a table the masker does not know.
    fn table(&self, name: &str) -> Option<&TablePlan>;

    /// Whether an object that is not a table and can carry data (a trigger, a view) is kept.
    fn keeps_object(&self, kind: &str, name: &str) -> bool;

    /// Whether such an object is left out on purpose. An engine MUST refuse one that is neither
    /// kept nor left out.
    fn drops_object(&self, _kind: &str, _name: &str) -> bool {
        false
    }

    /// What is done in the shadow once all rows are in, in this order. A clean backup is made
    /// without a shadow: rules that need one are refused before it begins.
    fn steps(&self) -> &[ShadowStep] {
        &[]
    }

    /// The evidence that goes into the manifest and the stamp.
    fn mark(&self) -> RulesetMark;
}
