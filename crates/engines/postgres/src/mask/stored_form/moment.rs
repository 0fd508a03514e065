//! Days and times as servers write them.

use super::{Unfit, unfit};

/// Digits behind a second that a type keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) struct Precision(usize);

impl Precision {
    /// Of a type that says so, or does not.
    pub(super) fn of(digits: Option<i32>) -> Self {
        Self(
            digits
                .and_then(|digits| usize::try_from(digits).ok())
                .unwrap_or(6),
        )
    }
}

/// A day: `2026-11-22`, from the first year on.
pub(super) fn date(text: &str) -> Result<&str, Unfit> {
    let text = text.trim();
    match text {
        "infinity" | "-infinity" => Ok(text),
        _ if is_date(text) => Ok(text),
        _ => Err(unfit(
            "the rule makes something else than a day such as 2026-11-22",
        )),
    }
}

/// A time of day: `13:45`, `13:45:30`, `13:45:30.25`.
pub(super) fn time(text: &str, precision: Precision) -> Result<String, Unfit> {
    clock(text.trim(), precision)
        .ok_or_else(|| unfit("the rule makes something else than a time such as 13:45:30"))
}

/// A day and a time of day, a space or a T between them.
pub(super) fn timestamp(text: &str, precision: Precision) -> Result<String, Unfit> {
    moment(text.trim(), precision, "").ok_or_else(|| {
        unfit("the rule makes something else than a time such as 2026-11-22 13:45:30")
    })
}

/// The same in UTC, whether it says so or not.
pub(super) fn timestamp_utc(text: &str, precision: Precision) -> Result<String, Unfit> {
    const UTC: [&str; 3] = ["Z", "+00:00", "+00"];
    let text = text.trim();
    let bare = UTC.iter().find_map(|zone| text.strip_suffix(zone));
    moment(bare.unwrap_or(text), precision, "+00").ok_or_else(|| {
        unfit("the rule makes something else than a time in UTC such as 2026-11-22 13:45:30+00")
    })
}

fn moment(text: &str, precision: Precision, zone: &str) -> Option<String> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(text.to_owned());
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let time = clock(time, precision)?;
    is_date(date).then(|| format!("{date} {time}{zone}"))
}

fn is_date(text: &str) -> bool {
    let day_in = |year: u32, month: u32| match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    };
    let mut parts = text.split('-');
    let mut next = |length| parts.next().and_then(|digits| number(digits, length));
    match (next(4), next(2), next(2), parts.next()) {
        (Some(year), Some(month @ 1..=12), Some(day), None) => {
            year > 0 && (1..=day_in(year, month)).contains(&day)
        }
        _ => false,
    }
}

/// A time of day in full, without zeros at its end.
fn clock(text: &str, precision: Precision) -> Option<String> {
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (text, None),
    };
    let units: Option<Vec<u32>> = whole.split(':').map(|digits| number(digits, 2)).collect();
    match (units.as_deref()?, part) {
        (&[0..=23, 0..=59], None) => return Some(format!("{whole}:00")),
        (&[0..=23, 0..=59, 0..=59], _) => {}
        _ => return None,
    }
    let part = part.map_or(Some(""), |part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.trim_end_matches('0'))
    })?;
    if part.len() > precision.0 {
        return None;
    }
    let point = if part.is_empty() { "" } else { "." };
    Some(format!("{whole}{point}{part}"))
}

/// A number of exactly so many digits.
fn number(digits: &str, length: usize) -> Option<u32> {
    let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
