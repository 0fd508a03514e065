//! What one file says, and how it is laid over what it extends.

use super::defaults::{default_rule, reference_rule};
use super::file::{NoRows, RulesetFile, TableFields, TableRule};
use super::gate::gate_rules;
use super::maker::Maker;
use super::rows::row_rule;
use super::word_or::WordOr;
use super::{
    Action, At, ColumnEntry, Columns, DefaultRule, GateRules, ObjectEntry, ReferenceRule,
    TableEntry,
};
use std::collections::BTreeMap;
use weir_config::yaml::Spanned;

/// What a file says, with what it extends.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) tables_at: Option<At>,
    pub(super) tables: BTreeMap<String, TableEntry>,
    pub(super) defaults: Vec<DefaultRule>,
    pub(super) references: Vec<ReferenceRule>,
    pub(super) objects_at: Option<At>,
    pub(super) objects: BTreeMap<String, ObjectEntry>,
    pub(super) canaries: Vec<String>,
    pub(super) gate: Option<GateRules>,
}

impl Layer {
    /// What a file says by itself; `unclear` are the tables of which something was left out.
    pub(super) fn of(file: RulesetFile, maker: &mut Maker<'_>, unclear: &[&str]) -> Self {
        let version = file.version.span;
        let (tables_at, tables) = match file.tables {
            Some(tables) => (tables.span, tables.value),
            None => (version, BTreeMap::new()),
        };
        let mut entries = BTreeMap::new();
        for (name, rule) in tables {
            let at = maker.at(name.span);
            let is_unclear = unclear.contains(&name.value.as_str());
            if let Some(action) = table(&name, rule, is_unclear, maker) {
                entries.insert(name.value, TableEntry { at, action });
            }
        }
        let (objects_at, objects) = match file.objects {
            Some(objects) => (Some(maker.at(objects.span)), objects.value),
            None => (None, BTreeMap::new()),
        };
        let object = |(name, rule): (Spanned<String>, _)| {
            let at = maker.at(name.span);
            (name.value, ObjectEntry { at, rule })
        };
        let objects = objects.into_iter().map(object).collect();
        let says_of_gate = file.gate.findings.is_some()
            || file.gate.sample.is_some()
            || !file.gate.allow.is_empty();
        let gate = gate_rules(file.gate, maker);
        let defaults = file.defaults.into_iter();
        let defaults = defaults
            .filter_map(|one| default_rule(one, maker))
            .collect();
        let references = file.references.into_iter();
        Self {
            tables_at: Some(maker.at(tables_at)),
            tables: entries,
            defaults,
            references: references
                .filter_map(|one| reference_rule(one, maker))
                .collect(),
            objects_at,
            objects,
            canaries: Vec::new(),
            gate: says_of_gate.then_some(gate),
        }
    }

    /// This layer over another, which holds where this one says nothing.
    pub(super) fn over(mut self, base: Self) -> Self {
        for (name, below) in base.tables {
            match self.tables.remove(&name) {
                None => self.tables.insert(name, below),
                Some(own) => self.tables.insert(name, own.over(below)),
            };
        }
        for (name, below) in base.objects {
            self.objects.entry(name).or_insert(below);
        }
        self.defaults.extend(base.defaults);
        self.references.extend(base.references);
        self.canaries.extend(base.canaries);
        self.tables_at = self.tables_at.or(base.tables_at);
        self.objects_at = self.objects_at.or(base.objects_at);
        self.gate = self.gate.or(base.gate);
        self
    }
}

impl TableEntry {
    /// Two tables whose columns have rules are merged, column by column; else this one counts.
    fn over(self, below: Self) -> Self {
        let action = match (self.action, below.action) {
            (
                Action::Copy(Columns::Each(mut columns), rows),
                Action::Copy(Columns::Each(below), rows_below),
            ) => {
                for (name, entry) in below {
                    columns.entry(name).or_insert(entry);
                }
                Action::Copy(Columns::Each(columns), rows.or(rows_below))
            }
            (own, _) => own,
        };
        Self {
            action,
            at: self.at,
        }
    }
}

/// `None` once a problem was found that leaves nothing to go on with.
fn table(
    name: &Spanned<String>,
    rule: Spanned<TableRule>,
    is_unclear: bool,
    maker: &mut Maker<'_>,
) -> Option<Action> {
    let fields = match rule.value {
        WordOr::Word(_) => return Some(Action::Copy(Columns::Keep, None)),
        WordOr::Full(fields) => fields,
    };
    let TableFields {
        columns,
        rows,
        drop,
        skip,
    } = fields;
    let is_dropped = match (drop, skip) {
        (None, None) => None,
        (Some(said), None) | (None, Some(said)) => Some(said.value),
        (Some(_), Some(_)) => Some(false),
    };
    match (columns, rows, is_dropped) {
        (None, None, Some(true)) => Some(Action::Drop),
        (
            None,
            Some(Spanned {
                value: WordOr::Word(NoRows::None),
                ..
            }),
            None,
        ) => Some(Action::Empty),
        (
            columns,
            Some(Spanned {
                value: WordOr::Full(rows),
                span,
            }),
            None,
        ) => {
            let rows = row_rule(Spanned { value: rows, span }, maker);
            let columns = columns.map_or_else(
                || Columns::Each(BTreeMap::new()),
                |columns| table_columns(columns.value, maker),
            );
            Some(Action::Copy(columns, Some(Box::new(rows?))))
        }
        (Some(columns), None, None) => {
            Some(Action::Copy(table_columns(columns.value, maker), None))
        }
        _ => {
            if !is_unclear {
                maker.problem(
                    name.span,
                    format!("it is not clear what happens to table `{}`", name.value),
                    "say exactly one: `keep`, {columns: {…}}, {rows: none} for a table without rows, or \
                     {drop: true} for no table; `columns` and `rows: {…}` go together",
                );
            }
            None
        }
    }
}

fn table_columns(
    columns: WordOr<super::file::Keep, super::file::Named<super::column::ColumnRule>>,
    maker: &mut Maker<'_>,
) -> Columns {
    let columns = match columns {
        WordOr::Word(_) => return Columns::Keep,
        WordOr::Full(columns) => columns,
    };
    let mut entries = BTreeMap::new();
    for (name, rule) in columns {
        let rule_at = if rule.span.is_empty() {
            name.span
        } else {
            rule.span
        };
        if let Some(rule) = maker.rule(rule, name.span) {
            let entry = ColumnEntry {
                at: maker.at(name.span),
                rule_at: maker.at(rule_at),
                rule,
            };
            entries.insert(name.value, entry);
        }
    }
    Columns::Each(entries)
}
