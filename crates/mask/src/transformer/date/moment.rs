//! Dates and moments as databases write them.

use jiff::civil::{self, DateTime};
use weir_engine::{Field, Replacement};

/// What whole numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    Seconds,
    Milliseconds,
}

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
        let end = behind.find(|letter: char| !(letter.is_ascii_digit() || ":.".contains(letter)));
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
            at: moment.ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
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
            let moment = self.at.to_zoned(jiff::tz::TimeZone::UTC);
            let moment = moment.map(|moment| moment.timestamp()).unwrap_or_default();
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
        let date = self.at.date();
        let date = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
        let Form::Moment(between, digits, zone) = &self.form else {
            return match &self.form {
                Form::Everlasting(text) => text.clone(),
                _ => date,
            };
        };
        let (hour, minute, second) = (self.at.hour(), self.at.minute(), self.at.second());
        let mut text = format!("{date}{between}{hour:02}:{minute:02}");
        if let Some(digits) = digits {
            text.push_str(&format!(":{second:02}"));
            if *digits > 0 {
                let nanoseconds = format!("{:09}", self.at.subsec_nanosecond());
                text.push('.');
                text.push_str(nanoseconds.get(..*digits).unwrap_or(&nanoseconds));
            }
        }
        text.push_str(zone);
        text
    }
}

fn is_everlasting(text: &str) -> bool {
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
    let mut numbers = text.split('-').map(str::parse::<i16>);
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let (month, day) = (
        i8::try_from(month.ok()?).ok()?,
        i8::try_from(day.ok()?).ok()?,
    );
    civil::Date::new(year.ok()?, month, day).ok()
}

/// A time, and its digits behind the seconds.
fn parse_time(text: &str) -> Option<(civil::Time, Option<usize>)> {
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
    let nanoseconds = format!("{:0<9}", fraction.unwrap_or_default())
        .parse()
        .ok()?;
    let time = civil::Time::new(hour, minute, second.unwrap_or_default(), nanoseconds).ok()?;
    Some((time, second.map(|_| digits)))
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
}
