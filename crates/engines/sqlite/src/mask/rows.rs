use super::masked_failure;
use super::plan::CleanTable;
use crate::config::{Database, quoted};
use crate::verify::field;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, Statement, ToSql};
use std::sync::Arc;
use weir_engine::{ColumnMask, Field, RowDigester};
use weir_model::error::{Error, Result};
use weir_model::event::Unit;
use weir_model::manifest::TableDigest;

/// Rows between two looks at the request to stop.
const CHECK_EVERY: u64 = 1_024;

/// The mask of a column, or `None` to keep it.
type Mask = Option<Arc<dyn ColumnMask>>;

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

    /// Copies one table; without masks it stays empty. Returns what was sent.
    pub(super) fn table(
        &mut self,
        table: &CleanTable,
        masks: Option<&[Mask]>,
    ) -> Result<TableDigest> {
        let mut digester = RowDigester::default();
        if let Some(masks) = masks {
            self.rows(table, masks, &mut digester)?;
        }
        Ok(digester.finish(&table.name))
    }

    fn rows(
        &mut self,
        table: &CleanTable,
        masks: &[Mask],
        digester: &mut RowDigester,
    ) -> Result<()> {
        let reading = format!("read table {} of", table.name);
        let writing = format!("write table {} of", table.name);
        let read_failure = |error| self.raw.subject.failure(&reading, error);
        let write_failure = |error| masked_failure(&self.clean.subject, &writing, error);
        let (select, insert) = statements(table);
        let mut select = self.raw.connection.prepare(&select).map_err(read_failure)?;
        let mut insert = self
            .clean
            .connection
            .prepare(&insert)
            .map_err(write_failure)?;
        let mut rows = select.query([]).map_err(read_failure)?;
        while let Some(row) = rows.next().map_err(read_failure)? {
            let binder = Binder {
                row,
                insert: &mut insert,
                digester,
                read_failure: &read_failure,
                write_failure: &write_failure,
            };
            binder.send(table, masks)?;
            insert.raw_execute().map_err(write_failure)?;
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

/// Reads and writes of one table, column for column; computed columns are left to SQLite.
fn statements(table: &CleanTable) -> (String, String) {
    let columns: Vec<String> = table
        .rowid
        .map(str::to_owned)
        .into_iter()
        .chain(
            table
                .columns
                .iter()
                .filter(|(_, generated, _)| !generated)
                .map(|(name, ..)| quoted(name)),
        )
        .collect();
    let (names, table) = (columns.join(", "), quoted(&table.name));
    let places = vec!["?"; columns.len()].join(", ");
    (
        format!("SELECT {names} FROM main.{table} NOT INDEXED"),
        format!("INSERT INTO main.{table}({names}) VALUES ({places})"),
    )
}

/// One row on its way.
struct Binder<'r, 's, 'c> {
    row: &'r Row<'r>,
    insert: &'s mut Statement<'c>,
    digester: &'s mut RowDigester,
    read_failure: &'s dyn Fn(rusqlite::Error) -> Error,
    write_failure: &'s dyn Fn(rusqlite::Error) -> Error,
}

impl Binder<'_, '_, '_> {
    fn send(mut self, table: &CleanTable, masks: &[Mask]) -> Result<()> {
        let mut index = 0;
        if table.rowid.is_some() {
            // The row's number is no column: it is copied, not digested.
            let number = self.row.get_ref(index).map_err(self.read_failure)?;
            self.bind(&mut index, field(number))?;
        }
        let columns = table.columns.iter().zip(masks);
        for ((_, _, affinity), mask) in columns.filter(|((_, generated, _), _)| !generated) {
            let value = field(self.row.get_ref(index).map_err(self.read_failure)?);
            match mask {
                None => {
                    self.digester.field(value);
                    self.bind(&mut index, value)?;
                }
                Some(mask) => {
                    let masked = affinity.store(mask.mask(value)?);
                    self.digester.field(masked.as_field());
                    self.bind(&mut index, masked.as_field())?;
                }
            }
        }
        self.digester.end_row();
        Ok(())
    }

    /// Binds the next value; SQLite counts parameters from 1.
    fn bind(&mut self, index: &mut usize, value: Field<'_>) -> Result<()> {
        *index += 1;
        self.insert
            .raw_bind_parameter(*index, Bound(value))
            .map_err(self.write_failure)
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
