//! A few rows of a table.

use super::config;
use super::document::Cell;
use weir_engine::{Endpoint, Replacement};
use weir_model::error::{Error, Kind, Result};

pub(super) fn sample(
    endpoint: &Endpoint,
    table: &str,
    limit: u64,
) -> Result<Vec<Vec<Replacement>>> {
    let document = config::read(endpoint, Kind::Source)?;
    let found = document.table(table).ok_or_else(|| {
        Error::new(
            Kind::Source,
            format!("read a few rows of {}", endpoint.database),
            format!("there is no table {table}"),
        )
        .hint("look at the names in the catalog")
    })?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(found
        .rows
        .iter()
        .take(limit)
        .map(|row| row.iter().map(Cell::to_replacement).collect())
        .collect())
}
