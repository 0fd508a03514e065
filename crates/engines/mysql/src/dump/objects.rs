//! What stands in for views until everything they are made of is there.

use crate::catalog::{ObjectKind, Schema};
use crate::config::{Session, identifier, literal};
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
