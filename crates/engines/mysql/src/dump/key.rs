//! The key by which the rows of a large table are cut into ranges.

use crate::catalog::definition::{ColumnDefinition, KeyDefinition, KeyKind, TableDefinition};
use crate::config::{Record, identifier, literal};
use weir_model::error::Result;

/// How a bound of a range is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bounds {
    /// As a whole number, which can be calculated with.
    Integer,
    /// As text of that character set.
    Text(String),
    /// As bytes.
    Bytes,
    /// As the server prints it.
    Printed,
}

/// The first column of the key that a table's rows are kept in the order of. It holds no NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The key's name, quoted.
    pub(super) index: String,
    /// The column, quoted.
    pub(super) column: String,
    /// How bounds are written.
    pub(super) bounds: Bounds,
}

impl Key {
    /// The key of a table, if it has one that ranges can be told by.
    pub(super) fn of(table: &TableDefinition) -> Option<Self> {
        let clustered = |kind: KeyKind| {
            let keys = table.keys.iter().filter(move |key| key.kind == kind);
            keys.into_iter()
                .find(|key| key.exact && is_complete(key, table))
        };
        let key = clustered(KeyKind::Primary).or_else(|| clustered(KeyKind::Unique))?;
        let name = key.columns.first()?;
        let column = column(table, name)?;
        Some(Self {
            index: identifier(&key.name),
            column: identifier(name),
            bounds: bounds(column)?,
        })
    }

    /// What a probe selects so that [`Key::bound`] can read it.
    pub(super) fn selected(&self) -> String {
        match self.bounds {
            Bounds::Integer | Bounds::Printed => self.column.clone(),
            Bounds::Text(_) | Bounds::Bytes => format!("HEX({})", self.column),
        }
    }

    /// The bound that a probe found, as it stands in conditions.
    pub(super) fn bound(&self, row: &Record) -> Result<Option<String>> {
        let found = row.optional(0)?;
        Ok(found.map(|value| match &self.bounds {
            Bounds::Integer => value,
            Bounds::Printed => literal(&value),
            Bounds::Text(_) | Bounds::Bytes if value.is_empty() => "''".to_owned(),
            Bounds::Text(set) => format!("_{set} 0x{value}"),
            Bounds::Bytes => format!("0x{value}"),
        }))
    }
}

/// Whether every column of a key is there, computed by nobody, and never NULL.
fn is_complete(key: &KeyDefinition, table: &TableDefinition) -> bool {
    let is_kept = |name: &String| {
        column(table, name).is_some_and(|column| !column.generated && !column.nullable)
    };
    !key.columns.is_empty() && key.columns.iter().all(is_kept)
}

fn column<'a>(table: &'a TableDefinition, name: &str) -> Option<&'a ColumnDefinition> {
    table
        .columns
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(name))
}

fn bounds(column: &ColumnDefinition) -> Option<Bounds> {
    Some(match column.base.as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" => Bounds::Integer,
        "char" | "varchar" => match column.character_set.as_deref()? {
            "binary" => Bounds::Bytes,
            set => Bounds::Text(set.to_owned()),
        },
        "binary" | "varbinary" => Bounds::Bytes,
        "date" | "datetime" | "timestamp" | "decimal" | "uuid" => Bounds::Printed,
        // ENUM and SET are ordered otherwise than they are compared, floats are not exact.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(create: &str) -> Option<Key> {
        Key::of(&TableDefinition::parse(create).unwrap())
    }

    #[test]
    fn rows_are_cut_by_the_key_that_they_lie_in_the_order_of() {
        let found = key(
            "CREATE TABLE `t` (\n  `a` bigint(20) unsigned NOT NULL,\n  `b` int(11) NOT NULL,\n  \
                         PRIMARY KEY (`b`,`a`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
        );
        let found = found.unwrap();
        assert_eq!(
            (found.column.as_str(), found.index.as_str()),
            ("`b`", "`PRIMARY`")
        );
        assert_eq!(found.bounds, Bounds::Integer);
        let found = key(
            "CREATE TABLE `t` (\n  `a` varchar(20) NOT NULL,\n  UNIQUE KEY `u` (`a`)\n) \
                         ENGINE=InnoDB DEFAULT CHARSET=latin1",
        );
        assert_eq!(found.unwrap().bounds, Bounds::Text("latin1".to_owned()));
    }

    #[test]
    fn a_key_that_leaves_rows_out_or_in_another_order_cuts_nothing() {
        for columns in [
            "`a` int(11) DEFAULT NULL,\n  UNIQUE KEY `u` (`a`)",
            "`a` varchar(20) NOT NULL,\n  PRIMARY KEY (`a`(3))",
            "`a` enum('b','a') NOT NULL,\n  PRIMARY KEY (`a`)",
            "`a` int(11) NOT NULL,\n  KEY `k` (`a`)",
        ] {
            let create =
                format!("CREATE TABLE `t` (\n  {columns}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
            assert_eq!(key(&create), None, "{columns}");
        }
    }
}
