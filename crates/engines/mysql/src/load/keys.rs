//! Tables without their keys, and the keys once the rows are there.

use super::plan::PlannedTable;
use crate::config::{Session, identifier};
use weir_model::error::Result;

/// Makes a table with no more keys than its rows need.
pub(super) async fn make_bare(session: &mut Session, table: &PlannedTable) -> Result<()> {
    let doing = format!("make table {} in", table.stored.name);
    session.run(&doing, &table.definition.bare()).await
}

/// Adds the other keys: the server reads the rows once for all of a statement.
pub(super) async fn add(session: &mut Session, table: &PlannedTable) -> Result<()> {
    let doing = format!("add the keys of table {} in", table.stored.name);
    for clauses in table.definition.later_keys() {
        let sql = format!(
            "ALTER TABLE {} {}",
            identifier(&table.stored.name),
            clauses.join(", ")
        );
        session.run(&doing, &sql).await?;
    }
    Ok(())
}
