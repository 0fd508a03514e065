//! Gathering problems while a configuration is read.

use std::cell::RefCell;

use crate::located::{Located, Origin};
use crate::problem::{Problem, Source, Span};
use crate::value::{Names, expand};

/// The file being read and what was found wrong with it so far.
pub(crate) struct Report {
    source: Source,
    problems: RefCell<Vec<Problem>>,
}

impl Report {
    pub(crate) fn new(source: Source, problems: Vec<Problem>) -> Self {
        Self {
            source,
            problems: RefCell::new(problems),
        }
    }

    /// Adds a problem: what is wrong, a few words beside the marked text, what would be right.
    pub(crate) fn problem(
        &self,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) {
        let problem = self.source.problem(span, message).label(label).help(help);
        self.problems.borrow_mut().push(problem);
    }

    /// Whether a problem was reported at exactly this place.
    pub(crate) fn is_known_at(&self, span: Span) -> bool {
        self.problems
            .borrow()
            .iter()
            .any(|problem| problem.span == span)
    }

    pub(crate) fn count(&self) -> usize {
        self.problems.borrow().len()
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    pub(crate) fn origin(&self, span: Span, path: impl Into<String>) -> Origin {
        let (line, column) = self.source.position(span.start);
        Origin::File {
            line,
            column,
            path: path.into(),
            span,
        }
    }

    /// The line of a place, to mention it in the problem of another place.
    pub(crate) fn line(&self, span: Span) -> usize {
        self.source.position(span.start).0
    }

    /// Expands the templates in a value; without names for it, nothing comes back but a problem.
    pub(crate) fn expanded(
        &self,
        template: &Located<String>,
        names: Names<'_>,
    ) -> Option<Located<String>> {
        match expand(&template.value, names) {
            Ok(value) => Some(Located {
                value,
                origin: template.origin.clone(),
            }),
            Err(wrong) => {
                let span = template.origin.span().unwrap_or_default();
                self.problem(span, wrong.message, "", wrong.help);
                None
            }
        }
    }
}
