//! Made-up rows before and after the rules, for a server to hold against a CHECK.

use super::super::Types;
use super::super::affinity::enum_labels;
use super::super::binding::Binding;
use crate::check::made_up;
use crate::key::Key;
use crate::ruleset::Rule;
use crate::transformer::{Determinism, Mask, Place, RowView};
use std::sync::Arc;
use weir_engine::{Field, Replacement, Trial, TrialColumn};
use weir_model::catalog::{Check, Column, Table};

/// What an expression of a domain calls its value.
const VALUE: &str = "value";

/// Rows to try a CHECK with: made-up ones, and behind them what the rules make of each.
pub struct Attempt {
    trial: Trial,
    /// How many rows were made up; 0 where the rules write the same whatever the rows were.
    made_up: usize,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptResult {
    /// So many rows were satisfied before, and are after.
    Held(usize),
    /// A row that satisfied it before does not once the rules are through.
    Broken,
    /// No made-up row satisfied it before, so nothing was tried.
    NothingFits,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Attempt")
    }
}

impl Attempt {
    /// What the server is asked.
    #[must_use]
    pub const fn trial(&self) -> &Trial {
        &self.trial
    }

    /// What its answers mean, one for each row. Rows that break the check before the rules are no
    /// rows that a database could hold.
    #[must_use]
    pub fn result(&self, answers: &[bool]) -> AttemptResult {
        let (before, after) = answers.split_at_checked(self.made_up).unwrap_or_default();
        if self.made_up == 0 {
            return match after.iter().all(|holds| *holds) {
                true => AttemptResult::Held(after.len()),
                false => AttemptResult::Broken,
            };
        }
        let pairs = before.iter().zip(after);
        let counted: Vec<bool> = pairs
            .filter(|(before, _)| **before)
            .map(|(_, after)| *after)
            .collect();
        match counted.len() {
            0 => AttemptResult::NothingFits,
            _ if counted.iter().all(|holds| *holds) => AttemptResult::Held(counted.len()),
            _ => AttemptResult::Broken,
        }
    }
}

/// What writes one column of a check.
struct Writer<'a> {
    column: Column,
    /// The column as the mask sees it.
    seen: Column,
    /// The column's own type.
    declared: String,
    mask: &'a dyn Mask,
}

/// Makes the rows, or says why none would prove anything.
pub(super) fn of(
    binding: &Binding<'_>,
    table: &Table,
    check: &Check,
    (key, types): (&Key, Types),
) -> Result<Attempt, String> {
    let writers: Vec<Writer<'_>> = check
        .columns
        .iter()
        .map(|name| writer(binding, table, name))
        .collect::<Result<_, _>>()?;
    let rows = match writers.as_slice() {
        [alone] => alone.mask.outcomes(&alone.column).map(|values| {
            let rows: Vec<_> = values.into_iter().map(|value| vec![value]).collect();
            (0, rows)
        }),
        _ => None,
    };
    let (made_up, rows) = match rows {
        Some(constant) => constant,
        None => before_and_after(&writers, table, key, types)?,
    };
    let columns = check
        .columns
        .iter()
        .zip(&writers)
        .map(|(name, writer)| TrialColumn {
            name: match check.domain {
                Some(_) => VALUE.to_owned(),
                None => name.clone(),
            },
            data_type: binding.catalog.underlying(&writer.declared).to_owned(),
        });
    Ok(Attempt {
        trial: Trial {
            columns: columns.collect(),
            expression: check.expression.clone(),
            rows,
        },
        made_up,
    })
}

fn writer<'a>(binding: &'a Binding<'_>, table: &Table, name: &str) -> Result<Writer<'a>, String> {
    let mut columns = table.columns.iter();
    let column = columns.find(|column| column.name == name);
    let column = column.ok_or_else(|| format!("there is no column `{name}`"))?;
    let chosen = binding.rule(table, name);
    let chosen = chosen.ok_or_else(|| format!("the database computes `{name}`"))?;
    let mask = match chosen.rule {
        Rule::Mask(mask) => mask.as_ref(),
        Rule::Keep => return Err(format!("`{name}` is kept, and its values are not known")),
        Rule::When(_) => return Err(format!("the rule of `{name}` depends on the row")),
        Rule::Json(_) | Rule::Each(_) => {
            return Err(format!("the rule of `{name}` works inside its values"));
        }
    };
    if mask.shuffles() {
        return Err(format!(
            "`{name}` is shuffled, and its values are not known"
        ));
    }
    if mask.transformer().determinism == Determinism::Program {
        return Err(format!("a program of yours writes `{name}`"));
    }
    if !mask.reads().is_empty() || !mask.reads_masked().is_empty() {
        return Err(format!("the rule of `{name}` reads other columns"));
    }
    Ok(Writer {
        column: binding.typed(column).into_owned(),
        seen: binding.masked_as(column).into_owned(),
        declared: column.data_type.clone(),
        mask,
    })
}

/// Made-up rows, and behind them what becomes of each.
fn before_and_after(
    writers: &[Writer<'_>],
    table: &Table,
    key: &Key,
    types: Types,
) -> Result<(usize, Vec<Vec<Replacement>>), String> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    // No program is started: the rules of those are not tried.
    let run = Arc::default();
    for (at, writer) in writers.iter().enumerate() {
        let labels = enum_labels(&writer.column.data_type);
        let is_enforced = types == Types::Enforced;
        let values = made_up(&writer.column.data_type, &labels, is_enforced);
        let place = Place {
            key,
            run: &run,
            table,
            column: &writer.seen,
        };
        let mask = writer.mask.bind(&place);
        let mask = mask.map_err(|error| format!("the rule cannot begin to work: {error}"))?;
        let row = RowView::new(&[], &[], &[]);
        let pairs: Vec<_> = values
            .into_iter()
            .filter_map(|value| {
                let masked = mask.mask(value.as_field(), &row).ok()?;
                (value.as_field() != Field::Null).then_some((value, masked))
            })
            .collect();
        for (number, (value, masked)) in pairs.into_iter().enumerate() {
            add(&mut before, at, number, value);
            add(&mut after, at, number, masked);
        }
    }
    let whole = |rows: Vec<Vec<Replacement>>| -> Vec<Vec<Replacement>> {
        let rows = rows.into_iter();
        rows.filter(|row| row.len() == writers.len()).collect()
    };
    let (before, after) = (whole(before), whole(after));
    let made_up = before.len();
    match made_up {
        0 => Err("no value could be made up for it".to_owned()),
        _ => Ok((made_up, before.into_iter().chain(after).collect())),
    }
}

/// Adds the value of a column to the row of that number, if all columns before have one there.
fn add(rows: &mut Vec<Vec<Replacement>>, column: usize, number: usize, value: Replacement) {
    if column == 0 {
        rows.push(vec![value]);
    } else if let Some(row) = rows.get_mut(number)
        && row.len() == column
    {
        row.push(value);
    }
}
