//! Numbers as text.

use crate::bind::{Affinity, affinity_of};
use crate::scheme::Draws;
use crate::transformer::keyed::ascii;

/// The greatest whole number that a column of a type takes, where the type says so.
pub(in crate::transformer) fn greatest(data_type: &str) -> i64 {
    let lower = data_type.trim().to_ascii_lowercase();
    let end = lower.find(|letter: char| !letter.is_ascii_alphanumeric());
    let is_unsigned = lower.contains("unsigned");
    let signed = match lower.get(..end.unwrap_or(lower.len())).unwrap_or_default() {
        "tinyint" => i8::MAX.into(),
        "smallint" | "int2" | "smallserial" => i16::MAX.into(),
        "mediumint" => 8_388_607,
        "int" | "integer" | "int4" | "serial" => i32::MAX.into(),
        _ => i64::MAX,
    };
    match is_unsigned {
        true => signed.saturating_mul(2).saturating_add(1),
        false => signed,
    }
}

/// What the values of a type are, in words: texts, decimal numbers, or whole numbers that a mask
/// keeps up to some number; `None` for other types.
pub(in crate::transformer) fn kind_of(
    data_type: &str,
    greatest: impl Fn(&str) -> i64,
) -> Option<String> {
    match affinity_of(data_type) {
        Affinity::Integer => Some(format!("whole numbers up to {}", greatest(data_type))),
        Affinity::Number => Some("decimal numbers".to_owned()),
        Affinity::Text => Some("texts".to_owned()),
        Affinity::Real | Affinity::List | Affinity::Other => None,
    }
}

/// Whether a text is a number without an exponent.
pub(super) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let has_digit = digits.bytes().any(|byte| byte.is_ascii_digit());
    has_digit
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
}

/// Digits behind the point.
pub(super) fn places(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, behind)| behind.len())
}

/// The number with another digit for each; one that is not alone does not become 0 at the front.
pub(super) fn other_digits(number: &str, draws: &mut Draws<'_>) -> String {
    let ends_whole = |sign: &u8| matches!(sign, b'.' | b'e' | b'E');
    let whole = number.bytes().take_while(|sign| !ends_whole(sign));
    let is_long = whole.filter(u8::is_ascii_digit).count() > 1;
    let (mut at_front, mut in_exponent) = (is_long, false);
    let mut other = Vec::with_capacity(number.len());
    for sign in number.bytes() {
        in_exponent |= matches!(sign, b'e' | b'E');
        let stays = !sign.is_ascii_digit() || in_exponent;
        other.push(match stays {
            true => sign,
            false if std::mem::take(&mut at_front) => b'1' + draws.small(9),
            false => draws.digit(),
        });
    }
    ascii(other)
}
