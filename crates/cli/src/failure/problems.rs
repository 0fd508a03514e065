//! Mistakes in a file, each shown at its line.

use crate::style::Style;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use weir_config::problem::{Problem, Problems};

/// All mistakes, drawn on a terminal, as plain lines elsewhere.
pub(crate) fn render(problems: &Problems, style: Style) -> String {
    if !style.is_coloured() {
        return format!("{}\n", problems.to_string().trim_end());
    }
    problems.0.iter().map(draw).collect()
}

/// One mistake as `docs/json.md` describes it.
pub(crate) fn as_json(problem: &Problem) -> Value {
    json!({
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "help": given(&problem.help),
    })
}

fn draw(problem: &Problem) -> String {
    let source = NamedSource::new(&problem.file, Arc::clone(&problem.source));
    let drawn = Drawn { problem, source };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_urls(false);
    let mut text = String::new();
    match handler.render_report(&mut text, &drawn) {
        Ok(()) => text,
        Err(fmt::Error) => format!("{problem}\n"),
    }
}

/// A problem in the shape miette draws.
struct Drawn<'a> {
    problem: &'a Problem,
    source: NamedSource<Arc<str>>,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problem.message)
    }
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        given(&self.problem.help).map(|help| Box::new(help) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = &self.problem.span;
        let label = given(&self.problem.label).map(str::to_owned);
        let span = LabeledSpan::new(label, span.start, span.end.saturating_sub(span.start));
        Some(Box::new(std::iter::once(span)))
    }
}

/// A text that says something.
fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
