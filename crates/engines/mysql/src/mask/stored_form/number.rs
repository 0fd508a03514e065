//! Numbers as servers keep them.

use super::{Unfit, unfit};
use crate::catalog::definition::ColumnDefinition;
use weir_engine::Replacement;

/// How far an exponent may move the point: as far as a DOUBLE needs.
const MOST_EXPONENT: i32 = 400;

fn too_large() -> Unfit {
    unfit("the rule makes a number outside the column's range")
}

pub(super) fn no_integer() -> Unfit {
    unfit("the rule makes something else than a whole number")
}

fn is_zero_filled(column: &ColumnDefinition) -> bool {
    let data_type = column.type_text.to_ascii_lowercase();
    data_type.ends_with("zerofill")
}

/// A whole number between two.
pub(super) fn within(number: i64, least: i64, most: u64) -> Result<Replacement, Unfit> {
    let is_too_large = u64::try_from(number).is_ok_and(|number| number > most);
    match number < least || is_too_large {
        true => Err(too_large()),
        false => Ok(Replacement::Integer(number)),
    }
}

/// A whole number that is text. One beyond 64 bits with a sign stays text.
pub(super) fn integer(text: &str, least: i64, most: u64) -> Result<Replacement, Unfit> {
    let number: i128 = text.trim().parse().map_err(|_| no_integer())?;
    if number < i128::from(least) || number > i128::from(most) {
        return Err(too_large());
    }
    Ok(match i64::try_from(number) {
        Ok(number) => Replacement::Integer(number),
        Err(_) => Replacement::Text(number.to_string()),
    })
}

/// A whole number in so many bits, as the bytes that a server keeps.
pub(super) fn bits(number: i64, bits: u32) -> Result<Replacement, Unfit> {
    let number = u64::try_from(number).map_err(|_| too_large())?;
    bits_of_bytes(&number.to_be_bytes(), bits)
}

/// Bytes in so many bits: as many bytes as these need.
pub(super) fn bits_of_bytes(bytes: &[u8], bits: u32) -> Result<Replacement, Unfit> {
    let length = bits.div_ceil(8) as usize;
    let (unused, used) = match bytes.len().checked_sub(length) {
        Some(unused) => bytes.split_at_checked(unused).unwrap_or_default(),
        None => (Default::default(), bytes),
    };
    let mut stored = vec![0; length - used.len()];
    stored.extend_from_slice(used);
    let most = u8::MAX >> (8 * length as u32).saturating_sub(bits).min(7);
    let is_too_large =
        unused.iter().any(|byte| *byte > 0) || stored.first().is_some_and(|byte| *byte > most);
    match is_too_large {
        true => Err(too_large()),
        false => Ok(Replacement::Blob(stored)),
    }
}

/// A floating-point number that is text.
pub(super) fn real(text: &str) -> Result<f64, Unfit> {
    let number = text.trim().parse();
    number.map_err(|_| unfit("the rule makes something else than a number"))
}

/// What a FLOAT or DOUBLE says about its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) struct Floating {
    /// Digits before and behind the point.
    digits: Option<(u32, u32)>,
    is_unsigned: bool,
}

impl Floating {
    pub(super) fn of(arguments: &[u32], column: &ColumnDefinition) -> Self {
        Self {
            digits: match *arguments {
                [digits, behind] => Some((digits.saturating_sub(behind), behind)),
                _ => None,
            },
            is_unsigned: column.unsigned || is_zero_filled(column),
        }
    }

    /// The number of double precision that is kept for one.
    pub(super) fn double(self, number: f64) -> Result<Replacement, Unfit> {
        let rounded = match self.digits {
            // A text with so many digits is the nearest number that has no more.
            Some((_, behind)) => real(&format!("{number:.*}", behind as usize))?,
            None => number,
        };
        let most = self
            .digits
            .map_or(f64::MAX, |(before, _)| 10_f64.powf(before.into()));
        let is_too_small = self.is_unsigned && rounded < 0.0;
        let fits =
            rounded.is_finite() && !is_too_small && (rounded.abs() < most || self.digits.is_none());
        match fits {
            // Some servers keep the sign of zero, some do not.
            true => Ok(Replacement::Real(if rounded == 0.0 {
                0.0
            } else {
                rounded
            })),
            false => Err(too_large()),
        }
    }

    /// The same of single precision.
    pub(super) fn single(self, number: f64) -> Result<Replacement, Unfit> {
        if number.abs() > f64::from(f32::MAX) {
            return Err(too_large());
        }
        match self.double(number)? {
            Replacement::Real(number) => {
                Ok(Replacement::Real(unsigned_zero(f64::from(number as f32))))
            }
            other => Ok(other),
        }
    }
}

/// Some servers keep the sign of zero, some do not.
fn unsigned_zero(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// What `decimal(precision, scale)` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) struct Typed {
    precision: usize,
    scale: usize,
    is_unsigned: bool,
    is_zero_filled: bool,
}

impl Typed {
    pub(super) fn of(arguments: &[u32], column: &ColumnDefinition) -> Self {
        let (precision, scale) = match *arguments {
            [precision, scale, ..] => (precision, scale),
            [precision] => (precision, 0),
            [] => (10, 0),
        };
        let is_zero_filled = is_zero_filled(column);
        Self {
            precision: precision as usize,
            scale: scale as usize,
            is_unsigned: column.unsigned || is_zero_filled,
            is_zero_filled,
        }
    }

    /// An exact number as it is printed.
    pub(super) fn stored(self, text: &str) -> Result<String, Unfit> {
        let wrong = || unfit("the rule makes something else than a number");
        let number = Decimal::parse(text.trim()).ok_or_else(wrong)?;
        let rounded = number.round(self.scale);
        if rounded.digits.len() > self.precision {
            let cause = "the rule makes a number with more digits than the column takes";
            return Err(unfit(cause));
        }
        let is_negative = rounded.is_negative && !rounded.digits.is_empty();
        if is_negative && self.is_unsigned {
            return Err(too_large());
        }
        let before = match self.is_zero_filled {
            true => (self.precision - self.scale.min(self.precision)).max(1),
            false => 1,
        };
        Ok(rounded.write(self.scale, before))
    }
}

/// An exact number.
struct Decimal {
    is_negative: bool,
    /// Without zeros in front; empty for zero.
    digits: String,
    /// How many of them are behind the point; where there are fewer, zeros stand between.
    behind: usize,
}

impl Decimal {
    /// Reads `-1.5e3` and the like.
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        if !(-MOST_EXPONENT..=MOST_EXPONENT).contains(&exponent) {
            return None;
        }
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let mut digits = format!("{whole}{part}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let behind = i32::try_from(part.len()).ok()? - exponent;
        if behind < 0 {
            digits.push_str(&"0".repeat(behind.unsigned_abs() as usize));
        }
        Some(Self {
            is_negative,
            digits: digits.trim_start_matches('0').to_owned(),
            behind: usize::try_from(behind).unwrap_or_default(),
        })
    }

    /// The nearest number with so many digits behind the point; of two, the one farther from 0.
    fn round(mut self, behind: usize) -> Self {
        if behind >= self.behind {
            if !self.digits.is_empty() {
                self.digits.push_str(&"0".repeat(behind - self.behind));
            }
            return Self { behind, ..self };
        }
        let kept = self.digits.len().checked_sub(self.behind - behind);
        let (digits, rest) = kept
            .and_then(|kept| self.digits.split_at_checked(kept))
            .unwrap_or_default();
        let digits = match rest.as_bytes().first() {
            Some(b'5'..) => one_more(digits),
            _ => digits.to_owned(),
        };
        Self {
            digits,
            behind,
            ..self
        }
    }

    /// The number with at least so many digits before its point. There is no negative zero.
    fn write(self, behind: usize, before: usize) -> String {
        let mut digits = self.digits;
        let is_zero = digits.is_empty();
        let missing = (behind + before).saturating_sub(digits.len());
        digits.insert_str(0, &"0".repeat(missing));
        if behind > 0 {
            digits.insert(digits.len() - behind, '.');
        }
        if self.is_negative && !is_zero {
            digits.insert(0, '-');
        }
        digits
    }
}

/// The next whole number.
fn one_more(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let zeros = "0".repeat(digits.len() - kept.len());
    let mut letters = kept.chars();
    let next = match letters.next_back().and_then(|last| last.to_digit(10)) {
        Some(last) => last + 1,
        None => 1,
    };
    format!("{}{next}{zeros}", letters.as_str())
}
