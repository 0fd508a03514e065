//! Everything a live database holds, at one moment.

use super::digest;
use crate::catalog::{self, OfSchema as _};
use crate::config::{Address, Session, literal};
use crate::dump::{Moment, Queue, digests as joined, take};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use weir_engine::{Contents, Context};
use weir_model::catalog::Catalog;
use weir_model::error::Result;

/// Reads it all within one snapshot.
pub(crate) async fn contents(address: &Address, context: &Context) -> Result<Contents> {
    let Moment {
        mut guardian,
        readers,
        keeper,
        kept,
        ..
    } = take(address.clone(), context).await?;
    let schema = catalog::read(&mut guardian, &address.database).await?;
    let is_kept = |name: &String| kept.contains(name);
    let open = Queue::of(&mut guardian, &schema, |table| !is_kept(&table.name)).await?;
    let locked = Queue::of(&mut guardian, &schema, |table| is_kept(&table.name)).await?;
    let rows = Arc::new(AtomicU64::new(0));
    let keepers = keeper.into_iter().collect();
    let (mut tables, others) = tokio::try_join!(
        digest::by(readers, Arc::new(open), &rows),
        digest::by(keepers, Arc::new(locked), &rows),
    )?;
    tables.extend(others);
    Ok(Contents {
        catalog: Catalog::of(&schema)?,
        tables: joined(tables, &schema),
        ownership: ownership(&mut guardian, &address.database).await?,
    })
}

/// Who may do what with the schema: a server of this kind knows no owners.
async fn ownership(session: &mut Session, schema: &str) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT GRANTEE, LOWER(PRIVILEGE_TYPE), IS_GRANTABLE \
         FROM information_schema.SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA = {}",
        literal(schema)
    );
    let mut ownership = Vec::new();
    for row in session.rows("read who may use", &sql).await? {
        let name = format!("grant {} to {}", row.text(1)?, row.text(0)?);
        let value = match row.text(2)?.as_str() {
            "YES" => "with grant option",
            _ => "yes",
        };
        ownership.push((name, value.to_owned()));
    }
    ownership.sort();
    Ok(ownership)
}
