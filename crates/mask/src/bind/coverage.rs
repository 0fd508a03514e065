//! Every table and every column is spoken for: what nobody has classified stops the run.

use super::binding::{Binding, Fate};
use super::lines;
use weir_config::problem::Problem;
use weir_config::yaml::listed;
use weir_model::catalog::{Table, TableKind};

/// What each added line may say.
const CHOICE: &str = "(as you decide: `keep`, `email`, `name`, `null`, `redact`, `fixed`)";

pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let copied = binding.copied();
    let columns = copied.filter_map(|(table, _)| columns_problem(binding, table));
    tables_problem(binding).into_iter().chain(columns).collect()
}

fn tables_problem(binding: &Binding<'_>) -> Option<Problem> {
    let tables = binding.catalog.tables.iter();
    let missing: Vec<&Table> = tables
        .filter(|table| matches!(binding.fate(table), Fate::Unknown))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let names: Vec<&str> = missing.iter().map(|table| table.name.as_str()).collect();
    let added: String = missing
        .iter()
        .map(|table| lines::table(binding, table))
        .collect();
    let word = if names.len() == 1 { "table" } else { "tables" };
    Some(
        binding
            .ruleset
            .problem(
                binding.ruleset.tables_at,
                format!("no rule for {word} {}", listed(&names)),
            )
            .label("among these tables")
            .help(format!("add below `tables:` {CHOICE}{added}")),
    )
}

fn columns_problem(binding: &Binding<'_>, table: &Table) -> Option<Problem> {
    if table.kind != TableKind::Ordinary {
        return None;
    }
    let columns = table.columns.iter();
    let missing: Vec<_> = columns
        .filter(|column| !column.generated && binding.rule(table, &column.name).is_none())
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
    let problem = binding.ruleset.problem(binding.at(table), message);
    Some(problem.help(format!(
        "add below `columns:` of `{}` {CHOICE}{added}",
        table.name
    )))
}
