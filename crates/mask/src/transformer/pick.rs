//! `pick`: one of the rule's values.

use super::keyed::{empty, text_of};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValue, OptionValues,
    Options, OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::Pseudonym;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

/// The greatest weight of a value.
const HEAVIEST: i64 = 1_000_000;

pub(super) static ABOUT: Transformer = Transformer {
    name: "pick",
    meaning: "one of the rule's `values`",
    example: ("anything", "one of the rule's `values`"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "the type and length of `values`",
    options: &[
        OptionAbout {
            name: "values",
            meaning: "what values become: texts, or whole numbers",
            values: OptionValues::Any,
            required: true,
        },
        OptionAbout {
            name: "weights",
            meaning: "how often each of `values` is taken beside the others, as whole numbers; all alike unless given",
            values: OptionValues::Any,
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("pick"),
    // Somebody chose the values, who may have chosen one that is there.
    identifying: false,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let values = values(options)?;
    let weights = weights(options, values.len())?;
    // The sum up to each value, so that a number below the whole sum finds its value.
    let mut sum = 0_u64;
    let mut upto = Vec::with_capacity(weights.len());
    for weight in &weights {
        sum += weight;
        upto.push(sum);
    }
    let domain = options.domain("pick")?;
    Ok(Arc::new(Pick {
        domain,
        weights,
        choices: Choices { values, upto },
    }))
}

fn values(options: &mut Options) -> std::result::Result<Vec<Replacement>, OptionProblem> {
    let wrong = |at| OptionProblem {
        at,
        message: "`values` is not what it must be".to_owned(),
        help: "it takes a list of texts, or of whole numbers: values: [new, paid]".to_owned(),
    };
    let given = options.any("values").ok_or_else(|| wrong(None))?;
    let OptionValue::List(items) = given.value else {
        return Err(wrong(Some(given.span)));
    };
    let values: Option<Vec<Replacement>> = items
        .into_iter()
        .map(|item| match item {
            OptionValue::Text(text) => Some(Replacement::Text(text)),
            OptionValue::Integer(number) => Some(Replacement::Integer(number)),
            _ => None,
        })
        .collect();
    let is_number = |value: &Replacement| matches!(value, Replacement::Integer(_));
    values
        .filter(|values| {
            let numbers = values.iter().filter(|value| is_number(value)).count();
            !values.is_empty() && (numbers == 0 || numbers == values.len())
        })
        .ok_or_else(|| wrong(Some(given.span)))
}

fn weights(options: &mut Options, count: usize) -> std::result::Result<Vec<u64>, OptionProblem> {
    let Some(given) = options.any("weights") else {
        return Ok(vec![1; count]);
    };
    let weight = |item: OptionValue| match item {
        OptionValue::Integer(weight @ 0..=HEAVIEST) => u64::try_from(weight).ok(),
        _ => None,
    };
    let weights: Option<Vec<u64>> = match given.value {
        OptionValue::List(items) => items.into_iter().map(weight).collect(),
        _ => None,
    };
    weights
        .filter(|weights| weights.len() == count && weights.iter().any(|weight| *weight > 0))
        .ok_or_else(|| OptionProblem {
            at: Some(given.span),
            message: "`weights` do not go with `values`".to_owned(),
            help: format!("give one whole number from 0 to {HEAVIEST} for each of {count} values"),
        })
}

struct Pick {
    domain: String,
    weights: Vec<u64>,
    choices: Choices,
}

#[derive(Clone)]
struct Choices {
    values: Vec<Replacement>,
    upto: Vec<u64>,
}

impl std::fmt::Debug for Pick {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.rule())
    }
}

impl Mask for Pick {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let choices = self.choices.values.iter().zip(&self.weights);
        let choices: Vec<String> = choices
            .map(|(value, weight)| match value {
                Replacement::Integer(number) => format!("{number} ({weight})"),
                Replacement::Text(text) => format!("{text:?} ({weight})"),
                _ => String::new(),
            })
            .collect();
        format!("pick, domain {}, {}", self.domain, choices.join(", "))
    }

    fn output(&self) -> OutputType {
        match self.choices.values.first() {
            Some(Replacement::Integer(_)) => OutputType::Integer,
            _ => OutputType::Text,
        }
    }

    fn length(&self) -> Length {
        let lengths = self.choices.values.iter().filter_map(|value| match value {
            Replacement::Text(text) => Some(text.chars().count()),
            _ => None,
        });
        lengths.max().map_or(Length::NoText, Length::AtMost)
    }

    fn outcomes(&self, _column: &Column) -> Option<Vec<Replacement>> {
        let choices = self.choices.values.iter().zip(&self.weights);
        let taken = choices.filter(|(_, weight)| **weight > 0);
        Some(taken.map(|(value, _)| value.clone()).collect())
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(PickMask {
            key: place.key.domain(&self.domain),
            choices: self.choices.clone(),
        }))
    }
}

struct PickMask {
    key: DomainKey,
    choices: Choices,
}

impl ValueMask for PickMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(pseudonym) = Pseudonym::of(&self.key, field) else {
            return Ok(Replacement::Null);
        };
        if text_of(field).is_some_and(|value| value.is_empty()) {
            return Ok(empty(field));
        }
        let sum = self.choices.upto.last().copied().unwrap_or_default();
        let chosen = pseudonym.first().checked_rem(sum).unwrap_or_default();
        let at = self.choices.upto.partition_point(|upto| *upto <= chosen);
        let value = self.choices.values.get(at).cloned();
        Ok(value.unwrap_or(Replacement::Null))
    }
}
