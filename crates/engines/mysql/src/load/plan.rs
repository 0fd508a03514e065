//! What is made of a backup: which tables and objects, and what happens to the rows of each.

mod rules;

use crate::catalog::definition::TableDefinition;
use crate::catalog::{OfSchema as _, Schema, StoredTable, refuse_unmovable};
use crate::dump::digest_sequences;
use crate::mask::Shape;
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_engine::{ColumnUse, Masker, RowMask, TablePlan};
use weir_model::catalog::Catalog;
use weir_model::error::Result;
use weir_model::manifest::{Manifest, TableDigest};

/// A table that is made.
pub(crate) struct PlannedTable {
    /// The table, as the backup has it.
    pub(crate) stored: StoredTable,
    /// What its text says.
    pub(crate) definition: TableDefinition,
    /// How its rows are written.
    pub(crate) shape: Arc<Shape>,
    /// What happens to its rows.
    pub(crate) rows: Rows,
}

/// What happens to the rows of a table.
#[derive(Clone)]
pub(crate) enum Rows {
    /// They are loaded as they are.
    Kept,
    /// They are loaded through a mask.
    Masked(Arc<dyn RowMask>),
    /// They are left out.
    LeftOut,
}

/// What is made.
pub(crate) struct Plan {
    /// What is taken of the backup.
    pub(crate) schema: Schema,
    /// Its tables.
    pub(crate) tables: Vec<PlannedTable>,
    /// The server that the backup is of.
    pub(crate) source_version: String,
    /// Where all sequences of the backup stand, also those that are left out.
    pub(crate) received_sequences: Option<TableDigest>,
    /// Names in the manifest of tables whose rows are not received.
    not_received: BTreeSet<String>,
}

/// Rules, and the catalog that they were bound to; none where it is the one that is at hand.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) masker: &'a dyn Masker,
    pub(crate) catalog: Option<&'a Catalog>,
}

impl Plan {
    /// Binds the rules, if there are any, to what a server of that version has, or refuses,
    /// telling all that is missing.
    pub(crate) fn make(
        mut schema: Schema,
        source_version: &str,
        rules: Option<Bound<'_>>,
    ) -> Result<Self> {
        let mut not_received = BTreeSet::new();
        let received_sequences = digest_sequences(&schema.sequences);
        let masker = rules.map(|rules| rules.masker);
        if let Some(Bound { masker, catalog }) = rules {
            let found = Catalog::of(&schema)?;
            rules::refuse_uncovered(catalog.unwrap_or(&found), &found, masker)?;
            not_received = rules::leave_out(&mut schema, masker)?;
        }
        let tables = schema
            .tables
            .iter()
            .map(|table| PlannedTable::of(table, masker))
            .collect::<Result<Vec<_>>>()?;
        let left_out = tables
            .iter()
            .filter(|table| matches!(table.rows, Rows::LeftOut));
        not_received.extend(left_out.map(|table| table.stored.name.clone()));
        Ok(Self {
            received_sequences,
            source_version: source_version.to_owned(),
            schema,
            tables,
            not_received,
        })
    }

    /// What the manifest says of the rows that are received.
    pub(crate) fn expected_rows(&self, manifest: &Manifest) -> Vec<TableDigest> {
        let tables = manifest.tables.iter();
        let received = tables.filter(|table| !self.not_received.contains(&table.table));
        received.cloned().collect()
    }
}

impl Rows {
    /// What rules say.
    fn of(plan: Option<&TablePlan>) -> Self {
        // A table that is dropped is not in the plan.
        let Some(mask) = plan.and_then(TablePlan::row_mask).map(Arc::clone) else {
            return Self::LeftOut;
        };
        let mut uses = mask.columns().iter();
        match uses.all(|usage| *usage == ColumnUse::Copied) {
            true => Self::Kept,
            false => Self::Masked(mask),
        }
    }
}

impl PlannedTable {
    fn of(stored: &StoredTable, masker: Option<&dyn Masker>) -> Result<Self> {
        let definition = TableDefinition::parse(&stored.create)?;
        refuse_unmovable(&definition)?;
        let rows = match masker {
            None => Rows::Kept,
            Some(masker) => Rows::of(masker.table(&stored.name)),
        };
        Ok(Self {
            shape: Arc::new(Shape::of(&definition)),
            stored: stored.clone(),
            definition,
            rows,
        })
    }
}
