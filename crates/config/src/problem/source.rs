//! The text of a file and the places in it.

use std::sync::Arc;

use super::Problem;

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just after the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, but without, `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// Whether `other` lies wholly within this range.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A file as it was read: its name, its text, and what of the text may be shown.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: Arc<str>,
    shown: Arc<str>,
    line_starts: Vec<usize>,
}

impl Source {
    /// A file called `name` that holds `text`.
    #[must_use]
    pub fn new(name: impl Into<String>, text: &str) -> Self {
        let text: Arc<str> = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(offset, _)| offset + 1))
            .collect();
        Self {
            name: name.into(),
            shown: Arc::clone(&text),
            text,
            line_starts,
        }
    }

    /// The same file; problems made from now on show stars in place of these ranges.
    #[must_use]
    pub fn hiding(mut self, secrets: &[Span]) -> Self {
        if secrets.is_empty() {
            return self;
        }
        let mut secrets = secrets.to_vec();
        secrets.sort_unstable();
        let mut left = secrets.into_iter().peekable();
        let mut hidden_until = 0;
        let mut shown = String::with_capacity(self.shown.len());
        for (offset, character) in self.shown.char_indices() {
            while let Some(span) = left.next_if(|span| span.start <= offset) {
                hidden_until = hidden_until.max(span.end);
            }
            if offset < hidden_until && character != '\n' {
                // One star per byte keeps every offset where it was.
                shown.extend(std::iter::repeat_n('*', character.len_utf8()));
            } else {
                shown.push(character);
            }
        }
        self.shown = shown.into();
        self
    }

    /// Name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column (in characters) of a byte offset, both counted from 1.
    #[must_use]
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self
            .line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        (line.max(1), before.chars().count() + 1)
    }

    /// A problem at `span` of this file.
    #[must_use]
    pub fn problem(&self, span: Span, message: impl Into<String>) -> Problem {
        let (line, column) = self.position(span.start);
        Problem {
            file: self.name.clone(),
            source: Arc::clone(&self.shown),
            span,
            line,
            column,
            message: message.into(),
            label: String::new(),
            help: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, Span};

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("f", "a: é\nbé: x\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(6), (2, 1));
        assert_eq!(source.position(9), (2, 3));
        assert_eq!(source.position(999), (3, 1));
    }

    #[test]
    fn hidden_text_is_starred_and_offsets_stay() {
        let source = Source::new("f", "password: hünter\nb: 1").hiding(&[Span::new(10, 17)]);
        let problem = source.problem(Span::new(18, 19), "wrong");
        assert_eq!(&*problem.source, "password: *******\nb: 1");
        assert_eq!((problem.line, problem.column), (2, 1));
    }
}
