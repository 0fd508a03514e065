//! Rules for the suite: every column kept, but for those a test masks.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::Arc;
use weir_engine::{ColumnMask, Field, Masker, Replacement, TablePlan};
use weir_model::catalog::{Catalog, TableKind};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::RulesetMark;

/// What every value masked by [`Rules::mask`] begins with.
pub(super) const MASKED: &str = "masked-";

/// Rules that keep everything, until told otherwise.
pub struct Rules {
    tables: BTreeMap<String, TablePlan>,
    columns: BTreeMap<String, Vec<String>>,
    refused: BTreeSet<String>,
}

impl Rules {
    /// Rules that keep every column and object of a catalog, and drop tables of modules.
    #[must_use]
    pub fn keep(catalog: &Catalog) -> Self {
        let columns: BTreeMap<String, Vec<String>> = catalog
            .tables
            .iter()
            .map(|table| {
                let names = table.columns.iter().map(|column| column.name.clone());
                (table.name.clone(), names.collect())
            })
            .collect();
        let tables = catalog
            .tables
            .iter()
            .map(|table| {
                let plan = match table.kind {
                    TableKind::Ordinary => TablePlan::Rows(vec![None; table.columns.len()]),
                    // Rows kept by a module cannot be masked one by one.
                    TableKind::Virtual | TableKind::Backing => TablePlan::Drop,
                };
                (table.name.clone(), plan)
            })
            .collect();
        Self {
            tables,
            columns,
            refused: BTreeSet::new(),
        }
    }

    /// The same with a column replaced by a text that begins with `masked-`.
    #[must_use]
    pub fn mask(self, table: &str, column: &str) -> Self {
        self.with_mask(table, column, Arc::new(Pseudonym))
    }

    /// The same with a column whose mask always fails.
    #[must_use]
    pub fn fail(self, table: &str, column: &str) -> Self {
        self.with_mask(table, column, Arc::new(Failing))
    }

    /// The same with another plan for a table; `None` forgets the table.
    #[must_use]
    pub fn plan(mut self, table: &str, plan: Option<TablePlan>) -> Self {
        match plan {
            Some(plan) => self.tables.insert(table.to_owned(), plan),
            None => self.tables.remove(table),
        };
        self
    }

    /// The same, keeping the object of that name no more.
    #[must_use]
    pub fn refuse(mut self, object: &str) -> Self {
        self.refused.insert(object.to_owned());
        self
    }

    fn with_mask(mut self, table: &str, column: &str, mask: Arc<dyn ColumnMask>) -> Self {
        let position = self.columns[table]
            .iter()
            .position(|name| name == column)
            .expect("the table has the column");
        if let Some(TablePlan::Rows(masks)) = self.tables.get_mut(table) {
            masks[position] = Some(mask);
        }
        self
    }
}

impl Masker for Rules {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.tables.get(name)
    }

    fn keeps_object(&self, _kind: &str, name: &str) -> bool {
        !self.refused.contains(name)
    }

    fn mark(&self) -> RulesetMark {
        RulesetMark {
            name: "rules-of-the-suite".to_owned(),
            digest: Digest::new("sha256", &[0]),
            scheme: "none".to_owned(),
            key_id: "none".to_owned(),
            masked: 1,
            kept: 1,
            values: 0,
            rows_left_out: 0,
            gate: None,
        }
    }
}

struct Pseudonym;

impl ColumnMask for Pseudonym {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        let mut hasher = DefaultHasher::new();
        match field {
            Field::Null => return Ok(Replacement::Null),
            Field::Integer(number) => hasher.write_i64(number),
            Field::Real(number) => hasher.write_u64(number.to_bits()),
            Field::Text(bytes) | Field::Blob(bytes) => hasher.write(bytes),
        }
        Ok(Replacement::Text(format!(
            "{MASKED}{:016x}",
            hasher.finish()
        )))
    }
}

struct Failing;

impl ColumnMask for Failing {
    fn mask(&self, _field: Field<'_>) -> Result<Replacement> {
        Err(Error::new(
            Kind::Sanitise,
            "mask a column",
            "the rule does not fit the value",
        )
        .hint("correct the ruleset"))
    }
}
