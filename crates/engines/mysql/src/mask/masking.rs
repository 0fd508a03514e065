//! Rows of a part through a mask: only what is masked is written anew.

use super::inflow::{FULL, NEXT_ROW, Statement, Stop, Take};
use super::literal;
use super::masked_row::{MaskedRow, emptied};
use super::shape::Shape;
use super::token::Token;
use std::ops::Range;
use std::sync::Arc;
use weir_engine::{Fate, Field, RowDigester, RowMask};

/// Where a literal stands in its row.
struct Spot {
    range: Range<usize>,
    is_escaped: bool,
}

/// Masks rows, digesting what comes and what goes.
pub(super) struct Masking {
    shape: Arc<Shape>,
    row: MaskedRow,
    keeps_values: bool,
    /// The literals of the row at hand.
    spots: Vec<Spot>,
    /// Its fields; empty between two rows.
    fields: Vec<Field<'static>>,
    /// Room for what has to be put together, for each column.
    rooms: Vec<Vec<u8>>,
    received: RowDigester,
    sent: RowDigester,
    head: Vec<u8>,
    /// The statement at hand, and its rows.
    sql: Vec<u8>,
    rows: u64,
    /// Statements that are whole.
    whole: Vec<Statement>,
    /// Room of a statement that was sent.
    room: Vec<u8>,
}

impl Masking {
    pub(super) fn new(shape: &Arc<Shape>, mask: Arc<dyn RowMask>) -> Self {
        let row = MaskedRow::new(shape, mask);
        Self {
            keeps_values: row.keeps_values(),
            row,
            spots: Vec::with_capacity(shape.columns.len()),
            fields: Vec::with_capacity(shape.columns.len()),
            rooms: vec![Vec::new(); shape.columns.len()],
            received: RowDigester::default(),
            sent: RowDigester::default(),
            head: shape.head().into_bytes(),
            sql: Vec::new(),
            rows: 0,
            whole: Vec::new(),
            room: Vec::new(),
            shape: Arc::clone(shape),
        }
    }

    /// Ends the statement at hand.
    pub(super) fn end_statement(&mut self) {
        let statement = Statement {
            sql: std::mem::replace(&mut self.sql, std::mem::take(&mut self.room)),
            rows: std::mem::take(&mut self.rows),
        };
        match statement.rows {
            0 => self.room = statement.sql,
            _ => self.whole.push(statement),
        }
    }

    /// Takes room back.
    pub(super) fn reuse(&mut self, room: Vec<u8>) {
        self.room = room;
    }

    /// The statements that are whole.
    pub(super) fn whole(&mut self) -> impl Iterator<Item = Statement> + '_ {
        self.whole.drain(..)
    }

    /// The digests of what came and of what went.
    pub(super) fn finish(self) -> (RowDigester, RowDigester) {
        let mut received = self.received;
        if self.keeps_values {
            received.absorb(&self.sent);
        }
        (received, self.sent)
    }

    /// Decides about a row, and writes it where it is kept.
    fn masked(&mut self, row: &[u8], fields: &[Field<'_>]) -> Result<(), Stop> {
        // A row that goes as it came is digested once.
        if !self.keeps_values {
            digest(&mut self.received, fields);
        }
        match (self.row.decide(fields)?, self.keeps_values) {
            (Fate::Dropped, false) => Ok(()),
            (Fate::Dropped, true) => {
                digest(&mut self.received, fields);
                Ok(())
            }
            (Fate::Kept, _) => self.write(row, fields),
        }
    }

    fn write(&mut self, row: &[u8], fields: &[Field<'_>]) -> Result<(), Stop> {
        let mark = self.sql.len();
        self.sql.extend_from_slice(match self.rows {
            0 => &self.head,
            _ => NEXT_ROW,
        });
        let begin = self.sql.len();
        let mut from = 0;
        for (at, (field, spot)) in fields.iter().zip(&self.spots).enumerate() {
            let Some(replacement) = self.row.replacement(at, *field)? else {
                self.sent.field(*field);
                continue;
            };
            let kept = row.get(from..spot.range.start).unwrap_or_default();
            self.sql.extend_from_slice(kept);
            from = spot.range.end;
            self.sent.field(replacement);
            if let Some(column) = self.shape.columns.get(at) {
                literal::write(column.form, replacement, &mut self.sql);
            }
        }
        self.sql
            .extend_from_slice(row.get(from..).unwrap_or_default());
        self.sent.end_row();
        self.rows += 1;
        self.bound(mark, begin);
        Ok(())
    }

    /// Ends the statement before a row that makes it too long: it begins the next one.
    fn bound(&mut self, mark: usize, begin: usize) {
        if self.sql.len() <= FULL || self.rows < 2 {
            return;
        }
        let mut next = std::mem::take(&mut self.room);
        next.extend_from_slice(&self.head);
        next.extend_from_slice(self.sql.get(begin..).unwrap_or_default());
        self.sql.truncate(mark);
        self.whole.push(Statement {
            sql: std::mem::replace(&mut self.sql, next),
            rows: self.rows - 1,
        });
        self.rows = 1;
    }
}

fn digest(digester: &mut RowDigester, fields: &[Field<'_>]) {
    for field in fields {
        digester.field(*field);
    }
    digester.end_row();
}

impl Take for Masking {
    #[inline]
    fn literal(&mut self, begin: usize, _: usize, token: Token<'_>) -> Result<(), Stop> {
        self.spots.push(Spot {
            range: begin..begin + token.raw.len(),
            is_escaped: token.is_escaped,
        });
        Ok(())
    }

    fn end_row(&mut self, row: &[u8]) -> Result<(), Stop> {
        let mut rooms = std::mem::take(&mut self.rooms);
        let mut fields = std::mem::take(&mut self.fields);
        let columns = self.spots.iter().zip(&self.shape.columns);
        for (at, ((spot, column), room)) in columns.zip(&mut rooms).enumerate() {
            let token = Token {
                raw: row.get(spot.range.clone()).unwrap_or_default(),
                is_escaped: spot.is_escaped,
            };
            fields.push(token.field(column.form, room).ok_or(Stop::Unread(at))?);
        }
        self.masked(row, &fields)?;
        self.fields = emptied(fields);
        self.rooms = rooms;
        self.spots.clear();
        Ok(())
    }
}
