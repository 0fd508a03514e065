//! What the rule of a column writes, as far as a CHECK can be held against it.

use super::super::affinity::declared_length;
use super::super::binding::Binding;
use crate::check::Gives;
use crate::ruleset::Rule;
use crate::transformer::{Determinism, Length, Mask};
use weir_model::catalog::{Column, Table};

/// Something that may stand in a column once the rules are through.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// What is there now; no rule changes it.
    Kept,
    /// A value that was in the column before, though perhaps in another row.
    Same,
    /// This will stand there, if there are rows enough.
    Certain(Gives),
    /// This may.
    Possible(Gives),
}

impl Outcome {
    pub(super) fn gives(&self) -> Gives {
        match self {
            Self::Kept | Self::Same => Gives::Any,
            Self::Certain(gives) | Self::Possible(gives) => gives.clone(),
        }
    }
}

/// What may stand in a column.
pub(super) fn of_column(binding: &Binding<'_>, table: &Table, column: &Column) -> Vec<Outcome> {
    let Some(chosen) = binding.rule(table, &column.name) else {
        // The database computes it, from who knows which columns.
        let changes = table.columns.iter().any(|other| {
            let chosen = binding.rule(table, &other.name);
            chosen.is_some_and(|chosen| !chosen.rule.keeps())
        });
        return match changes {
            true => vec![Outcome::Possible(Gives::Any)],
            false => vec![Outcome::Kept],
        };
    };
    if chosen.rule.keeps() {
        return vec![Outcome::Kept];
    }
    of_rule(&binding.typed(column), chosen.rule)
}

fn of_rule(column: &Column, rule: &Rule) -> Vec<Outcome> {
    match rule {
        Rule::Keep => vec![Outcome::Same],
        Rule::Mask(mask) => of_mask(column, mask.as_ref()),
        Rule::When(cases) => {
            let cases = cases.iter().flat_map(|case| of_rule(column, &case.rule));
            // A case may meet no row.
            let cases = cases.map(|outcome| match outcome {
                Outcome::Certain(gives) => Outcome::Possible(gives),
                other => other,
            });
            cases.collect()
        }
        Rule::Json(_) => vec![Outcome::Same, Outcome::Possible(Gives::Json)],
        Rule::Each(_) => vec![Outcome::Possible(Gives::Any)],
    }
}

fn of_mask(column: &Column, mask: &dyn Mask) -> Vec<Outcome> {
    if mask.shuffles() {
        return vec![Outcome::Same];
    }
    if let Some(values) = mask.outcomes(column) {
        let values = values
            .iter()
            .map(|value| Outcome::Certain(Gives::value(value)));
        // NULL and nothing stay what they are under the others.
        let is_whatever = ["fixed", "null"].contains(&mask.transformer().name);
        let same = (!is_whatever).then_some(Outcome::Same);
        return same.into_iter().chain(values).collect();
    }
    if mask.transformer().determinism == Determinism::Program {
        // It may answer `null`, too.
        return vec![Outcome::Same, Outcome::Possible(Gives::Any)];
    }
    let room = declared_length(&column.data_type);
    let gives = match (mask.range(), mask.length()) {
        (Some((least, most)), _) => Gives::Number(least, most),
        // Longer ones are refused, or made to fit.
        (None, Length::AtMost(most)) => Gives::AtMost(most.min(room.unwrap_or(most))),
        (None, Length::AsTheValue | Length::Any) => room.map_or(Gives::Any, Gives::AtMost),
        (None, Length::NoText) => Gives::Any,
    };
    vec![Outcome::Same, Outcome::Possible(gives)]
}
