//! Reading a document once, and writing it with what was masked in its place.

use super::JsonMask;
use super::path::{Step, Steps};
use crate::transformer::RowView;
use std::borrow::Cow;
use std::fmt::Write as _;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

/// How deep a document may be nested.
const DEEPEST: usize = 128;

/// The document with its values masked; `None` where it is no JSON.
pub(super) fn rewritten(
    mask: &JsonMask,
    bytes: &[u8],
    row: &RowView<'_>,
) -> Result<Option<String>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(None);
    };
    let mut rewriter = Rewriter {
        mask,
        row,
        text,
        at: 0,
        copied: 0,
        out: String::with_capacity(text.len()),
        kept: String::with_capacity(text.len()),
        steps: Vec::new(),
    };
    let read = rewriter.value()?;
    rewriter.space();
    if read.is_none() || rewriter.at != text.len() {
        return Ok(None);
    }
    rewriter.copy(text.len());
    let kept = rewriter.kept.as_bytes();
    mask.kept(Field::Text(kept));
    Ok(Some(rewriter.out))
}

struct Rewriter<'a> {
    mask: &'a JsonMask,
    row: &'a RowView<'a>,
    text: &'a str,
    /// How far it was read.
    at: usize,
    /// How far it was written.
    copied: usize,
    out: String,
    /// What was copied as it stands, for the gate.
    kept: String,
    steps: Steps<'a>,
}

/// `None` where the text is no JSON.
type Read = Result<Option<()>>;

impl<'a> Rewriter<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Whether that sign comes next, after white space; it is then taken.
    fn takes(&mut self, sign: u8) -> bool {
        self.space();
        let is_it = self.peek() == Some(sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn value(&mut self) -> Read {
        self.space();
        let begin = self.at;
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => match self.string() {
                Some(text) => self.scalar(begin, Field::Text(text.as_bytes())),
                None => Ok(None),
            },
            Some(b'-' | b'0'..=b'9') => match self.number() {
                Some(number) => self.scalar(begin, number),
                None => Ok(None),
            },
            _ => self.word(begin),
        }
    }

    fn object(&mut self) -> Read {
        self.at += 1;
        if self.steps.len() >= DEEPEST {
            return Ok(None);
        }
        if self.takes(b'}') {
            return Ok(Some(()));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Ok(None);
            }
            let Some(key) = self.string() else {
                return Ok(None);
            };
            if !self.takes(b':') {
                return Ok(None);
            }
            self.steps.push(Step::Key(key));
            let read = self.value()?;
            self.steps.pop();
            if read.is_none() {
                return Ok(None);
            }
            if !self.takes(b',') {
                return Ok(self.takes(b'}').then_some(()));
            }
        }
    }

    fn array(&mut self) -> Read {
        self.at += 1;
        if self.steps.len() >= DEEPEST {
            return Ok(None);
        }
        if self.takes(b']') {
            return Ok(Some(()));
        }
        for index in 0.. {
            self.steps.push(Step::Index(index));
            let read = self.value()?;
            self.steps.pop();
            if read.is_none() {
                return Ok(None);
            }
            if !self.takes(b',') {
                return Ok(self.takes(b']').then_some(()));
            }
        }
        Ok(None)
    }

    /// A string from its opening quote to behind its closing one.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let begin = self.at + 1;
        let mut escaped = false;
        let mut bytes = self.text.as_bytes().get(begin..)?.iter();
        let length = loop {
            match bytes.next()? {
                b'"' => break self.text.len() - begin - bytes.len() - 1,
                b'\\' => {
                    escaped = true;
                    bytes.next()?;
                }
                0..=0x1F => return None,
                _ => {}
            }
        };
        let inside = self.text.get(begin..begin + length)?;
        self.at = begin + length + 1;
        match escaped {
            false => Some(Cow::Borrowed(inside)),
            true => unescaped(inside).map(Cow::Owned),
        }
    }

    fn number(&mut self) -> Option<Field<'a>> {
        let begin = self.at;
        let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        let text = self.text.get(begin..self.at)?;
        if !is_number(text) {
            return None;
        }
        let real = || text.parse().ok().map(Field::Real);
        text.parse().ok().map(Field::Integer).or_else(real)
    }

    fn word(&mut self, begin: usize) -> Read {
        let rest = self.text.get(begin..).unwrap_or_default();
        let words = [
            ("true", Field::Integer(1)),
            ("false", Field::Integer(0)),
            ("null", Field::Null),
        ];
        let found = words.into_iter().find(|(word, _)| rest.starts_with(word));
        let Some((word, field)) = found else {
            return Ok(None);
        };
        self.at += word.len();
        let Some(mask) = self.mask.mask_at(&self.steps) else {
            return Ok(Some(()));
        };
        let masked = match mask.mask(field, self.row)? {
            Replacement::Integer(1) if field != Field::Null => "true".into(),
            Replacement::Integer(0) if field != Field::Null => "false".into(),
            masked => written(&masked),
        };
        self.replace(begin, &masked);
        Ok(Some(()))
    }

    /// A string or a number that was read.
    fn scalar(&mut self, begin: usize, field: Field<'_>) -> Read {
        if let Some(mask) = self.mask.mask_at(&self.steps) {
            let masked = mask.mask(field, self.row)?;
            self.replace(begin, &written(&masked));
        }
        Ok(Some(()))
    }

    /// Copies what was not written yet, up to `end`.
    fn copy(&mut self, end: usize) {
        let copied = self.text.get(self.copied..end).unwrap_or_default();
        self.out.push_str(copied);
        self.kept.push_str(copied);
        self.copied = end;
    }

    /// Puts `masked` in the place of what was read from `begin` on.
    fn replace(&mut self, begin: usize, masked: &str) {
        self.copy(begin);
        self.out.push_str(masked);
        self.copied = self.at;
    }
}

/// Whether a text is a number of JSON: no leading zeros, digits on both sides of the point.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The text of a string with its escapes resolved.
fn unescaped(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        text.push(match letters.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => unicode(&mut letters)?,
            same @ ('"' | '\\' | '/') => same,
            _ => return None,
        });
    }
    Some(text)
}

/// What follows `\u`: four digits, and four more where they are half of a pair. Half a pair
/// alone is no letter; a stand-in keeps the document readable.
fn unicode(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let first = four(letters)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let mut ahead = letters.clone();
    if ahead.next() == Some('\\') && ahead.next() == Some('u') {
        let second = four(&mut ahead)?;
        if (0xDC00..0xE000).contains(&second) {
            *letters = ahead;
            return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
        }
    }
    Some(char::REPLACEMENT_CHARACTER)
}

fn four(letters: &mut std::str::Chars<'_>) -> Option<u32> {
    let mut code = 0;
    for _ in 0..4 {
        code = code * 16 + letters.next()?.to_digit(16)?;
    }
    Some(code)
}

/// A replacement as JSON.
fn written(replacement: &Replacement) -> Cow<'static, str> {
    match replacement {
        Replacement::Null => "null".into(),
        Replacement::Integer(number) => number.to_string().into(),
        Replacement::Real(number) if number.is_finite() => match number.to_string() {
            whole if !whole.contains('.') => format!("{whole}.0").into(),
            fraction => fraction.into(),
        },
        Replacement::Real(_) => "null".into(),
        Replacement::Text(text) => string(text).into(),
        Replacement::Blob(bytes) => string(&String::from_utf8_lossy(bytes)).into(),
    }
}

/// A string of JSON, escaped as the servers do it.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
