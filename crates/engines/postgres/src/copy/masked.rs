//! Rows through masks: only what is masked is written anew.

use super::rows::{Lines, Malformed, width};
use super::stored_form::StoredForm;
use super::text::{decode, encode, fields};
use std::sync::Arc;
use weir_engine::{ColumnMask, Field, Replacement, RowDigester};
use weir_model::error::{Error, Kind, Result};

/// A column as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyColumn {
    /// Its name.
    pub(crate) name: String,
    /// Its type, as `format_type` tells it; empty where it is not known.
    pub(crate) data_type: String,
}

struct MaskedColumn {
    name: String,
    form: StoredForm,
    mask: Option<Arc<dyn ColumnMask>>,
}

/// Masks rows, digesting them before and after.
pub(crate) struct MaskedRows {
    table: String,
    columns: Vec<MaskedColumn>,
    lines: Lines,
    received: RowDigester,
    sent: RowDigester,
}

/// What stops a stream.
struct Stopped(Error);

impl MaskedRows {
    /// Rows of a table, with the mask of each column or `None` to keep it.
    pub(crate) fn new(
        table: &str,
        columns: &[CopyColumn],
        masks: Vec<Option<Arc<dyn ColumnMask>>>,
    ) -> Self {
        let columns = columns.iter().zip(masks).map(|(column, mask)| MaskedColumn {
            name: column.name.clone(),
            form: StoredForm::of(&column.data_type),
            mask,
        });
        Self {
            table: table.to_owned(),
            columns: columns.collect(),
            lines: Lines::default(),
            received: RowDigester::default(),
            sent: RowDigester::default(),
        }
    }

    /// Takes the next bytes; writes the rows that are whole to `out`.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Self {
            table,
            columns,
            lines,
            received,
            sent,
        } = self;
        let pushed = lines.push(bytes, |row| {
            mask_row(table, columns, row, received, sent, out)
        });
        pushed.map_err(|stopped| match stopped {
            Stop::Malformed(wrong) => wrong.into_error(Kind::Corrupt, table),
            Stop::Failed(Stopped(error)) => error,
        })
    }

    /// The digests of what came and of what went.
    pub(crate) fn finish(self) -> Result<(RowDigester, RowDigester)> {
        let finished = self.lines.finish();
        finished.map_err(|wrong| wrong.into_error(Kind::Corrupt, &self.table))?;
        Ok((self.received, self.sent))
    }
}

enum Stop {
    Malformed(Malformed),
    Failed(Stopped),
}

impl From<Malformed> for Stop {
    fn from(wrong: Malformed) -> Self {
        Self::Malformed(wrong)
    }
}

fn mask_row(
    table: &str,
    columns: &[MaskedColumn],
    row: &[u8],
    received: &mut RowDigester,
    sent: &mut RowDigester,
    out: &mut Vec<u8>,
) -> Result<(), Stop> {
    let mut found = 0;
    for field in fields(row, columns.len()) {
        let Some(column) = columns.get(found) else {
            let count = fields(row, columns.len()).count();
            return Err(width(received.rows(), count, columns.len()).into());
        };
        if found > 0 {
            out.push(b'\t');
        }
        found += 1;
        let value = decode(field);
        let value = value.as_deref();
        received.field(text(value));
        match &column.mask {
            None => {
                sent.field(text(value));
                out.extend_from_slice(field);
            }
            Some(mask) => {
                let masked = column
                    .masked(mask.as_ref(), value)
                    .map_err(|error| Stop::Failed(Stopped(named(error, table, &column.name))))?;
                sent.field(text(masked.as_deref()));
                encode(masked.as_deref(), out);
            }
        }
    }
    if found != columns.len() {
        return Err(width(received.rows(), found, columns.len()).into());
    }
    received.end_row();
    sent.end_row();
    out.push(b'\n');
    Ok(())
}

impl MaskedColumn {
    fn masked(&self, mask: &dyn ColumnMask, value: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        let Some(value) = value else {
            return self.form.stored(&mask.mask(Field::Null)?);
        };
        let bytes = self.form.bytes_of(value);
        let field = match (&bytes, self.form.integer_of(value)) {
            (Some(bytes), _) => Field::Blob(bytes),
            (None, Some(number)) => Field::Integer(number),
            (None, None) => Field::Text(value),
        };
        let replacement: Replacement = mask.mask(field)?;
        self.form.stored(&replacement)
    }
}

fn text(value: Option<&[u8]>) -> Field<'_> {
    value.map_or(Field::Null, Field::Text)
}

// Taken by value, so that it can stand in `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn named(error: Error, table: &str, column: &str) -> Error {
    let doing = format!("mask column {column} of table {table}");
    let named = Error::new(error.kind(), doing, error.cause());
    named.hint(error.hint_text().unwrap_or("correct the rule of this column"))
}
