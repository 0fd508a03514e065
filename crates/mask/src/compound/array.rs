//! `each:` in arrays of PostgreSQL, which stand as text: `{a,"b c",NULL,{nested}}`.

use crate::transformer::{RowView, ValueMask};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

/// How deep arrays may be nested: the server's own limit.
const DEEPEST: usize = 6;

pub(super) struct ArrayMask(pub(super) Arc<dyn ValueMask>);

impl ValueMask for ArrayMask {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        let (Field::Text(bytes) | Field::Blob(bytes)) = field else {
            return Ok(Replacement::Null);
        };
        let text = std::str::from_utf8(bytes).ok();
        let Some(text) = text else {
            return Ok(empty());
        };
        // Bounds that do not begin at 1 stand in front: [0:1]={a,b}.
        let begin = match text.starts_with('[') {
            true => text.find('=').map_or(0, |equals| equals + 1),
            false => 0,
        };
        let (bounds, array) = text.split_at_checked(begin).unwrap_or(("", text));
        let mut rewriter = Rewriter {
            left: array,
            out: bounds.to_owned(),
            mask: &*self.0,
            row,
        };
        let is_whole = rewriter.array(0)?.is_some() && rewriter.left.is_empty();
        Ok(match is_whole {
            true => Replacement::Text(rewriter.out),
            false => empty(),
        })
    }

    fn ahead(self: Arc<Self>) -> Option<Arc<dyn ValueMask>> {
        Some(Arc::new(Self(Arc::clone(&self.0).ahead()?)))
    }
}

/// What takes the place of something that is no array: nothing of it passes.
fn empty() -> Replacement {
    Replacement::Text("{}".to_owned())
}

struct Rewriter<'a> {
    left: &'a str,
    out: String,
    mask: &'a dyn ValueMask,
    row: &'a RowView<'a>,
}

/// `None` where the text is no array.
type Read = Result<Option<()>>;

impl Rewriter<'_> {
    fn takes(&mut self, sign: char) -> bool {
        let rest = self.left.strip_prefix(sign);
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }

    fn array(&mut self, depth: usize) -> Read {
        if depth > DEEPEST || !self.takes('{') {
            return Ok(None);
        }
        self.out.push('{');
        if self.takes('}') {
            self.out.push('}');
            return Ok(Some(()));
        }
        loop {
            let read = match self.left.starts_with('{') {
                true => self.array(depth + 1)?,
                false => self.element()?,
            };
            if read.is_none() {
                return Ok(None);
            }
            if self.takes(',') {
                self.out.push(',');
            } else if self.takes('}') {
                self.out.push('}');
                return Ok(Some(()));
            } else {
                return Ok(None);
            }
        }
    }

    fn element(&mut self) -> Read {
        if self.takes('"') {
            let Some(value) = self.quoted() else {
                return Ok(None);
            };
            return self.write(Field::Text(value.as_bytes())).map(Some);
        }
        let end = self
            .left
            .find([',', '}', '{', '"'])
            .unwrap_or(self.left.len());
        let (value, rest) = self.left.split_at_checked(end).unwrap_or(("", ""));
        if value.is_empty() {
            return Ok(None);
        }
        self.left = rest;
        let field = match value.eq_ignore_ascii_case("null") {
            true => Field::Null,
            false => Field::Text(value.as_bytes()),
        };
        self.write(field).map(Some)
    }

    fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut letters = self.left.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.left = self.left.get(at + 1..)?;
                    return Some(value);
                }
                '\\' => value.push(letters.next()?.1),
                letter => value.push(letter),
            }
        }
        None
    }

    fn write(&mut self, field: Field<'_>) -> Result<()> {
        match self.mask.mask(field, self.row)? {
            Replacement::Null => self.out.push_str("NULL"),
            Replacement::Integer(number) => self.out.push_str(&number.to_string()),
            Replacement::Real(number) => self.out.push_str(&number.to_string()),
            Replacement::Text(text) => push_element(&mut self.out, &text),
            Replacement::Blob(bytes) => {
                push_element(&mut self.out, &String::from_utf8_lossy(&bytes));
            }
        }
        Ok(())
    }
}

/// An element as the server writes it: in quotes only where it must be.
fn push_element(out: &mut String, text: &str) {
    let is_special = |letter: char| {
        matches!(
            letter,
            '"' | '\\' | '{' | '}' | ',' | ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'
        )
    };
    if !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(is_special) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
}
