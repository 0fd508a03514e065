//! The pieces of a text that is at hand as a whole.

use super::{Kind, Lexis};

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    /// As it stands there.
    pub(crate) text: &'a str,
    /// Where it begins, in bytes.
    pub(crate) at: usize,
}

impl<'a> Token<'a> {
    /// Where it ends.
    pub(crate) fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Whether it is that keyword.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is that sign.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// Whether the server sees nothing of it.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(
            self.kind,
            Kind::Space | Kind::Comment | Kind::Opens | Kind::Closes
        )
    }

    /// The name that it is, if it is one.
    pub(crate) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Name => Some(plain_name(self.text)),
            _ => None,
        }
    }
}

/// The pieces of a text, blank ones included.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    tokens_by(Lexis::default(), text)
}

/// The same as read in another way.
pub(crate) fn tokens_by(mut lexis: Lexis, text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let (kind, length) = lexis.next(rest.as_bytes())?;
        let token = Token {
            kind,
            text: rest.get(..length)?,
            at,
        };
        at += length;
        Some(token)
    })
}

/// A name without its backticks, or the double quotes that some modes have in their place.
pub(crate) fn plain_name(quoted: &str) -> String {
    match quoted.starts_with('"') {
        true => inner(quoted, '"').replace("\"\"", "\""),
        false => inner(quoted, '`').replace("``", "`"),
    }
}

/// What a literal of text means.
pub(crate) fn plain_text(quoted: &str) -> String {
    let quote = quoted.chars().next().unwrap_or('\'');
    let mut letters = inner(quoted, quote).chars();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.extend(letters.next().map(escaped)),
            // The other half of a doubled quote.
            _ if letter == quote => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}

fn inner(quoted: &str, quote: char) -> &str {
    let inner = quoted.strip_prefix(quote).unwrap_or(quoted);
    inner.strip_suffix(quote).unwrap_or(inner)
}

fn escaped(letter: char) -> char {
    match letter {
        '0' => '\0',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'Z' => '\u{1a}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_quotes_is_what_it_means() {
        assert_eq!(plain_name("`a``b\\`"), "a`b\\");
        assert_eq!(plain_text(r"'it''s \'x\' \\n\n'"), "it's 'x' \\n\n");
        assert_eq!(plain_text(r#""a'b""c""#), "a'b\"c");
    }
}
