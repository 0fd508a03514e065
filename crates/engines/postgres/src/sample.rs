//! A few rows, for checks and detection.

mod trial;

pub(crate) use trial::satisfies;

use crate::catalog;
use crate::config::{Address, Session, identifier};
use tokio_postgres::SimpleQueryMessage;
use weir_engine::{Context, Replacement};
use weir_model::error::{Error, Kind, Result};

/// Up to `limit` rows of a table, with its columns in the catalog's order, each as text.
pub(crate) async fn sample(
    address: &Address,
    table: &str,
    limit: u64,
    context: &Context,
) -> Result<Vec<Vec<Replacement>>> {
    let session = Session::open(address, Kind::Source, context).await?;
    let (content, columns) = catalog::columns_of(&session, table).await?.ok_or_else(|| {
        Error::new(
            Kind::Source,
            format!("read rows of {}", session.subject.place),
            format!("there is no table {table}"),
        )
        .hint("names are compared exactly, letter case included; what is in `public` has no schema")
    })?;
    let columns: Vec<String> = columns.iter().map(|column| identifier(column)).collect();
    let sql = format!(
        "SELECT {} FROM ONLY {} {} LIMIT {limit}",
        columns.join(", "),
        content.quoted(),
        content.condition
    );
    let answers = session
        .wait("read rows of", session.client().simple_query(&sql))
        .await?;
    let rows = answers.iter().filter_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows
        .map(|row| {
            (0..row.len())
                .map(|at| {
                    row.get(at)
                        .map_or(Replacement::Null, |text| Replacement::Text(text.to_owned()))
                })
                .collect()
        })
        .collect())
}
