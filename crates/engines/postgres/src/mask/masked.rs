//! Rows through a mask: only what is masked is written anew, and what is dropped is not.

use super::by_name::ByName;
use super::lines::{Lines, Malformed};
use super::row::{Fields, Row};
use super::stored_form::{StoredForm, read_bytes};
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
    columns: Columns,
    mask: Arc<dyn RowMask>,
    received: ByName,
    sent: ByName,
    fields: Fields,
    room: Room,
}

/// The columns of a table.
struct Columns {
    table: String,
    all: Vec<Treated>,
    /// Places of those whose values the mask is given.
    read: Vec<usize>,
    /// Places of those that it sets.
    masked: Vec<usize>,
}

/// What a row takes, kept from one to the next.
struct Room {
    /// What the bytes are that the mask looks at, which are written as digits.
    bytes: Vec<u8>,
    /// Where those of each column that it reads lie.
    places: Vec<Option<Range<usize>>>,
    fields: Vec<Field<'static>>,
    masked: Vec<Replacement>,
    /// The form in which what was masked is stored.
    stored: Vec<u8>,
    /// What is sent of each column.
    sent: Vec<Sent>,
}

/// What is sent of a column.
#[derive(Clone)]
enum Sent {
    /// What came.
    AsItCame,
    Null,
    /// What lies there in the room for it.
    Stored(Range<usize>),
}

impl MaskedRows {
    /// Rows of a table with those columns.
    pub(crate) fn new(table: &str, columns: &[CopyColumn], rules: &RowRules) -> Self {
        let names = || ByName::of(columns.iter().map(|column| column.name.as_str()));
        let ahead = rules.mask.ahead().map(|mask| {
            let places = rules.places.clone();
            Box::new(Self::new(table, columns, &RowRules { mask, places }))
        });
        Self {
            ahead,
            lines: Lines::default(),
            masking: Masking {
                received: names(),
                sent: names(),
                fields: Fields::default(),
                room: Room::of(columns.len(), rules.mask.columns().len()),
                columns: Columns::of(table, columns, rules),
                mask: Arc::clone(&rules.mask),
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
            .map_err(|stop| stop.into_error(&masking.columns.table))
    }

    /// The digests of what came and of what went.
    pub(crate) fn finish(self) -> Result<(RowDigester, RowDigester)> {
        let Masking {
            columns,
            received,
            sent,
            ..
        } = self.masking;
        let finished = self.lines.finish();
        finished.map_err(|wrong| Stop::from(wrong).into_error(&columns.table))?;
        Ok((received.finish(), sent.finish()))
    }
}

impl Masking {
    fn row(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), Stop> {
        let Self {
            columns,
            mask,
            received,
            sent,
            fields,
            room,
        } = self;
        let row = fields.of(line, columns.all.len(), received.rows() + 1)?;
        received.row(|at| row.value(at));
        if room.ask(columns, mask.as_ref(), row)? == Fate::Dropped {
            return Ok(());
        }
        room.store(columns, row)?;
        sent.row(|at| room.sent_of(at, row));
        let masked = columns.masked.iter();
        let masked = masked.filter(|at| !matches!(room.sent.get(**at), Some(Sent::AsItCame)));
        row.write_with(masked.map(|at| (*at, room.sent_of(*at, row))), out);
        Ok(())
    }
}

impl Columns {
    fn of(table: &str, columns: &[CopyColumn], rules: &RowRules) -> Self {
        let places = columns.iter().zip(&rules.places).enumerate();
        let all: Vec<Treated> = places
            .map(|(at, (column, place))| Treated {
                form: StoredForm::of(&column.data_type),
                column: column.clone(),
                place: *place,
                used: rules.column(at),
            })
            .collect();
        let places = |wanted: &dyn Fn(ColumnUse) -> bool| {
            let found = all.iter().enumerate();
            let found = found.filter(|(_, column)| wanted(column.used));
            found.map(|(at, _)| at).collect()
        };
        Self {
            table: table.to_owned(),
            read: places(&|used| used != ColumnUse::Copied),
            masked: places(&|used| used == ColumnUse::Masked),
            all,
        }
    }

    fn at<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = (usize, &'a Treated)> {
        let columns = places.iter().map(|at| Some((*at, self.all.get(*at)?)));
        columns.flatten()
    }
}

impl Room {
    /// For rows of so many columns, of which the mask knows so many.
    fn of(columns: usize, known: usize) -> Self {
        Self {
            bytes: Vec::new(),
            places: Vec::new(),
            fields: Vec::new(),
            masked: vec![Replacement::Null; known],
            stored: Vec::new(),
            sent: vec![Sent::AsItCame; columns],
        }
    }

    /// Asks the mask about a row.
    fn ask(&mut self, columns: &Columns, mask: &dyn RowMask, row: Row<'_>) -> Result<Fate, Stop> {
        self.bytes.clear();
        self.places.clear();
        for (at, column) in columns.at(&columns.read) {
            let value = row.value(at).filter(|_| column.form == StoredForm::Bytes);
            let place = value.map(|value| column.read_bytes(value, &mut self.bytes, columns));
            self.places.push(place.transpose()?);
        }
        let mut fields = emptied(std::mem::take(&mut self.fields), || Field::Null);
        fields.resize(self.masked.len(), Field::Null);
        for ((at, column), place) in columns.at(&columns.read).zip(&self.places) {
            let bytes = place.clone().and_then(|place| self.bytes.get(place));
            if let (Some(field), Some(value)) =
                (fields.get_mut(column.place), bytes.or(row.value(at)))
            {
                *field = column.field(value, columns)?;
            }
        }
        let fate = mask.mask(&fields, &mut self.masked).map_err(Stop::Failed);
        self.fields = emptied(fields, || Field::Null);
        fate
    }

    /// Brings what the mask made into the form in which it is stored.
    fn store(&mut self, columns: &Columns, row: Row<'_>) -> Result<(), Stop> {
        self.stored.clear();
        for (at, column) in columns.at(&columns.masked) {
            let made = self.masked.get(column.place).unwrap_or(&Replacement::Null);
            let sent = match column.form.stored(made) {
                Ok(None) => Sent::Null,
                Ok(Some(text)) => {
                    let from = self.stored.len();
                    self.stored.extend_from_slice(text.as_bytes());
                    Sent::Stored(from..self.stored.len())
                }
                // What the server wrote it takes again, also where no mask could write it (a day
                // before the first year).
                Err(_) if row.value(at).map(Field::Text) == Some(made.as_field()) => Sent::AsItCame,
                Err(unfit) => return Err(column.unfit(&unfit.to_string(), columns)),
            };
            if let Some(place) = self.sent.get_mut(at) {
                *place = sent;
            }
        }
        Ok(())
    }

    /// The value that is sent of a column.
    #[inline]
    fn sent_of<'a>(&'a self, at: usize, row: Row<'a>) -> Option<&'a [u8]> {
        match self.sent.get(at)? {
            Sent::AsItCame => row.value(at),
            Sent::Null => None,
            Sent::Stored(place) => self.stored.get(place.clone()),
        }
    }
}

/// The same room without what was in it, for what lives no longer than a row.
fn emptied<From, To>(mut room: Vec<From>, nothing: impl Fn() -> To) -> Vec<To> {
    room.clear();
    // Collected in place, because both are of one size.
    room.into_iter().map(|_| nothing()).collect()
}

impl Treated {
    /// Adds the bytes that are written as digits; where they lie.
    fn read_bytes(
        &self,
        value: &[u8],
        bytes: &mut Vec<u8>,
        columns: &Columns,
    ) -> Result<Range<usize>, Stop> {
        let from = bytes.len();
        read_bytes(value, bytes).ok_or_else(|| self.corrupt(columns))?;
        Ok(from..bytes.len())
    }

    /// A value as the mask is given it.
    fn field<'a>(&self, value: &'a [u8], columns: &Columns) -> Result<Field<'a>, Stop> {
        Ok(match self.form {
            StoredForm::Bytes => Field::Blob(value),
            StoredForm::Integer(_) => {
                let text = std::str::from_utf8(value).ok();
                let number = text.and_then(|text| text.parse().ok());
                Field::Integer(number.ok_or_else(|| self.corrupt(columns))?)
            }
            _ => Field::Text(value),
        })
    }

    fn unfit(&self, unfit: &str, columns: &Columns) -> Stop {
        let CopyColumn { name, data_type } = &self.column;
        let cause = format!("{unfit}; the column's type is {data_type}");
        let doing = format!("mask column {name} of table {}", columns.table);
        let error = Error::new(Kind::Sanitise, doing, cause);
        Stop::Failed(error.hint("choose a rule that fits the type of this column"))
    }

    fn corrupt(&self, columns: &Columns) -> Stop {
        let CopyColumn { name, data_type } = &self.column;
        let doing = format!("read column {name} of table {}", columns.table);
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
