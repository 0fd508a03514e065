//! What rules read beside their own value: columns of conditions, of samples and of masks.

use super::binding::Binding;
use super::{order, unmatched};
use crate::ruleset::{At, Limit, Rule, Sample, WrittenCondition};
use crate::transformer::Determinism;
use weir_config::problem::Problem;
use weir_model::catalog::Table;

pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (table, rows) in binding.copied() {
        if let Some(rows) = rows {
            for condition in rows.keep.iter().chain(&rows.drop) {
                problems.extend(of_condition(binding, table, condition));
            }
            if let Some(sample) = &rows.sample {
                problems.extend(of_sample(binding, table, sample));
            }
            if let Some(limit) = &rows.limit {
                problems.extend(of_limit(binding, table, limit));
            }
        }
        for column in &table.columns {
            if let Some(chosen) = binding.rule(table, &column.name) {
                problems.extend(of_rule(binding, table, chosen.rule, chosen.at));
            }
        }
        problems.extend(order::problem(binding, table));
    }
    problems
}

fn of_sample(binding: &Binding<'_>, table: &Table, sample: &Sample) -> Option<Problem> {
    if let Some(column) = sample.column(table) {
        return read(binding, table, column, sample.at);
    }
    let message = format!(
        "it is not said which column of `{}` decides, and its primary key is not one column",
        table.name
    );
    let problem = binding.ruleset.problem(sample.at, message);
    Some(problem.help(format!("write {{one-in: {}, by: COLUMN}}", sample.one_in)))
}

/// That rows of which nothing is read cannot be counted.
fn of_limit(binding: &Binding<'_>, table: &Table, limit: &Limit) -> Option<Problem> {
    if table.columns.iter().any(|column| !column.generated) {
        return None;
    }
    let message = format!("table `{}` has no column of its own to read", table.name);
    let problem = binding.ruleset.problem(limit.at, message);
    Some(problem.help("take the limit out, or write `rows: none`"))
}

/// The first condition that asks for the time of the run.
pub(super) fn asks_for_now(binding: &Binding<'_>) -> Option<Problem> {
    let mut tables = binding.copied();
    tables.find_map(|(table, rows)| {
        let of_rows = rows
            .into_iter()
            .flat_map(|rows| rows.keep.iter().chain(&rows.drop));
        let columns = table.columns.iter();
        let rules = columns.filter_map(|column| binding.rule(table, &column.name));
        let of_rules = rules.flat_map(|chosen| chosen.rule.conditions());
        let mut conditions = of_rows.chain(of_rules);
        let found = conditions.find(|one| one.condition.asks_for_now())?;
        let problem = binding.ruleset.problem(
            found.at(&(0..found.condition.text.len())),
            "this condition asks for the time of the run",
        );
        Some(problem.help("compare with a date instead: here no time is known"))
    })
}

/// Whether the rules write the same in every run: no program of the operator's does, and no time
/// of the run or order of the workers says which rows arrive.
pub(super) fn repeats(binding: &Binding<'_>) -> bool {
    let is_limited = binding
        .copied()
        .any(|(_, rows)| rows.is_some_and(|rows| rows.limit.is_some()));
    !is_limited && asks_for_now(binding).is_none() && !has_program(binding)
}

/// Whether a program of the operator's masks a column.
fn has_program(binding: &Binding<'_>) -> bool {
    let mut tables = binding.copied();
    tables.any(|(table, _)| {
        let mut columns = table.columns.iter();
        columns.any(|column| {
            let masks = binding
                .rule(table, &column.name)
                .map(|one| one.rule.masks());
            let mut masks = masks.into_iter().flatten();
            masks.any(|mask| mask.transformer().determinism == Determinism::Program)
        })
    })
}

/// That a mask reads what another column arrives with, which is dealt out only later.
fn dealt_out(binding: &Binding<'_>, table: &Table, name: &str, at: At) -> Option<Problem> {
    let chosen = binding.rule(table, name)?;
    if !chosen.rule.shuffles() {
        return None;
    }
    let message = format!(
        "column `{}.{name}` is shuffled once all rows are there: before, it holds its own row's value",
        table.name
    );
    let problem = binding.ruleset.problem(at, message);
    Some(problem.help("read another column, or mask this one by another transformer"))
}

fn of_rule(binding: &Binding<'_>, table: &Table, rule: &Rule, at: At) -> Vec<Problem> {
    let conditions = rule.conditions().into_iter();
    let mut problems: Vec<_> = conditions
        .flat_map(|condition| of_condition(binding, table, condition))
        .collect();
    for name in rule.reads().iter().chain(&rule.reads_masked()) {
        problems.extend(read(binding, table, name, at));
    }
    for name in &rule.reads_masked() {
        problems.extend(dealt_out(binding, table, name, at));
    }
    problems
}

fn of_condition(
    binding: &Binding<'_>,
    table: &Table,
    condition: &WrittenCondition,
) -> Vec<Problem> {
    let names = condition.condition.names().into_iter();
    names
        .filter_map(|name| read(binding, table, &name.name, condition.at(&name.at)))
        .collect()
}

/// That a column cannot be read.
fn read(binding: &Binding<'_>, table: &Table, name: &str, at: At) -> Option<Problem> {
    match table.columns.iter().find(|column| column.name == name) {
        None => Some(unmatched::no_column(binding, table, name, at)),
        Some(column) if column.generated => Some(
            binding
                .ruleset
                .problem(
                    at,
                    format!(
                        "column `{}.{name}` is computed by the database, and not there to be read",
                        table.name
                    ),
                )
                .help("read the columns it is computed from"),
        ),
        Some(_) => None,
    }
}
