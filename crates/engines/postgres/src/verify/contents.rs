//! Everything a live database holds, at one moment.

use super::digests;
use crate::catalog;
use crate::config::{Address, Session};
use weir_engine::{Contents, Context};
use weir_model::error::{Kind, Result};

/// Reads it all within one snapshot.
pub(crate) async fn contents(address: &Address, context: &Context) -> Result<Contents> {
    let session = Session::open(address, Kind::Source, context).await?;
    let snapshot = session.snapshot().await?;
    let archive = catalog::schema(&session, address, &snapshot, Kind::Source).await?;
    Ok(Contents {
        catalog: catalog::read(&session, &archive).await?,
        tables: digests(&session).await?,
        ownership: ownership(&session).await?,
    })
}

/// The owner of the database, and who may do what with it.
async fn ownership(session: &Session) -> Result<Vec<(String, String)>> {
    let doing = "read the owner of";
    let sql = "SELECT 'owner', pg_catalog.pg_get_userbyid(datdba)::text FROM pg_catalog.pg_database \
               WHERE datname = pg_catalog.current_database() \
               UNION ALL \
               SELECT 'grant ' || pg_catalog.lower(a.privilege_type) || ' to ' || CASE WHEN a.grantee = 0 \
               THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END, \
               CASE WHEN a.is_grantable THEN 'with grant option' ELSE 'yes' END \
               FROM pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a \
               WHERE d.datname = pg_catalog.current_database()";
    let rows = session.rows(doing, sql, &[]).await?;
    let mut ownership: Vec<(String, String)> = rows
        .iter()
        .map(|row| Ok((session.get(doing, row, 0)?, session.get(doing, row, 1)?)))
        .collect::<Result<_>>()?;
    ownership.sort();
    Ok(ownership)
}
