//! Accounts that objects of the live database run as, and the server lacks: what runs as one of them
//! fails whenever it is used.

use crate::config::{Address, Session, literal};
use weir_engine::Finding;
use weir_model::error::Result;

pub(super) async fn look(session: &mut Session, address: &Address) -> Result<Option<Finding>> {
    let schema = literal(&address.database);
    let sql = format!(
        "SELECT DISTINCT d.DEFINER FROM ( \
         SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {schema} UNION \
         SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {schema} UNION \
         SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {schema} UNION \
         SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {schema}) d \
         WHERE NOT EXISTS (SELECT 1 FROM mysql.user u WHERE BINARY d.DEFINER IN \
         (BINARY CONCAT(u.User, '@', u.Host), BINARY u.User)) ORDER BY 1"
    );
    // Who may not read the accounts is told nothing.
    let Ok(rows) = session.rows("look for definers of", &sql).await else {
        return Ok(None);
    };
    let missing: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    let Some(first) = missing.first() else {
        return Ok(None);
    };
    let (user, host) = first.rsplit_once('@').unwrap_or((first, "%"));
    Ok(Some(Finding::warning(
        format!(
            "views, triggers, routines or events of {} run as accounts that are not there, and fail: {}",
            address.database,
            missing.join(", ")
        ),
        format!(
            "CREATE USER {}@{} ACCOUNT LOCK; and grant it what they do",
            literal(user),
            literal(host)
        ),
    )))
}
