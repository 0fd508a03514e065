//! Fields of a row, and the bytes they stand for.

use memchr::{memchr, memchr2};
use std::ops::Range;

/// How NULL is written.
pub(super) const NULL: &[u8] = b"\\N";

/// Splits a row into fields.
pub(super) struct Fields<'a> {
    rest: Option<&'a [u8]>,
}

/// A field as it stands in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawField<'a> {
    /// Its bytes.
    pub(super) bytes: &'a [u8],
    /// Where its first backslash stands. Without one, its bytes are what it stands for.
    first_escape: Option<usize>,
}

/// What a field stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StandsFor {
    /// NULL.
    Null,
    /// Its own bytes.
    Itself,
    /// Bytes without escapes, of which it is told where they lie.
    Unescaped(Range<usize>),
}

/// A backslash that nothing follows within its field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CutEscape;

/// The fields of a row without its line break; a row of a table without columns has none.
pub(super) fn fields(row: &[u8], columns: usize) -> Fields<'_> {
    Fields {
        rest: (columns > 0 || !row.is_empty()).then_some(row),
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = RawField<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawField<'a>> {
        let row = self.rest?;
        let first = memchr2(b'\t', b'\\', row);
        let first_escape = first.filter(|at| row.get(*at) == Some(&b'\\'));
        let end = match first_escape {
            None => first,
            Some(escape) => row
                .get(escape..)
                .and_then(|rest| memchr(b'\t', rest))
                .map(|behind| escape + behind),
        };
        let (bytes, rest) = match end.and_then(|end| row.split_at_checked(end)) {
            Some((bytes, rest)) => (bytes, rest.get(1..)),
            None => (row, None),
        };
        self.rest = rest;
        Some(RawField {
            bytes,
            first_escape,
        })
    }
}

impl RawField<'_> {
    /// What the field stands for. The bytes of one with escapes are added to `unescaped`.
    #[inline]
    pub(super) fn stands_for(self, unescaped: &mut Vec<u8>) -> Result<StandsFor, CutEscape> {
        match self.first_escape {
            None => Ok(StandsFor::Itself),
            Some(_) if self.bytes == NULL => Ok(StandsFor::Null),
            Some(first) => {
                let from = unescaped.len();
                unescape_all(self.bytes, first, unescaped)?;
                Ok(StandsFor::Unescaped(from..unescaped.len()))
            }
        }
    }
}

/// Adds the bytes that those with a first escape there stand for.
fn unescape_all(bytes: &[u8], first: usize, unescaped: &mut Vec<u8>) -> Result<(), CutEscape> {
    let (mut rest, mut next) = (bytes, Some(first));
    while let Some((plain, escaped)) = next.and_then(|at| rest.split_at_checked(at)) {
        unescaped.extend_from_slice(plain);
        let (byte, length) = unescape(escaped).ok_or(CutEscape)?;
        unescaped.push(byte);
        rest = escaped.get(length..).unwrap_or_default();
        next = memchr(b'\\', rest);
    }
    unescaped.extend_from_slice(rest);
    Ok(())
}

/// The byte that an escape stands for, and the length of both its backslash and what follows.
fn unescape(escaped: &[u8]) -> Option<(u8, usize)> {
    let byte = match escaped.get(1..)? {
        [] => return None,
        [b'b', ..] => 8,
        [b'f', ..] => 12,
        [b'n', ..] => b'\n',
        [b'r', ..] => b'\r',
        [b't', ..] => b'\t',
        [b'v', ..] => 11,
        [b'x', digits @ ..] if digits.first().is_some_and(u8::is_ascii_hexdigit) => {
            let (byte, length) = number(digits, 16, 2);
            return Some((byte, 2 + length));
        }
        digits @ [b'0'..=b'7', ..] => {
            let (byte, length) = number(digits, 8, 3);
            return Some((byte, 1 + length));
        }
        [other, ..] => *other,
    };
    Some((byte, 2))
}

/// The number that up to `most` digits stand for, of which the server keeps one byte, and how
/// many they are.
fn number(digits: &[u8], radix: u32, most: usize) -> (u8, usize) {
    let (mut value, mut length) = (0_u32, 0);
    let values = digits
        .iter()
        .map_while(|digit| char::from(*digit).to_digit(radix));
    for digit in values.take(most) {
        value = value * radix + digit;
        length += 1;
    }
    let [byte, ..] = value.to_le_bytes();
    (byte, length)
}

/// Writes a field as COPY does; `None` is NULL.
pub(super) fn encode(value: Option<&[u8]>, out: &mut Vec<u8>) {
    let Some(mut rest) = value else {
        out.extend_from_slice(NULL);
        return;
    };
    // Every byte is looked at: many at once go faster than one by one to the first.
    let specials = rest.iter().map(|byte| u8::from(is_special(*byte)));
    let has_special = specials.fold(0, |found, special| found | special) != 0;
    while let Some((plain, special)) = has_special
        .then(|| rest.iter().position(|byte| is_special(*byte)))
        .flatten()
        .and_then(|at| rest.split_at_checked(at))
    {
        out.extend_from_slice(plain);
        if let Some((letter, behind)) = special
            .split_first()
            .and_then(|(byte, behind)| Some((escape(*byte)?, behind)))
        {
            out.extend_from_slice(&[b'\\', letter]);
            rest = behind;
        }
    }
    out.extend_from_slice(rest);
}

/// Whether a byte is not written as it is. Without branches, so that many can be asked at once.
fn is_special(byte: u8) -> bool {
    (byte.wrapping_sub(8) < 6) | (byte == b'\\')
}

/// The letter behind the backslash of a byte that is not written as it is.
fn escape(byte: u8) -> Option<u8> {
    match byte {
        8 => Some(b'b'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        11 => Some(b'v'),
        12 => Some(b'f'),
        b'\r' => Some(b'r'),
        b'\\' => Some(b'\\'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(row: &[u8]) -> Vec<Result<Option<Vec<u8>>, CutEscape>> {
        let mut unescaped = Vec::new();
        let value = |field: RawField<'_>| {
            Ok(match field.stands_for(&mut unescaped)? {
                StandsFor::Null => None,
                StandsFor::Itself => Some(field.bytes.to_vec()),
                StandsFor::Unescaped(place) => Some(unescaped[place].to_vec()),
            })
        };
        fields(row, 1).map(value).collect()
    }

    #[test]
    fn what_the_server_writes_and_takes_is_read() {
        let cases: [(&[u8], Option<&[u8]>); 9] = [
            (b"\\N", None),
            (b"", Some(b"")),
            (b"plain", Some(b"plain")),
            (b"a\\tb\\nc\\\\d", Some(b"a\tb\nc\\d")),
            (b"\\b\\f\\r\\v", Some(&[8, 12, 13, 11])),
            (
                b"\\101\\x41\\7\\xg\\477",
                Some(&[65, 65, 7, b'x', b'g', 63]),
            ),
            (b"\\.", Some(b".")),
            (b"a\\N", Some(b"aN")),
            (b"\\\\N", Some(b"\\N")),
        ];
        for (field, expected) in cases {
            let expected = expected.map(<[u8]>::to_vec);
            assert_eq!(decoded(field), [Ok(expected)], "{field:?}");
        }
        assert_eq!(
            decoded(b"a\\\t\\\\"),
            [Err(CutEscape), Ok(Some(b"\\".to_vec()))]
        );
    }

    #[test]
    fn a_field_without_escapes_is_not_copied() {
        let mut unescaped = Vec::new();
        let field = fields(b"plain\tx", 2).next().unwrap();
        assert_eq!(field.stands_for(&mut unescaped), Ok(StandsFor::Itself));
        assert_eq!(unescaped.capacity(), 0);
    }

    #[test]
    fn a_table_without_columns_has_rows_without_fields() {
        assert_eq!(fields(b"", 0).count(), 0);
        assert_eq!(fields(b"", 1).count(), 1);
        assert_eq!(fields(b"\t", 2).count(), 2);
        assert_eq!(fields(b"a\t\\t\tb", 3).count(), 3);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            values in proptest::collection::vec(proptest::option::of(any::<Vec<u8>>()), 1..5),
        ) {
            let mut row = Vec::new();
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    row.push(b'\t');
                }
                encode(value.as_deref(), &mut row);
            }
            prop_assert!(!row.contains(&b'\n'));
            let expected: Vec<_> = values.into_iter().map(Ok).collect();
            prop_assert_eq!(decoded(&row), expected);
        }

        #[test]
        fn any_row_is_read(row: Vec<u8>) {
            decoded(&row);
        }
    }
}
