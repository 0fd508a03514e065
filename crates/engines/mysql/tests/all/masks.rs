//! Rules for tests of this engine: masks of whole rows, and steps in the shadow.

use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{ColumnUse, Fate, Field, Masker, Replacement, RowMask, ShadowStep, TablePlan};
use weir_model::catalog::Catalog;
use weir_model::error::Result;
use weir_model::sanitising::RulesetMark;
use weir_testkit::conformance::Rules;

/// What takes the place of every masked value.
pub(crate) const MASKED: &str = "masked";

/// Rules of the suite with plans and steps of a test.
pub(crate) struct Custom {
    rules: Rules,
    plans: BTreeMap<String, TablePlan>,
    dropped: Vec<String>,
    steps: Vec<ShadowStep>,
}

impl Custom {
    pub(crate) fn keep(catalog: &Catalog) -> Self {
        Self {
            rules: Rules::keep(catalog),
            plans: BTreeMap::new(),
            dropped: Vec::new(),
            steps: Vec::new(),
        }
    }

    pub(crate) fn plan(mut self, table: &str, plan: TablePlan) -> Self {
        self.plans.insert(table.to_owned(), plan);
        self
    }

    pub(crate) fn rows(self, table: &str, mask: impl RowMask + 'static) -> Self {
        self.plan(table, TablePlan::Rows(Arc::new(mask)))
    }

    /// Leaves out carriers of that name.
    pub(crate) fn leave_out(mut self, object: &str) -> Self {
        self.dropped.push(object.to_owned());
        self
    }

    pub(crate) fn step(mut self, step: ShadowStep) -> Self {
        self.steps.push(step);
        self
    }
}

impl Masker for Custom {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.plans.get(name).or_else(|| self.rules.table(name))
    }

    fn keeps_object(&self, kind: &str, name: &str) -> bool {
        !self.drops_object(kind, name) && self.rules.keeps_object(kind, name)
    }

    fn drops_object(&self, _kind: &str, name: &str) -> bool {
        self.dropped.iter().any(|dropped| dropped == name)
    }

    fn steps(&self) -> &[ShadowStep] {
        &self.steps
    }

    fn mark(&self) -> RulesetMark {
        self.rules.mark()
    }
}

/// Drops the rows of which a number in one column is even, and masks another column.
pub(crate) struct OddOnly {
    uses: Vec<ColumnUse>,
    by: usize,
}

impl OddOnly {
    pub(crate) fn new(columns: usize, by: usize, masked: Option<usize>) -> Self {
        let mut uses = vec![ColumnUse::Copied; columns];
        uses[by] = ColumnUse::Read;
        if let Some(masked) = masked {
            uses[masked] = ColumnUse::Masked;
        }
        Self { uses, by }
    }
}

impl RowMask for OddOnly {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        for ((usage, field), place) in self.uses.iter().zip(row).zip(masked) {
            if *usage == ColumnUse::Masked {
                *place = match field {
                    Field::Null => Replacement::Null,
                    _ => Replacement::Text(MASKED.to_owned()),
                };
            }
        }
        Ok(match row[self.by] {
            Field::Integer(number) if number % 2 == 0 => Fate::Dropped,
            _ => Fate::Kept,
        })
    }
}

/// Keeps every row and looks at every value.
pub(crate) struct ReadAll(Vec<ColumnUse>);

impl ReadAll {
    pub(crate) fn new(columns: usize) -> Self {
        Self(vec![ColumnUse::Read; columns])
    }
}

impl RowMask for ReadAll {
    fn columns(&self) -> &[ColumnUse] {
        &self.0
    }

    fn mask(&self, _row: &[Field<'_>], _masked: &mut [Replacement]) -> Result<Fate> {
        Ok(Fate::Kept)
    }
}
