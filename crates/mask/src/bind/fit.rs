//! Masked values fit the column they go into: keys stay unique, types, lengths and NOT NULL hold.

use super::Binding;
use super::affinity::{self, Affinity};
use crate::ruleset::{ColumnEntry, Rule};
use crate::transformer::{Constant, Mask, OutputType};
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
    let (reason, help) = uniqueness(column, mask)
        .or_else(|| not_null(column, mask))
        .or_else(|| value_type(column, mask))
        .or_else(|| length(column, mask))?;
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

type Refusal = (String, String);

fn refusal(reason: impl Into<String>, help: impl Into<String>) -> Option<Refusal> {
    Some((reason.into(), help.into()))
}

fn uniqueness(column: &Column, mask: &Mask) -> Option<Refusal> {
    // NULLs do not collide with each other, but a primary key takes none.
    let collides = !mask.keeps_unique() && (*mask != Mask::Null || column.primary_key);
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

fn not_null(column: &Column, mask: &Mask) -> Option<Refusal> {
    if *mask != Mask::Null || column.nullable {
        return None;
    }
    refusal("it is NOT NULL", "use `redact`, or {mask: fixed, value: …}")
}

fn value_type(column: &Column, mask: &Mask) -> Option<Refusal> {
    let affinity = affinity::of(&column.data_type);
    let given = match (mask.output_type(), affinity) {
        (OutputType::Text, Affinity::Integer | Affinity::Real | Affinity::Number) => "text",
        (OutputType::Number, Affinity::Text) => "a number",
        (OutputType::Number, Affinity::Integer) if is_real(mask) => "a number with a fraction",
        (OutputType::Number, Affinity::Real) if !is_real(mask) => "a whole number",
        _ => return None,
    };
    let help = match (mask, affinity) {
        (Mask::Fixed(_), Affinity::Text) => "put the value in quotes",
        (Mask::Fixed(_), Affinity::Real) => "write the value with a fraction, e.g. 0.0",
        (Mask::Fixed(_), _) => "write a whole number without quotes",
        _ => "use `redact`, which makes numbers 0, or {mask: fixed, value: 0}",
    };
    refusal(
        format!("it gives {given}, and the column is {}", column.data_type),
        help,
    )
}

fn is_real(mask: &Mask) -> bool {
    matches!(mask, Mask::Fixed(Constant::Real(_)))
}

fn length(column: &Column, mask: &Mask) -> Option<Refusal> {
    let room = affinity::declared_length(&column.data_type)?;
    let longest = mask.longest_text()?;
    if longest <= room {
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
