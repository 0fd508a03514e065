//! A value and where it comes from, for whoever asks "why this one?".

use std::fmt;

use crate::problem::Span;

/// A value of an expanded configuration with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is written in the file.
    File {
        /// Line, counted from 1.
        line: usize,
        /// Column in characters, counted from 1.
        column: usize,
        /// The fields that lead to it, as in `apps.ckan.in.staging.schedule`.
        path: String,
        /// Its bytes in the file.
        span: Span,
    },
    /// Nobody wrote it; the words say why it is so.
    Default(&'static str),
}

impl<T> Located<T> {
    /// A value nobody wrote.
    pub(crate) fn default(value: T, why: &'static str) -> Self {
        Self {
            value,
            origin: Origin::Default(why),
        }
    }

    /// Another value from the same place.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located {
            value: change(self.value),
            origin: self.origin,
        }
    }
}

impl Origin {
    /// A value from here.
    pub(crate) fn with<T>(self, value: T) -> Located<T> {
        Located {
            value,
            origin: self,
        }
    }

    /// The place in the file, if it was written.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::File { span, .. } => Some(*span),
            Self::Default(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { line, path, .. } => write!(formatter, "line {line} ({path})"),
            Self::Default(why) => write!(formatter, "default: {why}"),
        }
    }
}
