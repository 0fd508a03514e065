//! The text of a data part on its way to a server.

use super::masking::Masking;
use super::shape::Shape;
use super::token::{Found, Scan, Token};
use super::verbatim::Verbatim;
use std::sync::Arc;
use weir_engine::{LOOK_AHEAD, RowDigester, RowMask};
use weir_model::error::{Error, Kind, Result};

/// What a data part begins with: how a server has to read what follows.
pub(crate) const PROLOGUE: &str = "/*!40101 SET NAMES utf8mb4*/;
/*!40014 SET FOREIGN_KEY_CHECKS=0*/;
/*!40014 SET UNIQUE_CHECKS=0*/;
/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'*/;
/*!40103 SET TIME_ZONE='+00:00' */;
";

/// What stands between two rows.
pub(crate) const NEXT_ROW: &[u8] = b"\n,";
/// What ends a statement.
pub(crate) const END: &[u8] = b"\n;\n";
/// Bytes of the longest statement of more than one row that is written.
pub(crate) const FULL: usize = 1_000_000;
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
pub(super) enum Stop {
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
    kind: Passage,
    /// What looks at the same rows before they are masked, where that helps.
    ahead: Option<Box<Inflow>>,
}

/// How rows pass.
enum Passage {
    Verbatim(Verbatim),
    Masked(Box<Masking>),
}

/// Everything but the bytes themselves.
struct Reading {
    shape: Arc<Shape>,
    head: Vec<u8>,
    next: Next,
    /// Where the statement and the row at hand begin, and what comes next in them.
    begin: usize,
    row: usize,
    at: usize,
    scan: Scan,
    /// Rows of the statement at hand, and of all.
    rows: u64,
    all_rows: u64,
    /// Room of a statement that was sent.
    room: Vec<u8>,
}

impl Inflow {
    /// A part of that table, and what its rows go through.
    pub(crate) fn new(shape: Arc<Shape>, mask: Option<Arc<dyn RowMask>>) -> Self {
        let ahead = mask.as_ref().and_then(|mask| mask.ahead());
        Self {
            ahead: ahead.map(|ahead| Box::new(Self::new(Arc::clone(&shape), Some(ahead)))),
            kind: match mask {
                None => Passage::Verbatim(Verbatim::new(&shape)),
                Some(mask) => Passage::Masked(Box::new(Masking::new(&shape, mask))),
            },
            buffer: Vec::new(),
            reading: Reading {
                head: shape.head().into_bytes(),
                shape,
                next: Next::Prologue,
                begin: 0,
                row: 0,
                at: 0,
                scan: Scan::default(),
                rows: 0,
                all_rows: 0,
                room: Vec::new(),
            },
        }
    }

    /// Takes the next bytes, cut anywhere; gives the statements that are whole. After an error it
    /// cannot be used.
    pub(crate) fn push(&mut self, content: &[u8]) -> Result<Vec<Statement>> {
        let Some(mut ahead) = self.ahead.take() else {
            return self.take(content);
        };
        let mut statements = Vec::new();
        for piece in content.chunks(LOOK_AHEAD) {
            // It drops every row, and makes no statement.
            ahead.take(piece)?;
            statements.extend(self.take(piece)?);
        }
        self.ahead = Some(ahead);
        Ok(statements)
    }

    fn take(&mut self, content: &[u8]) -> Result<Vec<Statement>> {
        let (reading, buffer) = (&mut self.reading, &mut self.buffer);
        buffer.extend_from_slice(content);
        let mut statements = Vec::new();
        let done = match &mut self.kind {
            Passage::Verbatim(verbatim) => loop {
                match reading.step(buffer, verbatim)? {
                    Step::On => {}
                    Step::More => break reading.begin,
                    Step::Statement => statements.push(reading.cut(buffer)),
                }
            },
            Passage::Masked(masking) => loop {
                match reading.step(buffer, masking.as_mut())? {
                    Step::On => {}
                    Step::More => {
                        statements.extend(masking.whole());
                        break reading.untaken();
                    }
                    Step::Statement => masking.end_statement(),
                }
            },
        };
        reading.pass(buffer, done);
        Ok(statements)
    }

    /// Whether rows go through a mask.
    pub(super) fn is_masked(&self) -> bool {
        matches!(self.kind, Passage::Masked(_))
    }

    /// Takes back a statement that was sent: the next one is put together where it lay.
    pub(crate) fn reuse(&mut self, statement: Statement) {
        let mut room = statement.sql;
        if room.capacity() > LARGE {
            return;
        }
        room.clear();
        match &mut self.kind {
            Passage::Verbatim(_) => self.reading.room = room,
            Passage::Masked(masking) => masking.reuse(room),
        }
    }

    /// The digests of what came and of what went. Every statement must be whole.
    pub(crate) fn finish(self) -> Result<(RowDigester, RowDigester)> {
        let Self { reading, kind, .. } = self;
        if reading.next != Next::Head || reading.at < self.buffer.len() {
            return Err(reading.corrupt("it is cut off"));
        }
        Ok(match kind {
            Passage::Verbatim(verbatim) => (verbatim.received.clone(), verbatim.received),
            Passage::Masked(masking) => masking.finish(),
        })
    }
}

/// What is done with what was read.
pub(super) trait Take {
    /// A literal of a column, which begins so many bytes behind the beginning of its row.
    fn literal(&mut self, begin: usize, column: usize, token: Token<'_>) -> Result<(), Stop>;
    /// A row is whole.
    fn end_row(&mut self, row: &[u8]) -> Result<(), Stop>;
}

impl Reading {
    /// Takes what comes next, or a whole row of it.
    fn step(&mut self, buffer: &[u8], take: &mut impl Take) -> Result<Step> {
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
            Next::Row | Next::Literal(_) | Next::Comma(_) => self.row(buffer, rest, take),
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
    fn row(&mut self, buffer: &[u8], there: &[u8], take: &mut impl Take) -> Result<Step> {
        if self.next == Next::Row {
            self.row = self.at;
        }
        let mut rest = there;
        let outcome = self.values(&mut rest, take);
        self.at += there.len() - rest.len();
        let outcome = match outcome {
            Ok(true) => {
                let row = buffer.get(self.row..self.at).unwrap_or_default();
                take.end_row(row).map(|()| true)
            }
            other => other,
        };
        match outcome {
            Ok(true) => {
                self.rows += 1;
                self.all_rows += 1;
                Ok(Step::On)
            }
            Ok(false) => Ok(Step::More),
            Err(Stop::Malformed(cause)) => Err(self.corrupt(cause)),
            Err(Stop::Unread(column)) => Err(self.unread(column)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Takes values off `rest`; whether the row ended.
    fn values(&mut self, rest: &mut &[u8], take: &mut impl Take) -> Result<bool, Stop> {
        // Where `rest` begins in its row.
        let before = self.at - self.row + rest.len();
        let Self {
            shape, next, scan, ..
        } = self;
        if *next == Next::Row {
            match rest.split_first() {
                None => return Ok(false),
                Some((b'(', behind)) => *rest = behind,
                Some(_) => return Err(Stop::Malformed(NO_ROW)),
            }
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
                take.literal(before - rest.len(), at, token)?;
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

    /// From where on nothing was taken: from the row at hand on, if there is one.
    fn untaken(&self) -> usize {
        match self.next {
            Next::Literal(_) | Next::Comma(_) => self.row,
            Next::Prologue | Next::Head | Next::Row | Next::RowOrEnd => self.at,
        }
    }

    /// Lets go of so many bytes.
    fn pass(&mut self, buffer: &mut Vec<u8>, done: usize) {
        buffer.drain(..done);
        self.begin = self.begin.saturating_sub(done);
        self.row = self.row.saturating_sub(done);
        self.at -= done;
    }

    /// The statement that was read last, as it stands there.
    fn cut(&mut self, buffer: &mut Vec<u8>) -> Statement {
        let end = self.at - END.len();
        let sql = if end - self.begin < LARGE {
            let mut sql = std::mem::take(&mut self.room);
            sql.extend_from_slice(buffer.get(self.begin..end).unwrap_or_default());
            sql
        } else {
            let rest = buffer.split_off(self.at);
            let mut sql = std::mem::replace(buffer, rest);
            sql.truncate(end);
            sql.drain(..self.begin);
            self.at = 0;
            self.row = 0;
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
        let row = self.all_rows + 1;
        let doing = format!("read the rows of table {}", self.shape.table);
        Error::new(Kind::Corrupt, doing, format!("{cause} (row {row})"))
            .hint("the rows are damaged: take another backup")
    }
}

#[cfg(test)]
mod tests;
