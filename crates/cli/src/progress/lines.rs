//! Progress for a log: a line when a step begins, and one every ten seconds within it.

use super::{Face, amount};
use crate::units;
use std::io::{self, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use weir_model::event::{Event, Unit};

const INTERVAL: Duration = Duration::from_secs(10);

/// Writes lines, remembering the step at hand.
#[derive(Default)]
pub(super) struct Lines {
    step: Mutex<Option<Step>>,
}

struct Step {
    title: String,
    began: Instant,
    spoke: Instant,
}

impl Face for Lines {
    fn show(&self, event: &Event) {
        match event {
            Event::Step {
                number,
                total,
                name,
            } => {
                let title = format!("{number}/{total} {name}");
                write(&title);
                let now = Instant::now();
                if let Ok(mut step) = self.step.lock() {
                    *step = Some(Step {
                        title,
                        began: now,
                        spoke: now,
                    });
                }
            }
            Event::Progress { unit, done, total } => self.progress(*unit, *done, *total),
            Event::Note { message } => write(&format!("note: {message}")),
            Event::Warning { message } => write(&format!("warning: {message}")),
            Event::Checkpoint { .. } => {}
        }
    }

    fn close(&self) {}
}

impl Lines {
    fn progress(&self, unit: Unit, done: u64, total: u64) {
        let Ok(mut step) = self.step.lock() else {
            return;
        };
        if let Some(step) = step.as_mut()
            && step.spoke.elapsed() >= INTERVAL
        {
            step.spoke = Instant::now();
            write(&format!(
                "{}: {}",
                step.title,
                far(unit, done, total, step.began.elapsed())
            ));
        }
    }
}

/// `61 %, 120.4 MiB of 197.0 MiB, 88.2 MiB/s, 4.0 s left`.
fn far(unit: Unit, done: u64, total: u64, spent: Duration) -> String {
    let seconds = spent.as_secs_f64().max(0.001);
    let rate = done as f64 / seconds;
    let speed = format!("{}/s", amount(unit, rate as u64));
    if total == 0 || done > total {
        return format!("{}, {speed}", amount(unit, done));
    }
    let percent = done.saturating_mul(100) / total;
    let left = Duration::from_secs_f64((total - done) as f64 / rate.max(0.001));
    format!(
        "{percent} %, {} of {}, {speed}, {} left",
        amount(unit, done),
        amount(unit, total),
        units::duration(left.min(Duration::from_secs(86_400 * 365)))
    )
}

fn write(line: &str) {
    let _ = io::stderr()
        .lock()
        .write_all(format!("{line}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_rate_and_time_left() {
        let text = far(Unit::Bytes, 50 << 20, 100 << 20, Duration::from_secs(10));
        assert_eq!(text, "50 %, 50.0 MiB of 100.0 MiB, 5.0 MiB/s, 10 s left");
    }

    #[test]
    fn an_unknown_total_is_not_guessed() {
        let text = far(Unit::Rows, 5_000, 0, Duration::from_secs(10));
        assert_eq!(text, "5,000 rows, 500 rows/s");
    }
}
