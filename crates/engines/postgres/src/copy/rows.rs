//! A stream of rows, cut anywhere, digested on its way.

use super::text::{decode, fields};
use weir_engine::{Field, RowDigester};
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
        /// How many columns the table has.
        expected: usize,
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
    /// Hands on every row that is whole now.
    pub(super) fn push<E: From<Malformed>>(
        &mut self,
        mut bytes: &[u8],
        mut row: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.unfinished.is_empty() {
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                self.unfinished.extend_from_slice(bytes);
                return Ok(());
            };
            let (head, rest) = bytes.split_at(end);
            self.unfinished.extend_from_slice(head);
            bytes = rest.get(1..).unwrap_or_default();
            let line = std::mem::take(&mut self.unfinished);
            self.line(&line, &mut row)?;
        }
        let mut from = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            self.line(bytes.get(from..end).unwrap_or_default(), &mut row)?;
            from = end + 1;
        }
        self.unfinished.extend_from_slice(bytes.get(from..).unwrap_or_default());
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

/// Digests rows.
pub(crate) struct RowStream {
    columns: usize,
    lines: Lines,
    digester: RowDigester,
}

impl RowStream {
    /// Rows of a table with so many columns that are stored.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns,
            lines: Lines::default(),
            digester: RowDigester::default(),
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let (columns, digester) = (self.columns, &mut self.digester);
        self.lines.push(bytes, |row| digest(row, columns, digester))
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.digester.rows()
    }

    /// The digest of all rows, the last of which must be whole.
    pub(crate) fn finish(self) -> Result<RowDigester, Malformed> {
        self.lines.finish()?;
        Ok(self.digester)
    }
}

fn digest(row: &[u8], columns: usize, digester: &mut RowDigester) -> Result<(), Malformed> {
    let mut found = 0;
    for field in fields(row, columns) {
        found += 1;
        match decode(field) {
            None => digester.field(Field::Null),
            Some(bytes) => digester.field(Field::Text(&bytes)),
        }
    }
    if found != columns {
        return Err(width(digester.rows(), found, columns));
    }
    digester.end_row();
    Ok(())
}

/// The error of a row of another width; `before` rows came before it.
pub(super) fn width(before: u64, found: usize, expected: usize) -> Malformed {
    Malformed::Width {
        row: before + 1,
        found,
        expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digested(pieces: &[&[u8]], columns: usize) -> Result<weir_model::manifest::TableDigest, Malformed> {
        let mut rows = RowStream::new(columns);
        for piece in pieces {
            rows.push(piece)?;
        }
        Ok(rows.finish()?.finish("t"))
    }

    #[test]
    fn the_end_is_no_row_and_nothing_follows_it() {
        let with_end = digested(&[b"1\ta\n2\t\\N\n\\.\n\n\n"], 2).unwrap();
        assert_eq!(with_end, digested(&[b"1\ta\n2\t\\N\n"], 2).unwrap());
        assert_eq!(with_end.rows, 2);
        assert_eq!(digested(&[b"1\n\\.\n2\n"], 1), Err(Malformed::BehindTheEnd));
        assert_eq!(digested(&[b"1\n2"], 1), Err(Malformed::Unfinished));
        let width = Malformed::Width { row: 2, found: 1, expected: 2 };
        assert_eq!(digested(&[b"1\t2\n3\n"], 2), Err(width));
        assert_eq!(digested(&[b"\n\n\n"], 0).unwrap().rows, 3);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_a_stream_is_cut(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\t'), Just(b'\\'), Just(b'.'), Just(b'N'), any::<u8>()], 0..80),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.sort_unstable();
            places.push(bytes.len());
            let (mut pieces, mut from) = (Vec::new(), 0);
            for place in places {
                pieces.push(&bytes[from..place]);
                from = place;
            }
            prop_assert_eq!(digested(&pieces, 2), digested(&[&bytes[..]], 2));
        }
    }
}
