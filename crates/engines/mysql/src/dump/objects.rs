//! What stands in for views until everything they are made of is there.

use crate::catalog::text::{Token, tokens};
use crate::catalog::{ObjectKind, Schema};
use crate::config::{Session, identifier, literal};
use crate::mask::PROLOGUE;
use std::collections::BTreeMap;
use weir_model::error::Result;

/// The columns of every view.
pub(super) async fn view_columns(
    session: &mut Session,
    schema: &Schema,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if schema
        .objects
        .iter()
        .all(|object| object.kind != ObjectKind::View)
    {
        return Ok(columns);
    }
    let sql = format!(
        "SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c \
         JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME) \
         WHERE c.TABLE_SCHEMA = {} AND t.TABLE_TYPE = 'VIEW' \
         ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION",
        literal(&schema.name)
    );
    for row in session.rows("list the columns of views of", &sql).await? {
        columns.entry(row.text(0)?).or_default().push(row.text(1)?);
    }
    Ok(columns)
}

/// A view with the same columns that is made of nothing. The columns of one that is broken are
/// unknown.
pub(super) fn placeholder(view: &str, columns: Option<&Vec<String>>) -> String {
    let columns = columns.map_or(&[] as &[String], Vec::as_slice);
    let mut list: Vec<String> = columns
        .iter()
        .map(|column| format!("1 AS {}", identifier(column)))
        .collect();
    if list.is_empty() {
        list.push("1".to_owned());
    }
    format!(
        "CREATE VIEW {} AS SELECT {}",
        identifier(view),
        list.join(", ")
    )
}

/// The view that a file with such a statement stands in for, and its columns; `None` for another
/// file.
pub(crate) fn columns_of_placeholder(file: &[u8]) -> Option<(String, Vec<String>)> {
    let statement = file.strip_prefix(PROLOGUE.as_bytes())?;
    let statement = statement
        .starts_with(b"CREATE VIEW ")
        .then_some(statement)?;
    let all = tokens(std::str::from_utf8(statement).ok()?);
    let seen: Vec<Token<'_>> = all.filter(|token| !token.is_blank()).collect();
    let [_, _, view, _, select, columns @ ..] = seen.as_slice() else {
        return None;
    };
    let column = |pair: &[Token<'_>]| match pair {
        [word, name] if word.is("AS") => name.name(),
        _ => None,
    };
    let columns = columns.windows(2).filter_map(column);
    select
        .is("SELECT")
        .then_some((view.name()?, columns.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_view_are_found_in_what_stands_in_for_it() {
        let columns = ["a".to_owned(), "AS".to_owned(), "c`, d".to_owned()];
        for columns in [columns.to_vec(), Vec::new()] {
            let file = format!("{PROLOGUE}{};\n", placeholder("v `", Some(&columns)));
            let found = columns_of_placeholder(file.as_bytes());
            assert_eq!(found, Some(("v `".to_owned(), columns)));
        }
        let table = format!("{PROLOGUE}CREATE TABLE `t` (`a` int);\n");
        assert_eq!(columns_of_placeholder(table.as_bytes()), None);
    }
}
