//! Keeping tables as they are while they are read: against changes of their form by having touched
//! them in a transaction, and, where rows are in no snapshot, against changes of rows by a lock.

use super::locks::{self, Asked};
use crate::config::{Address, Session, identifier, is_own, literal};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Tables touched by one statement.
const BATCH: usize = 50;

/// A table that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its name.
    pub(super) name: String,
    /// Whether its rows are read within a transaction's snapshot.
    pub(super) is_transactional: bool,
}

/// Touches every table in a transaction that stays open: from now on none of them is altered,
/// renamed or dropped. What is in the schema is the session's default.
pub(super) async fn hold(session: &mut Session, schema: &str) -> Result<Vec<Listed>> {
    session.use_schema(schema).await?;
    session
        .run("begin to hold the tables of", "START TRANSACTION")
        .await?;
    let tables = list(session, schema).await?;
    for batch in tables.chunks(BATCH) {
        let touches = batch
            .iter()
            .map(|table| format!("(SELECT 1 FROM {} LIMIT 0)", identifier(&table.name)));
        let sql = touches.collect::<Vec<_>>().join(" UNION ALL ");
        session.run("hold the tables of", &sql).await?;
    }
    if list(session, schema).await? == tables {
        return Ok(tables);
    }
    let doing = format!("hold the tables of {}", session.subject.place);
    Err(
        Error::new(Kind::Source, doing, "tables came or went just then")
            .hint("run again, at a time without changes of schema")
            .transient(),
    )
}

async fn list(session: &mut Session, schema: &str) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT t.TABLE_NAME, COALESCE(e.TRANSACTIONS, 'NO') = 'YES' \
         FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e \
         ON e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA = {} \
         AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY t.TABLE_NAME",
        literal(schema)
    );
    let mut tables = Vec::new();
    for row in session.rows("list the tables of", &sql).await? {
        let name = row.text(0)?;
        if !is_own(&name) {
            tables.push(Listed {
                is_transactional: row.number(1)? == 1,
                name,
            });
        }
    }
    // The server's own order knows no difference between some names.
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(tables)
}

/// Locks the tables that no snapshot covers, on a connection that also reads them; `None` where
/// there are none.
pub(super) async fn keep(
    address: &Address,
    tables: &[Listed],
    context: &Context,
) -> Result<Option<Session>> {
    let names: Vec<&str> = tables
        .iter()
        .filter(|table| !table.is_transactional)
        .map(|table| table.name.as_str())
        .collect();
    let Some(first) = names.first() else {
        return Ok(None);
    };
    let mut session = Session::open(address, Kind::Source, context).await?;
    session.use_schema(&address.database).await?;
    let means = locks::Means::tables("table-locks", &names);
    match locks::acquire(&mut session, &means).await? {
        Asked::Held => {}
        Asked::Refused => return Err(unlockable(&session, first, names.len())),
        Asked::Busy(error) => return Err(error),
    }
    context.note(format!(
        "{} of {}: nobody can write there until they are read, since their engine knows no \
         transactions (the first is {first})",
        match names.len() {
            1 => "1 table".to_owned(),
            many => format!("{many} tables"),
        },
        address.place(),
    ));
    Ok(Some(session))
}

fn unlockable(session: &Session, first: &str, many: usize) -> Error {
    let place = &session.subject.place;
    let cause = format!(
        "{many} of its tables are of an engine without transactions (the first is {first}), and \
         this user may not lock them"
    );
    Error::new(Kind::Source, format!("read one moment of {place}"), cause)
        .hint("grant LOCK TABLES on the database to the user in `url`, or alter them to InnoDB")
}
