//! Words and figures as people read them.

use jiff::SignedDuration;
use std::time::Duration;
use weir_engine::ScriptEffect;
use weir_model::event::Event;
use weir_model::letters::steers;

/// A duration in its two largest units: `3 d 4 h`, `12 min`, `8 s`.
#[must_use]
pub fn age(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A job as operators name it.
#[must_use]
pub fn address(environment: &str, app: &str, job: &str) -> String {
    if job == "main" {
        format!("{environment}/{app}")
    } else {
        format!("{environment}/{app}/{job}")
    }
}

/// A database of an app as operators name it.
pub(crate) fn database(environment: &str, app: &str, database: &str) -> String {
    if database == app {
        format!("{environment}/{app}")
    } else {
        format!("{environment}/{app} ({database})")
    }
}

/// What an event of a run says to people; nothing for what is only counted.
#[must_use]
pub fn event(event: &Event) -> Option<String> {
    match event {
        Event::Step {
            number,
            total,
            name,
        } => Some(format!("{number}/{total} {name}")),
        Event::Note { message } | Event::Warning { message } => Some(message.clone()),
        Event::Waiting { what, seconds_left } => {
            let left = SignedDuration::from_secs(i64::try_from(*seconds_left).unwrap_or(i64::MAX));
            Some(format!(
                "waiting for {what}; for {} if nothing changes",
                age(left)
            ))
        }
        Event::Checkpoint { checkpoint } => Some(format!("reached {checkpoint:?}")),
        Event::Progress { .. } => None,
    }
}

/// Bytes in binary units: `1.5 GiB`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    #[allow(clippy::cast_precision_loss)] // shown with one decimal
    let mut amount = bytes as f64 / 1024.0;
    let mut unit = UNITS[0];
    for larger in UNITS.iter().skip(1) {
        if amount < 1024.0 {
            break;
        }
        amount /= 1024.0;
        unit = larger;
    }
    format!("{amount:.1} {unit}")
}

/// `1,234,567`.
#[must_use]
pub fn count(number: u64) -> String {
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

/// `0.4 s`, `12 s`, `3 min 20 s`, `5 h 10 min`, `3 d 4 h`.
#[must_use]
pub fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", length.as_secs_f64()),
        10..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=86_399 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// A length in milliseconds: `under 1 ms`, `20 ms`, from a second on as [`duration`] has it.
#[must_use]
pub fn milliseconds(length: u64) -> String {
    match length {
        0 => "under 1 ms".to_owned(),
        1..=999 => format!("{length} ms"),
        _ => duration(Duration::from_millis(length)),
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// Nothing in a value may move the cursor, colour the rest, or turn what follows around.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if steers(letter) {
            safe.extend(letter.escape_default());
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// What scripts did to a table.
pub(crate) fn effect(effect: &ScriptEffect) -> String {
    match (effect.before, effect.after) {
        (Some(before), Some(after)) if before == after => {
            format!("scripts changed rows of {}", effect.table)
        }
        (Some(before), Some(after)) => {
            format!(
                "scripts changed {} from {before} to {after} rows",
                effect.table
            )
        }
        (None, _) => format!("scripts made table {}", effect.table),
        (_, None) => format!("scripts dropped table {}", effect.table),
    }
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
    fn short_lengths_are_told_apart() {
        assert_eq!(
            [0, 20, 999, 1_200].map(milliseconds),
            ["under 1 ms", "20 ms", "999 ms", "1.2 s"]
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

    #[test]
    fn a_value_cannot_write_on_the_terminal_by_itself() {
        assert_eq!(printable("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(printable("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(printable("Zoë 王芳 🎉"), "Zoë 王芳 🎉");
    }
}
