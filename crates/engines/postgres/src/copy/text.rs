//! Fields of a row, and the bytes they stand for.

use std::borrow::Cow;

/// How NULL is written.
const NULL: &[u8] = b"\\N";

/// The fields of a row without its line break; a row of a table without columns has none.
pub(super) fn fields(row: &[u8], columns: usize) -> Fields<'_> {
    Fields {
        rest: (columns > 0 || !row.is_empty()).then_some(row),
    }
}

/// Splits a row.
pub(super) struct Fields<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        match memchr::memchr(b'\t', rest) {
            Some(at) => {
                let (field, after) = rest.split_at(at);
                self.rest = after.get(1..);
                Some(field)
            }
            None => {
                self.rest = None;
                Some(rest)
            }
        }
    }
}

/// The bytes that a field stands for; `None` for NULL.
pub(super) fn decode(field: &[u8]) -> Option<Cow<'_, [u8]>> {
    if field == NULL {
        return None;
    }
    let Some(first) = memchr::memchr(b'\\', field) else {
        return Some(Cow::Borrowed(field));
    };
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    let mut at = Some(first);
    while let Some(escape) = at {
        let (plain, escaped) = rest.split_at(escape);
        bytes.extend_from_slice(plain);
        let (byte, length) = unescape(escaped.get(1..).unwrap_or_default());
        bytes.push(byte);
        rest = escaped.get(1 + length..).unwrap_or_default();
        at = memchr::memchr(b'\\', rest);
    }
    bytes.extend_from_slice(rest);
    Some(Cow::Owned(bytes))
}

/// The byte that the letters behind a backslash stand for, and how many they are. A backslash at
/// the end stands for itself.
fn unescape(letters: &[u8]) -> (u8, usize) {
    match letters {
        [] => (b'\\', 0),
        [b'b', ..] => (8, 1),
        [b'f', ..] => (12, 1),
        [b'n', ..] => (b'\n', 1),
        [b'r', ..] => (b'\r', 1),
        [b't', ..] => (b'\t', 1),
        [b'v', ..] => (11, 1),
        [b'x', digits @ ..] if digits.first().is_some_and(u8::is_ascii_hexdigit) => {
            let (value, length) = number(digits, 16, 2);
            (value, 1 + length)
        }
        [b'0'..=b'7', ..] => number(letters, 8, 3),
        [other, ..] => (*other, 1),
    }
}

/// The number that up to `most` digits stand for, as one byte, and how many they are.
fn number(digits: &[u8], radix: u32, most: usize) -> (u8, usize) {
    let (mut value, mut length) = (0_u32, 0);
    for digit in digits.iter().take(most) {
        let Some(digit) = char::from(*digit).to_digit(radix) else {
            break;
        };
        value = value * radix + digit;
        length += 1;
    }
    (u8::try_from(value & 0xff).unwrap_or_default(), length)
}

/// Writes a field as COPY does; `None` is NULL.
pub(super) fn encode(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    let Some(bytes) = bytes else {
        out.extend_from_slice(NULL);
        return;
    };
    for byte in bytes {
        let letter = match byte {
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            11 => b'v',
            b'\\' => b'\\',
            _ => {
                out.push(*byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_server_writes_is_read() {
        let cases: [(&[u8], Option<&[u8]>); 8] = [
            (b"\\N", None),
            (b"", Some(b"")),
            (b"plain", Some(b"plain")),
            (b"a\\tb\\nc\\\\d", Some(b"a\tb\nc\\d")),
            (b"\\b\\f\\r\\v", Some(&[8, 12, 13, 11])),
            (b"\\101\\x41\\7", Some(&[65, 65, 7])),
            (b"\\.", Some(b".")),
            (b"end\\", Some(b"end\\")),
        ];
        for (field, expected) in cases {
            assert_eq!(decode(field).as_deref(), expected, "{field:?}");
        }
    }

    #[test]
    fn a_table_without_columns_has_rows_without_fields() {
        assert_eq!(fields(b"", 0).count(), 0);
        assert_eq!(fields(b"", 1).count(), 1);
        assert_eq!(fields(b"a\t\tb", 3).count(), 3);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40))) {
            let mut field = Vec::new();
            encode(value.as_deref(), &mut field);
            prop_assert!(!field.contains(&b'\n') && !field.contains(&b'\t'));
            prop_assert_eq!(decode(&field).map(Cow::into_owned), value);
        }

        #[test]
        fn any_field_is_read(field in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode(&field);
        }
    }
}
