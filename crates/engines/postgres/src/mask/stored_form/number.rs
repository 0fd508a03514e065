//! Numbers as servers write them.

use super::{Unfit, unfit};
use std::fmt::LowerExp;
use std::str::FromStr;

/// How far an exponent may move the point: as far as a `double precision` needs.
const MOST_EXPONENT: i32 = 400;

/// What `numeric(precision, scale)` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) struct Typed {
    /// Most digits.
    precision: usize,
    /// How many of them are behind the point; may be less than 0.
    scale: i32,
}

impl Typed {
    pub(super) fn of(arguments: &[i32]) -> Option<Self> {
        let (precision, scale) = match *arguments {
            [precision] => (precision, 0),
            [precision, scale, ..] => (precision, scale),
            [] => return None,
        };
        let precision = usize::try_from(precision).ok()?;
        Some(Self { precision, scale })
    }
}

/// A whole number of at most so many bits.
pub(super) fn integer(text: &str, bits: u32) -> Result<String, Unfit> {
    let number: i64 = text
        .trim()
        .parse()
        .map_err(|_| unfit("the rule makes something else than a whole number"))?;
    Ok(within(number, bits)?.to_string())
}

/// The number, if it has at most so many bits.
pub(super) fn within(number: i64, bits: u32) -> Result<i64, Unfit> {
    // Shifted to the left and back, a number of fewer bits is the same.
    let unused = 64 - bits;
    match (number << unused) >> unused == number {
        true => Ok(number),
        false => Err(unfit("the rule makes a number outside the column's range")),
    }
}

/// An exact number.
pub(super) fn numeric(text: &str, typed: Option<Typed>) -> Result<String, Unfit> {
    let text = text.trim();
    if let Some(word) = no_number(text) {
        return match (typed, word) {
            (Some(_), "Infinity" | "-Infinity") => Err(too_large()),
            _ => Ok(word.to_owned()),
        };
    }
    let number =
        Decimal::parse(text).ok_or_else(|| unfit("the rule makes something else than a number"))?;
    match typed {
        None => Ok(number.write()),
        Some(typed) => {
            let rounded = number.round(typed.scale);
            match rounded.digits.len() <= typed.precision {
                true => Ok(rounded.write()),
                false => Err(too_large()),
            }
        }
    }
}

fn too_large() -> Unfit {
    unfit("the rule makes a number with more digits than the column takes")
}

/// What stands for no number, in any case of its letters.
fn no_number(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some("NaN"),
        "infinity" | "+infinity" | "inf" | "+inf" => Some("Infinity"),
        "-infinity" | "-inf" => Some("-Infinity"),
        _ => None,
    }
}

/// An exact number: digits, and how many of them are behind the point.
pub(super) struct Decimal {
    is_negative: bool,
    /// Without zeros in front; empty for zero.
    digits: String,
    /// May be less than 0 while a number is rounded: so many zeros follow the digits.
    scale: i32,
}

impl Decimal {
    /// Reads `-1.5e3` and the like.
    pub(super) fn parse(text: &str) -> Option<Self> {
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
        let mut scale = i32::try_from(part.len()).ok()? - exponent;
        while scale < 0 {
            digits.push('0');
            scale += 1;
        }
        let digits = digits.trim_start_matches('0').to_owned();
        Some(Self {
            is_negative,
            digits,
            scale,
        })
    }

    /// The nearest number with so many digits behind the point; of two, the one farther from 0.
    fn round(mut self, scale: i32) -> Self {
        if scale >= self.scale {
            if !self.digits.is_empty() {
                let zeros = usize::try_from(scale - self.scale).unwrap_or_default();
                self.digits.push_str(&"0".repeat(zeros));
            }
            return Self { scale, ..self };
        }
        let dropped = usize::try_from(self.scale - scale).unwrap_or_default();
        let kept = self.digits.len().checked_sub(dropped);
        let (digits, rest) = kept
            .and_then(|kept| self.digits.split_at_checked(kept))
            .unwrap_or_default();
        let digits = match rest.as_bytes().first() {
            Some(b'5'..) => one_more(digits),
            _ => digits.to_owned(),
        };
        Self {
            digits,
            scale,
            ..self
        }
    }

    /// The number without an exponent. There is no negative zero.
    pub(super) fn write(&self) -> String {
        let mut digits = self.digits.clone();
        let behind = usize::try_from(self.scale).unwrap_or_default();
        if self.scale < 0 && !digits.is_empty() {
            let zeros = usize::try_from(-self.scale).unwrap_or_default();
            digits.push_str(&"0".repeat(zeros));
        }
        let missing = (behind + 1).saturating_sub(digits.len());
        digits.insert_str(0, &"0".repeat(missing));
        if behind > 0 {
            digits.insert(digits.len() - behind, '.');
        }
        if self.is_negative && !self.digits.is_empty() {
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

/// A floating-point number, written by one of the functions below.
pub(super) fn float<T: FromStr>(text: &str, write: impl Fn(T) -> String) -> Result<String, Unfit> {
    let wrong = || unfit("the rule makes something else than a number");
    let text = text.trim();
    if let Some(word) = no_number(text) {
        return Ok(word.to_owned());
    }
    let written = write(text.parse().map_err(|_| wrong())?);
    match no_number(&written) {
        Some(_) => Err(unfit("the rule makes a number outside the column's range")),
        None => Ok(written),
    }
}

/// A number of single precision, as servers since 12 write it.
pub(super) fn single(number: f32) -> String {
    shortest(number, 6)
}

/// A number of double precision, as servers since 12 write it.
pub(super) fn double(number: f64) -> String {
    shortest(number, 15)
}

/// The shortest text that is the same number; with an exponent from `limit` on.
fn shortest<T>(number: T, limit: i32) -> String
where
    T: LowerExp + FromStr + PartialEq + Copy,
{
    let mut text = format!("{number:e}");
    if let Some(word) = no_number(&text) {
        return word.to_owned();
    }
    let mut parts = Scientific::of(&text);
    if parts.exponent >= limit {
        // A text that lies in the middle between two numbers is not taken by servers, short as it
        // may be: 1e+23 is written as 9.999999999999999e+22.
        let mut precision = parts.digits.len();
        while parts.is_halfway(&number) {
            text = format!("{number:.precision$e}");
            precision += 1;
            parts = Scientific::of(&text);
        }
    }
    parts.write(limit)
}

/// A floating-point number in digits.
struct Scientific {
    sign: &'static str,
    /// The first of them stands before the point.
    digits: String,
    exponent: i32,
}

impl Scientific {
    /// The parts of `-1.25e-7`.
    fn of(text: &str) -> Self {
        let (sign, text) = match text.strip_prefix('-') {
            Some(text) => ("-", text),
            None => ("", text),
        };
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        Self {
            sign,
            digits: digits.replace('.', ""),
            exponent: exponent.parse().unwrap_or_default(),
        }
    }

    /// Whether the digits are as near to another number as to this one: then the smallest step
    /// away from it makes them the other.
    fn is_halfway<T: FromStr + PartialEq>(&self, number: &T) -> bool {
        let Self {
            sign,
            digits,
            exponent,
        } = self;
        let behind = exponent + 1 - i32::try_from(digits.len()).unwrap_or_default();
        let is_same = |step: &str, less: i32| {
            let text = format!("{sign}{step}e{}", behind - less);
            text.parse::<T>().is_ok_and(|other| other == *number)
        };
        let below = digits.parse::<u64>().unwrap_or_default().saturating_sub(1);
        let (zeros, nines) = ("0".repeat(40), "9".repeat(41));
        !is_same(&format!("{digits}{zeros}1"), 41) || !is_same(&format!("{below}{nines}"), 41)
    }

    fn write(&self, limit: i32) -> String {
        let Self {
            sign,
            digits,
            exponent,
        } = self;
        if !(-4..limit).contains(exponent) {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
            let point = if rest.is_empty() { "" } else { "." };
            let direction = if *exponent < 0 { '-' } else { '+' };
            return format!(
                "{sign}{first}{point}{rest}e{direction}{:02}",
                exponent.abs()
            );
        }
        let before = usize::try_from(exponent + 1).unwrap_or_default();
        let zeros = usize::try_from(-exponent).unwrap_or_default();
        match digits.split_at_checked(before) {
            Some(("", digits)) => format!("{sign}0.{}{digits}", "0".repeat(zeros - 1)),
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, part)) => format!("{sign}{whole}.{part}"),
            None => format!("{sign}{digits}{}", "0".repeat(before - digits.len())),
        }
    }
}
