//! What happens to rows on their way into parts.

use crate::load::{Plan, Rows};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{RowDigester, RowMask};
use weir_model::manifest::TableDigest;

/// What happens to the rows of each table.
pub(super) struct Masks {
    by_table: BTreeMap<String, Rows>,
}

impl Masks {
    /// As a plan has it.
    pub(super) fn of(plan: &Plan) -> Self {
        let tables = plan.tables.iter();
        let by_table = tables.map(|table| (table.stored.name.clone(), table.rows.clone()));
        Self {
            by_table: by_table.collect(),
        }
    }

    /// What the rows of a table go through, if they go through something.
    pub(super) fn mask(&self, table: &str) -> Option<Arc<dyn RowMask>> {
        match self.by_table.get(table) {
            Some(Rows::Masked(mask)) => Some(Arc::clone(mask)),
            _ => None,
        }
    }

    /// Whether the rows of a table are left out.
    pub(super) fn leaves_out(&self, table: &str) -> bool {
        matches!(self.by_table.get(table), None | Some(Rows::LeftOut))
    }

    /// The digests of tables whose rows are left out.
    pub(super) fn empty_tables(&self) -> impl Iterator<Item = TableDigest> + '_ {
        let names = self.by_table.keys();
        let empty = names.filter(|name| self.leaves_out(name));
        empty.map(|name| RowDigester::default().finish(name))
    }
}
