//! Rows of a server as text of INSERT statements.

use super::shape::{Shape, ShapeColumn};
use super::{Form, literal};
use mysql_async::{Row, Value};
use std::sync::Arc;
use weir_engine::{Field, RowDigester};
use weir_model::error::{Error, Kind, Result};

/// A row as a server sends it, which prints every value.
pub(crate) trait Printed {
    /// The value of a column; `Some(None)` is NULL.
    fn value(&self, at: usize) -> Option<Option<&[u8]>>;
}

impl Printed for Row {
    #[inline]
    fn value(&self, at: usize) -> Option<Option<&[u8]>> {
        match self.as_ref(at)? {
            Value::NULL => Some(None),
            Value::Bytes(bytes) => Some(Some(bytes)),
            _ => None,
        }
    }
}

/// Writes rows, digesting them.
pub(crate) struct Encoder {
    shape: Arc<Shape>,
    digester: RowDigester,
}

impl Encoder {
    /// Rows that [`Shape::select`] gives.
    pub(crate) fn new(shape: Arc<Shape>) -> Self {
        Self {
            shape,
            digester: RowDigester::default(),
        }
    }

    /// Appends a row in parentheses and digests it. After an error `out` cannot be used.
    pub(crate) fn row(&mut self, row: &impl Printed, out: &mut Vec<u8>) -> Result<()> {
        let (shape, digester) = (&self.shape, &mut self.digester);
        out.push(b'(');
        for (at, column) in shape.columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let value = row.value(at).ok_or_else(|| unread(shape, column))?;
            let field = encode(column.form, value, out).ok_or_else(|| unread(shape, column))?;
            digester.field(field);
        }
        out.push(b')');
        digester.end_row();
        Ok(())
    }

    /// Digests a row alone.
    pub(crate) fn digest_only(&mut self, row: &impl Printed) -> Result<()> {
        let (shape, digester) = (&self.shape, &mut self.digester);
        for (at, column) in shape.columns.iter().enumerate() {
            let field = row.value(at).and_then(|value| field(column.form, value));
            digester.field(field.ok_or_else(|| unread(shape, column))?);
        }
        digester.end_row();
        Ok(())
    }

    /// The digest of all rows.
    pub(crate) fn digester(self) -> RowDigester {
        self.digester
    }
}

fn field(form: Form, value: Option<&[u8]>) -> Option<Field<'_>> {
    let Some(value) = value else {
        return Some(Field::Null);
    };
    match form {
        Form::Integer => literal::integer(value),
        Form::Decimal => literal::decimal(value),
        Form::Float => literal::real(value).map(|number| Field::Real(f64::from(number as f32))),
        Form::Double => literal::real(value).map(Field::Real),
        Form::Text | Form::TextAlone => Some(Field::Text(value)),
        Form::Bytes | Form::Bit | Form::Geometry => Some(Field::Blob(value)),
    }
}

/// Writes a value, and tells which field it is.
fn encode<'a>(form: Form, value: Option<&'a [u8]>, out: &mut Vec<u8>) -> Option<Field<'a>> {
    let field = field(form, value)?;
    match (form, field, value) {
        (_, Field::Null, _) | (.., None) => out.extend_from_slice(literal::NULL),
        (Form::Integer, _, Some(value)) => out.extend_from_slice(literal::without_zeros(value)),
        (Form::Float, Field::Real(number), _) => literal::single(number, out),
        (Form::Double, _, Some(value)) => literal::double(value, out),
        (_, _, Some(value)) => literal::written(form, value, out),
    }
    Some(field)
}

fn unread(shape: &Shape, column: &ShapeColumn) -> Error {
    let doing = format!("read column {} of table {}", column.name, shape.table);
    Error::new(Kind::Source, doing, "a value is none of the column's type")
        .hint("see whether the table was changed meanwhile, and run it again")
}

#[cfg(test)]
mod tests;
