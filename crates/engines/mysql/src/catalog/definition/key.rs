//! Keys and foreign keys of a table.

use super::items::split;
use super::reader::Reader;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Primary,
    Unique,
    Plain,
    Fulltext,
    Spatial,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyDefinition {
    /// Its name; `PRIMARY` of the primary key.
    pub(crate) name: String,
    pub(crate) kind: KeyKind,
    /// The columns in it, in order: not expressions, and without how much of a column it holds.
    pub(crate) columns: Vec<String>,
    /// Whether it is of whole columns and nothing else: no expression, no first letters only.
    pub(crate) exact: bool,
    /// The whole clause.
    pub(crate) text: String,
}

impl KeyDefinition {
    /// Reads what stands behind the word that tells its kind.
    pub(super) fn read(
        kind: KeyKind,
        constraint: Option<String>,
        reader: &mut Reader<'_>,
        text: &str,
    ) -> Option<Self> {
        if reader.keyword("KEY").is_none() {
            reader.keyword("INDEX");
        }
        let name = match (kind, reader.name()) {
            (KeyKind::Primary, _) => "PRIMARY".to_owned(),
            (_, Some(name)) => name,
            (_, None) => constraint.unwrap_or_default(),
        };
        if reader.keyword("USING").is_some() {
            reader.next();
        }
        let (mut columns, mut exact) = (Vec::new(), true);
        for part in split(reader.parenthesised()?) {
            let mut part = Reader::of(part);
            let column = part.name();
            let whole = part
                .peek()
                .is_none_or(|next| next.is("ASC") || next.is("DESC"));
            exact &= whole && column.is_some();
            // A period of an application is a pair of columns, not one.
            let is_period = part.peek().is_some_and(|next| next.is("WITHOUT"));
            columns.extend(column.filter(|_| !is_period));
        }
        Some(Self {
            name,
            kind,
            columns,
            exact,
            text: text.to_owned(),
        })
    }
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ForeignKeyDefinition {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    /// The schema of the table it points to, where that is another.
    pub(crate) referenced_schema: Option<String>,
    pub(crate) referenced_table: String,
    pub(crate) referenced_columns: Vec<String>,
    /// The whole clause, with its name.
    pub(crate) text: String,
}

impl ForeignKeyDefinition {
    /// Reads what stands behind FOREIGN KEY.
    pub(super) fn read(
        constraint: Option<String>,
        reader: &mut Reader<'_>,
        text: &str,
    ) -> Option<Self> {
        // The name of a key of its own, which is made anyway.
        reader.name();
        let columns = names(reader.parenthesised()?)?;
        reader.keyword("REFERENCES")?;
        let mut referenced = (None, reader.name()?);
        if reader.symbol(".").is_some() {
            referenced = (Some(referenced.1), reader.name()?);
        }
        Some(Self {
            name: constraint.unwrap_or_default(),
            columns,
            referenced_schema: referenced.0,
            referenced_table: referenced.1,
            referenced_columns: names(reader.parenthesised()?)?,
            text: text.to_owned(),
        })
    }
}

fn names(list: &str) -> Option<Vec<String>> {
    let names = split(list).into_iter();
    names.map(|name| Reader::of(name).name()).collect()
}
