//! Foreign keys agree on both sides: a key is masked alike wherever something points to it.

use super::binding::{Binding, Chosen, Edge, Fate, needs_its_row};
use crate::ruleset::{At, Rule};
use weir_config::problem::Problem;
use weir_model::catalog::Table;

pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (table, _) in binding.copied() {
        for edge in binding.edges(table) {
            problems.extend(problem(binding, table, &edge));
        }
    }
    problems
}

/// Whether no row of `table` points anywhere by `edge`, because a column of it is made NULL.
pub(super) fn is_cut(binding: &Binding<'_>, table: &Table, edge: &Edge<'_>) -> bool {
    let mut pairs = edge.pairs.iter();
    pairs.any(|(here, _)| {
        binding
            .rule(table, here)
            .is_some_and(|chosen| chosen.rule.is_null())
    })
}

/// Where to blame a table for what an edge of it does.
pub(super) fn place(binding: &Binding<'_>, table: &Table, edge: &Edge<'_>) -> At {
    let first = edge.pairs.first();
    let own = first.and_then(|(here, _)| binding.rule(table, here));
    own.map_or_else(|| binding.at(table), |chosen| chosen.at)
}

fn problem(binding: &Binding<'_>, table: &Table, edge: &Edge<'_>) -> Option<Problem> {
    if is_cut(binding, table, edge) {
        return None;
    }
    match binding.fate(edge.parent) {
        Fate::Empty => Some(without_parent(binding, table, edge, "made empty")),
        Fate::Dropped => Some(without_parent(binding, table, edge, "dropped")),
        Fate::Unknown => None,
        Fate::Copied(_) => {
            let mut pairs = edge.pairs.iter();
            pairs.find_map(|(here, there)| {
                let own = binding.rule(table, here)?;
                let other = binding.rule(edge.parent, there)?;
                let own = End::new(binding, table, here, own);
                disagreement(binding, &own, &End::new(binding, edge.parent, there, other))
            })
        }
    }
}

/// One end of a foreign key.
struct End<'a> {
    name: String,
    chosen: &'a Chosen<'a>,
    /// The rule as it works in this column.
    line: String,
}

impl<'a> End<'a> {
    fn new(binding: &Binding<'_>, table: &Table, column: &str, chosen: &'a Chosen<'a>) -> Self {
        let mut columns = table.columns.iter();
        let declared = columns.find(|known| known.name == column);
        let masked = declared.map(|column| binding.masked_as(column));
        Self {
            name: format!("{}.{column}", table.name),
            chosen,
            line: chosen.rule.line_in(masked.as_deref()),
        }
    }

    fn words(&self) -> String {
        match self.chosen.rule {
            Rule::Keep => "kept".to_owned(),
            _ => format!("masked by {}", self.line),
        }
    }
}

fn disagreement(binding: &Binding<'_>, own: &End<'_>, other: &End<'_>) -> Option<Problem> {
    let (here, there) = (&own.name, &other.name);
    let (message, help) = if own.line != other.line {
        (
            format!(
                "`{here}` ({}) points to `{there}` ({}): rows would no longer find each other",
                own.words(),
                other.words(),
            ),
            match own.chosen.rule.line() == other.chosen.rule.line() {
                true => "give both columns one type, or make this one `null`",
                false => "give both columns the same rule, or make this one `null`",
            },
        )
    } else if !own.chosen.rule.keeps() && needs_its_row(own.chosen.rule) {
        (
            format!("`{here}` points to `{there}`, and what both become depends on their rows"),
            "mask both by their value alone, or make this one `null`",
        )
    } else {
        return None;
    };
    Some(binding.ruleset.problem(own.chosen.at, message).help(help))
}

fn without_parent(binding: &Binding<'_>, table: &Table, edge: &Edge<'_>, fate: &str) -> Problem {
    let columns: Vec<&str> = edge.pairs.iter().map(|(here, _)| *here).collect();
    let columns = columns.join(", ");
    let (table_name, parent) = (&table.name, &edge.parent.name);
    binding
        .ruleset
        .problem(
            place(binding, table, edge),
            format!("`{table_name}.{columns}` points to table `{parent}`, which is {fate}"),
        )
        .help(format!(
            "make the column `null` or `{table_name}` {{rows: none}} too, or keep the rows of `{parent}`"
        ))
}
