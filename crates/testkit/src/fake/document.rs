//! What a fake database holds, and how its file is read and written.

use super::files;
use serde::{Deserialize, Serialize};
use std::path::Path;
use weir_engine::{Field, Replacement, RowDigester};
use weir_model::catalog::{Column, ForeignKey};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;
use weir_model::stamp::Stamp;

/// One database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Digest of the password that lets in; a setting of the server, not of its content.
    #[serde(default)]
    pub password: Option<Digest>,
    /// What the restore that put this copy here left in it.
    #[serde(default)]
    pub stamp: Option<Stamp>,
    /// Its tables.
    #[serde(default)]
    pub tables: Vec<Table>,
    /// Everything else.
    #[serde(default)]
    pub objects: Vec<Object>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Foreign keys of one column each.
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKey>,
    /// Its rows, a cell for each column.
    #[serde(default)]
    pub rows: Vec<Vec<Cell>>,
}

/// Something that is not a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// `view`, `trigger`, `statistics`…
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its definition.
    pub text: String,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// The bits of a floating-point number: JSON's decimal numbers would round it.
    Real(u64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Cell {
    /// The cell as engines pass it on.
    #[must_use]
    pub fn as_field(&self) -> Field<'_> {
        match self {
            Self::Null => Field::Null,
            Self::Integer(number) => Field::Integer(*number),
            Self::Real(bits) => Field::Real(f64::from_bits(*bits)),
            Self::Text(text) => Field::Text(text.as_bytes()),
            Self::Blob(bytes) => Field::Blob(bytes),
        }
    }

    /// The cell as an owned value.
    #[must_use]
    pub fn to_replacement(&self) -> Replacement {
        match self {
            Self::Null => Replacement::Null,
            Self::Integer(number) => Replacement::Integer(*number),
            Self::Real(bits) => Replacement::Real(f64::from_bits(*bits)),
            Self::Text(text) => Replacement::Text(text.clone()),
            Self::Blob(bytes) => Replacement::Blob(bytes.clone()),
        }
    }
}

impl From<Replacement> for Cell {
    fn from(value: Replacement) -> Self {
        match value {
            Replacement::Null => Self::Null,
            Replacement::Integer(number) => Self::Integer(number),
            Replacement::Real(number) => Self::Real(number.to_bits()),
            Replacement::Text(text) => Self::Text(text),
            Replacement::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

impl Table {
    /// Rows and digest, over the rows as they are.
    #[must_use]
    pub fn digest(&self) -> TableDigest {
        let mut digester = RowDigester::default();
        for row in &self.rows {
            row.iter().for_each(|cell| digester.field(cell.as_field()));
            digester.end_row();
        }
        digester.finish(&self.name)
    }

    /// The position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

impl Document {
    /// The table of that exact name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The same, to change it.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.name == name)
    }

    /// Rows and digest of every table.
    #[must_use]
    pub fn digests(&self) -> Vec<TableDigest> {
        self.tables.iter().map(Table::digest).collect()
    }

    /// Reads a database file; `None` when there is none. `kind` says which side it is.
    ///
    /// # Errors
    /// `kind`, when the file cannot be read or holds no database.
    pub fn read(path: &Path, kind: Kind) -> Result<Option<Self>> {
        let doing = || format!("read the database {}", path.display());
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Error::from_source(kind, doing(), error)
                    .hint("check the path in `url` and the permissions of the file"));
            }
        };
        Self::parse(&text, doing(), kind).map(Some)
    }

    /// What the bytes of a database file say; `kind` is the one of what is no such file.
    ///
    /// # Errors
    /// With that kind.
    pub(super) fn parse(text: &[u8], doing: String, kind: Kind) -> Result<Self> {
        // The parser's message can quote the content, so only the place is passed on.
        serde_json::from_slice(text).map_err(|error| {
            let line = error.line();
            let cause = format!("it is no database: unexpected content in line {line}");
            Error::new(kind, doing, cause)
                .hint("check the path in `url`: the file there is something else, or damaged")
        })
    }

    /// Writes a database file in one step: a reader sees the old one or the new one.
    ///
    /// # Errors
    /// `target`.
    pub fn write(&self, path: &Path) -> Result<()> {
        let doing = || format!("write the database {}", path.display());
        let text = serde_json::to_vec(self)
            .map_err(|error| Error::from_source(Kind::Internal, doing(), error))?;
        files::write_whole(path, &text).map_err(|error| {
            Error::from_source(Kind::Target, doing(), error)
                .hint("check the permissions of the folder and the room on its disk")
        })
    }

    /// Changes a live database as an application does: alone, from the newest state, in one step.
    ///
    /// # Errors
    /// `target`.
    pub fn update(path: &Path, change: impl FnOnce(&mut Self)) -> Result<()> {
        let _alone = files::alone(path)?;
        let mut document = Self::read(path, Kind::Target)?.unwrap_or_default();
        change(&mut document);
        document.write(path)
    }
}
