//! Rows through masks: only what is masked is written anew.

use super::by_name::ByName;
use super::lines::{Lines, Malformed, each_field};
use super::stored_form::StoredForm;
use super::text::encode;
use std::sync::Arc;
use weir_engine::{ColumnMask, Field, RowDigester};
use weir_model::error::{Error, Kind, Result};

/// A column as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyColumn {
    /// Its name.
    pub(crate) name: String,
    /// Its type, as `format_type` tells it; empty where it is not known.
    pub(crate) data_type: String,
}

/// A column, and what happens to its values.
struct Treated {
    column: CopyColumn,
    form: StoredForm,
    mask: Option<Arc<dyn ColumnMask>>,
}

/// Masks rows, digesting them before and after.
pub(crate) struct MaskedRows {
    lines: Lines,
    masking: Masking,
}

/// Everything but the stream itself.
struct Masking {
    table: String,
    columns: Vec<Treated>,
    received: ByName,
    /// `None` where every column is kept: then what is sent is what was received.
    sent: Option<ByName>,
    room: Vec<u8>,
}

impl MaskedRows {
    /// Rows of a table, with the mask of each column or `None` to keep it. A column without
    /// either lets no row pass.
    pub(crate) fn new(
        table: &str,
        columns: &[CopyColumn],
        masks: Vec<Option<Arc<dyn ColumnMask>>>,
    ) -> Self {
        let keeps_all = masks.iter().all(Option::is_none);
        let names = || ByName::of(columns.iter().map(|column| column.name.as_str()));
        let treated = columns.iter().zip(masks).map(|(column, mask)| Treated {
            column: column.clone(),
            form: StoredForm::of(&column.data_type),
            mask,
        });
        Self {
            lines: Lines::default(),
            masking: Masking {
                table: table.to_owned(),
                columns: treated.collect(),
                received: names(),
                sent: (!keeps_all).then(names),
                room: Vec::new(),
            },
        }
    }

    /// Takes the next bytes, cut anywhere; writes the rows that are whole to `out`. After an error
    /// neither can be used.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Self { lines, masking } = self;
        lines
            .push(bytes, |row| masking.row(row, out))
            .map_err(|stop| stop.into_error(&masking.table))
    }

    /// The digests of what came and of what went.
    pub(crate) fn finish(self) -> Result<(RowDigester, RowDigester)> {
        let Masking {
            table,
            received,
            sent,
            ..
        } = self.masking;
        let finished = self.lines.finish();
        finished.map_err(|wrong| Stop::from(wrong).into_error(&table))?;
        let received = received.finish();
        let sent = sent.map_or_else(|| received.clone(), ByName::finish);
        Ok((received, sent))
    }
}

impl Masking {
    fn row(&mut self, row: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        let Self {
            table,
            columns,
            received,
            sent,
            room,
        } = self;
        let number = received.rows() + 1;
        each_field::<Stop>(row, columns.len(), number, room, |at, raw, value| {
            received.field(value);
            let (Some(column), Some(sent)) = (columns.get(at), sent.as_mut()) else {
                return Ok(());
            };
            if at > 0 {
                out.push(b'\t');
            }
            if let Some(mask) = &column.mask {
                let masked = column.masked(mask.as_ref(), value, table)?;
                sent.field(masked.as_deref());
                encode(masked.as_deref(), out);
            } else {
                sent.field(value);
                out.extend_from_slice(raw.bytes);
            }
            Ok(())
        })?;
        received.end_row();
        match sent {
            Some(sent) => sent.end_row(),
            None => out.extend_from_slice(row),
        }
        out.push(b'\n');
        Ok(())
    }
}

impl Treated {
    fn masked(
        &self,
        mask: &dyn ColumnMask,
        value: Option<&[u8]>,
        table: &str,
    ) -> Result<Option<Vec<u8>>, Stop> {
        let bytes;
        let field = match (value, &self.form) {
            (None, _) => Field::Null,
            (Some(value), StoredForm::Integer(_)) => {
                let number = std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse().ok());
                Field::Integer(number.ok_or_else(|| self.corrupt(table))?)
            }
            (Some(value), StoredForm::Bytes) => {
                bytes = super::stored_form::read_bytes(value).ok_or_else(|| self.corrupt(table))?;
                Field::Blob(&bytes)
            }
            (Some(value), _) => Field::Text(value),
        };
        let replacement = mask.mask(field).map_err(Stop::Failed)?;
        self.form.stored(replacement).map_err(|unfit| {
            let Self { column, .. } = self;
            let cause = format!("{unfit}; the column's type is {}", column.data_type);
            let doing = format!("mask column {} of table {table}", column.name);
            let error = Error::new(Kind::Sanitise, doing, cause);
            Stop::Failed(error.hint("choose a rule that fits the type of this column"))
        })
    }

    fn corrupt(&self, table: &str) -> Stop {
        let CopyColumn { name, data_type } = &self.column;
        let doing = format!("read column {name} of table {table}");
        let cause = format!("a value is no {data_type}");
        let error = Error::new(Kind::Corrupt, doing, cause);
        Stop::Failed(error.hint("the rows are damaged: take another backup"))
    }
}

/// Why rows stop.
enum Stop {
    Malformed(Malformed),
    Failed(Error),
}

impl From<Malformed> for Stop {
    fn from(wrong: Malformed) -> Self {
        Self::Malformed(wrong)
    }
}

impl Stop {
    fn into_error(self, table: &str) -> Error {
        match self {
            Self::Malformed(wrong) => wrong.into_error(Kind::Corrupt, table),
            Self::Failed(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::RowStream;
    use crate::mask::samples::{cut, rows};
    use proptest::prelude::*;
    use weir_engine::Replacement;

    /// Tells what it was handed.
    struct Tell;

    impl ColumnMask for Tell {
        fn mask(&self, field: Field<'_>) -> Result<Replacement> {
            Ok(match field {
                Field::Null => Replacement::Text("was\tNULL".to_owned()),
                Field::Integer(number) => Replacement::Integer(number + 1),
                Field::Real(_) => Replacement::Null,
                Field::Text(text) => Replacement::Text(format!("<{}>", text.len())),
                Field::Blob(bytes) => Replacement::Blob(bytes.iter().rev().copied().collect()),
            })
        }
    }

    fn masked(
        pieces: &[&[u8]],
        columns: &[(&str, bool)],
    ) -> Result<(Vec<u8>, RowDigester, RowDigester)> {
        let (columns, masks): (Vec<_>, Vec<_>) = columns
            .iter()
            .map(|(data_type, is_masked)| {
                let column = CopyColumn {
                    name: "c".to_owned(),
                    data_type: (*data_type).to_owned(),
                };
                let mask: Option<Arc<dyn ColumnMask>> = is_masked.then(|| Arc::new(Tell) as _);
                (column, mask)
            })
            .unzip();
        let mut rows = MaskedRows::new("t", &columns, masks);
        let mut out = Vec::new();
        for piece in pieces {
            rows.push(piece, &mut out)?;
        }
        let (received, sent) = rows.finish()?;
        Ok((out, received, sent))
    }

    fn digest(bytes: &[u8], columns: usize) -> RowDigester {
        let names = vec!["c".to_owned(); columns];
        let mut rows = RowStream::new(&names);
        rows.push(bytes).unwrap();
        rows.finish().unwrap()
    }

    #[test]
    fn only_masked_columns_are_written_anew() {
        let raw = b"1\t\\\\x0aff\t\\\\\\x41\tab\\\\\n\\N\t\\N\t\\N\t\\N\n\\.\n\n";
        let columns = [
            ("bigint", false),
            ("bytea", true),
            ("text", false),
            ("text", true),
        ];
        let (out, received, sent) = masked(&[&raw[..12], &raw[12..]], &columns).unwrap();
        let expected =
            b"1\t\\\\xff0a\t\\\\\\x41\t<3>\n\\N\t\\\\x776173094e554c4c\t\\N\twas\\tNULL\n";
        assert_eq!(out, expected);
        assert_eq!(received.finish("t"), digest(raw, 4).finish("t"));
        assert_eq!(sent.finish("t"), digest(expected, 4).finish("t"));
    }

    #[test]
    fn a_number_is_masked_as_a_number() {
        let (out, _, sent) = masked(&[b"41\n"], &[("integer", true)]).unwrap();
        assert_eq!(out, b"42\n");
        assert_eq!(sent.finish("t"), digest(b"42\n", 1).finish("t"));
    }

    #[test]
    fn errors_name_the_place_and_no_value() {
        let cases = [
            (&b"secret\n"[..], "integer", Kind::Corrupt),
            (b"\\\\xsecret\n", "bytea", Kind::Corrupt),
            (b"secret\tmore\n", "text", Kind::Corrupt),
            (b"secret", "text", Kind::Corrupt),
            (b"secret\n", "date", Kind::Sanitise),
            (b"2147483647\n", "integer", Kind::Sanitise),
        ];
        for (rows, data_type, kind) in cases {
            let error = masked(&[rows], &[(data_type, true)]).map(drop).unwrap_err();
            assert_eq!(error.kind(), kind, "{data_type}");
            assert!(error.doing().contains("table t") && error.hint_text().is_some());
            assert!(
                !format!("{error:?}").contains("secret") && !format!("{error:?}").contains("2147")
            );
        }
    }

    #[test]
    fn a_column_without_a_decision_lets_no_row_pass() {
        let columns = [("text", true), ("text", false)].map(|(data_type, _)| CopyColumn {
            name: "c".to_owned(),
            data_type: data_type.to_owned(),
        });
        let mut rows = MaskedRows::new("t", &columns, vec![None]);
        let mut out = Vec::new();
        assert!(rows.push(b"a\tb\n", &mut out).is_err());
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_a_stream_is_cut(
            (bytes, cuts) in rows(), first: bool, second: bool,
        ) {
            let columns = [("text", first), ("text", second)];
            let told = |pieces: &[&[u8]]| {
                masked(pieces, &columns)
                    .map(|(out, received, sent)| (out, received.finish("t"), sent.finish("t")))
                    .map_err(|error| error.to_string())
            };
            let whole = told(&[&bytes]);
            prop_assert_eq!(&told(&cut(&bytes, &cuts)), &whole);
            if let Ok((out, received, sent)) = whole {
                prop_assert_eq!(received, digest(&bytes, 2).finish("t"));
                prop_assert_eq!(sent, digest(&out, 2).finish("t"));
            }
        }
    }
}
