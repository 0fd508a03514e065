//! Rows of a part that go as they are.

use super::inflow::{Stop, Take};
use super::shape::Shape;
use super::token::Token;
use std::sync::Arc;
use weir_engine::RowDigester;

/// Rows that stay as they are: they are digested.
pub(super) struct Verbatim {
    shape: Arc<Shape>,
    pub(super) received: RowDigester,
    room: Vec<u8>,
}

impl Verbatim {
    pub(super) fn new(shape: &Arc<Shape>) -> Self {
        Self {
            shape: Arc::clone(shape),
            received: RowDigester::default(),
            room: Vec::new(),
        }
    }
}

impl Take for Verbatim {
    #[inline]
    fn literal(&mut self, _: usize, column: usize, token: Token<'_>) -> Result<(), Stop> {
        let form = self.shape.columns.get(column).map(|column| column.form);
        let field = form.and_then(|form| token.field(form, &mut self.room));
        self.received.field(field.ok_or(Stop::Unread(column))?);
        Ok(())
    }

    #[inline]
    fn end_row(&mut self, _: &[u8]) -> Result<(), Stop> {
        self.received.end_row();
        Ok(())
    }
}
