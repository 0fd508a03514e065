//! A row taken apart.

use super::lines::Malformed;
use super::text::{StandsFor, encode, fields};
use std::ops::Range;

/// Takes rows apart, in memory that is kept from one to the next.
#[derive(Default)]
pub(super) struct Fields {
    fields: Vec<Place>,
    /// What the fields with escapes stand for.
    unescaped: Vec<u8>,
}

/// A field of the row at hand.
struct Place {
    /// Where it stands in the row.
    raw: Range<usize>,
    stands_for: StandsFor,
}

/// A row that was taken apart.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    line: &'a [u8],
    fields: &'a Fields,
}

impl Fields {
    /// Takes a row apart, which must have as many fields as there are columns. `number` counts
    /// rows from 1.
    pub(super) fn of<'a>(
        &'a mut self,
        line: &'a [u8],
        columns: usize,
        number: u64,
    ) -> Result<Row<'a>, Malformed> {
        self.fields.clear();
        self.unescaped.clear();
        let mut from = 0;
        for field in fields(line, columns) {
            let stands_for = field.stands_for(&mut self.unescaped);
            let stands_for = stands_for.map_err(|_| Malformed::Escape { row: number })?;
            let raw = from..from + field.bytes.len();
            from = raw.end + 1;
            self.fields.push(Place { raw, stands_for });
        }
        match self.fields.len() == columns {
            true => Ok(Row { line, fields: self }),
            false => Err(Malformed::Width {
                row: number,
                found: self.fields.len(),
                expected: columns,
            }),
        }
    }
}

impl<'a> Row<'a> {
    /// The bytes that a field stands for; `None` for NULL.
    #[inline]
    pub(super) fn value(self, at: usize) -> Option<&'a [u8]> {
        let field = self.fields.fields.get(at)?;
        match &field.stands_for {
            StandsFor::Null => None,
            StandsFor::Itself => self.line.get(field.raw.clone()),
            StandsFor::Unescaped(place) => self.fields.unescaped.get(place.clone()),
        }
    }

    /// Writes the row with other values in the place of some fields, by ascending places. What
    /// stands between is copied as it is.
    pub(super) fn write_with<'b>(
        self,
        others: impl Iterator<Item = (usize, Option<&'b [u8]>)>,
        out: &mut Vec<u8>,
    ) {
        let mut written = 0;
        for (at, value) in others {
            let Some(field) = self.fields.fields.get(at) else {
                continue;
            };
            let copied = self.line.get(written..field.raw.start);
            out.extend_from_slice(copied.unwrap_or_default());
            encode(value, out);
            written = field.raw.end;
        }
        out.extend_from_slice(self.line.get(written..).unwrap_or_default());
        out.push(b'\n');
    }
}
