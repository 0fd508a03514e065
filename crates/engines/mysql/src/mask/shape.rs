//! Which columns of a table have values of their own, and how each is written.

use super::Form;
use super::stored_form::StoredForm;
use crate::catalog::definition::{ColumnDefinition, TableDefinition};
use crate::config::{identifier, qualified};

/// Columns that a table has which keeps its history, where its definition names none.
const ROW_START_AND_END: [&str; 2] = ["row_start", "row_end"];

/// The columns whose values are stored and sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// The table's name.
    pub(crate) table: String,
    /// Its columns, but those the server computes.
    pub(crate) columns: Vec<ShapeColumn>,
    /// Whether the rows that were changed or removed are kept with it.
    is_versioned: bool,
}

/// A column as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShapeColumn {
    /// Its name.
    pub(crate) name: String,
    /// How its values are written.
    pub(crate) form: Form,
    /// Its type, as it is written in the definition.
    pub(super) data_type: String,
    /// Its number in the catalog; none for what the server adds to keep history.
    pub(super) catalog: Option<usize>,
    /// What fits it.
    pub(super) stored: StoredForm,
    pub(super) is_nullable: bool,
    /// The character set of its text, where some bytes in it mean no letter.
    partial: Option<String>,
}

/// Character sets of which every text can be told as UTF-8 and back.
const COMPLETE: [&str; 4] = ["utf8mb4", "utf8mb3", "utf8", "latin1"];
/// Types that keep text as somebody wrote it.
const TEXTS: [&str; 6] = [
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
];

impl Shape {
    /// The stored columns of a table.
    pub(crate) fn of(table: &TableDefinition) -> Self {
        let columns = table.columns.iter().enumerate();
        let stored = columns.filter(|(_, column)| !column.generated);
        let mut shape = Self {
            table: table.name.clone(),
            columns: stored
                .map(|(at, column)| ShapeColumn::of(at, column))
                .collect(),
            is_versioned: table.is_system_versioned(),
        };
        let is_named = table.columns.iter().any(|column| column.row_start_or_end);
        if shape.is_versioned && !is_named {
            shape
                .columns
                .extend(ROW_START_AND_END.map(ShapeColumn::of_history));
        }
        shape
    }

    /// Some of its columns, in a table of that name.
    pub(crate) fn part(&self, table: &str, is_wanted: impl Fn(&str) -> bool) -> Self {
        let columns = self.columns.iter();
        let wanted = columns.filter(|column| is_wanted(&column.name));
        Self {
            table: table.to_owned(),
            columns: wanted.cloned().collect(),
            is_versioned: self.is_versioned,
        }
    }

    /// The statement that reads the table, up to where a condition can follow.
    pub(crate) fn select(&self, schema: &str) -> String {
        let columns: Vec<String> = self.columns.iter().map(ShapeColumn::expression).collect();
        let list = match columns.is_empty() {
            true => "NULL".to_owned(),
            false => columns.join(", "),
        };
        let table = qualified(schema, &self.table);
        let history = match self.is_versioned {
            true => " FOR SYSTEM_TIME ALL",
            false => "",
        };
        format!("SELECT {list} FROM {table}{history}")
    }

    /// For each column whose text may hold bytes that mean no letter, which the server would tell as
    /// question marks: its name, and the query that finds a row with some.
    pub(crate) fn illegible(&self, schema: &str) -> Vec<(String, String)> {
        let table = qualified(schema, &self.table);
        let history = match self.is_versioned {
            true => " FOR SYSTEM_TIME ALL",
            false => "",
        };
        let partial = self.columns.iter().filter_map(|column| {
            let (name, set) = (identifier(&column.name), column.partial.as_ref()?);
            let sql = format!(
                "SELECT 1 FROM {table}{history} WHERE NOT (BINARY {name} <=> BINARY \
                 CONVERT(CONVERT({name} USING utf8mb4) USING {set})) LIMIT 1"
            );
            Some((column.name.clone(), sql))
        });
        partial.collect()
    }

    /// What an INSERT statement begins with, up to its first row.
    pub(crate) fn head(&self) -> String {
        let names = self.columns.iter().map(|column| identifier(&column.name));
        let names = names.collect::<Vec<_>>().join(",");
        // Rows of the past are taken from whoever says so, statement by statement: a client that
        // restores by hand knows of no setting.
        let history = match self.is_versioned {
            true => "SET STATEMENT system_versioning_insert_history=1 FOR ",
            false => "",
        };
        format!(
            "{history}INSERT INTO {} ({names}) VALUES\n",
            identifier(&self.table)
        )
    }
}

impl ShapeColumn {
    fn of(at: usize, column: &ColumnDefinition) -> Self {
        Self {
            name: column.name.clone(),
            form: form(&column.base),
            data_type: column.type_text.clone(),
            catalog: Some(at),
            stored: StoredForm::of(column),
            is_nullable: column.nullable,
            partial: partial(column),
        }
    }

    fn of_history(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            form: Form::Text,
            data_type: "timestamp(6)".to_owned(),
            catalog: None,
            stored: StoredForm::Verbatim,
            is_nullable: false,
            partial: None,
        }
    }

    /// How it is read, so that every digit is.
    pub(crate) fn expression(&self) -> String {
        let name = identifier(&self.name);
        match self.form {
            // Printed by itself it has six digits. Added to 0, a negative zero would lose its sign.
            Form::Float => format!("{name}*1e0"),
            _ => name,
        }
    }
}

fn partial(column: &ColumnDefinition) -> Option<String> {
    let is_one_of =
        |list: &[&str], word: &str| list.iter().any(|one| one.eq_ignore_ascii_case(word));
    let set = column.character_set.as_ref()?;
    let is_plain = set.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_partial = is_one_of(&TEXTS, &column.base) && !is_one_of(&COMPLETE, set);
    (is_plain && is_partial && !set.eq_ignore_ascii_case("binary")).then(|| set.clone())
}

/// How values of the type that begins with that word are written.
fn form(base: &str) -> Form {
    match base {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "bool"
        | "boolean" => Form::Integer,
        "decimal" | "numeric" | "dec" | "fixed" => Form::Decimal,
        "float" => Form::Float,
        "double" | "real" => Form::Double,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "vector" => {
            Form::Bytes
        }
        "bit" => Form::Bit,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => Form::Geometry,
        // MariaDB's JSON is written down as the text that it is.
        "json" => Form::TextAlone,
        _ => Form::Text,
    }
}

#[cfg(test)]
mod tests;
