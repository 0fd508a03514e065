//! Who stands in the way of a RENAME: it waits for every statement and transaction that uses one of
//! the tables, and everybody behind it waits too.

use crate::config::{Record, Session, literal};
use weir_model::error::Result;

/// How many are told.
const TOLD: usize = 5;

/// Names connections that hold a table of the schema, by what the server keeps an account of.
/// Never their statements, which hold values.
pub(super) async fn of(session: &mut Session, schema: &str) -> Vec<String> {
    let schema = literal(schema);
    let of_locks = format!(
        "SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, t.PROCESSLIST_TIME \
         FROM performance_schema.metadata_locks m JOIN performance_schema.threads t \
         ON t.THREAD_ID = m.OWNER_THREAD_ID WHERE m.OBJECT_TYPE = 'TABLE' \
         AND m.OBJECT_SCHEMA = {schema} AND m.LOCK_STATUS = 'GRANTED' \
         AND t.PROCESSLIST_ID <> CONNECTION_ID() ORDER BY 4 DESC, 1"
    );
    let of_plugin = format!(
        "SELECT DISTINCT p.ID, p.USER, p.HOST, p.TIME FROM information_schema.METADATA_LOCK_INFO m \
         JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID \
         WHERE m.TABLE_SCHEMA = {schema} AND m.LOCK_TYPE = 'Table metadata lock' \
         AND p.ID <> CONNECTION_ID() ORDER BY 4 DESC, 1"
    );
    let of_transactions =
        "SELECT p.ID, p.USER, p.HOST, TIMESTAMPDIFF(SECOND, x.trx_started, NOW()) \
         FROM information_schema.INNODB_TRX x JOIN information_schema.PROCESSLIST p \
         ON p.ID = x.trx_mysql_thread_id WHERE p.ID <> CONNECTION_ID() \
         UNION SELECT p.ID, p.USER, p.HOST, p.TIME FROM information_schema.PROCESSLIST p \
         WHERE p.COMMAND IN ('Query', 'Execute') AND p.TIME >= 1 AND p.ID <> CONNECTION_ID() \
         ORDER BY 4 DESC, 1"
            .to_owned();
    for sql in [of_locks, of_plugin, of_transactions] {
        // What a server does not keep, or this user may not read, tells nothing.
        let found = session.rows("look for who holds tables of", &sql).await;
        let told: Result<Vec<String>> = found.and_then(|rows| rows.iter().map(told).collect());
        match told {
            Ok(told) if !told.is_empty() => return told.into_iter().take(TOLD).collect(),
            _ => {}
        }
    }
    Vec::new()
}

fn told(row: &Record) -> Result<String> {
    let user = row.optional(1)?.unwrap_or_default();
    let host = row.optional(2)?.unwrap_or_default();
    let seconds = row.optional(3)?.unwrap_or_default();
    Ok(format!(
        "connection {} of {user}@{host}, for {seconds} s",
        row.text(0)?
    ))
}

/// Prepared transactions, which hold tables and belong to no connection: how many there are.
pub(super) async fn prepared(session: &mut Session) -> usize {
    // Not everybody may ask.
    let found = session.rows("look for prepared transactions of", "XA RECOVER");
    found.await.map_or(0, |rows| rows.len())
}
