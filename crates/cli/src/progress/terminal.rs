//! Progress for a person: the step at hand as a bar, finished steps as lines above it.

use super::{Face, amount};
use crate::style::{Style, Tone};
use crate::units;
use indicatif::{ProgressBar, ProgressStyle};
use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use weir_model::event::{Event, Unit};

const TICK: Duration = Duration::from_millis(120);
const WAITING: &str = "{spinner} {msg}  {elapsed}";
const COUNTING: &str = "{spinner} {msg}  {prefix}  {per_sec:.dim}";
const BYTES: &str =
    "{spinner} {msg}  {bar:24} {percent:>3} %  {prefix}  {binary_bytes_per_sec}  {eta} left";
const ROWS: &str = "{spinner} {msg}  {bar:24} {percent:>3} %  {prefix}  {per_sec}  {eta} left";

/// A bar that follows the steps.
pub(super) struct Terminal {
    bar: ProgressBar,
    style: Style,
    step: Mutex<Option<Step>>,
}

struct Step {
    title: String,
    began: Instant,
    template: &'static str,
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
        apply(&self.bar, WAITING);
        self.bar.enable_steady_tick(TICK);
        *step = Some(Step {
            title,
            began: Instant::now(),
            template: WAITING,
        });
    }

    fn progress(&self, unit: Unit, done: u64, total: u64) {
        let Ok(mut step) = self.step.lock() else {
            return;
        };
        let Some(step) = step.as_mut() else {
            return;
        };
        let template = match (unit, total) {
            (_, 0) => COUNTING,
            (Unit::Bytes, _) => BYTES,
            (Unit::Rows, _) => ROWS,
        };
        if template != step.template {
            apply(&self.bar, template);
            step.template = template;
        }
        if total > 0 {
            self.bar.set_length(total);
        }
        self.bar.set_prefix(amount(unit, done));
        self.bar.set_position(done);
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
fn apply(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        for template in [WAITING, COUNTING, BYTES, ROWS] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
