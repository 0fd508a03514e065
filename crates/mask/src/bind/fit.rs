//! Masked values fit the column they go into: keys stay unique, types, lengths and NOT NULL hold.

mod kind;

pub(super) use kind::fitting;

use super::Types;
use super::affinity::{self, Affinity};
use super::binding::{Binding, Why};
use crate::compound::{element, inside_json};
use crate::ruleset::{At, Rule};
use crate::transformer::{Length, Mask, OutputType, Refusal, Uniqueness};
use weir_config::problem::Problem;
use weir_model::catalog::{Column, Table};

pub(super) fn problems(binding: &Binding<'_>, types: Types) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (table, _) in binding.copied() {
        for column in &table.columns {
            problems.extend(problem(binding, table, column, types));
        }
    }
    problems
}

fn problem(binding: &Binding<'_>, table: &Table, column: &Column, types: Types) -> Option<Problem> {
    let chosen = binding.rule(table, &column.name)?;
    let typed = binding.typed(column);
    let found = of_rule(&typed, chosen.rule, chosen.at, true);
    let found = found.or_else(|| match types {
        Types::Enforced => kind::of_rule(&typed, chosen.rule, chosen.at),
        Types::Hints => None,
    });
    let (at, rule, refusal) = found?;
    let because = match chosen.why {
        Why::Own | Why::WholeTable => String::new(),
        Why::Default(_) => ", which this default speaks of".to_owned(),
        Why::Reference(table, column) => format!(", which points to `{table}.{column}`"),
    };
    let message = format!(
        "`{}` does not fit column `{}.{}`{because}: {}",
        word(rule),
        table.name,
        column.name,
        refusal.reason
    );
    Some(binding.ruleset.problem(at, message).help(refusal.help))
}

/// What a rule is called in a message.
fn word(rule: &Rule) -> &'static str {
    match rule {
        Rule::Keep => "keep",
        Rule::Mask(mask) => mask.transformer().name,
        Rule::When(_) => "when",
        Rule::Json(_) => "json",
        Rule::Each(_) => "each",
    }
}

type Unfit<'a> = (At, &'a Rule, Refusal);

/// The part of a rule that does not fit a column; `is_whole` where it speaks of whole values.
fn of_rule<'a>(column: &Column, rule: &'a Rule, at: At, is_whole: bool) -> Option<Unfit<'a>> {
    let refused = |refusal: Option<Refusal>| refusal.map(|refusal| (at, rule, refusal));
    match rule {
        Rule::Keep => None,
        Rule::Mask(mask) if mask.shuffles() && !is_whole => refused(refusal(
            "it deals out the values of whole columns",
            "mask what is inside a value, or one case of several, by another transformer",
        )),
        Rule::Mask(mask) => refused(of_mask(column, mask.as_ref())),
        Rule::When(cases) => {
            let mut cases = cases.iter();
            cases.find_map(|case| of_rule(column, &case.rule, case.at, false))
        }
        Rule::Json(_) | Rule::Each(_) if is_number(column) => refused(refusal(
            format!("nothing is inside a value of type {}", column.data_type),
            "write a transformer",
        )),
        Rule::Json(_) | Rule::Each(_) if column.primary_key || column.unique => {
            refused(uniqueness(column, rule.uniqueness(), false))
        }
        Rule::Json(rules) => {
            let inside = inside_json(column);
            let paths = rules.paths.iter().map(|one| (&one.rule, one.at));
            let mut all = paths.chain([(&rules.rest, rules.rest_at)]);
            all.find_map(|(rule, at)| of_rule(&inside, rule, at, false))
        }
        Rule::Each(rule) => of_rule(&element(column), rule, at, false),
    }
}

fn is_number(column: &Column) -> bool {
    let affinity = affinity::of(&column.data_type);
    let is_array = crate::compound::is_array(column);
    !is_array
        && matches!(
            affinity,
            Affinity::Integer | Affinity::Real | Affinity::Number
        )
}

fn of_mask(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    let is_null = mask.output() == OutputType::Null;
    // A column dealt out anew holds the values it held, which fit.
    if mask.shuffles() {
        return mask.refuses(column);
    }
    uniqueness(column, mask.uniqueness(), is_null)
        .or_else(|| not_null(column, mask))
        .or_else(|| of_list(column, mask))
        .or_else(|| value_type(column, mask))
        .or_else(|| length(column, mask))
        .or_else(|| mask.refuses(column))
}

fn refusal(reason: impl Into<String>, help: impl Into<String>) -> Option<Refusal> {
    Some(Refusal {
        reason: reason.into(),
        help: help.into(),
    })
}

fn uniqueness(column: &Column, uniqueness: Uniqueness, is_null: bool) -> Option<Refusal> {
    // NULLs do not collide with each other, but a primary key takes none.
    let collides = uniqueness == Uniqueness::MayCollide && (!is_null || column.primary_key);
    if !collides || !(column.primary_key || column.unique) {
        return None;
    }
    let key = if column.primary_key {
        "in the primary key"
    } else {
        "unique"
    };
    let null = if column.nullable && !column.primary_key {
        ", `null`"
    } else {
        ""
    };
    refusal(
        format!("it is {key}, and different values may become the same"),
        format!(
            "use `email`, `uuid` or `hash`, which keep values apart{null}, or `keep` if it identifies nobody"
        ),
    )
}

fn not_null(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    if mask.output() != OutputType::Null || column.nullable {
        return None;
    }
    refusal("it is NOT NULL", "use `redact`, or {mask: fixed, value: …}")
}

/// A column that takes the values of a list alone.
fn of_list(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    let gives_text = matches!(mask.output(), OutputType::Text | OutputType::Same);
    let may_be_chosen = ["fixed", "pick"].contains(&mask.transformer().name);
    if affinity::of(&column.data_type) != Affinity::List || !gives_text || may_be_chosen {
        return None;
    }
    refusal(
        format!("it takes the values of a list alone: {}", column.data_type),
        "use `shuffle`, {mask: fixed, value: …} with a value of the list, or `null` where it may be",
    )
}

fn value_type(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    let affinity = affinity::of(&column.data_type);
    let given = match (mask.output(), affinity) {
        (OutputType::Text, Affinity::Integer | Affinity::Real | Affinity::Number) => "text",
        (OutputType::Integer | OutputType::Real, Affinity::Text) => "a number",
        (OutputType::Real, Affinity::Integer) => "a number with a fraction",
        (OutputType::Integer, Affinity::Real) => "a whole number",
        _ => return None,
    };
    let is_constant = mask.transformer().name == "fixed";
    let help = match affinity {
        Affinity::Text if is_constant => "put the value in quotes",
        Affinity::Real if is_constant => "write the value with a fraction, e.g. 0.0",
        _ if is_constant => "write a whole number without quotes",
        _ => "use `redact`, which makes numbers 0, or {mask: fixed, value: 0}",
    };
    refusal(
        format!("it gives {given}, and the column is {}", column.data_type),
        help,
    )
}

fn length(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    let room = affinity::declared_length(&column.data_type)?;
    let longest = match mask.length() {
        Length::AtMost(longest) => longest,
        Length::NoText | Length::AsTheValue | Length::Any => return None,
    };
    if longest <= room || mask.fits_into(room) {
        return None;
    }
    refusal(
        format!(
            "its output has up to {longest} characters, and the column is {}",
            column.data_type
        ),
        format!("use {{mask: fixed, value: …}} with at most {room} characters"),
    )
}
