//! What keyed transformers of text have in common: a pseudonym, drawn from until the output
//! differs from the value.

mod counted;

pub(super) use counted::Counted;

use super::number::{greatest, kind_of};
use super::{
    Length, Mask, OutputType, Place, Refusal, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::{Draws, Pseudonym};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

/// Draws before the last one is taken as it is: a value that leaves no choice comes back.
const TRIES: usize = 16;

/// How a transformer writes another text of a value's kind.
pub(super) trait Shape: fmt::Debug + Send + Sync + Clone + 'static {
    /// Which transformer it is.
    fn transformer(&self) -> &'static Transformer;

    /// Its options in one canonical line, empty without any.
    fn options(&self) -> String {
        String::new()
    }

    /// How long its texts are.
    fn length(&self) -> Length;

    /// Whether it makes itself shorter for a column of that many characters.
    fn fits_into(&self, _room: usize) -> bool {
        false
    }

    /// What it gives. With [`OutputType::Same`], what it writes for a whole number is digits.
    fn output(&self) -> OutputType {
        OutputType::Text
    }

    /// Why it cannot be used on that column, where its output alone does not tell.
    fn refuses(&self, _column: &Column) -> Option<Refusal> {
        None
    }

    /// Whether different values stay different.
    fn uniqueness(&self) -> Uniqueness {
        self.transformer().uniqueness
    }

    /// The shape for one column.
    fn for_column(&self, _column: &Column) -> Self {
        self.clone()
    }

    /// What counts of a value: two values with the same bytes here are one. `None` for all of it.
    fn counts(&self, _value: &[u8]) -> Option<Counted> {
        None
    }

    /// Another text in place of `value`, which is not empty.
    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String;

    /// Bytes in place of bytes that are no text, where the kind has such a form.
    fn write_bytes(&self, _value: &[u8], _draws: &mut Draws<'_>) -> Option<Vec<u8>> {
        None
    }
}

/// A keyed mask of one shape.
#[derive(Debug)]
pub(super) struct Keyed<S> {
    pub(super) domain: String,
    pub(super) shape: S,
}

impl<S: Shape> Mask for Keyed<S> {
    fn transformer(&self) -> &'static Transformer {
        self.shape.transformer()
    }

    fn rule(&self) -> String {
        let name = self.transformer().name;
        let options = self.shape.options();
        let parted = if options.is_empty() { "" } else { ", " };
        format!("{name}, domain {}{parted}{options}", self.domain)
    }

    fn output(&self) -> OutputType {
        self.shape.output()
    }

    fn length(&self) -> Length {
        self.shape.length()
    }

    fn fits_into(&self, room: usize) -> bool {
        self.shape.fits_into(room)
    }

    fn refuses(&self, column: &Column) -> Option<Refusal> {
        self.shape.refuses(column)
    }

    fn uniqueness(&self) -> Uniqueness {
        self.shape.uniqueness()
    }

    fn takes_as(&self, column: &Column) -> Option<String> {
        match self.output() {
            OutputType::Same => kind_of(&column.data_type, greatest),
            _ => None,
        }
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(KeyedMask {
            key: place.key.domain(&self.domain),
            shape: self.shape.for_column(place.column),
            greatest: greatest(&place.column.data_type),
        }))
    }
}

struct KeyedMask<S> {
    key: DomainKey,
    shape: S,
    /// The greatest whole number that the column takes.
    greatest: i64,
}

impl<S: Shape> KeyedMask<S> {
    fn pseudonym(&self, value: &[u8]) -> Option<Pseudonym> {
        match self.shape.counts(value) {
            Some(counts) => Pseudonym::of(&self.key, Field::Text(counts.as_bytes())),
            None => Pseudonym::of(&self.key, Field::Text(value)),
        }
    }

    /// The whole number that was written as digits, or one of as many that the column takes.
    fn whole(&self, number: i64, digits: &str) -> i64 {
        let digits = digits.bytes().filter(u8::is_ascii_digit);
        let other = digits.fold(0_i64, |sum, digit| {
            sum.saturating_mul(10)
                .saturating_add(i64::from(digit - b'0'))
        });
        let size = i64::try_from(number.unsigned_abs()).unwrap_or(i64::MAX);
        let other = match other > self.greatest && size <= self.greatest {
            true => other % self.greatest,
            false => other,
        };
        let other = if other == size { other ^ 1 } else { other };
        if number < 0 { -other } else { other }
    }

    fn other(&self, value: &[u8], mut pseudonym: Pseudonym) -> String {
        let same = |text: &String| value.trim_ascii().eq_ignore_ascii_case(text.as_bytes());
        let mut text = self.shape.write(value, &mut pseudonym.draws(&self.key));
        for _ in 0..TRIES {
            if !same(&text) {
                break;
            }
            pseudonym = pseudonym.again(&self.key);
            text = self.shape.write(value, &mut pseudonym.draws(&self.key));
        }
        text
    }
}

impl<S: Shape> ValueMask for KeyedMask<S> {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(value) = text_of(field) else {
            return Ok(Replacement::Null);
        };
        let Some(pseudonym) = self.pseudonym(&value).filter(|_| !value.is_empty()) else {
            return Ok(empty(field));
        };
        if let Field::Blob(bytes) = field {
            let written = self
                .shape
                .write_bytes(bytes, &mut pseudonym.draws(&self.key));
            let text = || self.other(&value, pseudonym).into_bytes();
            return Ok(Replacement::Blob(written.unwrap_or_else(text)));
        }
        let other = self.other(&value, pseudonym);
        Ok(match (field, self.shape.output()) {
            (Field::Integer(number), OutputType::Same) => {
                Replacement::Integer(self.whole(number, &other))
            }
            _ => Replacement::Text(other),
        })
    }
}

/// An empty value of the field's own kind.
pub(super) fn empty(field: Field<'_>) -> Replacement {
    match field {
        Field::Blob(_) => Replacement::Blob(Vec::new()),
        _ => Replacement::Text(String::new()),
    }
}

/// A value as text; `None` for NULL.
pub(crate) fn text_of(field: Field<'_>) -> Option<Cow<'_, [u8]>> {
    match field {
        Field::Null => None,
        Field::Text(bytes) | Field::Blob(bytes) => Some(Cow::Borrowed(bytes)),
        Field::Integer(number) => Some(Cow::Owned(number.to_string().into_bytes())),
        Field::Real(number) => Some(Cow::Owned(number.to_string().into_bytes())),
    }
}

/// A value as characters; what is no UTF-8 is replaced.
pub(super) fn characters(value: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed)
}

/// The ASCII letters and digits of a value: what counts where separators do not.
pub(super) fn alphanumeric<C: FromIterator<u8>>(value: &[u8]) -> C {
    let kept = value.iter().copied().filter(u8::is_ascii_alphanumeric);
    kept.collect()
}

/// What was written as text: letters, digits, and what stood around them.
pub(super) fn ascii(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}
