//! Foreign keys agree on both sides: a key is masked alike wherever something points to it.

use super::affinity::declared_length;
use super::{Binding, rule_of};
use crate::ruleset::{Action, Rule, TableEntry};
use crate::transformer::OutputType;
use weir_config::problem::{Problem, Span};
use weir_model::catalog::{ForeignKey, Table};

pub(super) fn problems(binding: Binding<'_>) -> Vec<Problem> {
    binding
        .tables()
        .filter(|(_, entry)| matches!(entry.action, Action::Keep | Action::Columns(_)))
        .flat_map(|(table, entry)| {
            table
                .foreign_keys
                .iter()
                .filter_map(move |foreign_key| problem(binding, table, entry, foreign_key))
        })
        .collect()
}

fn problem(
    binding: Binding<'_>,
    table: &Table,
    entry: &TableEntry,
    foreign_key: &ForeignKey,
) -> Option<Problem> {
    let nulled = |column: &String| matches!(rule_of(entry, column), Some(Rule::Mask(mask)) if mask.output() == OutputType::Null);
    if foreign_key.columns.iter().any(nulled) {
        return None;
    }
    let parent = binding.catalog.table(&foreign_key.references)?;
    let parent_entry = binding.ruleset.tables.get(&parent.name)?;
    match parent_entry.action {
        Action::Empty => Some(without_parent(
            binding,
            table,
            entry,
            foreign_key,
            "made empty",
        )),
        Action::Drop => Some(without_parent(
            binding,
            table,
            entry,
            foreign_key,
            "dropped",
        )),
        Action::Keep | Action::Columns(_) => pairs(foreign_key, parent)
            .into_iter()
            .find_map(|pair| disagreement(binding, (table, entry), (parent, parent_entry), pair)),
    }
}

/// The columns here with the columns they point to.
fn pairs<'a>(foreign_key: &'a ForeignKey, parent: &'a Table) -> Vec<(&'a str, &'a str)> {
    let here = foreign_key.columns.iter().map(String::as_str);
    if foreign_key.referenced_columns.is_empty() {
        let keys = parent.columns.iter().filter(|column| column.primary_key);
        return here.zip(keys.map(|column| column.name.as_str())).collect();
    }
    here.zip(foreign_key.referenced_columns.iter().map(String::as_str))
        .collect()
}

fn disagreement(
    binding: Binding<'_>,
    (table, entry): (&Table, &TableEntry),
    (parent, parent_entry): (&Table, &TableEntry),
    (here, there): (&str, &str),
) -> Option<Problem> {
    let (own, other) = (rule_of(entry, here)?, rule_of(parent_entry, there)?);
    if own.line_in(room(table, here)) == other.line_in(room(parent, there)) {
        return None;
    }
    let message = format!(
        "`{}.{here}` ({}) points to `{}.{there}` ({}): rows would no longer find each other",
        table.name,
        words(own),
        parent.name,
        words(other),
    );
    Some(
        binding
            .ruleset
            .source
            .problem(place(entry, here), message)
            .help("give both columns the same rule, or make this one `null`"),
    )
}

/// How many characters a column takes at most, where its type says so.
fn room(table: &Table, column: &str) -> Option<usize> {
    let mut columns = table.columns.iter();
    let column = columns.find(|known| known.name == column)?;
    declared_length(&column.data_type)
}

fn without_parent(
    binding: Binding<'_>,
    table: &Table,
    entry: &TableEntry,
    foreign_key: &ForeignKey,
    fate: &str,
) -> Problem {
    let columns = foreign_key.columns.join(", ");
    let at = foreign_key
        .columns
        .first()
        .map_or(entry.at, |column| place(entry, column));
    let parent = &foreign_key.references;
    binding
        .ruleset
        .source
        .problem(
            at,
            format!(
                "`{}.{columns}` points to table `{parent}`, which is {fate}",
                table.name
            ),
        )
        .help(format!(
            "make the column `null` or `{}` {{rows: none}} too, or keep the rows of `{parent}`",
            table.name
        ))
}

/// Where the rule of a column stands, or that of its table.
fn place(entry: &TableEntry, column: &str) -> Span {
    match &entry.action {
        Action::Columns(rules) => rules.get(column).map_or(entry.at, |rule| rule.rule_at),
        _ => entry.at,
    }
}

fn words(rule: &Rule) -> String {
    match rule {
        Rule::Keep => "kept".to_owned(),
        Rule::Mask(mask) => format!("masked by {}", mask.rule()),
    }
}
