//! A ruleset beside a catalog: which rule counts for each column, and why.

use super::affinity::{self, Affinity};
use crate::ruleset::{Action, At, Columns, RowRule, Rule, Ruleset, TableEntry};
use std::borrow::Cow;
use std::collections::HashMap;
use weir_model::catalog::{Catalog, Column, Table, TableKind};

static KEEP: Rule = Rule::Keep;

/// A ruleset beside a catalog.
pub(super) struct Binding<'a> {
    pub(super) ruleset: &'a Ruleset,
    pub(super) catalog: &'a Catalog,
    /// By table and column.
    chosen: HashMap<&'a str, HashMap<&'a str, Option<Chosen<'a>>>>,
}

/// The rule that counts for a column.
#[derive(Clone)]
pub(super) struct Chosen<'a> {
    pub(super) rule: &'a Rule,
    /// Where the rule stands.
    pub(super) at: At,
    pub(super) why: Why<'a>,
}

/// Why a rule counts.
#[derive(Clone, Copy)]
pub(super) enum Why<'a> {
    /// The column has it.
    Own,
    /// Its table is kept.
    WholeTable,
    /// A default, by its place.
    Default(usize),
    /// The column points to one that has it.
    Reference(&'a str, &'a str),
}

/// What happens to a table.
#[derive(Clone, Copy)]
pub(super) enum Fate<'a> {
    Copied(Option<&'a RowRule>),
    Empty,
    Dropped,
    /// Nobody has said.
    Unknown,
}

/// Columns of a table that point to those of another.
pub(super) struct Edge<'a> {
    pub(super) parent: &'a Table,
    /// The columns here with the columns they point to.
    pub(super) pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Binding<'a> {
    pub(super) fn new(ruleset: &'a Ruleset, catalog: &'a Catalog) -> Self {
        let mut binding = Self {
            ruleset,
            catalog,
            chosen: HashMap::new(),
        };
        for table in &catalog.tables {
            for column in &table.columns {
                binding.choose(table, column, &mut Vec::new());
            }
        }
        binding
    }

    /// The rule of a column that is copied; `None` where there is none.
    pub(super) fn rule(&self, table: &Table, column: &str) -> Option<&Chosen<'a>> {
        self.chosen.get(table.name.as_str())?.get(column)?.as_ref()
    }

    /// What is said of a table.
    pub(super) fn entry(&self, table: &Table) -> Option<&'a TableEntry> {
        self.ruleset.tables.get(&table.name)
    }

    /// What happens to a table. One that no rule names is copied if defaults speak of every one
    /// of its columns.
    pub(super) fn fate(&self, table: &Table) -> Fate<'a> {
        match (table.kind, self.entry(table).map(|entry| &entry.action)) {
            (TableKind::Backing, _) | (_, Some(Action::Drop)) => Fate::Dropped,
            (_, Some(Action::Empty)) => Fate::Empty,
            (_, Some(Action::Copy(_, rows))) => Fate::Copied(rows.as_deref()),
            (TableKind::Ordinary, None) if self.is_covered(table) => Fate::Copied(None),
            (_, None) => Fate::Unknown,
        }
    }

    /// The tables that are copied, with the rule about their rows.
    pub(super) fn copied(&self) -> impl Iterator<Item = (&'a Table, Option<&'a RowRule>)> {
        let tables = self.catalog.tables.iter();
        tables.filter_map(|table| match self.fate(table) {
            Fate::Copied(rows) => Some((table, rows)),
            _ => None,
        })
    }

    /// Where to blame a table for what is wrong with it.
    pub(super) fn at(&self, table: &Table) -> At {
        self.entry(table)
            .map_or(self.ruleset.tables_at, |entry| entry.at)
    }

    /// A column of the type that its values have in the end: of a domain the one it is made of, of
    /// an enum its labels.
    pub(super) fn typed<'b>(&self, column: &'b Column) -> Cow<'b, Column> {
        let underlying = self.catalog.underlying(&column.data_type);
        let data_type = match self.catalog.labels(underlying) {
            Some(labels) => {
                let quoted = labels.iter().map(|label| label.replace('\'', "''"));
                let quoted: Vec<String> = quoted.map(|label| format!("'{label}'")).collect();
                format!("enum({})", quoted.join(","))
            }
            None if underlying == column.data_type => return Cow::Borrowed(column),
            None => underlying.to_owned(),
        };
        Cow::Owned(Column {
            data_type,
            ..column.clone()
        })
    }

    /// The column as masks see it. What they make of whole numbers and of what has no known type has
    /// always gone by the name of its domain, and stays so.
    pub(super) fn masked_as<'b>(&self, column: &'b Column) -> Cow<'b, Column> {
        let typed = self.typed(column);
        match affinity::of(&typed.data_type) {
            Affinity::Text | Affinity::Real | Affinity::Number => typed,
            Affinity::Integer | Affinity::List | Affinity::Other => Cow::Borrowed(column),
        }
    }

    /// The foreign keys that leave a table, and what the ruleset says beside them.
    pub(super) fn edges(&self, table: &'a Table) -> Vec<Edge<'a>> {
        let keys = table.foreign_keys.iter().filter_map(|key| {
            let parent = self.catalog.table(&key.references)?;
            let here = key.columns.iter().map(String::as_str);
            let pairs = match key.referenced_columns.as_slice() {
                [] => {
                    let primary = parent.columns.iter().filter(|column| column.primary_key);
                    here.zip(primary.map(|column| column.name.as_str()))
                        .collect()
                }
                there => here.zip(there.iter().map(String::as_str)).collect(),
            };
            Some(Edge { parent, pairs })
        });
        let said = self.ruleset.references.iter().filter_map(|reference| {
            let (from, column) = &reference.from;
            let (to, there) = &reference.to;
            (*from == table.name).then_some(())?;
            Some(Edge {
                parent: self.catalog.table(to)?,
                pairs: vec![(column, there)],
            })
        });
        keys.chain(said).collect()
    }

    fn is_covered(&self, table: &Table) -> bool {
        let mut columns = table.columns.iter();
        columns.all(|column| column.generated || self.rule(table, &column.name).is_some())
    }

    /// Chooses the rule of a column: its own, that of the column it points to, or a default.
    fn choose(
        &mut self,
        table: &'a Table,
        column: &'a Column,
        open: &mut Vec<(&'a str, &'a str)>,
    ) -> Option<Chosen<'a>> {
        let key = (table.name.as_str(), column.name.as_str());
        let known = self.chosen.get(key.0).and_then(|table| table.get(key.1));
        if let Some(known) = known {
            return known.clone();
        }
        if open.contains(&key) || table.kind != TableKind::Ordinary || column.generated {
            return None;
        }
        open.push(key);
        let chosen = match self.own(table, column) {
            Own::Rule(chosen) => Some(chosen),
            Own::NotCopied => None,
            Own::Nothing => self
                .by_reference(table, column, open)
                .or_else(|| self.by_default(table, column)),
        };
        open.pop();
        // What was found while a column pointed back is not all that can be found.
        if open.is_empty() || chosen.is_some() {
            let table = self.chosen.entry(key.0).or_default();
            table.insert(key.1, chosen.clone());
        }
        chosen
    }

    fn own(&self, table: &Table, column: &Column) -> Own<'a> {
        let Some(entry) = self.entry(table) else {
            return Own::Nothing;
        };
        match &entry.action {
            Action::Empty | Action::Drop => Own::NotCopied,
            Action::Copy(Columns::Keep, _) => Own::Rule(Chosen {
                rule: &KEEP,
                at: entry.at,
                why: Why::WholeTable,
            }),
            Action::Copy(Columns::Each(columns), _) => match columns.get(&column.name) {
                Some(own) => Own::Rule(Chosen {
                    rule: &own.rule,
                    at: own.rule_at,
                    why: Why::Own,
                }),
                None => Own::Nothing,
            },
        }
    }

    /// The rule of a masked column it points to.
    fn by_reference(
        &mut self,
        table: &'a Table,
        column: &'a Column,
        open: &mut Vec<(&'a str, &'a str)>,
    ) -> Option<Chosen<'a>> {
        for edge in self.edges(table) {
            for (here, there) in edge.pairs {
                let pointed = edge.parent.columns.iter().find(|known| known.name == there);
                let (true, Some(pointed)) = (here == column.name, pointed) else {
                    continue;
                };
                let Some(chosen) = self.choose(edge.parent, pointed, open) else {
                    continue;
                };
                if !chosen.rule.keeps() && !needs_its_row(chosen.rule) {
                    let why = Why::Reference(&edge.parent.name, &pointed.name);
                    return Some(Chosen { why, ..chosen });
                }
            }
        }
        None
    }

    fn by_default(&self, table: &Table, column: &Column) -> Option<Chosen<'a>> {
        let mut defaults = self.ruleset.defaults.iter().enumerate();
        let (place, default) = defaults.find(|(_, default)| default.matches(table, column))?;
        Some(Chosen {
            rule: &default.rule,
            at: default.at,
            why: Why::Default(place),
        })
    }
}

enum Own<'a> {
    Rule(Chosen<'a>),
    Nothing,
    NotCopied,
}

/// Whether what a rule gives depends on more than the value, so that no other table's column can
/// be masked alike.
pub(super) fn needs_its_row(rule: &Rule) -> bool {
    rule.shuffles()
        || !rule.conditions().is_empty()
        || !rule.reads().is_empty()
        || !rule.reads_masked().is_empty()
}
