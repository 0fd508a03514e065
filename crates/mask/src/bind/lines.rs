//! The lines of YAML that an operator can add as they are.

use super::affinity::{self, Affinity, declared_length};
use super::binding::Binding;
use super::fit::fitting;
use std::fmt::Write as _;
use weir_model::catalog::{Column, Table, TableKind};

/// What to add for a table, below `tables:`.
pub(super) fn table(binding: &Binding<'_>, table: &Table) -> String {
    if table.kind == TableKind::Virtual {
        return format!("\n  {}: {{drop: true}}", name(&table.name));
    }
    let mut lines = format!("\n  {}:\n    columns:", name(&table.name));
    for column in &table.columns {
        if !column.generated && binding.rule(table, &column.name).is_none() {
            lines.push_str(&self::column(binding, table, column));
        }
    }
    lines
}

/// What to add for a column, below `columns:`. Only what rows are told apart or joined by is kept:
/// a constant there would not load.
pub(super) fn column(binding: &Binding<'_>, table: &Table, column: &Column) -> String {
    let mut line = format!("\n      {}: ", name(&column.name));
    if is_lone_text(binding, table, column) {
        line.push_str("hash");
    } else if is_key(binding, table, column) {
        line.push_str("keep");
    } else if let Some(fitting) = fitting(&binding.typed(column).data_type) {
        line.push_str(fitting);
    } else if declared_length(&column.data_type).is_some_and(|length| length < "[redacted]".len()) {
        line.push_str("{mask: fixed, value: \"\"}");
    } else {
        line.push_str("redact");
    }
    line
}

/// Whether a column holds texts that must differ, and nothing joins by it: such a text (an address,
/// the name of a user, a number of an identity card) is rarely nobody's.
fn is_lone_text(binding: &Binding<'_>, table: &Table, column: &Column) -> bool {
    let is_text = affinity::of(&column.data_type) == Affinity::Text;
    let has_room = declared_length(&column.data_type).is_none_or(|length| length >= 32);
    column.unique && is_text && has_room && !is_joined(binding, table, column)
}

/// Whether rows are told apart or joined by the column, so that a constant would break it.
fn is_key(binding: &Binding<'_>, table: &Table, column: &Column) -> bool {
    column.primary_key || column.unique || is_joined(binding, table, column)
}

/// Whether a foreign key leaves from the column, or leads to it.
fn is_joined(binding: &Binding<'_>, table: &Table, column: &Column) -> bool {
    table
        .foreign_keys
        .iter()
        .any(|foreign_key| foreign_key.columns.contains(&column.name))
        || binding.catalog.tables.iter().any(|other| {
            other.foreign_keys.iter().any(|foreign_key| {
                foreign_key.references == table.name
                    && foreign_key.referenced_columns.contains(&column.name)
            })
        })
}

/// A name as a YAML key: in quotes unless it is surely plain text.
pub(super) fn name(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !["null", "true", "false"].contains(&name.to_ascii_lowercase().as_str());
    if plain {
        return name.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in name.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            control if control.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_quoted_where_yaml_would_misread_them() {
        assert_eq!(name("created_at"), "created_at");
        assert_eq!(name("null"), "\"null\"");
        assert_eq!(name("a: b"), "\"a: b\"");
        assert_eq!(name("say \"hi\"\n"), "\"say \\\"hi\\\"\\u000a\"");
    }
}
