//! Rows of a server as text of INSERT statements.

use super::masked_row::{MaskedRow, emptied};
use super::shape::{Shape, ShapeColumn};
use super::{Form, literal};
use mysql_async::{Row, Value};
use std::sync::Arc;
use weir_engine::{Fate, Field, RowDigester, RowMask};
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

/// Writes rows, digesting what is written.
pub(crate) struct Encoder {
    shape: Arc<Shape>,
    masking: Option<MaskedRow>,
    /// The fields of a row that is masked; empty between two rows.
    fields: Vec<Field<'static>>,
    digester: RowDigester,
}

impl Encoder {
    /// Rows that [`Shape::select`] gives.
    pub(crate) fn new(shape: Arc<Shape>) -> Self {
        Self::through(shape, None)
    }

    /// The same, through a mask if there is one.
    pub(crate) fn through(shape: Arc<Shape>, mask: Option<Arc<dyn RowMask>>) -> Self {
        Self {
            masking: mask.map(|mask| MaskedRow::new(&shape, mask)),
            fields: Vec::new(),
            digester: RowDigester::default(),
            shape,
        }
    }

    /// Appends a row in parentheses and digests it, unless it is dropped. After an error `out`
    /// cannot be used.
    #[inline]
    pub(crate) fn row(&mut self, row: &impl Printed, out: &mut Vec<u8>) -> Result<Fate> {
        if self.masking.is_some() {
            return self.masked_row(row, out);
        }
        out.push(b'(');
        for (at, column) in self.shape.columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let value = row.value(at).ok_or_else(|| unread(&self.shape, column))?;
            let field = field(column.form, value).ok_or_else(|| unread(&self.shape, column))?;
            encode(column.form, field, value, out);
            self.digester.field(field);
        }
        out.push(b')');
        self.digester.end_row();
        Ok(Fate::Kept)
    }

    /// The same through the mask.
    fn masked_row(&mut self, row: &impl Printed, out: &mut Vec<u8>) -> Result<Fate> {
        let mut fields = std::mem::take(&mut self.fields);
        for (at, column) in self.shape.columns.iter().enumerate() {
            let field = row.value(at).and_then(|value| field(column.form, value));
            fields.push(field.ok_or_else(|| unread(&self.shape, column))?);
        }
        let fate = self.write_masked(row, &fields, out);
        self.fields = emptied(fields);
        fate
    }

    fn write_masked(
        &mut self,
        row: &impl Printed,
        fields: &[Field<'_>],
        out: &mut Vec<u8>,
    ) -> Result<Fate> {
        let Some(masking) = &mut self.masking else {
            return Ok(Fate::Kept);
        };
        if masking.decide(fields)? == Fate::Dropped {
            return Ok(Fate::Dropped);
        }
        out.push(b'(');
        for (at, (column, was)) in self.shape.columns.iter().zip(fields).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            match masking.replacement(at, *was)? {
                Some(replacement) => {
                    literal::write(column.form, replacement, out);
                    self.digester.field(replacement);
                }
                None => {
                    encode(column.form, *was, row.value(at).flatten(), out);
                    self.digester.field(*was);
                }
            }
        }
        out.push(b')');
        self.digester.end_row();
        Ok(Fate::Kept)
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

/// Writes a value, of which the field is known.
fn encode(form: Form, field: Field<'_>, value: Option<&[u8]>, out: &mut Vec<u8>) {
    match (form, field, value) {
        (_, Field::Null, _) | (.., None) => out.extend_from_slice(literal::NULL),
        (Form::Integer, _, Some(value)) => out.extend_from_slice(literal::without_zeros(value)),
        (Form::Float, Field::Real(number), _) => literal::single(number, out),
        (Form::Double, _, Some(value)) => literal::double(value, out),
        (_, _, Some(value)) => literal::written(form, value, out),
    }
}

fn unread(shape: &Shape, column: &ShapeColumn) -> Error {
    let doing = format!("read column {} of table {}", column.name, shape.table);
    Error::new(Kind::Source, doing, "a value is none of the column's type")
        .hint("see whether the table was changed meanwhile, and run it again")
}

#[cfg(test)]
mod tests;
