//! What a database holds, by name: tables, columns, and everything else that can carry data.
//!
//! A catalog stands in the manifest, so that sanitising rules can be checked against a backup
//! before a byte of it moves. It holds names, types and constraints, never a value of a row.

use crate::digest::Digest;
use serde::{Deserialize, Serialize};

/// The tables and other objects of one database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Tables in the engine's own order.
    pub tables: Vec<Table>,
    /// Everything that is not a table: indexes, triggers, views, routines, statistics…
    pub objects: Vec<Object>,
    /// Types that the database's own people made, where columns have one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<NamedType>,
}

/// A type that was made in the database: an enum, or a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedType {
    /// The name, as columns of that type tell it.
    pub name: String,
    /// The labels of an enum, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The type that a domain is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name, exactly as the database has it (`schema.table` where there are schemas).
    pub name: String,
    /// How its rows are kept.
    pub kind: TableKind,
    /// Columns in their order, generated ones included.
    pub columns: Vec<Column>,
    /// Foreign keys that leave this table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// What every row satisfies, the checks of its columns' domains included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Digest of the table's own definition: columns, types, defaults, constraints.
    pub definition: Digest,
}

/// How a table keeps its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableKind {
    /// Rows of its own.
    Ordinary,
    /// Rows kept by a module or elsewhere (an SQLite virtual table, a foreign table).
    Virtual,
    /// Storage behind a virtual table, which fills it.
    Backing,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The declared type, in the engine's words; may be empty where the engine allows it.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// Whether a unique index or constraint holds it alone.
    pub unique: bool,
    /// Whether the database computes it from other columns.
    pub generated: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Columns of this table.
    pub columns: Vec<String>,
    /// The table pointed to.
    pub references: String,
    /// Columns there; empty means its primary key.
    pub referenced_columns: Vec<String>,
}

/// A CHECK constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name; empty where it has none.
    pub name: String,
    /// The columns of the table that it uses.
    pub columns: Vec<String>,
    /// The expression as the database writes it, without the word before it.
    pub expression: String,
    /// The domain it belongs to, whose value the expression calls `VALUE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// Something that is not a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Object {
    /// `index`, `trigger`, `view`, `statistics`, `setting`…
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Digest of its definition.
    pub definition: Digest,
    /// Whether it can carry row values by itself (trigger and view bodies, statistics), so that
    /// a clean copy takes it only when the ruleset keeps it by name.
    pub carrier: bool,
}

impl Catalog {
    /// The table of that exact name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The type that a column's values have in the end: of a domain, what it is made of.
    #[must_use]
    pub fn underlying<'a>(&'a self, data_type: &'a str) -> &'a str {
        let mut found = data_type;
        // As deep as anybody builds domains; a circle ends.
        for _ in 0..16 {
            let named = self.types.iter().find(|known| known.name == found);
            match named.and_then(|known| known.base.as_deref()) {
                Some(base) => found = base,
                None => break,
            }
        }
        found
    }

    /// The labels of an enum.
    #[must_use]
    pub fn labels(&self, data_type: &str) -> Option<&[String]> {
        let named = self.types.iter().find(|known| known.name == data_type)?;
        (!named.labels.is_empty()).then_some(named.labels.as_slice())
    }

    /// The differences of schema from `self` to `other`, one line each, by name and kind.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let (before, after) = (self.definitions(), other.definitions());
        let mut lines = Vec::new();
        for (key, digest) in &before {
            match after.get(key) {
                None => lines.push(format!("{} {} is missing", key.0, key.1)),
                Some(other) if other != digest => {
                    lines.push(format!("{} {} differs", key.0, key.1));
                }
                Some(_) => {}
            }
        }
        for key in after.keys().filter(|key| !before.contains_key(*key)) {
            lines.push(format!("{} {} is new", key.0, key.1));
        }
        lines
    }

    /// Every definition by kind and name, ordered: what a schema fingerprint is made of.
    #[must_use]
    pub fn definitions(&self) -> std::collections::BTreeMap<(&str, &str), &Digest> {
        let tables = self
            .tables
            .iter()
            .map(|table| (("table", table.name.as_str()), &table.definition));
        let objects = self.objects.iter().map(|object| {
            (
                (object.kind.as_str(), object.name.as_str()),
                &object.definition,
            )
        });
        tables.chain(objects).collect()
    }
}
