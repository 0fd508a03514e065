//! Progress for a log: a line when a step begins, one every ten seconds within it, and one a minute
//! while something is waited for.

use super::{Face, amount, waiting};
use crate::units;
use std::io::{self, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use weir_model::event::{Event, Unit};

const INTERVAL: Duration = Duration::from_secs(10);
/// How often a wait is told again while nothing changes.
const WAITING: Duration = Duration::from_secs(60);

/// Writes lines, remembering the step at hand.
#[derive(Default)]
pub(super) struct Lines {
    step: Mutex<Option<Step>>,
    wait: Mutex<Option<Wait>>,
}

/// What is waited for, and when that was last told.
struct Wait {
    what: String,
    spoke: Instant,
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
            Event::Waiting { what, seconds_left } => self.waiting(what, *seconds_left),
            Event::Checkpoint { .. } => {}
        }
    }

    fn close(&self) {}
}

impl Lines {
    fn waiting(&self, what: &str, seconds_left: u64) {
        let Ok(mut wait) = self.wait.lock() else {
            return;
        };
        let same = wait.as_ref().filter(|known| known.what == what);
        let again = match same {
            Some(known) if known.spoke.elapsed() < WAITING => return,
            Some(_) => "still ",
            None => "",
        };
        write(&format!("{again}{}", waiting(what, seconds_left)));
        *wait = Some(Wait {
            what: what.to_owned(),
            spoke: Instant::now(),
        });
    }

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
