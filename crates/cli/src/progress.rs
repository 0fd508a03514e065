//! How far a run is, on standard error: a bar on a terminal, plain lines elsewhere.

mod json;
mod lines;
mod terminal;

use crate::output::Format;
use crate::units;
use jiff::{SignedDuration, Timestamp};
use std::io::{self, IsTerminal};
use std::time::Duration;
use weir_engine::Observer;
use weir_model::event::{Event, Unit};

/// How much an operator wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Warnings only.
    Quiet,
    /// Steps and progress.
    Normal,
    /// Notes too.
    Verbose,
}

/// Shows events.
pub(crate) struct Progress {
    face: Box<dyn Face>,
    verbosity: Verbosity,
}

/// One way of showing events.
trait Face: Send + Sync {
    /// Shows an event that passed the verbosity.
    fn show(&self, event: &Event);

    /// Takes away what is not to stay on the screen.
    fn close(&self);
}

impl Progress {
    /// The way that fits what standard error is.
    pub(crate) fn new(format: Format, verbosity: Verbosity) -> Self {
        let face: Box<dyn Face> = match format {
            Format::Json => Box::new(json::Json),
            Format::Human if io::stderr().is_terminal() => Box::new(terminal::Terminal::new()),
            Format::Human => Box::new(lines::Lines::default()),
        };
        // Programs asked for data, not for a show; what matters still reaches them.
        let verbosity = match (format, verbosity) {
            (Format::Json, Verbosity::Normal) => Verbosity::Quiet,
            (_, verbosity) => verbosity,
        };
        Self { face, verbosity }
    }

    /// Clears the bar, before data is printed.
    pub(crate) fn close(&self) {
        self.face.close();
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        let needed = match event {
            Event::Warning { .. } => Verbosity::Quiet,
            Event::Step { .. } | Event::Progress { .. } | Event::Waiting { .. } => {
                Verbosity::Normal
            }
            Event::Note { .. } => Verbosity::Verbose,
            // Where tests stop a run; an operator sees the steps.
            Event::Checkpoint { .. } => return,
        };
        if needed <= self.verbosity {
            self.face.show(event);
        }
    }
}

/// What is waited for, and until when if nothing changes.
fn waiting(what: &str, seconds_left: u64) -> String {
    let left = SignedDuration::try_from(Duration::from_secs(seconds_left)).unwrap_or_default();
    let until = units::time(Timestamp::now().saturating_add(left).unwrap_or_default());
    format!("waiting for {what}; until {until} if nothing changes")
}

/// `12.0 MiB` or `1,200 rows`.
fn amount(unit: Unit, done: u64) -> String {
    match unit {
        Unit::Bytes => units::bytes(done),
        Unit::Rows => format!("{} rows", units::count(done)),
    }
}
