//! Masked values fit the column they go into: keys stay unique, types, lengths and NOT NULL hold.

use super::Binding;
use super::affinity::{self, Affinity};
use crate::ruleset::{ColumnEntry, Rule};
use crate::transformer::{Length, Mask, OutputType, Refusal, Uniqueness};
use weir_config::problem::Problem;
use weir_model::catalog::{Column, Table};

pub(super) fn problems(binding: Binding<'_>) -> Vec<Problem> {
    binding
        .columns()
        .filter(|(_, column, _)| !column.generated)
        .filter_map(|(table, column, entry)| problem(binding, table, column, entry))
        .collect()
}

fn problem(
    binding: Binding<'_>,
    table: &Table,
    column: &Column,
    entry: &ColumnEntry,
) -> Option<Problem> {
    let Rule::Mask(mask) = &entry.rule else {
        return None;
    };
    let mask = mask.as_ref();
    let Refusal { reason, help } = uniqueness(column, mask)
        .or_else(|| not_null(column, mask))
        .or_else(|| value_type(column, mask))
        .or_else(|| length(column, mask))
        .or_else(|| mask.refuses(column))?;
    let message = format!(
        "`{}` does not fit column `{}.{}`: {reason}",
        mask.transformer().name,
        table.name,
        column.name
    );
    Some(
        binding
            .ruleset
            .source
            .problem(entry.rule_at, message)
            .help(help),
    )
}

fn refusal(reason: impl Into<String>, help: impl Into<String>) -> Option<Refusal> {
    Some(Refusal {
        reason: reason.into(),
        help: help.into(),
    })
}

fn uniqueness(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    // NULLs do not collide with each other, but a primary key takes none.
    let is_null = mask.output() == OutputType::Null;
    let collides = mask.uniqueness() == Uniqueness::MayCollide && (!is_null || column.primary_key);
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
        format!("use `email`, which keeps values apart{null}, or `keep` if it identifies nobody"),
    )
}

fn not_null(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    if mask.output() != OutputType::Null || column.nullable {
        return None;
    }
    refusal("it is NOT NULL", "use `redact`, or {mask: fixed, value: …}")
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
