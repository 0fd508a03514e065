//! The text of a data part on its way to a server.

use super::masking::{Mask, Masking};
use super::shape::Shape;
use super::token::{Found, Scan};
use std::sync::Arc;
use weir_engine::RowDigester;
use weir_model::error::{Error, Kind, Result};

/// What a data part begins with: how a server has to read what follows.
pub(crate) const PROLOGUE: &str = "/*!40101 SET NAMES utf8mb4*/;
/*!40014 SET FOREIGN_KEY_CHECKS=0*/;
/*!40014 SET UNIQUE_CHECKS=0*/;
/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'*/;
/*!40103 SET TIME_ZONE='+00:00' */;
";

/// What stands between two rows.
const NEXT_ROW: &[u8] = b"\n,";
/// What ends a statement.
const END: &[u8] = b"\n;\n";
/// Bytes from which on a statement is cut out of what is there instead of copied.
const LARGE: usize = 4 << 20;

/// A statement ready to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its text, without a semicolon.
    pub(crate) sql: Vec<u8>,
    /// How many rows it has.
    pub(crate) rows: u64,
}

/// What comes next in a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Prologue,
    Head,
    Row,
    /// A literal of that column.
    Literal(usize),
    /// What follows the literal of the column before that one.
    Comma(usize),
    /// Another row, or the end of the statement.
    RowOrEnd,
}

/// What one look at a part leads to.
enum Step {
    /// To the next.
    On,
    /// To a wait for more bytes.
    More,
    /// To a statement that is whole.
    Statement,
}

/// What is wrong where something else than a row stands.
const NO_ROW: &str = "a row is not as Weir writes it";

/// Why a row is not taken.
enum Stop {
    Malformed(&'static str),
    /// The column has a value that is none of its type.
    Unread(usize),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Reads a part whatever pieces it comes in, and makes statements of it. What is not masked is
/// sent as it stands there.
pub(crate) struct Inflow {
    reading: Reading,
    /// From the start of what is not handed on.
    buffer: Vec<u8>,
    masking: Option<Masking>,
}

/// Everything but the bytes themselves.
struct Reading {
    shape: Arc<Shape>,
    head: Vec<u8>,
    next: Next,
    /// Where the statement at hand begins, and what comes next in it.
    begin: usize,
    at: usize,
    scan: Scan,
    rows: u64,
    received: RowDigester,
    room: Vec<u8>,
}

impl Inflow {
    /// A part of that table; per column of the catalog, its mask or `None` to keep it. A column
    /// without either lets no row pass.
    pub(crate) fn new(shape: Arc<Shape>, masks: Option<Vec<Mask>>) -> Self {
        Self {
            masking: masks.and_then(|masks| Masking::new(&shape, &masks)),
            buffer: Vec::new(),
            reading: Reading {
                head: shape.head().into_bytes(),
                shape,
                next: Next::Prologue,
                begin: 0,
                at: 0,
                scan: Scan::default(),
                rows: 0,
                received: RowDigester::default(),
                room: Vec::new(),
            },
        }
    }

    /// Takes the next bytes, cut anywhere; gives the statements that are whole. After an error it
    /// cannot be used.
    pub(crate) fn push(&mut self, content: &[u8]) -> Result<Vec<Statement>> {
        let Self {
            reading,
            buffer,
            masking,
        } = self;
        buffer.extend_from_slice(content);
        let mut statements = Vec::new();
        loop {
            let step = match masking {
                None => reading.step(buffer, &mut ())?,
                Some(masking) => reading.step(buffer, masking)?,
            };
            match (step, masking.as_mut()) {
                (Step::On, None) => {}
                (Step::On, Some(masking)) => statements.extend(masking.full()),
                (Step::More, _) => break,
                (Step::Statement, None) => statements.push(reading.cut(buffer)),
                (Step::Statement, Some(masking)) => {
                    reading.begin = reading.at;
                    statements.extend(masking.statement());
                }
            }
        }
        let done = match masking {
            None => reading.begin,
            Some(_) => reading.at,
        };
        buffer.drain(..done);
        reading.begin = 0;
        reading.at -= done;
        Ok(statements)
    }

    /// The digests of what came and of what went. Every statement must be whole.
    pub(crate) fn finish(self) -> Result<(RowDigester, RowDigester)> {
        let Self {
            reading, masking, ..
        } = self;
        if reading.next != Next::Head || reading.at < self.buffer.len() {
            return Err(reading.corrupt("it is cut off"));
        }
        let received = reading.received;
        let sent = masking.map_or_else(|| received.clone(), Masking::finish);
        Ok((received, sent))
    }
}

/// What is done with every field.
pub(super) trait Fields {
    /// A row begins.
    fn row(&mut self, head: &[u8]) -> Result<()>;
    /// A field of it, as it stands there and as what it is.
    fn field(&mut self, column: usize, raw: &[u8], field: weir_engine::Field<'_>) -> Result<()>;
    /// It ends.
    fn end_row(&mut self);
}

/// Nothing is.
impl Fields for () {
    #[inline]
    fn row(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn field(&mut self, _: usize, _: &[u8], _: weir_engine::Field<'_>) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn end_row(&mut self) {}
}

impl Reading {
    /// Takes what comes next, or a whole row of it.
    fn step(&mut self, buffer: &[u8], fields: &mut impl Fields) -> Result<Step> {
        let rest = buffer.get(self.at..).unwrap_or_default();
        match self.next {
            Next::Prologue => self.expect(rest, PROLOGUE.as_bytes(), Next::Head),
            Next::Head if rest.is_empty() => Ok(Step::More),
            Next::Head => {
                let head = std::mem::take(&mut self.head);
                self.begin = self.at;
                let step = self.expect(rest, &head, Next::Row);
                self.head = head;
                step
            }
            Next::RowOrEnd => match rest.get(1) {
                None => Ok(Step::More),
                Some(b';') => Ok(match self.expect(rest, END, Next::Head)? {
                    Step::On => Step::Statement,
                    step => step,
                }),
                Some(_) => self.expect(rest, NEXT_ROW, Next::Row),
            },
            Next::Row | Next::Literal(_) | Next::Comma(_) => self.row(rest, fields),
        }
    }

    fn expect(&mut self, rest: &[u8], text: &[u8], next: Next) -> Result<Step> {
        if rest.starts_with(text) {
            self.at += text.len();
            self.next = next;
            return Ok(Step::On);
        }
        match text.starts_with(rest) {
            true => Ok(Step::More),
            false => Err(self.corrupt("it is not as Weir writes it")),
        }
    }

    /// Takes as much of a row as is there.
    fn row(&mut self, row: &[u8], fields: &mut impl Fields) -> Result<Step> {
        let mut rest = row;
        let outcome = self.values(&mut rest, fields);
        self.at += row.len() - rest.len();
        match outcome {
            Ok(true) => {
                self.received.end_row();
                self.rows += 1;
                fields.end_row();
                Ok(Step::On)
            }
            Ok(false) => Ok(Step::More),
            Err(Stop::Malformed(cause)) => Err(self.corrupt(cause)),
            Err(Stop::Unread(column)) => Err(self.unread(column)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Takes values off `rest`; whether the row ended.
    fn values(&mut self, rest: &mut &[u8], fields: &mut impl Fields) -> Result<bool, Stop> {
        let Self {
            shape, next, scan, ..
        } = self;
        if *next == Next::Row {
            match rest.split_first() {
                None => return Ok(false),
                Some((b'(', behind)) => *rest = behind,
                Some(_) => return Err(Stop::Malformed(NO_ROW)),
            }
            fields.row(&self.head)?;
            *next = match shape.columns.is_empty() {
                true => Next::Comma(0),
                false => Next::Literal(0),
            };
        }
        let (mut at, mut is_literal) = match *next {
            Next::Comma(at) => (at, false),
            Next::Literal(at) => (at, true),
            _ => return Err(Stop::Malformed(NO_ROW)),
        };
        loop {
            if is_literal {
                let Some(column) = shape.columns.get(at) else {
                    return Err(Stop::Malformed("a row has too many values"));
                };
                let token = match scan.find(rest, column.form) {
                    Found::Whole(token) => token,
                    Found::More => {
                        *next = Next::Literal(at);
                        return Ok(false);
                    }
                    Found::Wrong => return Err(Stop::Unread(at)),
                };
                let field = token.field(column.form, &mut self.room);
                let field = field.ok_or(Stop::Unread(at))?;
                self.received.field(field);
                fields.field(at, token.raw, field)?;
                *rest = rest.get(token.raw.len()..).unwrap_or_default();
                at += 1;
            }
            match rest.split_first() {
                None => {
                    *next = Next::Comma(at);
                    return Ok(false);
                }
                Some((b',', behind)) => *rest = behind,
                Some((b')', behind)) if at == shape.columns.len() => {
                    *rest = behind;
                    *next = Next::RowOrEnd;
                    return Ok(true);
                }
                Some(_) => return Err(Stop::Malformed(NO_ROW)),
            }
            is_literal = true;
        }
    }

    /// The statement that was read last, as it stands there.
    fn cut(&mut self, buffer: &mut Vec<u8>) -> Statement {
        let end = self.at - END.len();
        let sql = if end - self.begin < LARGE {
            buffer.get(self.begin..end).unwrap_or_default().to_vec()
        } else {
            let rest = buffer.split_off(self.at);
            let mut sql = std::mem::replace(buffer, rest);
            sql.truncate(end);
            sql.drain(..self.begin);
            self.at = 0;
            sql
        };
        self.begin = self.at;
        let rows = std::mem::take(&mut self.rows);
        Statement { sql, rows }
    }

    fn unread(&self, at: usize) -> Error {
        let column = self.shape.columns.get(at);
        let column = column.map_or("", |column| &column.name);
        self.corrupt(&format!(
            "column {column} has a value that is none of its type"
        ))
    }

    fn corrupt(&self, cause: &str) -> Error {
        let row = self.received.rows() + 1;
        let doing = format!("read the rows of table {}", self.shape.table);
        Error::new(Kind::Corrupt, doing, format!("{cause} (row {row})"))
            .hint("the rows are damaged: take another backup")
    }
}

#[cfg(test)]
mod tests;
