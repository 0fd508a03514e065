//! What a ruleset does to every table and column, written out for whoever reviews it.

use serde::Serialize;
use weir_engine::ShadowStep;
use weir_mask::{Because, Explained, RowFilter, Ruleset, What};
use weir_model::catalog::{Catalog, Column, Table, TableKind};

pub use weir_mask::Filtering;

/// What happens to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableRules {
    /// The table.
    pub table: String,
    /// What happens to its rows.
    pub rows: Rows,
    /// Where it stands that none do; empty where some arrive.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
    /// What decides which of them arrive; all of it must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<RowFilter>,
    /// The tables whose rows its own must point to, or be removed once all have arrived.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_with: Vec<String>,
    /// What happens to its columns, in their order.
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
    /// The rule in one line; empty where there is none.
    pub rule: String,
    /// Why that rule counts, and where it stands; empty where there is none.
    pub because: String,
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
    /// None of them arrives.
    Left,
    /// Nobody has said: data would be refused.
    Unclassified,
}

/// What a ruleset does to what a catalog holds, with the steps it takes in a shadow.
pub(crate) fn table_rules(
    ruleset: &Ruleset,
    catalog: &Catalog,
    steps: &[ShadowStep],
) -> Vec<TableRules> {
    let explained = ruleset.explain(catalog);
    let mut filters = ruleset.row_filters(catalog);
    let tables = catalog.tables.iter();
    tables
        .filter(|table| table.kind != TableKind::Backing)
        .map(|table| TableRules {
            filters: filters.remove(&table.name).unwrap_or_default(),
            ..of_table(table, &explained, steps)
        })
        .collect()
}

fn of_table(table: &Table, explained: &[Explained], steps: &[ShadowStep]) -> TableRules {
    let of_it = explained.iter().filter(|one| one.table == table.name);
    let first = of_it.clone().next();
    let (rows, rows_because) = match first.map(|one| (one.what, because(one))) {
        Some((What::Empty, why)) => (Rows::None, why),
        Some((What::Dropped, why)) => (Rows::Skipped, why),
        _ => (Rows::Arrive, String::new()),
    };
    let columns = table.columns.iter().filter_map(|column| {
        let one = of_it.clone().find(|one| one.column == column.name)?;
        Some(ColumnRules {
            column: column.name.clone(),
            data_type: column.data_type.clone(),
            does: does(table, column, one.what, steps),
            rule: one.rule.clone(),
            because: because(one),
        })
    });
    TableRules {
        table: table.name.clone(),
        rows,
        because: rows_because,
        filters: Vec::new(),
        only_with: only_with(table, steps),
        columns: columns.collect(),
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

fn does(table: &Table, column: &Column, what: What, steps: &[ShadowStep]) -> Does {
    let shuffled = steps.iter().any(|step| match step {
        ShadowStep::Shuffle {
            table: of,
            column: named,
            ..
        } => *of == table.name && *named == column.name,
        ShadowStep::RemoveOrphans { .. } => false,
    });
    match what {
        What::Masked | What::Kept if shuffled => Does::Shuffled,
        What::Masked => Does::Masked,
        What::Kept => Does::Kept,
        What::Computed => Does::Computed,
        What::Empty | What::Dropped => Does::Left,
        What::Unclassified => Does::Unclassified,
    }
}

fn because(one: &Explained) -> String {
    let why = match &one.because {
        Because::OwnRule => "its own rule".to_owned(),
        Because::WholeTable => "its table's rule".to_owned(),
        Because::Default(number) => format!("default {number}"),
        Because::Reference(column) => format!("as {column}, which it points to"),
        Because::NoRule => return String::new(),
    };
    match one.place.as_str() {
        "" => why,
        place => format!("{why}, {place}"),
    }
}
