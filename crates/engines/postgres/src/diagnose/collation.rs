//! Whether a live database was sorted by the collation that its server has now.

use crate::config::{Address, Session, identifier, server_major};
use crate::stamp::Known;
use weir_engine::Finding;
use weir_model::error::Result;

/// The first server that writes down the version of a database's collation.
const FIRST_WITH_VERSIONS: u32 = 15;

/// A library that was replaced beneath a database may sort text otherwise than its indexes do.
pub(super) async fn look(
    session: &Session,
    address: &Address,
    live: &Known,
) -> Result<Option<Finding>> {
    if server_major(session).await? < FIRST_WITH_VERSIONS {
        return Ok(None);
    }
    let doing = "ask for the version of the collation of";
    let sql = "SELECT d.datcollversion, pg_catalog.pg_database_collation_actual_version(d.oid) \
               FROM pg_catalog.pg_database d WHERE d.oid = $1 AND d.datcollversion \
               <> pg_catalog.pg_database_collation_actual_version(d.oid)";
    let Some(row) = session.row(doing, sql, &[&live.oid]).await? else {
        return Ok(None);
    };
    let (made, now): (String, String) =
        (session.get(doing, &row, 0)?, session.get(doing, &row, 1)?);
    let name = identifier(&address.database);
    Ok(Some(Finding::warning(
        format!(
            "{} was sorted by version {made} of its collation, and the server has {now} now: the order of text \
             may differ, so that indexes miss rows and ranges hold others",
            address.database
        ),
        format!(
            "REINDEX DATABASE {name}; ALTER DATABASE {name} REFRESH COLLATION VERSION; (a restore builds all indexes new)"
        ),
    )))
}
