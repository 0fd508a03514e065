//! Days and times as servers print them.

use super::{Unfit, unfit};

/// The day that stands for none.
const NO_DAY: &str = "0000-00-00";
/// The most hours that a TIME has.
const MOST_HOURS: u32 = 838;

/// Digits behind a second that a type keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mask) struct Precision(usize);

impl Precision {
    /// Of a type that says so, or does not.
    pub(super) fn of(digits: Option<u32>) -> Self {
        Self(digits.unwrap_or_default() as usize)
    }
}

/// A day: `2026-11-22`.
pub(super) fn date(text: &str) -> Result<String, Unfit> {
    let text = text.trim();
    match is_date(text) {
        true => Ok(text.to_owned()),
        false => Err(unfit(
            "the rule makes something else than a day such as 2026-11-22",
        )),
    }
}

/// A time: `13:45`, `13:45:30`, `-100:00:00.25`.
pub(super) fn time(text: &str, precision: Precision) -> Result<String, Unfit> {
    let text = text.trim();
    let (sign, clock) = match text.strip_prefix('-') {
        Some(clock) => ("-", clock),
        None => ("", text),
    };
    let read = Clock::parse(clock).filter(|clock| clock.hours <= MOST_HOURS);
    read.and_then(|clock| clock.write(precision))
        .map(|clock| format!("{sign}{clock}"))
        .ok_or_else(|| unfit("the rule makes something else than a time such as 13:45:30"))
}

/// A day and a time of day, a space or a T between them.
pub(super) fn date_time(text: &str, precision: Precision) -> Result<String, Unfit> {
    let (date, clock) = match text.trim().split_once([' ', 'T']) {
        Some((date, clock)) => (date, Clock::parse(clock)),
        None => (text.trim(), Clock::parse("00:00")),
    };
    let clock = clock.filter(|clock| clock.hours < 24 && is_date(date));
    clock
        .and_then(|clock| clock.write(precision))
        .map(|clock| format!("{date} {clock}"))
        .ok_or_else(|| {
            unfit("the rule makes something else than a time such as 2026-11-22 13:45:30")
        })
}

/// The same between 1970 and where servers end, in UTC.
pub(super) fn timestamp(text: &str, precision: Precision) -> Result<String, Unfit> {
    const UTC: [&str; 2] = ["Z", "+00:00"];
    let text = text.trim();
    let bare = UTC.iter().find_map(|zone| text.strip_suffix(zone));
    let text = date_time(bare.unwrap_or(text), precision)?;
    let is_ours = ("1970-01-01 00:00:01".."2106-02-07 06:28:16").contains(&text.as_str());
    match is_ours || text.starts_with(NO_DAY) {
        true => Ok(text),
        false => Err(unfit(
            "the rule makes a time that the column does not reach",
        )),
    }
}

/// A year of four digits.
pub(super) fn year(text: &str) -> Result<String, Unfit> {
    match text.trim().parse::<u32>() {
        Ok(year) if year == 0 || (1901..=2155).contains(&year) => Ok(format!("{year:04}")),
        _ => Err(unfit("the rule makes something else than a year of ours")),
    }
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
    let mut part = |length| number(parts.next()?, length);
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else {
        return false;
    };
    let is_day = (1..=12).contains(&month) && (1..=day_in(year, month)).contains(&day);
    parts.next().is_none() && (is_day || text == NO_DAY)
}

/// Hours, minutes and seconds.
struct Clock<'a> {
    hours: u32,
    minutes: u32,
    seconds: u32,
    /// The digits behind the point, without zeros at their end.
    part: &'a str,
}

impl<'a> Clock<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (whole, part) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, part)) => (whole, part),
            None => (text, ""),
        };
        let mut parts = whole.split(':');
        let hours = parts.next()?;
        let clock = Self {
            hours: number(hours, hours.len().clamp(1, 3))?,
            minutes: number(parts.next()?, 2)?,
            seconds: match parts.next() {
                Some(seconds) => number(seconds, 2)?,
                None if part.is_empty() => 0,
                None => return None,
            },
            part: part.trim_end_matches('0'),
        };
        let is_clock = clock.minutes < 60
            && clock.seconds < 60
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && parts.next().is_none();
        is_clock.then_some(clock)
    }

    /// In full, with as many digits as the column has.
    fn write(&self, precision: Precision) -> Option<String> {
        let Self {
            hours,
            minutes,
            seconds,
            part,
        } = self;
        let digits = precision.0;
        match (part.len() <= digits, digits) {
            (false, _) => None,
            (true, 0) => Some(format!("{hours:02}:{minutes:02}:{seconds:02}")),
            (true, _) => Some(format!(
                "{hours:02}:{minutes:02}:{seconds:02}.{part:0<digits$}"
            )),
        }
    }
}

/// A number of exactly so many digits.
fn number(digits: &str, length: usize) -> Option<u32> {
    let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
