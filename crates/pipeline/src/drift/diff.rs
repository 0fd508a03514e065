//! The differences of two catalogs as somebody who writes rules needs them.

use serde::Serialize;
use std::fmt;
use weir_model::catalog::{Catalog, Column, Object, Table, TableKind};

/// From which certainty on a name is worth a word.
const LIKELY: f32 = 0.5;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub change: ChangeKind,
    /// The table, or the object that is none.
    pub name: String,
    /// The column, by its present name where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The name, type or kind before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The name, type or kind now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What a new column holds, going by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likely: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A table is new; each of its columns follows.
    TableAdded,
    /// A table is gone.
    TableDropped,
    /// A column is new.
    ColumnAdded,
    /// A column has another name, in the same place and of the same type.
    ColumnRenamed,
    /// A column has another type.
    ColumnRetyped,
    /// A column is gone.
    ColumnDropped,
    /// Something that can carry values is new, or defined anew.
    ObjectAdded,
    /// Something that could carry values is gone.
    ObjectDropped,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.name;
        let column = self.column.as_deref().unwrap_or_default();
        let before = self.before.as_deref().unwrap_or_default();
        let after = self.after.as_deref().unwrap_or_default();
        match self.change {
            ChangeKind::TableAdded => write!(formatter, "+ table {table}"),
            ChangeKind::TableDropped => write!(formatter, "- table {table}"),
            ChangeKind::ColumnAdded => write!(formatter, "+ {table}.{column} {after}"),
            ChangeKind::ColumnRenamed => {
                write!(formatter, "~ {table}.{before} is now called {column}")
            }
            ChangeKind::ColumnRetyped => write!(
                formatter,
                "~ {table}.{column} was {} and is {}",
                typed(before),
                typed(after)
            ),
            ChangeKind::ColumnDropped => write!(formatter, "- {table}.{column} {before}"),
            ChangeKind::ObjectAdded => write!(formatter, "+ {after} {table}"),
            ChangeKind::ObjectDropped => write!(formatter, "- {before} {table}"),
        }?;
        match &self.likely {
            Some(what) => write!(formatter, ", likely {what}"),
            None => Ok(()),
        }
    }
}

fn typed(data_type: &str) -> &str {
    if data_type.is_empty() {
        "without a type"
    } else {
        data_type
    }
}

impl Change {
    fn of(change: ChangeKind, name: &str) -> Self {
        Self {
            change,
            name: name.to_owned(),
            column: None,
            before: None,
            after: None,
            likely: None,
        }
    }

    fn of_column(change: ChangeKind, table: &str, column: &str) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..Self::of(change, table)
        }
    }

    fn added(table: &str, column: &Column) -> Self {
        Self {
            after: Some(column.data_type.clone()),
            likely: likely(table, column),
            ..Self::of_column(ChangeKind::ColumnAdded, table, &column.name)
        }
    }
}

/// What a column that has come likely holds, if its name says something personal or secret.
fn likely(table: &str, column: &Column) -> Option<String> {
    let guesses = weir_detect::by_name(table, &column.name, &column.data_type);
    let (what, certainty) = guesses
        .into_iter()
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    (certainty >= LIKELY).then(|| what.name().to_owned())
}

/// What is not in `after` as it was in `before`, by table, then by column.
pub(super) fn changes(before: &Catalog, after: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for table in ruled(after) {
        match before.table(&table.name) {
            Some(known) => changes.extend(columns(known, table)),
            None => {
                changes.push(Change::of(ChangeKind::TableAdded, &table.name));
                let columns = table.columns.iter().filter(|column| !column.generated);
                changes.extend(columns.map(|column| Change::added(&table.name, column)));
            }
        }
    }
    for table in ruled(before).filter(|table| after.table(&table.name).is_none()) {
        changes.push(Change::of(ChangeKind::TableDropped, &table.name));
    }
    changes.extend(objects(before, after));
    changes
}

/// The tables that rules speak of.
fn ruled(catalog: &Catalog) -> impl Iterator<Item = &Table> {
    let tables = catalog.tables.iter();
    tables.filter(|table| table.kind != TableKind::Backing)
}

fn columns(before: &Table, after: &Table) -> Vec<Change> {
    let table = &after.name;
    let mut changes = Vec::new();
    let mut renamed = Vec::new();
    for (place, column) in after.columns.iter().enumerate() {
        match column_of(before, &column.name) {
            Some(known) if known.data_type != column.data_type => changes.push(Change {
                before: Some(known.data_type.clone()),
                after: Some(column.data_type.clone()),
                ..Change::of_column(ChangeKind::ColumnRetyped, table, &column.name)
            }),
            Some(_) => {}
            None => match former(before, after, place) {
                Some(known) => {
                    renamed.push(known.name.as_str());
                    changes.push(Change {
                        before: Some(known.name.clone()),
                        after: Some(column.name.clone()),
                        likely: likely(table, column),
                        ..Change::of_column(ChangeKind::ColumnRenamed, table, &column.name)
                    });
                }
                None if column.generated => {}
                None => changes.push(Change::added(table, column)),
            },
        }
    }
    let gone = before.columns.iter().filter(|column| {
        column_of(after, &column.name).is_none() && !renamed.contains(&column.name.as_str())
    });
    changes.extend(gone.map(|column| Change {
        before: Some(column.data_type.clone()),
        ..Change::of_column(ChangeKind::ColumnDropped, table, &column.name)
    }));
    changes
}

/// The column that stood in the place of a new one, if it is gone and had the same type.
fn former<'a>(before: &'a Table, after: &Table, place: usize) -> Option<&'a Column> {
    let now = after.columns.get(place)?;
    let known = before.columns.get(place)?;
    let same = known.data_type == now.data_type && known.generated == now.generated;
    (same && column_of(after, &known.name).is_none()).then_some(known)
}

fn column_of<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| column.name == name)
}

/// Carriers that came, went, or have another definition.
fn objects(before: &Catalog, after: &Catalog) -> Vec<Change> {
    let carriers = |catalog: &'_ Catalog| -> Vec<Object> {
        let objects = catalog.objects.iter().filter(|object| object.carrier);
        objects.cloned().collect()
    };
    let (before, after) = (carriers(before), carriers(after));
    let new = after.iter().filter(|object| !before.contains(object));
    let named = |object: &&Object| {
        let same = |other: &Object| (&other.kind, &other.name) == (&object.kind, &object.name);
        !after.iter().any(same)
    };
    let added = new.map(|object| Change {
        after: Some(object.kind.clone()),
        ..Change::of(ChangeKind::ObjectAdded, &object.name)
    });
    let dropped = before.iter().filter(named).map(|object| Change {
        before: Some(object.kind.clone()),
        ..Change::of(ChangeKind::ObjectDropped, &object.name)
    });
    added.chain(dropped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_model::digest::Digest;

    fn table(name: &str, columns: &[(&str, &str)]) -> Table {
        let column = |(name, data_type): &(&str, &str)| Column {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
            nullable: true,
            primary_key: false,
            unique: false,
            generated: false,
        };
        Table {
            name: name.to_owned(),
            kind: TableKind::Ordinary,
            columns: columns.iter().map(column).collect(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            definition: Digest::new("blake3", name.as_bytes()),
        }
    }

    fn told(before: Vec<Table>, after: Vec<Table>) -> Vec<String> {
        let catalog = |tables| Catalog {
            tables,
            ..Catalog::default()
        };
        let changes = changes(&catalog(before), &catalog(after));
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_kind_of_change_is_told_once() {
        let before = vec![
            table(
                "users",
                &[
                    ("id", "INTEGER"),
                    ("mail", "TEXT"),
                    ("age", "INTEGER"),
                    ("fax", "TEXT"),
                ],
            ),
            table("old", &[("id", "INTEGER")]),
        ];
        let after = vec![
            table(
                "users",
                &[("id", "INTEGER"), ("email", "TEXT"), ("age", "TEXT")],
            ),
            table("orders", &[("note", "TEXT")]),
        ];
        assert_eq!(
            told(before, after),
            [
                "~ users.mail is now called email, likely email",
                "~ users.age was INTEGER and is TEXT",
                "- users.fax TEXT",
                "+ table orders",
                "+ orders.note TEXT",
                "- table old",
            ]
        );
    }

    #[test]
    fn another_type_in_the_same_place_is_no_renaming() {
        let before = vec![table("users", &[("mail", "TEXT")])];
        let after = vec![table("users", &[("age", "INTEGER")])];
        assert_eq!(
            told(before, after),
            ["+ users.age INTEGER", "- users.mail TEXT"]
        );
    }
}
