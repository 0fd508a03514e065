//! Holding a ruleset against what a database holds: everything that would leak or break is
//! found here, before data moves, and reported together.

mod affinity;
mod binder;
mod binding;
mod bound;
mod coverage;
mod explain;
mod filters;
mod fit;
mod gate;
mod lines;
mod objects;
mod order;
mod references;
mod rows;
mod steps;
mod unmatched;

use crate::key::Key;
use crate::ruleset::{Ruleset, sorted};
use binding::Binding;
use weir_config::problem::{Problem, Problems};
use weir_model::catalog::Catalog;

pub(crate) use affinity::{Affinity, declared_length, keeps_reals, of as affinity_of};
pub use bound::BoundRules;
pub use explain::{Because, Explained, What};

/// What the declared type of a column says of the values in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Types {
    /// The database takes nothing else.
    Enforced,
    /// Any value may be in any column.
    Hints,
}

impl Ruleset {
    /// Holds the rules against a catalog. Needs no key, so that a plan can do it anywhere.
    ///
    /// # Errors
    /// Everything that is refused, each with its place in the file and what to write.
    pub fn check(&self, catalog: &Catalog) -> Result<(), Problems> {
        checked(&Binding::new(self, catalog))
    }

    /// Says for every column what happens to it and why. Only what [`Self::check`] passes is
    /// complete.
    #[must_use]
    pub fn explain(&self, catalog: &Catalog) -> Vec<Explained> {
        explain::explained(&Binding::new(self, catalog))
    }

    /// Makes the masker for a database with this catalog, for rules that ask for no time.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn bind(&self, catalog: &Catalog, key: &Key) -> Result<BoundRules, Problems> {
        self.bound(catalog, key, None, Types::Hints)
    }

    /// Makes the masker for a database with this catalog; `now` is what conditions call so, the
    /// same for the whole run, and `types` what declared types are worth there.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn bind_at(
        &self,
        catalog: &Catalog,
        key: &Key,
        now: jiff::Timestamp,
        types: Types,
    ) -> Result<BoundRules, Problems> {
        self.bound(catalog, key, Some(now), types)
    }

    fn bound(
        &self,
        catalog: &Catalog,
        key: &Key,
        now: Option<jiff::Timestamp>,
        types: Types,
    ) -> Result<BoundRules, Problems> {
        let binding = Binding::new(self, catalog);
        checked(&binding)?;
        if now.is_none()
            && let Some(problem) = filters::asks_for_now(&binding)
        {
            return Err(sorted(vec![problem]));
        }
        BoundRules::new(&binding, key, now.unwrap_or_default(), types).map_err(|error| {
            let problem = self.problem(self.tables_at, error.to_string());
            let help = error.hint_text().unwrap_or_default().to_owned();
            sorted(vec![problem.help(help)])
        })
    }
}

fn checked(binding: &Binding<'_>) -> Result<(), Problems> {
    let problems: Vec<Problem> = [
        coverage::problems(binding),
        unmatched::problems(binding),
        filters::problems(binding),
        fit::problems(binding),
        references::problems(binding),
        steps::problems(binding),
        gate::problems(binding),
        objects::problems(binding),
    ]
    .concat();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(sorted(problems)),
    }
}
