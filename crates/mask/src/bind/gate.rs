//! The gate beside the rules: which columns it reads, and what may stay in them.

use super::Types;
use super::affinity::{self, Affinity};
use super::binding::Binding;
use crate::watch::{self, Watch};
use std::collections::HashMap;
use std::sync::Arc;
use weir_config::problem::Problem;
use weir_config::yaml::unknown_help;
use weir_detect::{Gate, Sensitive};
use weir_model::catalog::Column;
use weir_model::error::Result;

/// Kinds that the ruleset names and nobody knows.
pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let known: Vec<&str> = Sensitive::ALL.iter().map(|kind| kind.name()).collect();
    let allowed = binding.ruleset.gate.allow.iter();
    let kinds = allowed.flat_map(|one| &one.kinds);
    kinds
        .filter(|(kind, _)| Sensitive::named(kind).is_none())
        .map(|(kind, at)| {
            let problem = binding
                .ruleset
                .problem(*at, format!("the gate finds no `{kind}`"));
            problem.help(unknown_help(kind, &known, "it finds"))
        })
        .collect()
}

/// The gate, and where each column stands in its list.
pub(super) struct Watches {
    pub(super) gate: Arc<Gate>,
    places: HashMap<(String, String), (usize, usize)>,
    /// Whether a canary is a number.
    numbers: bool,
    types: Types,
}

impl Watches {
    pub(super) fn new(binding: &Binding<'_>, types: Types) -> Result<Self> {
        let ruleset = binding.ruleset;
        let (mut columns, mut places) = (Vec::new(), HashMap::new());
        for (table, _) in binding.copied() {
            for column in &table.columns {
                let Some(chosen) = binding.rule(table, &column.name) else {
                    continue;
                };
                let masks = chosen.rule.masks().into_iter();
                let transformers: Vec<_> = masks.map(|mask| mask.transformer().name).collect();
                let allow = allowed(binding, &table.name, &column.name);
                let first = columns.len();
                places.insert(
                    (table.name.clone(), column.name.clone()),
                    (first, first + 1),
                );
                columns.extend(watch::entries(
                    &table.name,
                    &column.name,
                    &allow,
                    &transformers,
                ));
            }
        }
        let one_in = ruleset.gate.one_in.unwrap_or(1);
        let canaries = &ruleset.canaries;
        let gate = Gate::new(columns, one_in, ruleset.gate.threshold, canaries)?;
        Ok(Self {
            gate: Arc::new(gate),
            places,
            types,
            numbers: canaries
                .iter()
                .any(|canary| canary.trim().parse::<f64>().is_ok()),
        })
    }

    /// The gate beside a column that has a rule.
    pub(super) fn of(&self, table: &str, column: &str) -> Option<Watch> {
        let places = self.places.get(&(table.to_owned(), column.to_owned()))?;
        Some(Watch::new(Arc::clone(&self.gate), *places, self.numbers))
    }

    /// Whether the values of a kept column are read.
    pub(super) fn reads(&self, column: &Column) -> bool {
        if self.types == Types::Hints {
            return true;
        }
        if affinity::is_moment(&column.data_type) {
            return false;
        }
        match affinity::of(&column.data_type) {
            Affinity::Integer | Affinity::Real | Affinity::Number => self.numbers,
            Affinity::Text | Affinity::List | Affinity::Other => true,
        }
    }
}

fn allowed(binding: &Binding<'_>, table: &str, column: &str) -> Vec<Sensitive> {
    let allowed = binding.ruleset.gate.allow.iter();
    let here = allowed.filter(|one| one.table == table && one.column == column);
    here.flat_map(|one| &one.kinds)
        .filter_map(|(kind, _)| Sensitive::named(kind))
        .collect()
}
