//! Sessions that this user may not end: waited for before anybody else is sent away, because the
//! rename would send all others away for nothing.

use crate::config::{Address, Session, identifier};
use std::time::Duration;
use tokio::time::Instant;
use weir_model::error::{Error, Kind, Result};

/// How long they may take to leave.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A session that this user may not end.
pub(crate) struct Unendable {
    process: i32,
    role: String,
    is_superuser: bool,
}

impl Unendable {
    /// What is in the way, in words.
    pub(crate) fn what(&self, address: &Address) -> String {
        let Self { process, role, .. } = self;
        let (database, user) = (&address.database, &address.user);
        format!("session {process} of {role} is in {database}, and {user} may not end it")
    }

    /// What to do about it.
    pub(crate) fn fix(&self, address: &Address) -> String {
        match self.is_superuser {
            true => format!(
                "a superuser may: SELECT pg_terminate_backend({});",
                self.process
            ),
            false => format!("GRANT pg_signal_backend TO {};", identifier(&address.user)),
        }
    }
}

/// One of the sessions in a database that this user may not end, if there are any.
pub(crate) async fn unendable(session: &Session, oid: u32) -> Result<Option<Unendable>> {
    let doing = "look for sessions of";
    let sql = "SELECT a.pid, r.rolname::text, r.rolsuper FROM pg_catalog.pg_stat_activity a \
               JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid \
               JOIN pg_catalog.pg_roles me ON me.rolname = current_user \
               WHERE a.datid = $1 AND NOT me.rolsuper AND (r.rolsuper \
               OR NOT (pg_catalog.pg_has_role(r.oid, 'USAGE') \
               OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))) ORDER BY a.pid";
    match session.row(doing, sql, &[&oid]).await? {
        Some(row) => Ok(Some(Unendable {
            process: session.get(doing, &row, 0)?,
            role: session.get(doing, &row, 1)?,
            is_superuser: session.get(doing, &row, 2)?,
        })),
        None => Ok(None),
    }
}

/// Waits until none is left, and fails for one that stays.
pub(super) async fn outlast(session: &Session, address: &Address, oid: u32) -> Result<()> {
    let started = Instant::now();
    while let Some(found) = unendable(session, oid).await? {
        if started.elapsed() > PATIENCE {
            let doing = format!("put the new copy of {} live", address.database);
            let error = Error::new(Kind::Swap, doing, found.what(address));
            return Err(error.hint(found.fix(address)));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
