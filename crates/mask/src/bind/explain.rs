//! What happens to every column, and why: what a reviewer reads.

mod rows;

pub(super) use rows::filters;
pub use rows::{Filtering, RowFilter};

use super::binding::{Binding, Fate, Why};
use serde::Serialize;
use weir_model::catalog::{Column, Table};

/// What happens to one column, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// What happens to it.
    pub what: What,
    /// The rule in one line; empty where there is none.
    pub rule: String,
    /// Why.
    pub because: Because,
    /// Where the rule stands, e.g. `line 7`; empty where there is none.
    pub place: String,
}

/// What happens to a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Its values are written anew.
    Masked,
    /// It is copied as it is.
    Kept,
    /// The database computes it again.
    Computed,
    /// Its table is made without rows.
    Empty,
    /// Its table is not made.
    Dropped,
    /// Nobody has said.
    Unclassified,
}

/// Why a rule counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// The column has a rule of its own.
    OwnRule,
    /// It is said of the whole table.
    WholeTable,
    /// A default, counted from 1.
    Default(usize),
    /// It points to that column (`table.column`), which has the rule.
    Reference(String),
    /// No rule is needed, or there is none.
    NoRule,
}

pub(super) fn explained(binding: &Binding<'_>) -> Vec<Explained> {
    let tables = binding.catalog.tables.iter();
    tables
        .flat_map(|table| {
            let columns = table.columns.iter();
            columns.map(move |column| one(binding, table, column))
        })
        .collect()
}

fn one(binding: &Binding<'_>, table: &Table, column: &Column) -> Explained {
    let bare = |what, because| Explained {
        table: table.name.clone(),
        column: column.name.clone(),
        what,
        rule: String::new(),
        because,
        place: String::new(),
    };
    let of_table = |what| match binding.entry(table) {
        None => bare(what, Because::NoRule),
        Some(entry) => Explained {
            place: binding.ruleset.line(entry.at),
            ..bare(what, Because::WholeTable)
        },
    };
    match (binding.fate(table), binding.rule(table, &column.name)) {
        (Fate::Empty, _) => of_table(What::Empty),
        (Fate::Dropped, _) => of_table(What::Dropped),
        _ if column.generated => bare(What::Computed, Because::NoRule),
        (_, None) => bare(What::Unclassified, Because::NoRule),
        (_, Some(chosen)) => Explained {
            what: match chosen.rule.keeps() {
                true => What::Kept,
                false => What::Masked,
            },
            rule: chosen.rule.line(),
            because: match chosen.why {
                Why::Own => Because::OwnRule,
                Why::WholeTable => Because::WholeTable,
                Why::Default(place) => Because::Default(place + 1),
                Why::Reference(table, column) => Because::Reference(format!("{table}.{column}")),
            },
            place: binding.ruleset.line(chosen.at),
            ..bare(What::Kept, Because::NoRule)
        },
    }
}
