//! How two values compare: by what they are, not by how they are stored.

use super::moment;
use std::cmp::Ordering;
use weir_engine::Field;

/// A value in a comparison.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    /// A number as it was written in the condition.
    Decimal(&'a [u8]),
    Text(&'a [u8]),
    /// Microseconds since 1970.
    Instant(i64),
}

impl<'a> From<Field<'a>> for Value<'a> {
    fn from(field: Field<'a>) -> Self {
        match field {
            Field::Null => Self::Null,
            Field::Integer(number) => Self::Integer(number),
            Field::Real(number) => Self::Real(number),
            Field::Text(bytes) | Field::Blob(bytes) => Self::Text(unpadded(bytes)),
        }
    }
}

impl Value<'_> {
    /// Whether it is true; `None` where that cannot be said.
    pub(super) fn truth(self) -> Option<bool> {
        match self {
            Self::Boolean(is_so) => Some(is_so),
            Self::Integer(number) => Some(number != 0),
            Self::Text(text) => match text.to_ascii_lowercase().as_slice() {
                b"t" | b"true" | b"1" | b"yes" | b"on" | b"\x01" => Some(true),
                b"f" | b"false" | b"0" | b"no" | b"off" | b"\x00" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    fn instant(self) -> Option<i64> {
        match self {
            Self::Instant(instant) => Some(instant),
            Self::Integer(number) => moment::of_number(number),
            Self::Real(seconds) if seconds.abs() < 1e11 => Some((seconds * 1e6) as i64),
            Self::Text(text) => moment::of_text(text),
            _ => None,
        }
    }

    fn real(self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(number as f64),
            Self::Real(number) => Some(number),
            Self::Decimal(text) | Self::Text(text) => {
                std::str::from_utf8(text).ok()?.trim().parse().ok()
            }
            _ => None,
        }
    }
}

/// How `left` stands to `right`; `None` where one is NULL or they cannot be compared.
pub(super) fn compare(left: Value<'_>, right: Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) => Some(left.truth()?.cmp(&right.truth()?)),
        (Value::Instant(_), _) | (_, Value::Instant(_)) => {
            Some(left.instant()?.cmp(&right.instant()?))
        }
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(&right)),
        (Value::Real(_), _) | (_, Value::Real(_)) => left.real()?.partial_cmp(&right.real()?),
        (Value::Text(left), Value::Text(right)) => Some(texts(left, right)),
        _ => numbers(left, right),
    }
}

/// A text without the spaces at its end, which a column of fixed length adds and SQL does not
/// count.
fn unpadded(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .rposition(|byte| *byte != b' ')
        .map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}

/// Two texts: as points in time where both are, else byte by byte.
fn texts(left: &[u8], right: &[u8]) -> Ordering {
    match (moment::of_text(left), moment::of_text(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => unpadded(left).cmp(unpadded(right)),
    }
}

/// Two values one of which is a number, digit by digit. A text that is no number compares with
/// none.
fn numbers(left: Value<'_>, right: Value<'_>) -> Option<Ordering> {
    let (mut room, mut other_room) = ([0; 20], [0; 20]);
    let left = Numeral::of(digits(left, &mut room)?);
    let right = Numeral::of(digits(right, &mut other_room)?);
    Some(left?.cmp(&right?))
}

/// The decimal text of a value.
fn digits<'a>(value: Value<'a>, room: &'a mut [u8; 20]) -> Option<&'a [u8]> {
    match value {
        Value::Decimal(text) | Value::Text(text) => Some(text),
        Value::Integer(number) => {
            let mut rest = number.unsigned_abs();
            let mut begin = room.len();
            for place in room.iter_mut().rev() {
                *place = b'0' + u8::try_from(rest % 10).ok()?;
                begin -= 1;
                rest /= 10;
                if rest == 0 {
                    break;
                }
            }
            if number < 0 {
                begin = begin.checked_sub(1)?;
                *room.get_mut(begin)? = b'-';
            }
            room.get(begin..)
        }
        _ => None,
    }
}

/// A decimal number of any length.
#[derive(PartialEq, Eq)]
struct Numeral<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
}

impl<'a> Numeral<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let point = text.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = match point {
            Some(point) => (text.get(..point)?, text.get(point + 1..)?),
            None => (text, &[][..]),
        };
        let are_digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
        if whole.len() + fraction.len() == 0 || !are_digits(whole) || !are_digits(fraction) {
            return None;
        }
        let first = whole
            .iter()
            .position(|byte| *byte != b'0')
            .unwrap_or(whole.len());
        let last = fraction
            .iter()
            .rposition(|byte| *byte != b'0')
            .map_or(0, |last| last + 1);
        let (whole, fraction) = (whole.get(first..)?, fraction.get(..last)?);
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Self {
            negative: negative && !is_zero,
            whole,
            fraction,
        })
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }

    fn size(&self, other: &Self) -> Ordering {
        let length = self.whole.len().cmp(&other.whole.len());
        length
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

/// Whether a text is like a pattern: `%` stands for any letters, `_` for one, and a backslash
/// takes its meaning from the next.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let (mut text_left, mut pattern_left) = (text.chars(), pattern.chars());
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let matched = match pattern_left.next() {
            Some('%') => {
                retry = Some((pattern_left.clone(), text_left.clone()));
                continue;
            }
            Some('_') => text_left.next().is_some(),
            Some('\\') => match pattern_left.next() {
                Some(letter) => text_left.next() == Some(letter),
                None => text_left.next() == Some('\\'),
            },
            Some(letter) => text_left.next() == Some(letter),
            None if text_left.clone().next().is_none() => return true,
            None => false,
        };
        if matched {
            continue;
        }
        // The last `%` takes one letter more.
        let Some((after, from)) = &mut retry else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        pattern_left = after.clone();
        text_left = from.clone();
    }
}
