//! Errors on standard error: what was being done, what went wrong, what to do next.

mod problems;

use crate::output::Format;
use crate::style::{Style, Tone};
use serde_json::{Value, json};
use std::io::{self, Write};
use weir_config::problem::Problems;
use weir_model::error::Error;

/// Writes errors for people or programs.
pub(crate) struct Failures {
    format: Format,
    style: Style,
}

impl Failures {
    /// Errors in that format, coloured if a terminal reads them.
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            style: Style::of(&io::stderr()),
        }
    }

    /// Writes one error. That standard error cannot be written is nothing one could report.
    pub(crate) fn report(&self, error: &Error) {
        let text = match self.format {
            Format::Human => self.in_words(error),
            Format::Json => format!("{}\n", as_json(error)),
        };
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    fn in_words(&self, error: &Error) -> String {
        let label = self.style.paint(Tone::Bad, "error:");
        let mut text = match problems_of(error) {
            Some(problems) => format!(
                "{}{label} {}: {}\n",
                problems::render(problems, self.style),
                error.doing(),
                how_many(problems.0.len())
            ),
            None => format!("{label} {error}\n"),
        };
        if let Some(hint) = error.hint_text() {
            let label = self.style.paint(Tone::Good, "hint:");
            text.push_str(&format!(" {label} {hint}\n"));
        }
        let label = self.style.paint(Tone::Faint, "more:");
        text.push_str(&format!(" {label} {}\n", page(error)));
        text
    }
}

/// The mistakes in a file behind the error, where there are any.
fn problems_of(error: &Error) -> Option<&Problems> {
    error
        .source_error()
        .and_then(|source| source.downcast_ref::<Problems>())
}

fn how_many(problems: usize) -> String {
    match problems {
        1 => "one problem, shown above".to_owned(),
        several => format!("{several} problems, shown above"),
    }
}

fn page(error: &Error) -> String {
    format!("docs/errors/{}.md", error.kind().slug())
}

/// The error as `docs/json.md` describes it.
fn as_json(error: &Error) -> Value {
    let problems: Vec<Value> = problems_of(error)
        .map(|problems| problems.0.iter().map(problems::as_json).collect())
        .unwrap_or_default();
    json!({"error": {
        "kind": error.kind().slug(),
        "exit_code": error.kind().exit_code(),
        "doing": error.doing(),
        "cause": error.cause(),
        "hint": error.hint_text(),
        "transient": error.is_transient(),
        "page": page(error),
        "problems": problems,
    }})
}
