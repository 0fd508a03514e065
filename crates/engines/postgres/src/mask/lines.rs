//! A stream of rows, cut anywhere.

use memchr::{memchr, memchr_iter};
use weir_model::error::{Error, Kind};

/// The line behind the last row in an archive.
const END: &[u8] = b"\\.";

/// What is wrong with rows, without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// A row has another number of fields.
    Width {
        /// Its number, from 1.
        row: u64,
        /// How many fields it has.
        found: usize,
        /// How many columns are expected.
        expected: usize,
    },
    /// A field ends within an escape.
    Escape {
        /// The number of its row, from 1.
        row: u64,
    },
    /// The last row has no line break.
    Unfinished,
    /// Something stands behind the line that ends the rows.
    BehindTheEnd,
}

impl Malformed {
    /// What is wrong with the rows of that table.
    pub(crate) fn into_error(self, kind: Kind, table: &str) -> Error {
        let cause = match self {
            Self::Width {
                row,
                found,
                expected,
            } => format!("row {row} has {found} fields, the table {expected} columns"),
            Self::Escape { row } => format!("a field of row {row} ends within an escape"),
            Self::Unfinished => "the last row is cut off".to_owned(),
            Self::BehindTheEnd => "something stands behind the end of the rows".to_owned(),
        };
        Error::new(kind, format!("read the rows of table {table}"), cause)
            .hint("the rows are damaged: take another backup")
    }
}

/// Cuts a stream into rows, whatever pieces it comes in.
#[derive(Default)]
pub(super) struct Lines {
    unfinished: Vec<u8>,
    has_ended: bool,
}

impl Lines {
    /// Hands on every row that is whole now. Only a row that came in pieces is copied, once.
    pub(super) fn push<E: From<Malformed>>(
        &mut self,
        mut bytes: &[u8],
        mut row: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.unfinished.is_empty() {
            let end = memchr(b'\n', bytes);
            let (head, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.unfinished.extend_from_slice(head);
            if end.is_none() {
                return Ok(());
            }
            bytes = rest.get(1..).unwrap_or_default();
            let line = std::mem::take(&mut self.unfinished);
            self.line(&line, &mut row)?;
        }
        let mut from = 0;
        for end in memchr_iter(b'\n', bytes) {
            self.line(bytes.get(from..end).unwrap_or_default(), &mut row)?;
            from = end + 1;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        self.unfinished.extend_from_slice(rest);
        Ok(())
    }

    fn line<E: From<Malformed>>(
        &mut self,
        line: &[u8],
        row: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.has_ended {
            return match line.is_empty() {
                true => Ok(()),
                false => Err(Malformed::BehindTheEnd.into()),
            };
        }
        if line == END {
            self.has_ended = true;
            return Ok(());
        }
        row(line)
    }

    /// Fails for a row that was cut off.
    pub(super) fn finish(&self) -> Result<(), Malformed> {
        match self.unfinished.is_empty() {
            true => Ok(()),
            false => Err(Malformed::Unfinished),
        }
    }
}
