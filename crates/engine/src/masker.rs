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

/// What happens to one table on its way into a clean copy.
#[derive(Clone)]
pub enum TablePlan {
    /// Its rows are copied; per column, in the catalog's order, the mask or `None` to keep it.
    Rows(Vec<Option<Arc<dyn ColumnMask>>>),
    /// The table is made, without rows.
    Empty,
    /// The table is not made.
    Drop,
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

    /// The evidence that goes into the manifest and the stamp.
    fn mark(&self) -> RulesetMark;
}
