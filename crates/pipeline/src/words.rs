//! Words and figures as people read them.

use jiff::SignedDuration;
use weir_engine::ScriptEffect;
use weir_model::event::Event;

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
