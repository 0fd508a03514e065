//! Cron lines: when a job is due.

use std::fmt;
use std::str::FromStr;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};

const HELP: &str = "five fields: minute hour day-of-month month day-of-week, for example \"30 1 * * 1-5\" (01:30 on weekdays); or `by-hand`";

/// A cron line of five fields.
#[derive(Debug, Clone)]
pub struct CronLine {
    text: String,
    /// One for each time of day where times are listed, so that each that a change of the clocks
    /// leaves out or repeats is due once; otherwise one.
    crons: Vec<Cron>,
}

impl PartialEq for CronLine {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CronLine {}

impl CronLine {
    /// The first time after `moment` at which the line is due in `zone`.
    #[must_use]
    pub fn next_after(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = moment.to_zoned(zone.clone());
        let next = self.crons.iter().filter_map(|cron| {
            let next = cron.find_next_occurrence(&start, false).ok()?;
            Some(next.timestamp())
        });
        next.min()
    }

    /// The last time before `moment` at which the line was due in `zone`.
    #[must_use]
    pub fn previous_before(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        // Whole seconds are searched: one that has begun is before its own later part.
        let whole = i64::from(moment.subsec_nanosecond() != 0);
        let moment = Timestamp::from_second(moment.as_second().saturating_add(whole)).ok()?;
        let start = moment.to_zoned(zone.clone());
        let previous = self.crons.iter().filter_map(|cron| {
            let previous = cron.find_previous_occurrence(&start, false).ok()?;
            Some(previous.timestamp())
        });
        previous.max()
    }
}

/// The cron lines of one time of day each that a line of listed hours and minutes stands for; the
/// line itself where it says "every".
fn times_of_day(fields: &[&str]) -> Vec<String> {
    /// More than these are as good as "every".
    const MOST: usize = 48;
    let [minutes, hours, days @ ..] = fields else {
        return Vec::new();
    };
    let numbers = |field: &str| -> Option<Vec<u8>> {
        field.split(',').map(|number| number.parse().ok()).collect()
    };
    let listed = numbers(minutes).zip(numbers(hours));
    let Some((minutes, hours)) =
        listed.filter(|(minutes, hours)| minutes.len() * hours.len() <= MOST)
    else {
        return vec![fields.join(" ")];
    };
    let days = days.join(" ");
    let of_hour = |hour: &u8| {
        let of_minute = |minute: &u8| format!("{minute} {hour} {days}");
        minutes.iter().map(of_minute).collect::<Vec<_>>()
    };
    hours.iter().flat_map(of_hour).collect()
}

impl FromStr for CronLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != 5 {
            return Err(format!(
                "this cron line has {} field{}, not 5\nhelp: {HELP}",
                fields.len(),
                if fields.len() == 1 { "" } else { "s" }
            ));
        }
        let line = fields.join(" ");
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let parse = |line: &str| parser.parse(line);
        let whole = parse(&line);
        let crons = whole.and_then(|_| {
            times_of_day(&fields)
                .iter()
                .map(|line| parse(line))
                .collect()
        });
        let crons = crons.map_err(|error: CronError| {
            let reason = error.to_string();
            let reason = reason
                .split_once(": ")
                .map_or(reason.as_str(), |(_, why)| why);
            let reason = reason.trim_end_matches('.');
            format!("this is not a cron line: {reason}\nhelp: {HELP}")
        })?;
        let line = Self { text: line, crons };
        // Any moment will do: what is due at all is due within a leap cycle of it.
        let moment = date(2026, 1, 1)
            .to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp());
        let due = moment.is_ok_and(|moment| line.next_after(moment, &TimeZone::UTC).is_some());
        if !due {
            return Err(format!("this cron line is never due\nhelp: {HELP}"));
        }
        Ok(line)
    }
}

impl fmt::Display for CronLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A schedule as it is written: a cron line, or `by-hand`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrittenSchedule {
    /// Only when somebody runs it.
    ByHand,
    /// When the line is due, in the job's time zone.
    Cron(CronLine),
}

impl FromStr for WrittenSchedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "by-hand" {
            return Ok(Self::ByHand);
        }
        text.parse().map(Self::Cron)
    }
}

impl<'de> Deserialize<'de> for WrittenSchedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "a cron line or `by-hand`")
    }
}
