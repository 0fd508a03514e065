//! A few rows, for checks and detection.

mod trial;

pub(crate) use trial::satisfies;

use crate::catalog::definition::{ColumnDefinition, TableDefinition};
use crate::config::{Address, Session, identifier, qualified};
use weir_engine::{Context, Replacement};
use weir_model::error::{Error, Kind, Result};

/// The server's number for a table that is not there.
const NO_SUCH_TABLE: u16 = crate::config::numbers::NO_SUCH_TABLE;

/// Up to `limit` rows of a table, with its columns in the catalog's order: text as text, and bytes
/// as bytes.
pub(crate) async fn sample(
    address: &Address,
    table: &str,
    limit: u64,
    context: &Context,
) -> Result<Vec<Vec<Replacement>>> {
    let mut session = Session::open(address, Kind::Source, context).await?;
    let name = qualified(&address.database, table);
    let definition = format!("SHOW CREATE TABLE {name}");
    let row = match session
        .row("read the definition of a table of", &definition)
        .await
    {
        Err(error) if crate::config::code(&error) == Some(NO_SUCH_TABLE) => None,
        found => found?,
    };
    let create = row.ok_or_else(|| absent(&session, table))?.text(1)?;
    let columns = TableDefinition::parse(&create)?.columns;
    let list: Vec<String> = columns
        .iter()
        .map(|column| identifier(&column.name))
        .collect();
    let sql = format!("SELECT {} FROM {name} LIMIT {limit}", list.join(", "));
    let rows = session.rows("read rows of", &sql).await?;
    let sampled = rows.iter().map(|row| {
        let values = columns.iter().enumerate();
        values
            .map(|(at, column)| value(column, row.bytes(at)))
            .collect()
    });
    Ok(sampled.collect())
}

fn value(column: &ColumnDefinition, value: Option<&[u8]>) -> Replacement {
    let Some(value) = value else {
        return Replacement::Null;
    };
    let is_binary = column.base.ends_with("blob")
        || column.base.ends_with("binary")
        || column.character_set.as_deref() == Some("binary");
    match std::str::from_utf8(value) {
        Ok(text) if !is_binary => Replacement::Text(text.to_owned()),
        _ => Replacement::Blob(value.to_vec()),
    }
}

fn absent(session: &Session, table: &str) -> Error {
    let doing = format!("read rows of {}", session.subject.place);
    Error::new(Kind::Source, doing, format!("there is no table {table}"))
        .hint("names are compared exactly, letter case included where the server does so")
}
