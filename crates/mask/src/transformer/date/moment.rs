//! Dates and moments as databases write them.

use jiff::civil::{self, DateTime};
use jiff::tz::Offset;
use weir_engine::{Field, Replacement};

/// What whole numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    Seconds,
    Milliseconds,
}

/// Bytes of the longest time behind a date, without its zone: ` 23:59:59.123456789`.
const ROOM: usize = 19;

/// A moment, and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: DateTime,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// A date alone.
    Date,
    /// A date and a time: what stands between them, digits behind the seconds (`None`: no
    /// seconds either), and what stands behind (an offset, a zone).
    Moment(char, Option<usize>, String),
    /// A whole number.
    Number(Epoch),
    /// Before or behind all others, or nothing (`infinity`, `0000-00-00`): stays as it is.
    Everlasting(String),
}

impl Moment {
    /// Reads `YYYY-MM-DD`, alone or with a time behind.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.trim();
        if is_everlasting(text) {
            return Some(Self {
                at: DateTime::ZERO,
                form: Form::Everlasting(text.to_owned()),
            });
        }
        let (date, behind) = text.split_at_checked(10)?;
        let date = parse_date(date)?;
        let Some(between) = behind.chars().next() else {
            return Some(Self {
                at: date.at(0, 0, 0, 0),
                form: Form::Date,
            });
        };
        if !matches!(between, ' ' | 'T') {
            return None;
        }
        let behind = behind.get(1..)?;
        let is_time = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
        let end = behind.bytes().position(|byte| !is_time(byte));
        let (time, zone) = behind.split_at_checked(end.unwrap_or(behind.len()))?;
        if !is_zone(zone) {
            return None;
        }
        let (time, digits) = parse_time(time)?;
        Some(Self {
            at: date.to_datetime(time),
            form: Form::Moment(between, digits, zone.to_owned()),
        })
    }

    /// Reads a number that counts from 1970.
    pub(super) fn of_epoch(number: i64, epoch: Epoch) -> Option<Self> {
        let moment = match epoch {
            Epoch::Seconds => jiff::Timestamp::from_second(number),
            Epoch::Milliseconds => jiff::Timestamp::from_millisecond(number),
        };
        Some(Self {
            at: Offset::UTC.to_datetime(moment.ok()?),
            form: Form::Number(epoch),
        })
    }

    /// What stands for a value that is no date: nothing of it comes through.
    pub(super) fn origin(field: Field<'_>) -> Self {
        Self {
            at: civil::datetime(1970, 1, 1, 0, 0, 0, 0),
            form: match field {
                Field::Integer(_) => Form::Number(Epoch::Seconds),
                _ => Form::Date,
            },
        }
    }

    /// Another moment, written the same way.
    pub(super) fn moved_to(self, at: DateTime) -> Self {
        Self { at, ..self }
    }

    pub(super) const fn is_everlasting(&self) -> bool {
        matches!(self.form, Form::Everlasting(_))
    }

    /// As the value was written.
    pub(super) fn written(&self, like: Field<'_>) -> Replacement {
        if let Form::Number(epoch) = self.form {
            let moment = Offset::UTC.to_timestamp(self.at).unwrap_or_default();
            return Replacement::Integer(match epoch {
                Epoch::Seconds => moment.as_second(),
                Epoch::Milliseconds => moment.as_millisecond(),
            });
        }
        let text = self.text();
        match like {
            Field::Blob(_) => Replacement::Blob(text.into_bytes()),
            _ => Replacement::Text(text),
        }
    }

    fn text(&self) -> String {
        let (between, digits, zone) = match &self.form {
            Form::Everlasting(text) => return text.clone(),
            Form::Moment(between, digits, zone) => (*between, *digits, zone.as_str()),
            Form::Date | Form::Number(_) => return self.date(),
        };
        let mut text = self.date();
        text.reserve(ROOM + zone.len());
        text.push(between);
        put_two(self.at.hour(), &mut text);
        text.push(':');
        put_two(self.at.minute(), &mut text);
        if let Some(digits) = digits {
            text.push(':');
            put_two(self.at.second(), &mut text);
            if digits > 0 {
                text.push('.');
                put_fraction(self.at.subsec_nanosecond(), digits, &mut text);
            }
        }
        text.push_str(zone);
        text
    }

    fn date(&self) -> String {
        let year = self.at.year();
        let mut text = String::with_capacity(ROOM + 10);
        match u8::try_from(year / 100) {
            Ok(century) if year >= 0 => {
                put_two(century as i8, &mut text);
                put_two((year % 100) as i8, &mut text);
            }
            _ => text.push_str(&format!("{year:04}")),
        }
        text.push('-');
        put_two(self.at.month(), &mut text);
        text.push('-');
        put_two(self.at.day(), &mut text);
        text
    }
}

/// Appends a number below 100.
fn put_two(number: i8, text: &mut String) {
    let number = number.unsigned_abs();
    text.push(char::from(b'0' + number / 10));
    text.push(char::from(b'0' + number % 10));
}

/// Appends the first digits of a fraction of a second.
fn put_fraction(nanoseconds: i32, digits: usize, text: &mut String) {
    let mut rest = nanoseconds.unsigned_abs();
    for _ in 0..digits {
        text.push(char::from_digit(rest / 100_000_000, 10).unwrap_or('0'));
        rest = rest % 100_000_000 * 10;
    }
}

fn is_everlasting(text: &str) -> bool {
    if !text.starts_with(['i', '-', '0']) {
        return false;
    }
    let is_zero = |text: &str| text.bytes().all(|byte| b"0-: .".contains(&byte));
    matches!(text, "infinity" | "-infinity") || (text.starts_with("0000-00-00") && is_zero(text))
}

/// Whether what stands behind a time says where it counts, and nothing else.
fn is_zone(text: &str) -> bool {
    let offset = text.strip_prefix(['+', '-']);
    let is_offset = |digits: &str| {
        (2..=8).contains(&digits.len())
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b':')
    };
    matches!(text, "" | "Z" | "z") || offset.is_some_and(is_offset)
}

fn parse_date(text: &str) -> Option<civil::Date> {
    // As all but hand-written dates are.
    if let [year @ .., b'-', m1, m2, b'-', d1, d2] = text.as_bytes()
        && let (4, Some(year)) = (year.len(), read_digits(year))
        && let (Some(month), Some(day)) = (read_digits(&[*m1, *m2]), read_digits(&[*d1, *d2]))
    {
        return civil::Date::new(year as i16, month as i8, day as i8).ok();
    }
    let mut numbers = text.split('-').map(str::parse::<i16>);
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let (month, day) = (
        i8::try_from(month.ok()?).ok()?,
        i8::try_from(day.ok()?).ok()?,
    );
    civil::Date::new(year.ok()?, month, day).ok()
}

/// The number that a few digits are, and nothing else.
fn read_digits(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |number, digit| {
        let value = i32::from(digit.wrapping_sub(b'0'));
        (value < 10).then_some(number * 10 + value)
    })
}

/// A time, and its digits behind the seconds.
fn parse_time(text: &str) -> Option<(civil::Time, Option<usize>)> {
    if let Some(time) = parse_usual_time(text.as_bytes()) {
        return Some(time);
    }
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut numbers = whole.split(':').map(str::parse::<i8>);
    let (hour, minute) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let second = numbers.next().transpose().ok()?;
    let digits = fraction.map_or(0, str::len);
    if digits > 9 || (second.is_none() && fraction.is_some()) {
        return None;
    }
    let missing = u32::try_from(9 - digits).ok()?;
    let nanoseconds = read_digits(fraction.unwrap_or_default().as_bytes())? * 10_i32.pow(missing);
    let time = civil::Time::new(hour, minute, second.unwrap_or_default(), nanoseconds).ok()?;
    Some((time, second.map(|_| digits)))
}

/// The same for `hh:mm:ss`, with or without a fraction: as all but hand-written times are.
fn parse_usual_time(text: &[u8]) -> Option<(civil::Time, Option<usize>)> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, behind @ ..] = text else {
        return None;
    };
    let fraction = match behind {
        [] => behind,
        [b'.', fraction @ ..] if fraction.len() <= 9 => fraction,
        _ => return None,
    };
    let two = |first: u8, second: u8| Some(read_digits(&[first, second])? as i8);
    let missing = u32::try_from(9 - fraction.len()).ok()?;
    let nanoseconds = read_digits(fraction)? * 10_i32.pow(missing);
    let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
    let time = civil::Time::new(hour, minute, second, nanoseconds).ok()?;
    Some((time, Some(fraction.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_they_were_read() {
        for text in [
            "2024-02-29",
            "2024-02-29 23:59:59",
            "2024-02-29T23:59:59.120Z",
            "0001-01-01 00:00",
            "2024-02-29 23:59:59.123456+05:30",
            "infinity",
            "0000-00-00 00:00:00",
        ] {
            let read = Moment::parse(text.as_bytes()).unwrap();
            assert_eq!(read.text(), text);
        }
        for text in [
            "",
            "2024-02-30",
            "yesterday",
            "2024-05-01 10:15 called Ada",
            "0000-00-00 Ada",
            "2024-2-29x",
            "2024-02-29 25:00",
            "12:30:00",
        ] {
            assert_eq!(Moment::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_count_from_1970() {
        let read = Moment::of_epoch(-1, Epoch::Seconds).unwrap();
        assert_eq!(read.at.to_string(), "1969-12-31T23:59:59");
        assert!(read.written(Field::Integer(0)) == Replacement::Integer(-1));
    }

    #[test]
    fn years_have_four_digits_and_fractions_as_many_as_they_had() {
        let written = |year: i16, digits: usize| {
            let moment = Moment {
                at: civil::datetime(year, 3, 4, 5, 6, 7, 80_901_234),
                form: Form::Moment('T', Some(digits), "Z".to_owned()),
            };
            moment.text()
        };
        for year in [-9_999, -150, -99, -1, 0, 1, 99, 100, 1985, 9_999] {
            for digits in 1..=9 {
                let fraction = "080901234".get(..digits).unwrap();
                let expected = format!("{year:04}-03-04T05:06:07.{fraction}Z");
                assert_eq!(written(year, digits), expected);
            }
        }
        assert_eq!(written(2024, 0), "2024-03-04T05:06:07Z");
    }
}
