use super::ahead::Ahead;
use super::masked_failure;
use super::plan::CleanTable;
use crate::config::{Database, quoted};
use crate::verify::field;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, Statement, ToSql};
use weir_engine::{ColumnUse, Fate, Field, Replacement, RowDigester, RowMask};
use weir_model::error::Result;
use weir_model::event::Unit;
use weir_model::manifest::TableDigest;

/// Rows between two looks at the request to stop.
const CHECK_EVERY: u64 = 1_024;

/// Copies rows from one database into another, masking and digesting them on the way.
pub(super) struct RowCopy<'a> {
    raw: &'a Database,
    clean: &'a Database,
    done: u64,
    total: u64,
}

impl<'a> RowCopy<'a> {
    /// A copy of `total` rows.
    pub(super) fn new(raw: &'a Database, clean: &'a Database, total: u64) -> Self {
        Self {
            raw,
            clean,
            done: 0,
            total,
        }
    }

    /// Copies one table; without a mask it stays empty. Returns what was sent.
    pub(super) fn table(
        &mut self,
        table: &CleanTable,
        mask: Option<&dyn RowMask>,
    ) -> Result<TableDigest> {
        let mut digester = RowDigester::default();
        if let Some(mask) = mask {
            let _work = self.clean.subject.context.at_table(&table.name);
            self.rows(table, mask, &mut digester)?;
        }
        Ok(digester.finish(&table.name))
    }

    fn rows(
        &mut self,
        table: &CleanTable,
        mask: &dyn RowMask,
        digester: &mut RowDigester,
    ) -> Result<()> {
        let reading = format!("read table {} of", table.name);
        let writing = format!("write table {} of", table.name);
        let read_failure = |error| self.raw.subject.failure(&reading, error);
        let write_failure = |error| masked_failure(&self.clean.subject, &writing, error);
        let (select, insert) = statements(table);
        let ahead = mask.ahead();
        // It reads the table a second time, beside the first.
        let mut ahead_select = match &ahead {
            Some(_) => Some(self.raw.connection.prepare(&select).map_err(read_failure)?),
            None => None,
        };
        let mut ahead = match (&ahead, &mut ahead_select) {
            (Some(mask), Some(select)) => {
                let rows = select.query([]).map_err(read_failure)?;
                Some(Ahead::new(table, mask.as_ref(), rows))
            }
            _ => None,
        };
        let mut select = self.raw.connection.prepare(&select).map_err(read_failure)?;
        let mut insert = self
            .clean
            .connection
            .prepare(&insert)
            .map_err(write_failure)?;
        let uses = mask.columns();
        let looks = uses.iter().any(|one| *one != ColumnUse::Copied);
        let mut masked = vec![Replacement::Null; uses.len()];
        let mut rows = select.query([]).map_err(read_failure)?;
        while let Some(row) = rows.next().map_err(read_failure)? {
            if let Some(ahead) = &mut ahead {
                ahead.stay_ahead(&read_failure)?;
            }
            let fields = fields(table, row).map_err(read_failure)?;
            if !looks || mask.mask(&fields, &mut masked)? == Fate::Kept {
                let mut binder = Binder {
                    insert: &mut insert,
                    digester,
                    index: 0,
                };
                if table.has_rowid() {
                    // The row's number is no column: it is copied, not digested.
                    let number = row.get_ref(0).map_err(read_failure)?;
                    binder.bind(field(number)).map_err(write_failure)?;
                }
                let sent = binder.send(table, uses, &fields, &mut masked);
                sent.map_err(write_failure)?;
                insert.raw_execute().map_err(write_failure)?;
            }
            self.done += 1;
            if self.done.is_multiple_of(CHECK_EVERY) {
                let context = &self.clean.subject.context;
                context.check(&writing)?;
                context.progress(Unit::Rows, self.done, self.total);
            }
        }
        Ok(())
    }
}

/// Reads and writes of one table, column for column.
fn statements(table: &CleanTable) -> (String, String) {
    let columns: Vec<String> = table.written().into_iter().map(quoted).collect();
    let (names, table) = (columns.join(", "), quoted(&table.name));
    let places = vec!["?"; columns.len()].join(", ");
    (
        format!("SELECT {names} FROM main.{table} NOT INDEXED"),
        format!("INSERT INTO main.{table}({names}) VALUES ({places})"),
    )
}

/// A field for each column of a row; NULL for computed ones.
pub(super) fn fields<'row>(
    table: &CleanTable,
    row: &'row Row<'_>,
) -> rusqlite::Result<Vec<Field<'row>>> {
    let mut index = usize::from(table.has_rowid());
    let mut fields = Vec::with_capacity(table.columns.len());
    for (_, generated, _) in &table.columns {
        if *generated {
            fields.push(Field::Null);
        } else {
            fields.push(field(row.get_ref(index)?));
            index += 1;
        }
    }
    Ok(fields)
}

/// One row on its way out.
struct Binder<'s, 'c> {
    insert: &'s mut Statement<'c>,
    digester: &'s mut RowDigester,
    index: usize,
}

impl Binder<'_, '_> {
    fn send(
        mut self,
        table: &CleanTable,
        uses: &[ColumnUse],
        fields: &[Field<'_>],
        masked: &mut [Replacement],
    ) -> rusqlite::Result<()> {
        let columns = table.columns.iter().zip(uses).zip(fields).zip(masked);
        for ((((_, generated, affinity), usage), value), replacement) in columns {
            if *generated {
                continue;
            }
            if *usage == ColumnUse::Masked {
                let masked = std::mem::replace(replacement, Replacement::Null);
                let stored = affinity.store(masked);
                self.digester.field(stored.as_field());
                self.bind(stored.as_field())?;
            } else {
                self.digester.field(*value);
                self.bind(*value)?;
            }
        }
        self.digester.end_row();
        Ok(())
    }

    /// Binds the next value; SQLite counts parameters from 1.
    fn bind(&mut self, value: Field<'_>) -> rusqlite::Result<()> {
        self.index += 1;
        self.insert.raw_bind_parameter(self.index, Bound(value))
    }
}

/// A field as SQLite takes it.
struct Bound<'a>(Field<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Field::Null => ValueRef::Null,
            Field::Integer(number) => ValueRef::Integer(number),
            Field::Real(number) => ValueRef::Real(number),
            Field::Text(bytes) => ValueRef::Text(bytes),
            Field::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
