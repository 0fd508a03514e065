//! The schema in which a copy is built.

use super::{Plan, Work};
use crate::config::{Address, SHADOW, Session, identifier, own_name};
use crate::stamp;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Lets MariaDB add keys to a table with rows of the past.
const KEEP_HISTORY: &str = "SET SESSION system_versioning_alter_history = KEEP";
/// Keeps statements with rows in them out of the log of slow ones, with the largest values that
/// servers take.
const NOT_SLOW: &str = "SET SESSION long_query_time = 31536000, \
                        min_examined_row_limit = 18446744073709551615";
/// The version of MariaDB from which on rows of the past can be written.
const HISTORY_SINCE: (u32, u32, u32) = (10, 11, 0);

/// Fails where the backup has rows with a history and the server lets nobody write one.
pub(super) fn refuse_history(session: &Session, plan: &Plan) -> Result<()> {
    let server = &session.server;
    let writes_history = server.is_mariadb() && server.version >= HISTORY_SINCE;
    let mut tables = plan.tables.iter().map(|table| &table.definition);
    let Some(table) = tables.find(|table| table.is_system_versioned() && !writes_history) else {
        return Ok(());
    };
    let doing = format!("make table {} in {}", table.name, session.subject.place);
    let cause = format!(
        "{} takes no history of a system-versioned table",
        server.text
    );
    Err(Error::new(Kind::Unsupported, doing, cause).hint("restore onto MariaDB 10.11 or newer"))
}

/// Makes the shadow, empty but for the mark of the run that fills it.
pub(super) async fn create(work: &mut Work) -> Result<()> {
    let shadow = work.shadow();
    let schema = &work.plan.schema;
    let sql = format!(
        "CREATE DATABASE {} CHARACTER SET {} COLLATE {}",
        identifier(&shadow),
        identifier(&schema.character_set),
        identifier(&schema.collation)
    );
    let session = &mut work.lock.session;
    session.run("make a schema beside", &sql).await?;
    stamp::begin(session, &shadow, &work.request.stamp).await
}

/// Enters the shadow, to fill it or to read it.
pub(crate) async fn enter(address: &Address, kind: Kind, context: &Context) -> Result<Session> {
    let mut session = Session::open(address, kind, context).await?;
    session
        .use_schema(&own_name(SHADOW, &address.database))
        .await?;
    session.run("prepare a session of", NOT_SLOW).await?;
    if session.server.is_mariadb() {
        session.run("prepare a session of", KEEP_HISTORY).await?;
    }
    Ok(session)
}
