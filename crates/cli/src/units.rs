//! Bytes, counts, times and ages as people read them.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

pub(crate) use weir_pipeline::words::bytes;

/// `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 job`, `2 jobs`.
pub(crate) fn of(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// `0.4 s`, `12 s`, `3 min 20 s`, `5 h 10 min`, `3 d 4 h`.
pub(crate) fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", length.as_secs_f64()),
        10..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=86_399 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// The length between two times; none when they are in the wrong order.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> Duration {
    let length: SignedDuration = to.duration_since(from);
    Duration::try_from(length).unwrap_or_default()
}

/// `2026-11-22 01:36:00Z`: to the second, in UTC, sortable.
pub(crate) fn time(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(
            [count(7), count(1_000), count(12_345_678)],
            ["7", "1,000", "12,345,678"]
        );
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [of(0, "job"), of(1, "job"), of(2, "job")],
            ["0 jobs", "1 job", "2 jobs"]
        );
    }

    #[test]
    fn durations_keep_two_units() {
        let texts: Vec<String> = [400, 12_000, 200_000, 18_600_000, 273_600_000, 7_200_000]
            .into_iter()
            .map(|millis| duration(Duration::from_millis(millis)))
            .collect();
        assert_eq!(
            texts,
            [
                "0.4 s",
                "12 s",
                "3 min 20 s",
                "5 h 10 min",
                "3 d 4 h",
                "2 h"
            ]
        );
    }
}
