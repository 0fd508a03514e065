//! Progress for a person: the step at hand as a bar, finished steps as lines above it.

use super::{Face, amount, waiting};
use crate::style::{Style, Tone};
use crate::units;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use weir_model::event::{Event, Unit};

const TICK: Duration = Duration::from_millis(120);
// The title gives way first, so that a line never wraps and can be drawn over.
const WAITING: &str = "{spinner} {wide_msg}  {spent}";
const COUNTING: &str = "{spinner} {wide_msg}  {prefix}  {rate}";
const MEASURING: &str =
    "{spinner} {wide_msg} {bar:12} {percent:>3} %  {prefix}  {rate}  {left} left";

/// What a step can show of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing but the time it takes.
    Waiting,
    /// An amount, of nobody knows how much.
    Counting(Unit),
    /// An amount of a known total.
    Measuring(Unit),
}

/// A bar that follows the steps.
pub(super) struct Terminal {
    bar: ProgressBar,
    style: Style,
    step: Mutex<Option<Step>>,
}

struct Step {
    title: String,
    began: Instant,
    look: Look,
    awaited: Option<String>,
}

impl Terminal {
    /// A bar that is not shown yet.
    pub(super) fn new() -> Self {
        Self {
            bar: ProgressBar::no_length(),
            style: Style::of(&io::stderr()),
            step: Mutex::new(None),
        }
    }

    fn begin(&self, number: u32, total: u32, name: &str) {
        let Ok(mut step) = self.step.lock() else {
            return;
        };
        self.end(step.take());
        let title = format!("{number}/{total} {name}");
        self.bar.reset();
        self.bar.unset_length();
        self.bar.set_message(title.clone());
        apply(&self.bar, Look::Waiting);
        self.bar.enable_steady_tick(TICK);
        *step = Some(Step {
            title,
            began: Instant::now(),
            look: Look::Waiting,
            awaited: None,
        });
    }

    fn progress(&self, unit: Unit, done: u64, total: u64) {
        let Ok(mut step) = self.step.lock() else {
            return;
        };
        let Some(step) = step.as_mut() else {
            return;
        };
        let look = if total == 0 {
            Look::Counting(unit)
        } else {
            Look::Measuring(unit)
        };
        if look != step.look {
            // Another thing is counted now: its rate has nothing to do with the one before.
            self.bar.reset_eta();
            apply(&self.bar, look);
            step.look = look;
        }
        if total > 0 {
            self.bar.set_length(total);
        }
        self.bar.set_prefix(amount(unit, done));
        self.bar.set_position(done);
    }

    /// What is waited for is a line of its own when it changes; how long more stands at the step.
    fn waiting(&self, what: &str, seconds_left: u64) {
        let Ok(mut step) = self.step.lock() else {
            return;
        };
        let Some(step) = step.as_mut() else {
            return;
        };
        if step.awaited.as_deref() != Some(what) {
            self.bar
                .println(format!("  {}", waiting(what, seconds_left)));
            step.awaited = Some(what.to_owned());
        }
        let left = units::duration(Duration::from_secs(seconds_left));
        self.bar
            .set_message(format!("{}: waiting, {left} left", step.title));
    }

    /// A finished step stays on the screen with the time it took.
    fn end(&self, step: Option<Step>) {
        if let Some(step) = step {
            let took = units::duration(step.began.elapsed());
            let took = self.style.paint(Tone::Faint, took);
            self.bar.println(format!("  {}  {took}", step.title));
        }
    }
}

impl Face for Terminal {
    fn show(&self, event: &Event) {
        match event {
            Event::Step {
                number,
                total,
                name,
            } => self.begin(*number, *total, name),
            Event::Progress { unit, done, total } => self.progress(*unit, *done, *total),
            Event::Note { message } => self.bar.println(format!("  note: {message}")),
            Event::Warning { message } => {
                let label = self.style.paint(Tone::Doubtful, "warning:");
                self.bar.println(format!("  {label} {message}"));
            }
            Event::Waiting { what, seconds_left } => self.waiting(what, *seconds_left),
            Event::Checkpoint { .. } => {}
        }
    }

    fn close(&self) {
        if let Ok(mut step) = self.step.lock() {
            self.end(step.take());
        }
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }
}

/// The templates are constants of this file; one that does not parse leaves the old look.
fn apply(bar: &ProgressBar, look: Look) {
    let (template, unit) = match look {
        Look::Waiting => (WAITING, Unit::Rows),
        Look::Counting(unit) => (COUNTING, unit),
        Look::Measuring(unit) => (MEASURING, unit),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(
            style
                .progress_chars("━╸ ")
                .with_key(
                    "rate",
                    move |state: &ProgressState, text: &mut dyn Write| {
                        // A line that cannot be formatted is drawn again at the next tick.
                        let _ = write!(text, "{}/s", amount(unit, state.per_sec() as u64));
                    },
                )
                .with_key("left", |state: &ProgressState, text: &mut dyn Write| {
                    let _ = write!(text, "{}", units::duration(state.eta()));
                })
                .with_key("spent", |state: &ProgressState, text: &mut dyn Write| {
                    let _ = write!(text, "{}", units::duration(state.elapsed()));
                }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        for template in [WAITING, COUNTING, MEASURING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
