//! Literals in a stream that may be cut anywhere.

use super::Form;
use super::literal::{self, ALONE, NULL};
use memchr::memchr2;
use weir_engine::Field;

/// The longest number there is: a DOUBLE(255,30) has every digit.
const LONGEST_NUMBER: usize = 400;

/// Bytes that are looked at one by one.
const NEAR: usize = 24;

/// How far the literal at hand was looked at: it may be longer than all that is there.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Scan {
    /// Bytes that were looked at.
    looked_at: usize,
    /// Whether a backslash was among them.
    is_escaped: bool,
}

/// A literal that is whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    /// As it stands there.
    pub(super) raw: &'a [u8],
    /// Whether a backslash is in it.
    pub(super) is_escaped: bool,
}

/// What is there of a literal.
pub(super) enum Found<'a> {
    /// All of it.
    Whole(Token<'a>),
    /// Not its end.
    More,
    /// Something else.
    Wrong,
}

impl Scan {
    /// The literal that `text` begins with. What was looked at before is not looked at again.
    #[inline]
    pub(super) fn find<'a>(&mut self, text: &'a [u8], form: Form) -> Found<'a> {
        let end = match text.first() {
            None => return Found::More,
            Some(b'\'') => self.quoted(text, 0),
            Some(b'C') if form == Form::TextAlone => return self.alone(text),
            Some(_) => self.bare(text),
        };
        let (Some(raw), is_escaped) = (end.and_then(|end| text.get(..end)), self.is_escaped) else {
            let is_too_long = text.len() > LONGEST_NUMBER && !matches!(text, [b'\'' | b'0', ..]);
            return match is_too_long {
                true => Found::Wrong,
                false => Found::More,
            };
        };
        *self = Self::default();
        Found::Whole(Token { raw, is_escaped })
    }

    /// Where a text ends whose first quote stands there.
    #[inline]
    fn quoted(&mut self, text: &[u8], first: usize) -> Option<usize> {
        let mut at = self.looked_at.max(first + 1);
        loop {
            let rest = text.get(at..)?;
            let Some(found) = memchr2(b'\'', b'\\', rest) else {
                self.looked_at = text.len();
                return None;
            };
            if rest.get(found) == Some(&b'\'') {
                return Some(at + found + 1);
            }
            self.is_escaped = true;
            self.looked_at = at + found;
            at += found + 2;
        }
    }

    /// Where a literal without quotes ends: before a comma or parenthesis.
    #[inline]
    fn bare(&mut self, text: &[u8]) -> Option<usize> {
        let rest = text.get(self.looked_at..)?;
        // Most end soon.
        let mut near = rest.iter().take(NEAR);
        let end = near
            .position(|byte| matches!(byte, b',' | b')'))
            .or_else(|| Some(NEAR + memchr2(b',', b')', rest.get(NEAR..)?)?));
        if end.is_none() {
            self.looked_at = text.len();
            return None;
        }
        end.map(|end| self.looked_at + end)
    }

    fn alone<'a>(&mut self, text: &'a [u8]) -> Found<'a> {
        let first = ALONE.0.len();
        match text.get(..=first) {
            None => return Found::More,
            Some(front) => {
                if front.strip_prefix(ALONE.0) != Some(b"'") {
                    return Found::Wrong;
                }
            }
        }
        let Some(end) = self.quoted(text, first) else {
            return Found::More;
        };
        // What ends a text is found again where the rest is missing.
        self.looked_at = end - 1;
        let whole = end + ALONE.1.len();
        match (text.get(end..whole), text.get(..whole)) {
            (Some(behind), Some(raw)) if behind == ALONE.1 => {
                let is_escaped = self.is_escaped;
                *self = Self::default();
                Found::Whole(Token { raw, is_escaped })
            }
            (None, _) => Found::More,
            _ => Found::Wrong,
        }
    }
}

impl<'a> Token<'a> {
    /// The field that the literal is in a column of that form; `room` holds what has to be put
    /// together.
    #[inline]
    pub(super) fn field<'b>(self, form: Form, room: &'b mut Vec<u8>) -> Option<Field<'b>>
    where
        'a: 'b,
    {
        let Self { raw, is_escaped } = self;
        if raw == NULL {
            return Some(Field::Null);
        }
        match form {
            Form::Integer => literal::integer(raw),
            Form::Decimal => literal::decimal(raw),
            Form::Float => literal::real(raw).map(|number| Field::Real(f64::from(number as f32))),
            Form::Double => literal::real(raw).map(Field::Real),
            Form::Text => text(raw, is_escaped, room).map(Field::Text),
            Form::TextAlone => {
                let raw = raw.strip_prefix(ALONE.0)?.strip_suffix(ALONE.1)?;
                text(raw, is_escaped, room).map(Field::Text)
            }
            Form::Bytes | Form::Bit | Form::Geometry if raw == b"''" => Some(Field::Blob(b"")),
            Form::Bytes | Form::Bit | Form::Geometry => {
                literal::unhex(raw.strip_prefix(b"0x")?, room).map(Field::Blob)
            }
        }
    }
}

/// What stands between quotes.
#[inline]
fn text<'b>(raw: &'b [u8], is_escaped: bool, room: &'b mut Vec<u8>) -> Option<&'b [u8]> {
    let inner = raw.strip_prefix(b"'")?.strip_suffix(b"'")?;
    match is_escaped {
        false => Some(inner),
        true => literal::unescape(inner, room),
    }
}
