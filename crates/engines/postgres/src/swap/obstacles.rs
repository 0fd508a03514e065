//! What no rename gets past, or would leave behind, found before anything is renamed.

use super::sessions;
use crate::config::{Address, Session};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Fails for what a rename would wait for in vain, or would leave behind.
pub(crate) async fn refuse_to_rename(
    session: &Session,
    address: &Address,
    oid: u32,
    context: &Context,
) -> Result<()> {
    refuse_obstacles(session, address, oid, context).await?;
    sessions::outlast(session, address, oid).await
}

/// Fails for prepared transactions, which block the rename and are nobody's to end, and for
/// replication that would stay with the old copy.
pub(crate) async fn refuse_obstacles(
    session: &Session,
    address: &Address,
    oid: u32,
    context: &Context,
) -> Result<()> {
    let doing = "look for what is in the way of a swap on";
    let questions = [
        (
            "prepared transaction",
            "SELECT gid FROM pg_catalog.pg_prepared_xacts x JOIN pg_catalog.pg_database d \
             ON d.datname = x.database WHERE d.oid = $1",
            "COMMIT PREPARED or ROLLBACK PREPARED it, as whoever owns it decides",
        ),
        (
            "replication slot",
            "SELECT slot_name::text FROM pg_catalog.pg_replication_slots WHERE datoid = $1",
            "drop the slot with pg_drop_replication_slot, or leave this database out: what follows it would follow the old copy",
        ),
        (
            "subscription",
            "SELECT subname::text FROM pg_catalog.pg_subscription WHERE subdbid = $1",
            "drop the subscription, or leave this database out: it would stay with the old copy",
        ),
    ];
    for (what, sql, hint) in questions {
        let found = session.rows(doing, sql, &[&oid]).await;
        let rows = match found {
            Ok(rows) => rows,
            // Not everybody may ask; the rename itself refuses what blocks it.
            Err(error) if error.kind() == session.subject.kind => {
                context.note(format!(
                    "whether a {what} is in the way cannot be read here"
                ));
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Some(row) = rows.first() {
            let name: String = session.get(doing, row, 0)?;
            let doing = format!("put the new copy of {} live", address.database);
            let cause = format!("the database has a {what} named {name}");
            return Err(Error::new(Kind::Swap, doing, cause).hint(hint));
        }
    }
    Ok(())
}
