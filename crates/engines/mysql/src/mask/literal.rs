//! Literals: how values are written in a statement, and read from it.

use super::Form;
use std::io::Write as _;
use weir_engine::Field;

/// How NULL is written.
pub(super) const NULL: &[u8] = b"NULL";
/// What stands around text that says which character set it is in.
pub(super) const ALONE: (&[u8], &[u8]) = (b"CONVERT(", b" USING utf8mb4)");

/// Bytes of text that are looked at together.
const LANES: usize = 64;
/// Bytes that are turned into digits together.
const HEX_LANES: usize = 32;
/// Pairs of digits that are turned into bytes together.
const UNHEX_LANES: usize = 16;

/// Writes a value of a column of that form.
pub(super) fn write(form: Form, field: Field<'_>, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let _ = match field {
        Field::Null => {
            out.extend_from_slice(NULL);
            Ok(())
        }
        Field::Integer(number) => write!(out, "{number}"),
        Field::Real(number) if form == Form::Float => {
            single(number, out);
            Ok(())
        }
        // With an exponent it is no DECIMAL, which has fewer digits.
        Field::Real(number) => write!(out, "{number:e}"),
        Field::Text(bytes) | Field::Blob(bytes) => {
            written(form, bytes, out);
            Ok(())
        }
    };
}

/// Writes what is not NULL and no floating-point number.
#[inline]
pub(crate) fn written(form: Form, bytes: &[u8], out: &mut Vec<u8>) {
    match form {
        Form::Integer | Form::Decimal | Form::Float | Form::Double => out.extend_from_slice(bytes),
        Form::Text => text(bytes, out),
        Form::TextAlone => {
            out.extend_from_slice(ALONE.0);
            text(bytes, out);
            out.extend_from_slice(ALONE.1);
        }
        Form::Bytes | Form::Bit | Form::Geometry => hexadecimal(bytes, out),
    }
}

/// Writes a number of single precision: the shortest text that the server makes the same number
/// of. It reads double precision first, and takes nothing beyond its own largest number.
pub(super) fn single(number: f64, out: &mut Vec<u8>) {
    let (single, start) = (number as f32, out.len());
    // Writing to a Vec cannot fail.
    let _ = write!(out, "{single:e}");
    let read = out.get(start..).and_then(real);
    let is_same = read.is_some_and(|read| {
        (read as f32).to_bits() == single.to_bits() && read.abs() <= f64::from(f32::MAX)
    });
    if !is_same {
        out.truncate(start);
        let _ = write!(out, "{number:e}");
    }
}

/// Writes a number of double precision as a server printed it. With an exponent it is no DECIMAL,
/// which has fewer digits and no negative zero.
pub(super) fn double(printed: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(printed);
    if !printed.contains(&b'e') {
        out.extend_from_slice(b"e0");
    }
}

/// Writes text in quotes.
fn text(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 2);
    out.push(b'\'');
    for lanes in bytes.chunks(LANES) {
        // Many are looked at at once: that is faster than to look for the first.
        let specials = lanes.iter().map(|byte| u8::from(is_special(*byte)));
        match specials.fold(0, |found, special| found | special) {
            0 => out.extend_from_slice(lanes),
            _ => escaped(lanes, out),
        }
    }
    out.push(b'\'');
}

fn escaped(mut rest: &[u8], out: &mut Vec<u8>) {
    while let Some((plain, special)) = rest
        .iter()
        .position(|byte| is_special(*byte))
        .and_then(|at| rest.split_at_checked(at))
    {
        out.extend_from_slice(plain);
        let Some((byte, behind)) = special.split_first() else {
            break;
        };
        out.extend_from_slice(&[b'\\', letter(*byte)]);
        rest = behind;
    }
    out.extend_from_slice(rest);
}

/// Whether a byte is not written as it is. Without branches, so that many can be asked at once.
#[inline]
fn is_special(byte: u8) -> bool {
    (byte == 0)
        | (byte == b'\n')
        | (byte == b'\r')
        | (byte == 26)
        | (byte == b'\'')
        | (byte == b'\\')
}

/// What follows the backslash of a byte that is not written as it is.
fn letter(byte: u8) -> u8 {
    match byte {
        0 => b'0',
        b'\n' => b'n',
        b'\r' => b'r',
        26 => b'Z',
        quote_or_backslash => quote_or_backslash,
    }
}

/// The byte that a letter behind a backslash stands for.
fn unescaped(letter: u8) -> Option<u8> {
    match letter {
        b'0' => Some(0),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b'Z' => Some(26),
        b'\'' | b'"' | b'\\' => Some(letter),
        _ => None,
    }
}

/// What stands between the quotes of a text with escapes, put together in `room`.
pub(super) fn unescape<'a>(bytes: &[u8], room: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    room.clear();
    let mut rest = bytes;
    while let Some((plain, escape)) =
        memchr::memchr(b'\\', rest).and_then(|at| rest.split_at_checked(at))
    {
        room.extend_from_slice(plain);
        let (letter, behind) = escape.get(1..)?.split_first()?;
        room.push(unescaped(*letter)?);
        rest = behind;
    }
    room.extend_from_slice(rest);
    Some(room)
}

/// Writes bytes in digits; without any, `0x` would be no literal.
fn hexadecimal(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.is_empty() {
        out.extend_from_slice(b"''");
        return;
    }
    out.reserve(2 + 2 * bytes.len());
    out.extend_from_slice(b"0x");
    let mut digits = [[0_u8; 2]; HEX_LANES];
    for lanes in bytes.chunks(HEX_LANES) {
        for (pair, byte) in digits.iter_mut().zip(lanes) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        let pairs = digits.get(..lanes.len()).unwrap_or_default();
        out.extend_from_slice(pairs.as_flattened());
    }
}

/// The digit of a number below 16, without branches.
fn digit(number: u8) -> u8 {
    b'0' + number + 7 * u8::from(number > 9)
}

/// The bytes that digits stand for, put together in `room`.
pub(super) fn unhex<'a>(digits: &[u8], room: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let (pairs, odd) = digits.as_chunks::<2>();
    if !odd.is_empty() || pairs.is_empty() {
        return None;
    }
    room.clear();
    let mut wrong = 0;
    let mut byte = |[high, low]: [u8; 2]| {
        let (high, low) = (number(high), number(low));
        wrong |= high | low;
        (high << 4) | (low & 15)
    };
    let (lanes, rest) = pairs.as_chunks::<UNHEX_LANES>();
    for lanes in lanes {
        // So many at once, without a look at how many are left, go several times as fast.
        room.extend_from_slice(&lanes.map(&mut byte));
    }
    if !rest.is_empty() {
        let mut last = [[b'0'; 2]; UNHEX_LANES];
        let filled = last.iter_mut().zip(rest);
        filled.for_each(|(to, from)| *to = *from);
        let last = last.map(byte);
        room.extend_from_slice(last.get(..rest.len()).unwrap_or_default());
    }
    (wrong < 16).then_some(room)
}

/// The number of a digit, without branches; 255 for what is none.
#[inline]
fn number(digit: u8) -> u8 {
    let (decimal, letter) = (digit.wrapping_sub(b'0'), (digit | 32).wrapping_sub(b'a'));
    // All bits or none.
    let is_decimal = 0_u8.wrapping_sub(u8::from(decimal < 10));
    let is_letter = 0_u8.wrapping_sub(u8::from(letter < 6));
    (decimal & is_decimal) | (letter.wrapping_add(10) & is_letter) | !(is_decimal | is_letter)
}

/// The field that the digits of a whole number are: one beyond 64 bits with a sign stays text.
/// Zeros in front, which ZEROFILL prints, are no part of it.
#[inline]
pub(super) fn integer(text: &[u8]) -> Option<Field<'_>> {
    let (is_negative, digits) = match text.split_first() {
        Some((b'-', digits)) => (true, digits),
        _ => (false, text),
    };
    let (mut number, mut wrong) = (0_u64, digits.is_empty());
    let digits = match digits.len() {
        // So many cannot run over.
        ..=18 => {
            for digit in digits {
                let digit = digit.wrapping_sub(b'0');
                wrong |= digit > 9;
                number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            }
            digits
        }
        _ => {
            let digits = without_zeros(digits);
            for digit in digits {
                let digit = digit.wrapping_sub(b'0');
                wrong |= digit > 9;
                number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
            }
            digits
        }
    };
    match (i64::try_from(number), is_negative) {
        _ if wrong => None,
        (Ok(number), false) => Some(Field::Integer(number)),
        (Err(_), false) => Some(Field::Text(digits)),
        (_, true) => 0_i64.checked_sub_unsigned(number).map(Field::Integer),
    }
}

/// Digits without zeros in front of them.
pub(super) fn without_zeros(digits: &[u8]) -> &[u8] {
    let mut rest = digits;
    while let [b'0', behind @ ..] = rest
        && !behind.is_empty()
    {
        rest = behind;
    }
    rest
}

/// The field that an exact number is: as it is printed.
pub(super) fn decimal(text: &[u8]) -> Option<Field<'_>> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let is_number = digits
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.');
    (is_number && digits.iter().any(u8::is_ascii_digit)).then_some(Field::Text(text))
}

/// The floating-point number that a text is.
pub(super) fn real(text: &[u8]) -> Option<f64> {
    let begins_as_number = matches!(text.first(), Some(b'-' | b'.' | b'0'..=b'9'));
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (begins_as_number && number.is_finite()).then_some(number)
}

#[cfg(test)]
mod tests;
