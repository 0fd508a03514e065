//! A value as others write it down becomes one as a data part of ours has it.

use super::charset::Charset;
use crate::mask::{Form, written};

/// What a value is written down as.
enum Literal<'a> {
    Null,
    Number(&'a [u8]),
    /// Text in quotes: what stands between them, and which quotes they are.
    Text {
        inner: &'a [u8],
        quote: u8,
    },
    /// Bytes as digits.
    Bytes(Vec<u8>),
}

/// A value and the character set it says it is in, if it does.
struct Value<'a> {
    literal: Literal<'a>,
    introducer: Option<&'a str>,
}

/// Writes the value for a column of that form; nothing where it cannot be one.
pub(super) fn write(form: Form, raw: &[u8], charset: Charset, out: &mut Vec<u8>) -> Option<()> {
    if form == Form::Text && charset == Charset::Utf8 && is_as_ours(raw) {
        out.extend_from_slice(raw);
        return Some(());
    }
    let Value {
        literal,
        introducer,
    } = read(raw)?;
    if matches!(literal, Literal::Null) {
        out.extend_from_slice(b"NULL");
        return Some(());
    }
    match form {
        Form::Integer | Form::Decimal | Form::Float | Form::Double => match literal {
            Literal::Number(digits) => out.extend_from_slice(digits),
            Literal::Text { inner, .. } if is_number(inner) => out.extend_from_slice(inner),
            _ => return None,
        },
        Form::Text | Form::TextAlone => {
            let charset = match introducer {
                Some("binary") => Charset::Utf8,
                Some(name) => Charset::named(name),
                None => charset,
            };
            match literal {
                Literal::Number(digits) => written(form, digits, out),
                Literal::Text { inner, quote } => {
                    let text = unescaped(inner, quote);
                    written(form, charset.decode(&text)?.as_bytes(), out);
                }
                Literal::Bytes(bytes) => {
                    let text = Charset::Utf8.decode(&bytes)?;
                    written(form, text.as_bytes(), out);
                }
                Literal::Null => return None,
            }
        }
        Form::Bytes | Form::Bit | Form::Geometry => match literal {
            Literal::Text { inner, quote } => written(form, &unescaped(inner, quote), out),
            Literal::Bytes(bytes) => written(form, &bytes, out),
            _ => return None,
        },
    }
    Some(())
}

/// Whether it is a text in UTF-8 as a data part of ours has it: quotes in it have a backslash, and
/// so has nothing that needs none.
fn is_as_ours(raw: &[u8]) -> bool {
    let inner = raw
        .strip_prefix(b"'")
        .and_then(|raw| raw.strip_suffix(b"'"));
    let Some(inner) = inner.filter(|inner| std::str::from_utf8(inner).is_ok()) else {
        return false;
    };
    let mut rest = inner;
    while let Some(at) = memchr::memchr2(b'\\', b'\'', rest) {
        match rest.get(at..) {
            Some(
                [
                    b'\\',
                    b'0' | b'n' | b'r' | b'Z' | b'\'' | b'"' | b'\\',
                    behind @ ..,
                ],
            ) => {
                rest = behind;
            }
            _ => return false,
        }
    }
    true
}

fn read(raw: &[u8]) -> Option<Value<'_>> {
    let (introducer, raw) = match raw.first()? {
        b'_' => {
            let name = raw.iter().position(|byte| matches!(byte, b' ' | b'\''));
            let (name, rest) = raw.split_at_checked(name?)?;
            (
                Some(std::str::from_utf8(name.get(1..)?).ok()?),
                rest.trim_ascii_start(),
            )
        }
        _ => (None, raw),
    };
    let literal = match raw {
        [quote @ (b'\'' | b'"'), inner @ .., end] if quote == end => Literal::Text {
            inner,
            quote: *quote,
        },
        [b'0', b'x' | b'X', digits @ ..] => Literal::Bytes(bytes(digits, 16)?),
        [b'0', b'b' | b'B', digits @ ..] => Literal::Bytes(bytes(digits, 2)?),
        [b'x' | b'X', b'\'', digits @ .., b'\''] => Literal::Bytes(bytes(digits, 16)?),
        [b'b' | b'B', b'\'', digits @ .., b'\''] => Literal::Bytes(bytes(digits, 2)?),
        _ if raw.eq_ignore_ascii_case(b"NULL") => Literal::Null,
        _ if is_number(raw) => Literal::Number(raw),
        _ => return None,
    };
    Some(Value {
        literal,
        introducer,
    })
}

fn is_number(text: &[u8]) -> bool {
    let is_part =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    text.iter().all(is_part) && text.iter().any(u8::is_ascii_digit)
}

/// The bytes that digits to that base stand for.
fn bytes(digits: &[u8], base: u32) -> Option<Vec<u8>> {
    let in_a_byte = if base == 16 { 2 } else { 8 };
    let mut bytes: Vec<u8> = Vec::with_capacity(digits.len() / in_a_byte + 1);
    // A first byte may have fewer digits.
    let first = digits.len() % in_a_byte;
    let (first, rest) = digits.split_at_checked(first)?;
    let groups = Some(first).filter(|first| !first.is_empty());
    for group in groups.into_iter().chain(rest.chunks(in_a_byte)) {
        let mut byte = 0_u32;
        for digit in group {
            byte = byte * base + char::from(*digit).to_digit(base)?;
        }
        bytes.push(u8::try_from(byte).ok()?);
    }
    Some(bytes)
}

/// What stands in quotes, without what kept it there.
fn unescaped(inner: &[u8], quote: u8) -> Vec<u8> {
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr2(b'\\', quote, rest) {
        text.extend_from_slice(rest.get(..at).unwrap_or_default());
        let special = rest.get(at..).unwrap_or_default();
        let (byte, length) = match special {
            [b'\\', b'0', ..] => (0, 2),
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', b'b', ..] => (8, 2),
            [b'\\', b'Z', ..] => (26, 2),
            // Kept for patterns of LIKE.
            [b'\\', b'%' | b'_', ..] => (b'\\', 1),
            [b'\\', other, ..] => (*other, 2),
            [byte, ..] => (*byte, 2),
            [] => break,
        };
        text.push(byte);
        rest = special.get(length..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(form: Form, raw: impl AsRef<[u8]>, charset: Charset) -> Option<String> {
        let mut out = Vec::new();
        write(form, raw.as_ref(), charset, &mut out)?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_every_way_of_writing_means_is_written_as_ours() {
        for (form, raw, expected) in [
            (Form::Integer, "-12", "-12"),
            (Form::Integer, "'00012'", "00012"),
            (Form::Decimal, "1.50", "1.50"),
            (Form::Double, "1e-7", "1e-7"),
            (Form::Integer, "NULL", "NULL"),
            (Form::Text, "null", "NULL"),
            (Form::Text, r"'it\'s \\ \n\0\Z'", r"'it\'s \\ \n\0\Z'"),
            (Form::Text, "'it''s'", r"'it\'s'"),
            (Form::Text, r"'\t\%\q'", "'\t\\\\%q'"),
            (Form::Text, "2020", "'2020'"),
            (Form::Text, "_binary 'a'", "'a'"),
            (Form::Text, "0x6162", "'ab'"),
            (
                Form::TextAlone,
                r#"'{\"a\": 1}'"#,
                r#"CONVERT('{"a": 1}' USING utf8mb4)"#,
            ),
            (Form::Bytes, "''", "''"),
            (Form::Bytes, r"_binary '\0a\'", ""),
            (Form::Bytes, "0x00fF", "0x00FF"),
            (Form::Bytes, "x'0'", "0x00"),
            (Form::Bit, "b'101'", "0x05"),
            (Form::Bit, "b'100000001'", "0x0101"),
        ] {
            let found = ours(form, raw, Charset::Utf8);
            match expected {
                "" => {}
                expected => assert_eq!(found.as_deref(), Some(expected), "{raw}"),
            }
        }
        assert_eq!(
            ours(Form::Bytes, b"_binary '\\0a\xff\\''", Charset::Utf8).unwrap(),
            "0x0061FF27"
        );
        assert_eq!(
            ours(Form::Geometry, b"'\\0\x01'", Charset::Latin1).unwrap(),
            "0x0001"
        );
    }

    #[test]
    fn text_is_converted_and_what_is_no_value_refused() {
        assert_eq!(ours(Form::Text, b"'\xe9'", Charset::Latin1).unwrap(), "'é'");
        assert_eq!(
            ours(Form::Text, "_utf8mb4'é'", Charset::Latin1).unwrap(),
            "'é'"
        );
        assert_eq!(ours(Form::Text, b"'\xe9'", Charset::Utf8), None);
        assert_eq!(ours(Form::Text, b"'\xe9'", Charset::Other), None);
        for raw in ["now()", "@x", "'a", "DEFAULT", "0xfg", "1,2", ""] {
            assert_eq!(ours(Form::Text, raw, Charset::Utf8), None, "{raw}");
        }
        assert_eq!(ours(Form::Integer, "'a'", Charset::Utf8), None);
        assert_eq!(ours(Form::Bytes, "12", Charset::Utf8), None);
    }
}
