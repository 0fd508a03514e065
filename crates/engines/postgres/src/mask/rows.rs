//! Rows, digested on their way.

use super::by_name::ByName;
use super::lines::{Lines, Malformed};
use super::row::Fields;
use weir_engine::RowDigester;

/// Digests rows.
pub(crate) struct RowStream {
    columns: usize,
    lines: Lines,
    digester: ByName,
    fields: Fields,
}

impl RowStream {
    /// Rows of a table with these columns that are stored.
    pub(crate) fn new(columns: &[String]) -> Self {
        Self {
            columns: columns.len(),
            lines: Lines::default(),
            digester: ByName::of(columns.iter().map(String::as_str)),
            fields: Fields::default(),
        }
    }

    /// Takes the next bytes, cut anywhere.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let (columns, digester, fields) = (self.columns, &mut self.digester, &mut self.fields);
        self.lines.push(bytes, |line| {
            let row = fields.of(line, columns, digester.rows() + 1)?;
            digester.row(|at| row.value(at));
            Ok(())
        })
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.digester.rows()
    }

    /// The digest of all rows, the last of which must be whole.
    pub(crate) fn finish(self) -> Result<RowDigester, Malformed> {
        self.lines.finish()?;
        Ok(self.digester.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::samples::{cut, rows};
    use proptest::prelude::*;
    use weir_engine::Field;
    use weir_model::manifest::TableDigest;

    fn digested(pieces: &[&[u8]], columns: usize) -> Result<TableDigest, Malformed> {
        let names: Vec<String> = (0..columns).map(|at| format!("column {at}")).collect();
        let mut rows = RowStream::new(&names);
        for piece in pieces {
            rows.push(piece)?;
        }
        Ok(rows.finish()?.finish("t"))
    }

    #[test]
    fn values_are_digested_not_how_they_are_written() {
        let mut digester = RowDigester::default();
        for field in [Field::Text(b"a\tb"), Field::Null, Field::Text(b"")] {
            digester.field(field);
        }
        digester.end_row();
        let expected = digester.finish("t");
        assert_eq!(digested(&[b"a\\tb\t\\N\t\n"], 3), Ok(expected.clone()));
        assert_eq!(digested(&[b"\\141\\x09b\t\\N\t\n"], 3), Ok(expected));
    }

    #[test]
    fn the_end_is_no_row_and_nothing_follows_it() {
        let with_end = digested(&[b"1\ta\n2\t\\N\n\\.\n\n\n"], 2).unwrap();
        assert_eq!(with_end, digested(&[b"1\ta\n2\t\\N\n"], 2).unwrap());
        assert_eq!(with_end.rows, 2);
        assert_eq!(digested(&[b"1\n\\.\n2\n"], 1), Err(Malformed::BehindTheEnd));
        assert_eq!(digested(&[b"1\n2"], 1), Err(Malformed::Unfinished));
        assert_eq!(digested(&[b"\n\n\n"], 0).unwrap().rows, 3);
        assert_eq!(digested(&[b"\n\n\n"], 1).unwrap().rows, 3);
    }

    #[test]
    fn what_is_no_row_of_the_table_is_refused() {
        let width = |row, found, expected| {
            Err(Malformed::Width {
                row,
                found,
                expected,
            })
        };
        assert_eq!(digested(&[b"1\t2\n3\n"], 2), width(2, 1, 2));
        assert_eq!(digested(&[b"1\t2\t3\t4\n"], 2), width(1, 4, 2));
        assert_eq!(digested(&[b"1\n"], 0), width(1, 1, 0));
        let cut_escape = Err(Malformed::Escape { row: 1 });
        assert_eq!(digested(&[b"a\\\tb\n"], 2), cut_escape);
        assert_eq!(digested(&[b"a\\\nb\n"], 1), cut_escape);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_a_stream_is_cut((bytes, cuts) in rows()) {
            prop_assert_eq!(digested(&cut(&bytes, &cuts), 2), digested(&[&bytes], 2));
        }
    }
}
