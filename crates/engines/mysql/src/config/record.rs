//! One row of a small answer, read by place.

use super::Subject;
use mysql_async::{Row, Value};
use weir_model::error::{Error, Result};

/// A row of the text protocol.
#[derive(Debug)]
pub(crate) struct Record {
    row: Row,
    doing: String,
    subject: Subject,
}

impl Record {
    pub(super) fn new(row: Row, doing: &str, subject: &Subject) -> Self {
        Self {
            row,
            doing: doing.to_owned(),
            subject: subject.clone(),
        }
    }

    /// The bytes of a value; `None` for NULL.
    pub(crate) fn bytes(&self, place: usize) -> Option<&[u8]> {
        match self.row.as_ref(place) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// A text, or NULL.
    pub(crate) fn optional(&self, place: usize) -> Result<Option<String>> {
        self.bytes(place)
            .map(|bytes| {
                String::from_utf8(bytes.to_vec()).map_err(|_| self.wrong(place, "is not UTF-8"))
            })
            .transpose()
    }

    /// A text.
    pub(crate) fn text(&self, place: usize) -> Result<String> {
        self.optional(place)?
            .ok_or_else(|| self.wrong(place, "is NULL"))
    }

    /// A whole number, or NULL.
    pub(crate) fn optional_number(&self, place: usize) -> Result<Option<u64>> {
        self.optional(place)?
            .map(|text| text.parse().map_err(|_| self.wrong(place, "is no number")))
            .transpose()
    }

    /// A whole number.
    pub(crate) fn number(&self, place: usize) -> Result<u64> {
        self.optional_number(place)?
            .ok_or_else(|| self.wrong(place, "is NULL"))
    }

    fn wrong(&self, place: usize, cause: &str) -> Error {
        let doing = format!("{} {}", self.doing, self.subject.place);
        let cause = format!("column {} of the server's answer {cause}", place + 1);
        Error::new(self.subject.kind, doing, cause)
            .hint("`weir doctor` prints the grants that are missing: what may not be read is NULL")
    }
}
