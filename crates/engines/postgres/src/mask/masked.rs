//! Rows through a mask: only what is masked is written anew, and what is dropped is not.

use super::by_name::ByName;
use super::lines::{Lines, Malformed, each_field};
use super::stored_form::{StoredForm, read_bytes};
use super::text::{RawField, encode};
use std::ops::Range;
use std::sync::Arc;
use weir_engine::{ColumnUse, Fate, Field, LOOK_AHEAD, Replacement, RowDigester, RowMask};
use weir_model::error::{Error, Kind, Result};

/// A column as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyColumn {
    /// Its name.
    pub(crate) name: String,
    /// Its type, as `format_type` tells it; empty where it is not known.
    pub(crate) data_type: String,
}

/// What the rules do with the rows of a table.
#[derive(Clone)]
pub(crate) struct RowRules {
    /// The rules.
    pub(crate) mask: Arc<dyn RowMask>,
    /// Where each column of the rows stands among those of the catalog, which the rules go by.
    pub(crate) places: Vec<usize>,
}

impl RowRules {
    /// What happens to a column of the rows.
    pub(crate) fn column(&self, at: usize) -> ColumnUse {
        let place = self.places.get(at);
        let column = place.and_then(|place| self.mask.columns().get(*place));
        // A column without a decision: its mask sets nothing, and NULL is written.
        column.copied().unwrap_or(ColumnUse::Masked)
    }
}

/// A column, and what happens to its values.
struct Treated {
    column: CopyColumn,
    form: StoredForm,
    /// Its place in the catalog.
    place: usize,
    used: ColumnUse,
}

/// Masks rows, digesting them before and after.
pub(crate) struct MaskedRows {
    lines: Lines,
    masking: Masking,
    /// What looks at the same rows before they are masked, where that helps.
    ahead: Option<Box<MaskedRows>>,
}

/// Everything but the stream itself.
struct Masking {
    table: String,
    columns: Vec<Treated>,
    mask: Arc<dyn RowMask>,
    received: ByName,
    sent: ByName,
    room: Room,
}

/// What a row takes, kept from one to the next.
#[derive(Default)]
struct Room {
    /// A field without its escapes.
    unescaped: Vec<u8>,
    /// The same of all that the mask looks at, where its bytes do not stand in the row itself.
    read: Vec<u8>,
    raws: Vec<RawField<'static>>,
    /// Where the fields that the mask looks at stand in `read`.
    places: Vec<Option<Range<usize>>>,
    fields: Vec<Field<'static>>,
    masked: Vec<Replacement>,
}

impl MaskedRows {
    /// Rows of a table with those columns.
    pub(crate) fn new(table: &str, columns: &[CopyColumn], rules: &RowRules) -> Self {
        let names = || ByName::of(columns.iter().map(|column| column.name.as_str()));
        let treated = columns
            .iter()
            .zip(&rules.places)
            .enumerate()
            .map(|(at, (column, place))| Treated {
                form: StoredForm::of(&column.data_type),
                column: column.clone(),
                place: *place,
                used: rules.column(at),
            });
        let ahead = rules.mask.ahead().map(|mask| {
            let places = rules.places.clone();
            Box::new(Self::new(table, columns, &RowRules { mask, places }))
        });
        let mut room = Room::default();
        let width = rules.mask.columns().len();
        room.masked.resize(width, Replacement::Null);
        Self {
            ahead,
            lines: Lines::default(),
            masking: Masking {
                table: table.to_owned(),
                columns: treated.collect(),
                mask: Arc::clone(&rules.mask),
                received: names(),
                sent: names(),
                room,
            },
        }
    }

    /// Takes the next bytes, cut anywhere; writes the rows that are whole to `out`. After an error
    /// neither can be used.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Some(mut ahead) = self.ahead.take() else {
            return self.mask(bytes, out);
        };
        let mut pieces = bytes.chunks(LOOK_AHEAD);
        let done = pieces.try_for_each(|piece| {
            // It drops every row, and writes nothing.
            ahead.mask(piece, &mut Vec::new())?;
            self.mask(piece, out)
        });
        self.ahead = Some(ahead);
        done
    }

    fn mask(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Self { lines, masking, .. } = self;
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
        Ok((received.finish(), sent.finish()))
    }
}

impl Masking {
    fn row(&mut self, row: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        let mut raws = emptied(std::mem::take(&mut self.room.raws), || RawField::EMPTY);
        self.receive(row, &mut raws)?;
        if self.ask(&raws)? == Fate::Kept {
            self.send(&raws, out)?;
        }
        self.room.raws = emptied(raws, || RawField::EMPTY);
        Ok(())
    }

    /// Takes a row apart, and keeps what the mask looks at.
    fn receive<'a>(&mut self, row: &'a [u8], raws: &mut Vec<RawField<'a>>) -> Result<(), Stop> {
        let Self {
            table,
            columns,
            received,
            room,
            ..
        } = self;
        let Room {
            unescaped,
            read,
            places,
            ..
        } = room;
        read.clear();
        places.clear();
        let number = received.rows() + 1;
        each_field::<Stop>(row, columns.len(), number, unescaped, |at, raw, value| {
            received.field(value);
            raws.push(raw);
            let column = columns.get(at).filter(|column| column.is_read());
            let place = match (column, value) {
                (Some(column), Some(value)) => column.keep(value, raw, read, table)?,
                _ => None,
            };
            places.push(place);
            Ok(())
        })?;
        received.end_row();
        Ok(())
    }

    /// Asks the mask about the row that was taken apart.
    fn ask(&mut self, raws: &[RawField<'_>]) -> Result<Fate, Stop> {
        let Room {
            read,
            places,
            fields: kept,
            masked,
            ..
        } = &mut self.room;
        let mut fields = emptied(std::mem::take(kept), || Field::Null);
        fields.resize(masked.len(), Field::Null);
        for ((column, raw), place) in self.columns.iter().zip(raws).zip(places) {
            if column.is_read()
                && let Some(field) = fields.get_mut(column.place)
            {
                let kept = place.as_ref().and_then(|place| read.get(place.clone()));
                *field = column.field(*raw, kept, &self.table)?;
            }
        }
        let fate = self.mask.mask(&fields, masked).map_err(Stop::Failed);
        *kept = emptied(fields, || Field::Null);
        fate
    }

    /// Writes the row.
    fn send(&mut self, raws: &[RawField<'_>], out: &mut Vec<u8>) -> Result<(), Stop> {
        let Self {
            table,
            columns,
            sent,
            room,
            ..
        } = self;
        let number = sent.rows() + 1;
        for (at, (column, raw)) in columns.iter().zip(raws).enumerate() {
            if at > 0 {
                out.push(b'\t');
            }
            let made = room.masked.get(column.place).unwrap_or(&Replacement::Null);
            let stored = match column.used {
                ColumnUse::Masked => Some(column.form.stored(made)),
                ColumnUse::Copied | ColumnUse::Read => None,
            };
            if let Some(Ok(masked)) = &stored {
                let masked = masked.as_deref().map(str::as_bytes);
                sent.field(masked);
                encode(masked, out);
                continue;
            }
            let value = raw.decode(&mut room.unescaped);
            let value = value.map_err(|_| Malformed::Escape { row: number })?;
            // What the server wrote it takes again, also where no mask could write it (a day
            // before the first year).
            if let Some(Err(unfit)) = stored
                && value.map(Field::Text) != Some(made.as_field())
            {
                return Err(column.unfit(&unfit.to_string(), table));
            }
            sent.field(value);
            out.extend_from_slice(raw.bytes);
        }
        sent.end_row();
        out.push(b'\n');
        Ok(())
    }
}

/// The same room without what was in it, for what lives no longer than a row.
fn emptied<From, To>(mut room: Vec<From>, nothing: impl Fn() -> To) -> Vec<To> {
    room.clear();
    // Collected in place, because both are of one size.
    room.into_iter().map(|_| nothing()).collect()
}

impl Treated {
    fn is_read(&self) -> bool {
        self.used != ColumnUse::Copied
    }

    /// Keeps a value for the mask, unless it can be read from the row itself.
    fn keep(
        &self,
        value: &[u8],
        raw: RawField<'_>,
        read: &mut Vec<u8>,
        table: &str,
    ) -> Result<Option<Range<usize>>, Stop> {
        let from = read.len();
        if self.form == StoredForm::Bytes {
            read_bytes(value, read).ok_or_else(|| self.corrupt(table))?;
        } else if raw.is_plain() {
            return Ok(None);
        } else {
            read.extend_from_slice(value);
        }
        Ok(Some(from..read.len()))
    }

    /// A value as the mask is given it.
    fn field<'a>(
        &self,
        raw: RawField<'a>,
        kept: Option<&'a [u8]>,
        table: &str,
    ) -> Result<Field<'a>, Stop> {
        let value = match kept {
            Some(kept) => kept,
            None if raw.is_plain() => raw.bytes,
            None => return Ok(Field::Null),
        };
        Ok(match self.form {
            StoredForm::Bytes => Field::Blob(value),
            StoredForm::Integer(_) => {
                let text = std::str::from_utf8(value).ok();
                let number = text.and_then(|text| text.parse().ok());
                Field::Integer(number.ok_or_else(|| self.corrupt(table))?)
            }
            _ => Field::Text(value),
        })
    }

    fn unfit(&self, unfit: &str, table: &str) -> Stop {
        let CopyColumn { name, data_type } = &self.column;
        let cause = format!("{unfit}; the column's type is {data_type}");
        let doing = format!("mask column {name} of table {table}");
        let error = Error::new(Kind::Sanitise, doing, cause);
        Stop::Failed(error.hint("choose a rule that fits the type of this column"))
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
mod tests;
