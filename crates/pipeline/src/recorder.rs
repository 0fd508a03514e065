//! Keeps what a run tells, as the lines of its log, and passes it on.

use crate::clock::Clock;
use crate::progress::Position;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};
use weir_engine::Observer;
use weir_model::event::Event;

/// Lines kept per operation. A run that says more is told once that the rest is not kept.
const MOST_LINES: usize = 10_000;

/// One line of a stored log.
#[derive(Serialize)]
struct Line<'a> {
    at: String,
    #[serde(flatten)]
    event: &'a Event,
}

/// An observer that records steps, notes, warnings and checkpoints. Progress is passed on but
/// not kept: it is worth nothing once the step has ended. What is waited for is kept once, however
/// often it is told.
pub(crate) struct Recorder {
    inner: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    lines: Mutex<Vec<Map<String, Value>>>,
    awaited: Mutex<Option<String>>,
    position: Arc<Position>,
}

impl Recorder {
    pub(crate) fn new(inner: Arc<dyn Observer>, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            clock,
            lines: Mutex::new(Vec::new()),
            awaited: Mutex::default(),
            position: Arc::default(),
        }
    }

    /// Where the run stands, kept up to date.
    pub(crate) fn position(&self) -> Arc<Position> {
        Arc::clone(&self.position)
    }

    /// Keeps an event in the log without passing it on: whoever ran the verb is told otherwise.
    pub(crate) fn keep(&self, event: &Event) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() > MOST_LINES {
            return;
        }
        let cut = Event::Warning {
            message: format!("the log is cut here: only {MOST_LINES} lines are kept"),
        };
        let line = Line {
            at: self.clock.now().to_string(),
            event: if lines.len() == MOST_LINES {
                &cut
            } else {
                event
            },
        };
        // Names and counts always serialise; a line that would not is not worth a failed run.
        if let Ok(Value::Object(line)) = serde_json::to_value(&line) {
            lines.push(line);
        }
    }

    fn is_news(&self, what: &str) -> bool {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        let news = awaited.as_deref() != Some(what);
        *awaited = Some(what.to_owned());
        news
    }

    /// The lines since the last call.
    pub(crate) fn take(&self) -> Vec<Map<String, Value>> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Recorder {
    fn event(&self, event: &Event) {
        self.inner.event(event);
        self.position.note(event);
        match event {
            Event::Progress { .. } => {}
            Event::Waiting { what, .. } => {
                if self.is_news(what) {
                    self.keep(event);
                }
            }
            _ => self.keep(event),
        }
    }
}
