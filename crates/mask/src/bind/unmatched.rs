//! Rules that can have no effect: they mean a name was mistyped or the schema has moved on. What
//! an extended file says for several apps need not match in each.

use super::binding::Binding;
use crate::ruleset::{Action, At, Columns, TableEntry};
use weir_config::problem::Problem;
use weir_config::yaml::nearest;
use weir_model::catalog::{Table, TableKind};

pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, entry) in &binding.ruleset.tables {
        match binding.catalog.table(name) {
            None => problems.extend(no_table(binding, name, entry.at)),
            Some(table) => problems.extend(table_problems(binding, table, entry)),
        }
    }
    problems.extend(defaults(binding));
    problems.extend(references(binding));
    problems.extend(allowed(binding));
    problems
}

/// That there is no table of that name; nothing for what an extended file says.
pub(super) fn no_table(binding: &Binding<'_>, name: &str, at: At) -> Option<Problem> {
    let tables = binding.catalog.tables.iter();
    let near = nearest(name, tables.map(|table| table.name.as_str()));
    let problem = binding
        .ruleset
        .problem(at, format!("there is no table `{name}`"));
    at.is_own().then(|| problem.help(near_or_remove(near)))
}

/// That a table has no column of that name.
pub(super) fn no_column(binding: &Binding<'_>, table: &Table, name: &str, at: At) -> Problem {
    let columns = table.columns.iter().map(|column| column.name.as_str());
    binding
        .ruleset
        .problem(at, format!("table `{}` has no column `{name}`", table.name))
        .help(near_or_remove(nearest(name, columns)))
}

fn table_problems(binding: &Binding<'_>, table: &Table, entry: &TableEntry) -> Vec<Problem> {
    let ruleset = binding.ruleset;
    match (table.kind, &entry.action) {
        (TableKind::Backing, _) if entry.at.is_own() => vec![
            ruleset
                .problem(
                    entry.at,
                    format!("table `{}` belongs to a virtual table", table.name),
                )
                .help("remove its rule: it goes where its virtual table goes"),
        ],
        (TableKind::Backing, _) | (TableKind::Virtual, Action::Drop) => Vec::new(),
        (TableKind::Virtual, _) => vec![
            ruleset
                .problem(
                    entry.at,
                    format!(
                        "table `{}` is virtual: its module keeps copies of values",
                        table.name
                    ),
                )
                .help("write {drop: true}, and make it again in a script once the data is masked"),
        ],
        (TableKind::Ordinary, Action::Copy(Columns::Each(rules), _)) => rules
            .iter()
            .filter(|(_, rule)| rule.at.is_own())
            .filter_map(|(name, rule)| column_problem(binding, table, name, rule.at))
            .collect(),
        (TableKind::Ordinary, _) => Vec::new(),
    }
}

fn column_problem(binding: &Binding<'_>, table: &Table, name: &str, at: At) -> Option<Problem> {
    match table.columns.iter().find(|column| column.name == name) {
        None => Some(no_column(binding, table, name, at)),
        Some(column) if column.generated => Some(
            binding
                .ruleset
                .problem(
                    at,
                    format!("column `{}.{name}` is computed by the database", table.name),
                )
                .help("remove its rule: it is computed again from the masked columns"),
        ),
        Some(_) => None,
    }
}

fn defaults(binding: &Binding<'_>) -> Vec<Problem> {
    let matched = |default: &crate::ruleset::DefaultRule| {
        binding.catalog.tables.iter().any(|table| {
            let mut columns = table.columns.iter();
            columns.any(|column| default.matches(table, column))
        })
    };
    let defaults = binding.ruleset.defaults.iter();
    defaults
        .filter(|default| default.at.is_own() && !matched(default))
        .map(|default| {
            binding
                .ruleset
                .problem(default.at, "this default matches no column")
                .help("remove it, or correct its patterns: capitals do not count in them, `*` stands for any letters")
        })
        .collect()
}

fn references(binding: &Binding<'_>) -> Vec<Problem> {
    let references = binding.ruleset.references.iter();
    let ends = references.flat_map(|one| [(&one.from, one.from_at), (&one.to, one.to_at)]);
    ends.filter_map(|((table, column), at)| column_named(binding, table, column, at))
        .collect()
}

fn allowed(binding: &Binding<'_>) -> Vec<Problem> {
    let allowed = binding.ruleset.gate.allow.iter();
    allowed
        .filter_map(|one| column_named(binding, &one.table, &one.column, one.at))
        .collect()
}

fn column_named(binding: &Binding<'_>, table: &str, column: &str, at: At) -> Option<Problem> {
    let Some(table) = binding.catalog.table(table) else {
        return no_table(binding, table, at);
    };
    let is_there = table.columns.iter().any(|known| known.name == column);
    (!is_there && at.is_own()).then(|| no_column(binding, table, column, at))
}

pub(super) fn near_or_remove(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`? names are compared exactly"),
        None => "remove the rule, or correct the name".to_owned(),
    }
}
