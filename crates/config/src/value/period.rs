//! Durations as people write them: `90m`, `24h`, `8d`, `1d12h`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// Units with their length in seconds, longest first.
const UNITS: [(char, u64); 5] = [
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

/// A length of time in whole seconds; a day is 24 hours. As it is written it is at least a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(Duration);

impl Period {
    /// No time at all.
    pub const NONE: Self = Self(Duration::ZERO);

    /// So many minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self(Duration::from_secs(minutes * 60))
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self(Duration::from_secs(hours * 3_600))
    }

    /// The length as the standard library has it.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Period {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match seconds(text) {
            Some(seconds) if seconds > 0 => Ok(Self(Duration::from_secs(seconds))),
            _ => Err(
                "this is not a duration\nhelp: a number with a unit (s, m, h, d or w), for example `90m`, `24h`, `8d` or `1d12h`"
                    .to_owned(),
            ),
        }
    }
}

fn seconds(text: &str) -> Option<u64> {
    // A hundred years: beyond it, adding to a time of day could overflow.
    const LONGEST: u64 = 100 * 366 * 86_400;
    let mut total = 0_u64;
    let mut number = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            number.push(character);
            continue;
        }
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == character)?;
        let amount: u64 = number.parse().ok()?;
        number.clear();
        total = total.checked_add(amount.checked_mul(*unit)?)?;
    }
    (!text.is_empty() && number.is_empty() && total <= LONGEST).then_some(total)
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "a duration such as `24h`")
    }
}

/// A duration where none at all, `0s`, makes sense, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeriodOrNone(pub(crate) Period);

impl FromStr for PeriodOrNone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match seconds(text) {
            Some(0) => Ok(Self(Period::NONE)),
            _ => text.parse().map(Self),
        }
    }
}

impl<'de> Deserialize<'de> for PeriodOrNone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "a duration such as `5m`, or `0s`")
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.as_secs();
        if left == 0 {
            return formatter.write_str("0s");
        }
        // Operators say 24h and 12h, but 8d and 120d: a single day reads as hours.
        let units = UNITS.iter().filter(|(name, _)| *name != 'w');
        let short = left < 2 * 86_400;
        for (name, length) in units.filter(|(name, _)| !(short && *name == 'd')) {
            let amount = left / length;
            left %= length;
            if amount > 0 {
                write!(formatter, "{amount}{name}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Period, PeriodOrNone};

    fn read(text: &str) -> Option<String> {
        text.parse::<Period>().ok().map(|period| period.to_string())
    }

    #[test]
    fn reads_and_shows_durations() {
        assert_eq!(read("24h").as_deref(), Some("24h"));
        assert_eq!(read("1d12h").as_deref(), Some("36h"));
        assert_eq!(read("8d").as_deref(), Some("8d"));
        assert_eq!(read("2w").as_deref(), Some("14d"));
        assert_eq!(read("90m").as_deref(), Some("1h30m"));
    }

    #[test]
    fn none_at_all_is_written_with_its_unit() {
        let read = |text: &str| text.parse::<PeriodOrNone>().map(|read| read.0.to_string());
        assert_eq!(read("0s").as_deref(), Ok("0s"));
        assert_eq!(read("0m").as_deref(), Ok("0s"));
        assert_eq!(read("5m").as_deref(), Ok("5m"));
        assert!(read("").is_err() && read("0").is_err());
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in [
            "",
            "24",
            "h",
            "0h",
            "5 d",
            "-1h",
            "1y",
            "99999999999999999999h",
            "9999999w",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
