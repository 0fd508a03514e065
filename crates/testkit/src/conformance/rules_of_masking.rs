//! Rules for the suite: every column kept, but for those a test masks.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use weir_engine::{
    ColumnMask, ColumnUse, Fate, Field, Masker, Replacement, RowMask, ShadowStep, TablePlan,
};
use weir_model::catalog::{Catalog, Table, TableKind};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::RulesetMark;

/// What every value masked by [`Rules::mask`] begins with.
pub(super) const MASKED: &str = "masked-";

/// Rules that keep everything, until told otherwise.
pub struct Rules {
    plans: BTreeMap<String, TablePlan>,
    rows: BTreeMap<String, RowRules>,
    refused: BTreeSet<String>,
    steps: Vec<ShadowStep>,
}

impl Rules {
    /// Rules that keep every column and object of a catalog, and drop tables of modules.
    #[must_use]
    pub fn keep(catalog: &Catalog) -> Self {
        let mut rules = Self {
            plans: BTreeMap::new(),
            rows: BTreeMap::new(),
            refused: BTreeSet::new(),
            steps: Vec::new(),
        };
        for table in &catalog.tables {
            let plan = match table.kind {
                TableKind::Ordinary => {
                    let rows = RowRules::keep(table);
                    rules.rows.insert(table.name.clone(), rows.clone());
                    TablePlan::Rows(Arc::new(rows))
                }
                // Rows kept by a module cannot be masked one by one.
                TableKind::Virtual | TableKind::Backing => TablePlan::Drop,
            };
            rules.plans.insert(table.name.clone(), plan);
        }
        rules
    }

    /// The same with a column replaced by a text that begins with `masked-`.
    #[must_use]
    pub fn mask(self, table: &str, column: &str) -> Self {
        self.change(table, |rows| rows.mask(column, Arc::new(Pseudonym)))
    }

    /// The same with a column whose mask always fails.
    #[must_use]
    pub fn fail(self, table: &str, column: &str) -> Self {
        self.fail_at(table, column, 1)
    }

    /// The same with a column whose mask fails once it is asked for the `row`th time.
    #[must_use]
    pub fn fail_at(self, table: &str, column: &str, row: u64) -> Self {
        let mask = Arc::new(FailingAt(row, AtomicU64::new(0)));
        self.change(table, |rows| rows.mask(column, mask))
    }

    /// The same with every column of a table that is not computed going through a mask.
    #[must_use]
    pub fn mask_all(self, table: &str, mask: &Arc<dyn ColumnMask>) -> Self {
        self.change(table, |rows| {
            let masks = rows.masks.iter_mut().zip(&rows.generated);
            masks
                .filter(|(_, generated)| !**generated)
                .for_each(|(place, _)| *place = Some(Arc::clone(mask)));
        })
    }

    /// The same with every value of every table given back by its mask as it was.
    #[must_use]
    pub fn echo(self) -> Self {
        let mask: Arc<dyn ColumnMask> = Arc::new(Echo);
        let tables: Vec<String> = self.rows.keys().cloned().collect();
        tables
            .iter()
            .fold(self, |rules, table| rules.mask_all(table, &mask))
    }

    /// The same without the rows whose number in a column is one of these.
    #[must_use]
    pub fn drop_rows(self, table: &str, column: &str, dropped: OfNumber) -> Self {
        self.change(table, |rows| {
            rows.dropped = Some((rows.position(column), dropped));
        })
    }

    /// The same with something done in the shadow, after what is done there already.
    #[must_use]
    pub fn step(mut self, step: ShadowStep) -> Self {
        self.steps.push(step);
        self
    }

    /// The same with another plan for a table; `None` forgets the table.
    #[must_use]
    pub fn plan(mut self, table: &str, plan: Option<TablePlan>) -> Self {
        match plan {
            Some(plan) => self.plans.insert(table.to_owned(), plan),
            None => self.plans.remove(table),
        };
        self
    }

    /// The same, keeping the object of that name no more.
    #[must_use]
    pub fn refuse(mut self, object: &str) -> Self {
        self.refused.insert(object.to_owned());
        self
    }

    fn change(mut self, table: &str, change: impl FnOnce(&mut RowRules)) -> Self {
        let rows = self.rows.get_mut(table).expect("the table is there");
        change(rows);
        rows.tell_uses();
        let plan = TablePlan::Rows(Arc::new(rows.clone()));
        self.plans.insert(table.to_owned(), plan);
        self
    }
}

/// Whether a row with that number is meant.
pub type OfNumber = fn(i64) -> bool;

/// What happens to the rows of one table.
#[derive(Clone)]
struct RowRules {
    columns: Vec<String>,
    generated: Vec<bool>,
    masks: Vec<Option<Arc<dyn ColumnMask>>>,
    /// The column that is looked at, and the numbers whose rows are left out.
    dropped: Option<(usize, OfNumber)>,
    uses: Vec<ColumnUse>,
}

impl RowRules {
    fn keep(table: &Table) -> Self {
        let columns = table.columns.iter();
        Self {
            columns: columns.clone().map(|column| column.name.clone()).collect(),
            generated: columns.map(|column| column.generated).collect(),
            masks: vec![None; table.columns.len()],
            dropped: None,
            uses: vec![ColumnUse::Copied; table.columns.len()],
        }
    }

    fn position(&self, column: &str) -> usize {
        let mut columns = self.columns.iter();
        let position = columns.position(|name| name == column);
        position.expect("the table has the column")
    }

    fn mask(&mut self, column: &str, mask: Arc<dyn ColumnMask>) {
        let position = self.position(column);
        self.masks[position] = Some(mask);
    }

    fn tell_uses(&mut self) {
        for (position, usage) in self.uses.iter_mut().enumerate() {
            let is_read = self.dropped.is_some_and(|(read, _)| read == position);
            *usage = match &self.masks[position] {
                Some(_) => ColumnUse::Masked,
                None if is_read => ColumnUse::Read,
                None => ColumnUse::Copied,
            };
        }
    }
}

impl RowMask for RowRules {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        assert_eq!(row.len(), self.uses.len(), "a field for every column");
        assert_eq!(masked.len(), self.uses.len(), "a place for every column");
        if let Some((position, dropped)) = self.dropped
            && dropped(number(row[position]))
        {
            return Ok(Fate::Dropped);
        }
        for ((mask, field), place) in self.masks.iter().zip(row).zip(masked) {
            if let Some(mask) = mask {
                *place = mask.mask(*field)?;
            }
        }
        Ok(Fate::Kept)
    }
}

/// A whole number, however the engine hands it on.
fn number(field: Field<'_>) -> i64 {
    match field {
        Field::Integer(number) => number,
        Field::Text(text) => {
            let text = std::str::from_utf8(text).expect("a number");
            text.parse().expect("a number")
        }
        _ => panic!("a column that is read must be handed on"),
    }
}

impl Masker for Rules {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.plans.get(name)
    }

    fn keeps_object(&self, _kind: &str, name: &str) -> bool {
        !self.refused.contains(name)
    }

    fn steps(&self) -> &[ShadowStep] {
        &self.steps
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

struct FailingAt(u64, AtomicU64);

impl ColumnMask for FailingAt {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        if self.1.fetch_add(1, Ordering::SeqCst) + 1 < self.0 {
            return Echo.mask(field);
        }
        Err(Error::new(
            Kind::Sanitise,
            "mask a column",
            "the rule does not fit the value",
        )
        .hint("correct the ruleset"))
    }
}

/// Gives every value back as it was.
pub(super) struct Echo;

impl ColumnMask for Echo {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Integer(number) => Replacement::Integer(number),
            Field::Real(number) => Replacement::Real(number),
            Field::Text(text) => {
                let text = String::from_utf8(text.to_vec());
                Replacement::Text(text.expect("the suite plants no other text"))
            }
            Field::Blob(bytes) => Replacement::Blob(bytes.to_vec()),
        })
    }
}
