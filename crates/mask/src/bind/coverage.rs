//! Every table and every column is spoken for: what nobody has classified stops the run.

use super::{Binding, lines};
use crate::ruleset::{Action, TableEntry};
use weir_config::problem::Problem;
use weir_config::yaml::listed;
use weir_model::catalog::{Table, TableKind};

/// What each added line may say.
const CHOICE: &str = "(as you decide: `keep`, `email`, `name`, `null`, `redact`, `fixed`)";

pub(super) fn problems(binding: Binding<'_>) -> Vec<Problem> {
    let columns = binding
        .tables()
        .filter_map(|(table, entry)| columns_problem(binding, table, entry));
    tables_problem(binding).into_iter().chain(columns).collect()
}

fn tables_problem(binding: Binding<'_>) -> Option<Problem> {
    let missing: Vec<&Table> = binding
        .catalog
        .tables
        .iter()
        .filter(|table| table.kind != TableKind::Backing)
        .filter(|table| !binding.ruleset.tables.contains_key(&table.name))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let names: Vec<&str> = missing.iter().map(|table| table.name.as_str()).collect();
    let added: String = missing
        .iter()
        .map(|table| lines::table(binding, table))
        .collect();
    let source = &binding.ruleset.source;
    Some(
        source
            .problem(
                binding.ruleset.tables_at,
                format!("no rule for {}", tables(&names)),
            )
            .label("among these tables")
            .help(format!("add below `tables:` {CHOICE}{added}")),
    )
}

fn columns_problem(binding: Binding<'_>, table: &Table, entry: &TableEntry) -> Option<Problem> {
    let Action::Columns(rules) = &entry.action else {
        return None;
    };
    if table.kind != TableKind::Ordinary {
        return None;
    }
    let missing: Vec<_> = table
        .columns
        .iter()
        .filter(|column| !column.generated && !rules.contains_key(&column.name))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let names: Vec<&str> = missing.iter().map(|column| column.name.as_str()).collect();
    let added: String = missing
        .iter()
        .map(|column| lines::column(binding, table, column))
        .collect();
    let columns = if names.len() == 1 {
        "column"
    } else {
        "columns"
    };
    let message = format!(
        "table `{}` has no rule for {columns} {}",
        table.name,
        listed(&names)
    );
    Some(
        binding
            .ruleset
            .source
            .problem(entry.at, message)
            .help(format!(
                "add below `columns:` of `{}` {CHOICE}{added}",
                table.name
            )),
    )
}

fn tables(names: &[&str]) -> String {
    let word = if names.len() == 1 { "table" } else { "tables" };
    format!("{word} {}", listed(names))
}
