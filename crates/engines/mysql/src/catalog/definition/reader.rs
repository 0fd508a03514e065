//! Reads a piece of a definition token by token, over what the server does not see.

use crate::catalog::text::{Token, tokens};

/// A text and how far it was read.
pub(super) struct Reader<'a> {
    text: &'a str,
    seen: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            seen: tokens(text).filter(|token| !token.is_blank()).collect(),
            at: 0,
        }
    }

    /// The next token, which is then read.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.seen.get(self.at).copied()?;
        self.at += 1;
        Some(token)
    }

    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.seen.get(self.at).copied()
    }

    fn take(&mut self, fits: impl FnOnce(&Token<'a>) -> bool) -> Option<Token<'a>> {
        let token = self.peek().filter(fits)?;
        self.at += 1;
        Some(token)
    }

    /// Reads that keyword, if it is next.
    pub(super) fn keyword(&mut self, keyword: &str) -> Option<Token<'a>> {
        self.take(|token| token.is(keyword))
    }

    /// Reads these keywords, if they are next.
    pub(super) fn keywords(&mut self, keywords: &[&str]) -> Option<()> {
        let begin = self.at;
        for keyword in keywords {
            if self.keyword(keyword).is_none() {
                self.at = begin;
                return None;
            }
        }
        Some(())
    }

    /// Reads that sign, if it is next.
    pub(super) fn symbol(&mut self, symbol: &str) -> Option<Token<'a>> {
        self.take(|token| token.is_symbol(symbol))
    }

    /// Reads a name, if one is next.
    pub(super) fn name(&mut self) -> Option<String> {
        self.take(|token| token.name().is_some())?.name()
    }

    /// Reads what stands in parentheses, if they are next, and returns it without them.
    pub(super) fn parenthesised(&mut self) -> Option<&'a str> {
        let begin = self.at;
        let opening = self.symbol("(")?;
        let mut depth = 1_usize;
        while let Some(token) = self.next() {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
                if depth == 0 {
                    return self.text.get(opening.end()..token.at);
                }
            }
        }
        self.at = begin;
        None
    }

    /// Where what was read ends.
    pub(super) fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.seen.get(at));
        last.map_or(0, Token::end)
    }

    /// What stands behind what was read, blanks included.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.end()..).unwrap_or_default()
    }

    /// The text from there to the end of what was read.
    pub(super) fn since(&self, begin: usize) -> &'a str {
        self.text.get(begin..self.end()).unwrap_or_default().trim()
    }
}
