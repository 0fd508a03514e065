//! The words and signs of SQL, as far as constraints are made of them.

use std::ops::Range;

/// How a database quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotes {
    /// Whether names stand in brackets, too.
    pub brackets: bool,
    /// Whether a backslash in a text takes the meaning of the next letter.
    pub backslashes: bool,
}

/// A word or sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A word: a keyword, a name, a function.
    Word(String),
    /// A name in quotes, with the quote.
    Quoted(char, String),
    /// A text; one with a backslash is told as it was written.
    Text(String),
    /// A number as it was written.
    Number(String),
    /// A sign.
    Sign(&'static str),
}

/// The signs, longer ones first.
const SIGNS: [&str; 31] = [
    "!~~*", "!~*", "!~~", "~~*", "<=>", "<>", "!=", "<=", ">=", "==", "::", "||", "->", "!~", "~*",
    "~~", "&&", "(", ")", ",", "=", "<", ">", "+", "-", "*", "/", "%", "[", "]", "~",
];
/// Signs that no simple constraint needs.
const RARE: [&str; 9] = [".", ";", "@", "#", "&", "|", "^", "?", ":"];

impl Token {
    /// Whether it is that word, whatever its letter case.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }

    /// The name it may be.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(_, name) => Some(name),
            _ => None,
        }
    }
}

/// Every token with its place; `None` for what cannot be read. Comments are passed over.
#[must_use]
pub fn tokens(text: &str, quotes: Quotes) -> Option<Vec<(Token, Range<usize>)>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if let Some(length) = comment(rest) {
            at += length;
        } else {
            let (token, length) = one(rest, first, quotes)?;
            tokens.push((token, at..at + length));
            at += length;
        }
    }
    Some(tokens)
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let inside = rest.strip_prefix("/*")?;
    Some(inside.find("*/").map_or(rest.len(), |end| end + 4))
}

fn one(rest: &str, first: char, quotes: Quotes) -> Option<(Token, usize)> {
    match first {
        '\'' => {
            quoted(rest, '\'', quotes.backslashes).map(|(text, length)| (Token::Text(text), length))
        }
        '"' | '`' => {
            quoted(rest, first, false).map(|(text, length)| (Token::Quoted(first, text), length))
        }
        '[' if quotes.brackets => {
            let (name, _) = rest.get(1..)?.split_once(']')?;
            Some((Token::Quoted('[', name.to_owned()), name.len() + 2))
        }
        '0'..='9' => {
            let length = number(rest);
            Some((Token::Number(rest.get(..length)?.to_owned()), length))
        }
        letter if letter.is_alphabetic() || letter == '_' => {
            let length = run(rest, |letter| {
                letter.is_alphanumeric() || letter == '_' || letter == '$'
            });
            Some((Token::Word(rest.get(..length)?.to_owned()), length))
        }
        _ => {
            let mut signs = SIGNS.iter().chain(&RARE);
            let sign = signs.find(|sign| rest.starts_with(**sign))?;
            Some((Token::Sign(sign), sign.len()))
        }
    }
}

/// How long a number is, with its fraction and its exponent.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        let digits = bytes.iter().skip(from);
        from + digits.take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())
}

/// What stands between two quotes, of which a doubled one is part, and how long all of it is.
fn quoted(rest: &str, quote: char, backslashes: bool) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && backslashes {
            text.push(letter);
            text.push(letters.next()?.1);
        } else if letter != quote {
            text.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Some((text, at + 1));
        }
    }
    None
}
