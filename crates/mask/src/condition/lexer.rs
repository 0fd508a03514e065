//! The words and signs of a condition.

use super::Fault;
use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word: a keyword or a column.
    Word(String),
    /// A column in double quotes or backticks.
    Quoted(String),
    /// Text in single quotes.
    Text(String),
    /// A number as it was written.
    Number(String),
    /// A sign: `=`, `<>`, `(`…
    Sign(&'static str),
}

/// The signs, longer ones first.
const SIGNS: [&str; 13] = [
    "<>", "!=", "<=", ">=", "==", "=", "<", ">", "(", ")", ",", "+", "-",
];

/// Every token with its place.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = one(rest, first).map_err(|problem| Fault {
            at: at..text.len(),
            message: problem.to_owned(),
            help: "text stands in single quotes ('…', a quote in it twice), a column of an odd name in double quotes"
                .to_owned(),
        })?;
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

fn one(rest: &str, first: char) -> Result<(Token, usize), &'static str> {
    match first {
        '\'' => quoted(rest, '\'').map(|(text, length)| (Token::Text(text), length)),
        '"' | '`' => quoted(rest, first).map(|(text, length)| (Token::Quoted(text), length)),
        '0'..='9' | '.' => {
            let length = run(rest, |letter| letter.is_ascii_digit() || letter == '.');
            let number = rest.get(..length).unwrap_or_default();
            let points = number.bytes().filter(|byte| *byte == b'.').count();
            if points > 1 || number == "." {
                return Err("this is no number");
            }
            Ok((Token::Number(number.to_owned()), length))
        }
        letter if letter.is_alphabetic() || letter == '_' => {
            let length = run(rest, |letter| {
                letter.is_alphanumeric() || letter == '_' || letter == '$'
            });
            let word = rest.get(..length).unwrap_or_default();
            Ok((Token::Word(word.to_owned()), length))
        }
        _ => {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or("this sign means nothing in a condition")?;
            Ok((Token::Sign(sign), sign.len()))
        }
    }
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())
}

/// What stands between two quotes, of which a doubled one is part, and how long all of it is.
fn quoted(rest: &str, quote: char) -> Result<(String, usize), &'static str> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            text.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Ok((text, at + 1));
        }
    }
    Err("a quote is opened and not closed")
}
