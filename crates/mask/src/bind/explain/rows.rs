//! Which rows of every table arrive, and where that is said.

use super::super::binding::Binding;
use crate::ruleset::{RowRule, WrittenCondition};
use serde::Serialize;
use std::collections::BTreeMap;
use weir_model::catalog::Table;

/// Something said about which rows of a table arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFilter {
    /// What it does.
    pub does: Filtering,
    /// By what: a condition, or a share or number in words.
    pub by: String,
    /// Where it stands, e.g. `line 7`.
    pub place: String,
}

/// What becomes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Filtering {
    /// Only those for which a condition holds arrive.
    Keep,
    /// Those for which a condition holds are left out.
    Drop,
    /// A share arrives, by a column's value.
    Sample,
    /// No more than a number arrive.
    Limit,
}

/// What is said about the rows of each table of which some may be left out.
pub(in crate::bind) fn filters(binding: &Binding<'_>) -> BTreeMap<String, Vec<RowFilter>> {
    let tables = binding.copied();
    tables
        .filter_map(|(table, rows)| Some((table.name.clone(), of_table(binding, table, rows?))))
        .collect()
}

fn of_table(binding: &Binding<'_>, table: &Table, rows: &RowRule) -> Vec<RowFilter> {
    let line = |at| binding.ruleset.line(at);
    let condition = |does, written: &WrittenCondition| RowFilter {
        does,
        by: written.condition.text.clone(),
        place: line(written.at(&(0..written.condition.text.len()))),
    };
    let keep = rows.keep.as_ref();
    let drop = rows.drop.as_ref();
    let sample = rows.sample.as_ref().map(|sample| RowFilter {
        does: Filtering::Sample,
        by: format!(
            "one in {} by {}",
            sample.one_in,
            sample.column(table).unwrap_or_default()
        ),
        place: line(sample.at),
    });
    let limit = rows.limit.as_ref().map(|limit| RowFilter {
        does: Filtering::Limit,
        by: format!("the first {} that are read", limit.most),
        place: line(limit.at),
    });
    let keep = keep.map(|written| condition(Filtering::Keep, written));
    let drop = drop.map(|written| condition(Filtering::Drop, written));
    [keep, drop, sample, limit].into_iter().flatten().collect()
}
