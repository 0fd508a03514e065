//! Standard output: the data a verb reports, for people or as JSON.

mod table;

pub(crate) use table::{Cell, Table};

use crate::style::{Style, Tone};
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Mutex;
use weir_model::error::{Error, Kind, Result};

/// For whom the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// People.
    Human,
    /// Programs: one JSON document.
    Json,
}

/// Standard output. A reader that goes away (`weir status | head -1`) is no error.
pub(crate) struct Output {
    format: Format,
    style: Style,
    failure: Mutex<Option<io::Error>>,
}

impl Output {
    /// Output in that format, coloured if a terminal reads it.
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            style: Style::of(&io::stdout()),
            failure: Mutex::new(None),
        }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Writes a line.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        self.write(&format!("{}\n", text.as_ref()));
    }

    /// Writes a heading with an empty line above it.
    pub(crate) fn heading(&self, text: &str) {
        self.line(format!("\n{}", self.paint(Tone::Strong, text)));
    }

    /// Writes text as it is.
    pub(crate) fn write(&self, text: &str) {
        let Ok(mut failure) = self.failure.lock() else {
            return;
        };
        if failure.is_none() {
            *failure = io::stdout().lock().write_all(text.as_bytes()).err();
        }
    }

    /// Writes a table.
    pub(crate) fn table(&self, table: &Table) {
        self.write(&table.render(self.style));
    }

    /// Writes the report as one JSON document.
    pub(crate) fn json(&self, report: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(report).map_err(|error| {
            Error::from_source(Kind::Internal, "write the report as JSON", error)
        })?;
        self.line(text);
        Ok(())
    }

    /// Text in a tone, if a terminal reads it.
    pub(crate) fn paint(&self, tone: Tone, text: impl AsRef<str>) -> String {
        self.style.paint(tone, text)
    }

    /// Flushes, and reports a write that failed: data that did not arrive is no success.
    pub(crate) fn finish(&self) -> Result<()> {
        let flushed = io::stdout().lock().flush().err();
        let written = self
            .failure
            .lock()
            .ok()
            .and_then(|mut failure| failure.take());
        match written.or(flushed) {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::from_source(
                Kind::Usage,
                "write to standard output",
                error,
            )
            .hint("send the output to a place that can be written; nothing else was affected")),
            _ => Ok(()),
        }
    }
}
