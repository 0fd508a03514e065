//! Points in time as databases write them.

/// A number of this size is milliseconds, a smaller one seconds: seconds reach it in the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

const MICROSECONDS: i64 = 1_000_000;

/// Microseconds since 1970 of a date or a timestamp in ISO form, without an offset in UTC.
pub(super) fn of_text(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    // Most texts are no dates, which their first bytes show.
    if text.len() < 10 || !text.first()?.is_ascii_digit() || text.get(4) != Some(&b'-') {
        return None;
    }
    let mut reader = Reader(text);
    let year = reader.number(4)?;
    reader.sign(b"-")?;
    let month = reader.number(2)?;
    reader.sign(b"-")?;
    let day = reader.number(2)?;
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    let seconds = days(date).checked_mul(86_400)?;
    let (time, offset) = match reader.0 {
        [] => (0, 0),
        _ => {
            reader.sign(b" T")?;
            reader.time()?
        }
    };
    seconds
        .checked_sub(offset)?
        .checked_mul(MICROSECONDS)?
        .checked_add(time)
}

/// Microseconds since 1970 of a number of seconds or milliseconds.
pub(super) fn of_number(number: i64) -> Option<i64> {
    let per = match number.unsigned_abs() >= MILLISECONDS_FROM.unsigned_abs() {
        true => 1_000,
        false => MICROSECONDS,
    };
    number.checked_mul(per)
}

fn days(date: jiff::civil::Date) -> i64 {
    let (year, month) = (i64::from(date.year()), i64::from(date.month()));
    // Years that begin in March have their leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(date.day()) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let mut value = 0_i64;
        for byte in number {
            value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        self.0 = rest;
        Some(value)
    }

    fn sign(&mut self, signs: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        signs.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Microseconds of the day, and the seconds by which the clock was ahead of UTC.
    fn time(&mut self) -> Option<(i64, i64)> {
        let hours = self.number(2)?;
        self.sign(b":")?;
        let minutes = self.number(2)?;
        let seconds = match self.sign(b":") {
            Some(_) => self.number(2)?,
            None => 0,
        };
        if hours > 24 || minutes > 59 || seconds > 60 {
            return None;
        }
        let mut micros = (hours * 3600 + minutes * 60 + seconds) * MICROSECONDS;
        if self.sign(b".").is_some() {
            let mut worth = MICROSECONDS;
            while let Some(digit) = self.number(1) {
                worth /= 10;
                micros += digit * worth;
            }
        }
        let offset = match self.sign(b"+-Z ") {
            None | Some(b'Z') => 0,
            Some(sign) => {
                let hours = self.number(2)?;
                self.sign(b":");
                let minutes = self.number(2).unwrap_or_default();
                let seconds = hours * 3600 + minutes * 60;
                if sign == b'-' { -seconds } else { seconds }
            }
        };
        self.0.is_empty().then_some((micros, offset))
    }
}

#[cfg(test)]
mod tests {
    use super::{of_number, of_text};

    #[test]
    fn moments_are_read_as_jiff_reads_them() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.123456Z",
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.5Z",
            "2100-03-01T12:00:00Z",
        ] {
            let expected: jiff::Timestamp = text.parse().unwrap();
            assert_eq!(
                of_text(text.as_bytes()),
                Some(expected.as_microsecond()),
                "{text}"
            );
        }
    }

    #[test]
    fn the_forms_of_databases_are_read() {
        let noon = of_text(b"2024-05-01 12:00:00").unwrap();
        for text in [
            "2024-05-01 14:00:00+02",
            "2024-05-01T08:30:00-03:30",
            "2024-05-01 12:00",
        ] {
            assert_eq!(of_text(text.as_bytes()), Some(noon), "{text}");
        }
        assert_eq!(of_number(noon / 1_000_000), Some(noon));
        assert_eq!(of_number(noon / 1_000), Some(noon));
        for text in [
            "2024-13-01",
            "2024-05-01x",
            "12345678901",
            "2024-05-01 12:00:00 o'clock",
            "",
            "infinity",
        ] {
            assert_eq!(of_text(text.as_bytes()), None, "{text}");
        }
    }
}
