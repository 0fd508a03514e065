//! Holding a ruleset against what a database holds: everything that would leak or break is
//! found here, before data moves, and reported together.

mod affinity;
mod bound;
mod coverage;
mod fit;
mod lines;
mod objects;
mod references;
mod rows;
mod unmatched;

use crate::key::Key;
use crate::ruleset::{Action, ColumnEntry, Rule, Ruleset, TableEntry};
use weir_config::problem::Problems;
use weir_model::catalog::{Catalog, Column, Table};

pub(crate) use affinity::keeps_reals;
pub use bound::BoundRules;

/// A ruleset beside a catalog.
#[derive(Clone, Copy)]
struct Binding<'a> {
    ruleset: &'a Ruleset,
    catalog: &'a Catalog,
}

impl Ruleset {
    /// Holds the rules against a catalog. Needs no key, so that a plan can do it anywhere.
    ///
    /// # Errors
    /// Everything that is refused, each with its place in the file and what to write.
    pub fn check(&self, catalog: &Catalog) -> Result<(), Problems> {
        let binding = Binding {
            ruleset: self,
            catalog,
        };
        let problems = [
            coverage::problems(binding),
            unmatched::problems(binding),
            fit::problems(binding),
            references::problems(binding),
            objects::problems(binding),
        ]
        .concat();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Problems::sorted(problems))
    }

    /// Makes the masker for a database with this catalog.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn bind(&self, catalog: &Catalog, key: &Key) -> Result<BoundRules, Problems> {
        self.check(catalog)?;
        BoundRules::new(self, catalog, key).map_err(|error| {
            let problem = self.source.problem(self.tables_at, error.to_string());
            Problems::sorted(vec![problem])
        })
    }
}

impl<'a> Binding<'a> {
    /// The tables of the catalog that have a rule, with it.
    fn tables(self) -> impl Iterator<Item = (&'a Table, &'a TableEntry)> {
        self.catalog
            .tables
            .iter()
            .filter_map(move |table| Some((table, self.ruleset.tables.get(&table.name)?)))
    }

    /// The columns that have a rule of their own, with it.
    fn columns(self) -> impl Iterator<Item = (&'a Table, &'a Column, &'a ColumnEntry)> {
        self.tables().flat_map(|(table, entry)| {
            table.columns.iter().filter_map(move |column| {
                let Action::Columns(rules) = &entry.action else {
                    return None;
                };
                Some((table, column, rules.get(&column.name)?))
            })
        })
    }
}

/// The rule of a column; `None` where there is none or the table is not copied.
fn rule_of<'a>(entry: &'a TableEntry, column: &str) -> Option<&'a Rule> {
    match &entry.action {
        Action::Keep => Some(&Rule::Keep),
        Action::Columns(rules) => rules.get(column).map(|entry| &entry.rule),
        Action::Empty | Action::Drop => None,
    }
}
