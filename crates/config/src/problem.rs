//! Mistakes in a file an operator wrote: where they are, what is wrong, what would be right.

mod render;
mod source;

pub use source::{Source, Span};

use std::fmt;
use std::sync::Arc;

/// One mistake in a configuration or rules file, with the place it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the file, as the operator gave it.
    pub file: String,
    /// The whole text of the file, with anything that looks like a secret starred out.
    pub source: Arc<str>,
    /// The bytes of `source` that are wrong.
    pub span: Span,
    /// Line of the start of `span`, counted from 1.
    pub line: usize,
    /// Column of the start of `span` in characters, counted from 1.
    pub column: usize,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// A few words to print beside the marked text; may be empty.
    pub label: String,
    /// What would be right, for the operator to do next; may be empty.
    pub help: String,
}

impl Problem {
    /// The same problem, with words to print beside the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same problem, with what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::plain(self, formatter)
    }
}

impl std::error::Error for Problem {}

/// Every mistake found in a file, in the order of the file. Never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// More than this nobody reads at once.
    const MOST: usize = 100;

    /// The problems in the order of the file, each said once; of very many, the first hundred.
    #[must_use]
    pub fn sorted(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| {
            (a.span.start, a.span.end, &a.message).cmp(&(b.span.start, b.span.end, &b.message))
        });
        problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        problems.truncate(Self::MOST);
        Self(problems)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n\n")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
