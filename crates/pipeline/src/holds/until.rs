//! Until when: as people say it.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use weir_config::Period;
use weir_model::error::{Error, Kind, Result};

/// The moment that `friday` (its beginning), `2026-12-01` (its beginning), `2026-12-01T10:00`,
/// `2026-12-01T10:00:00Z` or `3d` (from now) stands for in a time zone.
///
/// # Errors
/// `usage` for what is none of these.
pub fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
    moment(text, now, zone).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("hold until {text:?}"),
            "this is no moment",
        )
        .hint("write a weekday, a date, a date with a time, or how long: friday, 2026-12-01, 2026-12-01T10:00, 3d")
    })
}

fn moment(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(weekday) = weekday(text) {
        let today = now.to_zoned(zone.clone()).date();
        // Said on a Friday, Friday is the next one.
        return beginning(today.nth_weekday(1, weekday).ok()?, zone);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    if text.contains('T') {
        let time: DateTime = text.parse().ok()?;
        return Some(time.to_zoned(zone.clone()).ok()?.timestamp());
    }
    if let Ok(date) = text.parse::<Date>() {
        return beginning(date, zone);
    }
    let period: Period = text.parse().ok()?;
    let duration = SignedDuration::try_from(period.duration()).ok()?;
    now.checked_add(duration).ok()
}

fn beginning(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(date.to_zoned(zone.clone()).ok()?.timestamp())
}

/// `friday`, `Fri`.
fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let text = text.to_ascii_lowercase();
    let at = NAMES
        .iter()
        .position(|name| *name == text || name.get(..3) == Some(text.as_str()))?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_people_say_it_in_their_own_time_zone() {
        // A Friday, when London has summer time and the next Sunday ends it.
        let now = "2026-10-23T10:00:00Z".parse().unwrap();
        let zone = "Europe/London".parse::<weir_config::Timezone>().unwrap();
        for (text, expected) in [
            ("friday", "2026-10-30T00:00:00Z"),
            ("Sat", "2026-10-23T23:00:00Z"),
            ("monday", "2026-10-26T00:00:00Z"),
            ("2026-10-24", "2026-10-23T23:00:00Z"),
            ("2026-10-24T10:00", "2026-10-24T09:00:00Z"),
            ("2026-10-24T10:00:00+02:00", "2026-10-24T08:00:00Z"),
            ("2026-12-01T10:30", "2026-12-01T10:30:00Z"),
            ("3d", "2026-10-26T10:00:00Z"),
            ("1d12h", "2026-10-24T22:00:00Z"),
        ] {
            assert_eq!(
                until(text, now, zone.zone()).unwrap().to_string(),
                expected,
                "{text}"
            );
        }
        for wrong in [
            "",
            "fr",
            "fridays",
            "tomorrowish",
            "2026-13-01",
            "10:00",
            "3",
            "0d",
        ] {
            let error = until(wrong, now, zone.zone()).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{wrong}");
        }
    }
}
