//! Rows through masks: only what is masked is written anew.

use super::inflow::{Fields, Statement};
use super::literal;
use super::shape::{Shape, ShapeColumn};
use std::sync::Arc;
use weir_engine::{ColumnMask, Field, RowDigester};
use weir_model::error::{Error, Kind, Result};

/// Bytes from which on a statement ends.
const FULL: usize = 1_000_000;

/// The mask of a column, or `None` to keep it.
pub(crate) type Mask = Option<Arc<dyn ColumnMask>>;

/// What happens to a column.
enum Treatment {
    Keep,
    Mask(Arc<dyn ColumnMask>),
    /// Nobody decided.
    Refuse,
}

/// Masks rows, digesting what goes.
pub(super) struct Masking {
    shape: Arc<Shape>,
    treatments: Vec<Treatment>,
    sent: RowDigester,
    /// The statement at hand, and its rows.
    sql: Vec<u8>,
    rows: u64,
}

impl Masking {
    /// `None` where every column is kept.
    pub(super) fn new(shape: &Arc<Shape>, masks: &[Mask]) -> Option<Self> {
        let treatment = |column: &ShapeColumn| match column.catalog.map(|at| masks.get(at)) {
            // No column of the catalog: the server's own.
            None | Some(Some(None)) => Treatment::Keep,
            Some(Some(Some(mask))) => Treatment::Mask(Arc::clone(mask)),
            Some(None) => Treatment::Refuse,
        };
        let treatments: Vec<_> = shape.columns.iter().map(treatment).collect();
        let keeps_all = treatments
            .iter()
            .all(|treatment| matches!(treatment, Treatment::Keep));
        (!keeps_all).then(|| Self {
            shape: Arc::clone(shape),
            treatments,
            sent: RowDigester::default(),
            sql: Vec::new(),
            rows: 0,
        })
    }

    /// The statement at hand if it is long enough.
    pub(super) fn full(&mut self) -> Option<Statement> {
        match self.sql.len() >= FULL {
            true => self.statement(),
            false => None,
        }
    }

    /// The statement at hand.
    pub(super) fn statement(&mut self) -> Option<Statement> {
        let statement = Statement {
            sql: std::mem::take(&mut self.sql),
            rows: std::mem::take(&mut self.rows),
        };
        (statement.rows > 0).then_some(statement)
    }

    pub(super) fn finish(self) -> RowDigester {
        self.sent
    }
}

impl Fields for Masking {
    fn row(&mut self, head: &[u8]) -> Result<()> {
        match self.sql.is_empty() {
            true => self.sql.extend_from_slice(head),
            false => self.sql.extend_from_slice(b"\n,"),
        }
        self.sql.push(b'(');
        Ok(())
    }

    fn field(&mut self, at: usize, raw: &[u8], field: Field<'_>) -> Result<()> {
        if at > 0 {
            self.sql.push(b',');
        }
        let (Some(treatment), Some(column)) = (self.treatments.get(at), self.shape.columns.get(at))
        else {
            return Ok(());
        };
        match treatment {
            Treatment::Keep => {
                self.sent.field(field);
                self.sql.extend_from_slice(raw);
            }
            Treatment::Mask(mask) => {
                let replacement = mask.mask(field)?;
                let stored = column.stored.stored(replacement, column.is_nullable);
                let stored = stored.map_err(|unfit| {
                    let cause = format!("{unfit}; the column's type is {}", column.data_type);
                    failure(&self.shape, column, cause)
                        .hint("choose a rule that fits the type of this column")
                })?;
                self.sent.field(stored.as_field());
                literal::write(column.form, stored.as_field(), &mut self.sql);
            }
            Treatment::Refuse => {
                let cause = "no rule says what happens to it".to_owned();
                return Err(failure(&self.shape, column, cause)
                    .hint("this is a bug in Weir: please report it with the run's log"));
            }
        }
        Ok(())
    }

    fn end_row(&mut self) {
        self.sql.push(b')');
        self.sent.end_row();
        self.rows += 1;
    }
}

fn failure(shape: &Shape, column: &ShapeColumn, cause: String) -> Error {
    let doing = format!("mask column {} of table {}", column.name, shape.table);
    Error::new(Kind::Sanitise, doing, cause)
}
