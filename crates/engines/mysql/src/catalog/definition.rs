//! A table, read from the statement that makes it: what `SHOW CREATE TABLE` prints.

mod column;
mod items;
mod key;
mod reader;

pub(crate) use column::ColumnDefinition;
pub(crate) use key::{ForeignKeyDefinition, KeyDefinition, KeyKind};

use super::text::tokens;
use crate::config::identifier;
use items::Item;
use reader::Reader;
use weir_model::error::{Error, Kind, Result};

/// A table, as far as its definition tells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableDefinition {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, generated and invisible ones included.
    pub(crate) columns: Vec<ColumnDefinition>,
    /// Its keys, in their order.
    pub(crate) keys: Vec<KeyDefinition>,
    /// Its foreign keys.
    pub(crate) foreign_keys: Vec<ForeignKeyDefinition>,
    /// Checks of the table itself, each a whole clause.
    pub(crate) checks: Vec<String>,
    /// `PERIOD FOR …`, each a whole clause.
    pub(crate) periods: Vec<String>,
    /// What stands behind the list of columns and keys.
    pub(crate) options: String,
    /// How it is partitioned: the whole clause, with the comment around it that MySQL writes.
    pub(crate) partitions: Option<String>,
    /// The character set of columns that name none.
    pub(crate) default_character_set: Option<String>,
    /// The collation of columns that name none.
    pub(crate) default_collation: Option<String>,
    /// The storage engine, as it is written.
    pub(crate) engine: Option<String>,
}

impl TableDefinition {
    /// Reads a statement.
    pub(crate) fn parse(create: &str) -> Result<Self> {
        Self::read(create).ok_or_else(|| {
            let cause = "the definition of a table cannot be read as one";
            Error::new(Kind::Corrupt, "read the definition of a table", cause)
                .hint("this may be a server that Weir does not know: please report the statement")
        })
    }

    fn read(create: &str) -> Option<Self> {
        let mut reader = Reader::of(create);
        reader.keyword("CREATE")?;
        if reader.keyword("OR").is_some() {
            reader.keyword("REPLACE")?;
        }
        reader.keyword("TABLE")?;
        if reader.keyword("IF").is_some() {
            reader.keyword("NOT")?;
            reader.keyword("EXISTS")?;
        }
        let mut name = reader.name()?;
        if reader.symbol(".").is_some() {
            name = reader.name()?;
        }
        let list = reader.parenthesised()?;
        let (options, partitions) = tail(reader.rest());
        let mut table = Self {
            name,
            columns: Vec::new(),
            keys: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            periods: Vec::new(),
            default_character_set: None,
            default_collation: None,
            engine: None,
            options: options.to_owned(),
            partitions: partitions.map(str::to_owned),
        };
        table.read_options();
        for text in items::split(list) {
            match Item::read(text)? {
                Item::Column(column) => table.columns.push(*column),
                Item::Key(key) => table.keys.push(key),
                Item::ForeignKey(key) => table.foreign_keys.push(key),
                Item::Check(text) => table.checks.push(text),
                Item::Period(text) => table.periods.push(text),
            }
        }
        table.name_foreign_keys();
        let (set, collation) = (
            table.default_character_set.clone(),
            table.default_collation.clone(),
        );
        for column in &mut table.columns {
            column.inherit(set.as_deref(), collation.as_deref());
        }
        (!table.columns.is_empty()).then_some(table)
    }

    fn read_options(&mut self) {
        let options = self.options.clone();
        let mut reader = Reader::of(&options);
        while let Some(token) = reader.next() {
            if token.is("CHARSET") || token.is("SET") {
                reader.symbol("=");
                self.default_character_set = reader.name();
            } else if token.is("COLLATE") {
                reader.symbol("=");
                self.default_collation = reader.name();
            } else if token.is("ENGINE") {
                reader.symbol("=");
                self.engine = reader.name();
            }
        }
        if self.default_character_set.is_none() {
            let of_collation = self.default_collation.as_deref();
            self.default_character_set = of_collation.and_then(column::set_of).map(str::to_owned);
        }
    }

    /// `SHOW CREATE TABLE` names every foreign key; statements of people may not.
    fn name_foreign_keys(&mut self) {
        for (at, key) in self.foreign_keys.iter_mut().enumerate() {
            if key.name.is_empty() {
                key.name = format!("{}_ibfk_{}", self.name, at + 1);
                key.text = format!("CONSTRAINT {} {}", identifier(&key.name), key.text);
            }
        }
    }

    /// Whether rows that were changed or removed are kept with it (MariaDB).
    pub(crate) fn is_system_versioned(&self) -> bool {
        let words: Vec<_> = tokens(&self.options)
            .filter(|token| !token.is_blank())
            .collect();
        words.windows(3).any(|three| {
            matches!(three, [with, system, versioning]
                if with.is("WITH") && system.is("SYSTEM") && versioning.is("VERSIONING"))
        })
    }

    /// The statement that makes the table without the keys that can be added once the rows are
    /// there, and without foreign keys.
    pub(crate) fn bare(&self) -> String {
        let columns = self.columns.iter().map(|column| column.text.as_str());
        let keys = self.keys.iter().enumerate();
        let keys = keys
            .filter(|(at, _)| self.is_needed(*at))
            .map(|(_, key)| key.text.as_str());
        let others = self.periods.iter().chain(&self.checks).map(String::as_str);
        let list: Vec<&str> = columns.chain(keys).chain(others).collect();
        let mut text = format!(
            "CREATE TABLE {} (\n  {}\n)",
            identifier(&self.name),
            list.join(",\n  ")
        );
        for part in [Some(&self.options), self.partitions.as_ref()] {
            if let Some(part) = part.filter(|part| !part.is_empty()) {
                text.push_str(if part.starts_with("PARTITION") {
                    "\n"
                } else {
                    " "
                });
                text.push_str(part);
            }
        }
        text
    }

    /// Clauses that add the other keys, those of one ALTER TABLE together: the rows are read once
    /// for all of them, but the server makes one full-text key at a time.
    ///
    /// Unique keys are among them, those of columns that may be NULL as well: a key that is made
    /// over rows refuses two that are equal, whatever `unique_checks` says.
    pub(crate) fn later_keys(&self) -> Vec<Vec<String>> {
        let later = self.keys.iter().enumerate();
        let later = later.filter(|(at, _)| !self.is_needed(*at));
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for (_, key) in later {
            let clause = format!("ADD {}", key.text);
            match key.kind {
                KeyKind::Fulltext => alone.push(vec![clause]),
                _ => together.push(clause),
            }
        }
        if !together.is_empty() {
            alone.insert(0, together);
        }
        alone
    }

    /// Whether a key is made with the table: the primary key; what stands for it, because rows lie
    /// in its order; and what AUTO_INCREMENT needs.
    fn is_needed(&self, at: usize) -> bool {
        let Some(key) = self.keys.get(at) else {
            return false;
        };
        key.kind == KeyKind::Primary || self.clustering() == Some(at) || self.counting() == Some(at)
    }

    /// The key that rows lie in the order of where there is no primary key.
    fn clustering(&self) -> Option<usize> {
        let has_primary = self.keys.iter().any(|key| key.kind == KeyKind::Primary);
        let never_null = |name: &String| {
            let mut columns = self.columns.iter();
            columns.any(|column| column.name == *name && !column.nullable)
        };
        let clusters = |key: &KeyDefinition| {
            key.kind == KeyKind::Unique && key.exact && key.columns.iter().all(never_null)
        };
        let first = self.keys.iter().position(clusters);
        first.filter(|_| !has_primary)
    }

    /// The key that the column with AUTO_INCREMENT needs: it stands first in it, or, in engines
    /// that count for each value of others, anywhere.
    fn counting(&self) -> Option<usize> {
        let mut columns = self.columns.iter();
        let counted = &columns.find(|column| column.auto_increment)?.name;
        let made_anyway = self.clustering();
        let is_made = |at: usize, key: &KeyDefinition| {
            key.kind == KeyKind::Primary || made_anyway == Some(at)
        };
        let leads = |key: &KeyDefinition| key.columns.first() == Some(counted);
        let holds = |key: &KeyDefinition| key.columns.contains(counted);
        let all = || self.keys.iter().enumerate();
        all()
            .find(|(at, key)| is_made(*at, key) && leads(key))
            .or_else(|| all().find(|(_, key)| leads(key)))
            .or_else(|| all().find(|(_, key)| holds(key)))
            .map(|(at, _)| at)
    }
}

/// What stands behind the list: options, and how the table is partitioned.
fn tail(rest: &str) -> (&str, Option<&str>) {
    let all: Vec<_> = tokens(rest).collect();
    let partition = all.iter().position(|token| token.is("PARTITION"));
    let Some(at) = partition else {
        return (rest.trim(), None);
    };
    // MySQL writes it as a comment to servers that know partitions.
    let before = all.get(..at).unwrap_or_default().iter().rev();
    let opens = before
        .take_while(|token| token.is_blank())
        .find(|token| token.kind == super::text::Kind::Opens);
    let begin = opens
        .or_else(|| all.get(at))
        .map_or(rest.len(), |token| token.at);
    let (options, partitions) = rest.split_at_checked(begin).unwrap_or((rest, ""));
    (options.trim(), Some(partitions.trim()))
}

#[cfg(test)]
mod tests;
