//! What a ruleset does to every table and column, written out for whoever reviews it.

use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use weir_engine::{ByColumn, ColumnUse, Masker as _, RowMask, ShadowStep, TablePlan};
use weir_mask::{Key, Ruleset};
use weir_model::catalog::{Catalog, Column, Table, TableKind};
use weir_model::error::Result;

/// What happens to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableRules {
    /// The table.
    pub table: String,
    /// What happens to its rows.
    pub rows: Rows,
    /// The tables whose rows its own must point to, or be removed once all have arrived.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_with: Vec<String>,
    /// What happens to its columns, in their order; none of a table without rows.
    pub columns: Vec<ColumnRules>,
}

/// What happens to the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// They arrive, as far as the rules do not leave them out.
    Arrive,
    /// The table is made without them.
    None,
    /// The table is not made.
    Skipped,
}

/// What happens to one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnRules {
    /// The column.
    pub column: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// What happens to its values.
    pub does: Does,
}

/// What happens to the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Does {
    /// They arrive as they are.
    Kept,
    /// They are written anew.
    Masked,
    /// They are dealt out anew among the rows, once all have arrived.
    Shuffled,
    /// The database computes them again.
    Computed,
}

/// A key for looking only: what is masked does not depend on it, and nothing is masked with it.
const FOR_LOOKING: &[u8] = b"a key for looking, never for a copy";

/// What a ruleset does to what a catalog holds.
///
/// # Errors
/// `sanitise` with every reason why the rules do not fit.
pub(super) fn table_rules(
    ruleset: &Ruleset,
    path: &Path,
    catalog: &Catalog,
) -> Result<Vec<TableRules>> {
    let key = Key::parse(FOR_LOOKING)?;
    let bound = super::bound(ruleset, path, catalog, &key)?;
    let tables = catalog.tables.iter();
    let ruled = tables.filter(|table| table.kind != TableKind::Backing);
    let rules =
        ruled.filter_map(|table| Some(of_table(table, bound.table(&table.name)?, bound.steps())));
    Ok(rules.collect())
}

/// What a plan does to a table.
pub(crate) fn of_table(table: &Table, plan: &TablePlan, steps: &[ShadowStep]) -> TableRules {
    let (rows, columns) = match plan {
        TablePlan::Empty => (Rows::None, Vec::new()),
        TablePlan::Drop => (Rows::Skipped, Vec::new()),
        TablePlan::Rows(_) | TablePlan::Masked(_) => {
            let mask = row_mask(plan);
            let uses = mask.as_ref().map_or(&[][..], |mask| mask.columns());
            (Rows::Arrive, columns(table, uses, steps))
        }
    };
    TableRules {
        table: table.name.clone(),
        rows,
        only_with: only_with(table, steps),
        columns,
    }
}

fn only_with(table: &Table, steps: &[ShadowStep]) -> Vec<String> {
    let parents = steps.iter().filter_map(|step| match step {
        ShadowStep::RemoveOrphans {
            table: of, parent, ..
        } if *of == table.name => Some(parent.clone()),
        _ => None,
    });
    parents.collect()
}

/// What a table's rows go through, where they arrive.
pub(crate) fn row_mask(plan: &TablePlan) -> Option<Arc<dyn RowMask>> {
    match plan {
        TablePlan::Rows(masks) => Some(Arc::new(ByColumn::new(masks.clone()))),
        TablePlan::Masked(mask) => Some(Arc::clone(mask)),
        TablePlan::Empty | TablePlan::Drop => None,
    }
}

fn columns(table: &Table, uses: &[ColumnUse], steps: &[ShadowStep]) -> Vec<ColumnRules> {
    let shuffled = |column: &Column| {
        steps.iter().any(|step| match step {
            ShadowStep::Shuffle {
                table: of,
                column: named,
                ..
            } => *of == table.name && *named == column.name,
            ShadowStep::RemoveOrphans { .. } => false,
        })
    };
    let columns = table.columns.iter().zip(uses);
    columns
        .map(|(column, used)| ColumnRules {
            column: column.name.clone(),
            data_type: column.data_type.clone(),
            does: match used {
                _ if column.generated => Does::Computed,
                _ if shuffled(column) => Does::Shuffled,
                ColumnUse::Masked => Does::Masked,
                ColumnUse::Copied | ColumnUse::Read => Does::Kept,
            },
        })
        .collect()
}
