//! Rules that can have no effect: they mean a name was mistyped or the schema has moved on.

use super::Binding;
use crate::ruleset::{Action, TableEntry};
use weir_config::problem::{Problem, Span};
use weir_config::yaml::nearest;
use weir_model::catalog::{Table, TableKind};

pub(super) fn problems(binding: Binding<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, entry) in &binding.ruleset.tables {
        match binding.catalog.table(name) {
            None => problems.push(no_table(binding, name, entry.at)),
            Some(table) => problems.extend(table_problems(binding, table, entry)),
        }
    }
    problems
}

fn no_table(binding: Binding<'_>, name: &str, at: Span) -> Problem {
    let tables = binding
        .catalog
        .tables
        .iter()
        .map(|table| table.name.as_str());
    binding
        .ruleset
        .source
        .problem(at, format!("there is no table `{name}`"))
        .help(near_or_remove(nearest(name, tables)))
}

fn table_problems(binding: Binding<'_>, table: &Table, entry: &TableEntry) -> Vec<Problem> {
    let source = &binding.ruleset.source;
    match (table.kind, &entry.action) {
        (TableKind::Backing, _) => vec![
            source
                .problem(
                    entry.at,
                    format!("table `{}` belongs to a virtual table", table.name),
                )
                .help("remove its rule: it goes where its virtual table goes"),
        ],
        (TableKind::Virtual, Action::Drop) => Vec::new(),
        (TableKind::Virtual, _) => vec![
            source
                .problem(
                    entry.at,
                    format!(
                        "table `{}` is virtual: its module keeps copies of values",
                        table.name
                    ),
                )
                .help("write {drop: true}, and make it again in a script once the data is masked"),
        ],
        (TableKind::Ordinary, Action::Columns(rules)) => rules
            .iter()
            .filter_map(|(name, rule)| column_problem(binding, table, name, rule.at))
            .collect(),
        (TableKind::Ordinary, _) => Vec::new(),
    }
}

fn column_problem(binding: Binding<'_>, table: &Table, name: &str, at: Span) -> Option<Problem> {
    let source = &binding.ruleset.source;
    match table.columns.iter().find(|column| column.name == name) {
        None => {
            let columns = table.columns.iter().map(|column| column.name.as_str());
            Some(
                source
                    .problem(at, format!("table `{}` has no column `{name}`", table.name))
                    .help(near_or_remove(nearest(name, columns))),
            )
        }
        Some(column) if column.generated => Some(
            source
                .problem(
                    at,
                    format!("column `{}.{name}` is computed by the database", table.name),
                )
                .help("remove its rule: it is computed again from the masked columns"),
        ),
        Some(_) => None,
    }
}

pub(super) fn near_or_remove(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`? names are compared exactly"),
        None => "remove the rule, or correct the name".to_owned(),
    }
}
