//! Keeping tables as the snapshot sees them until they are read.

use crate::catalog::Content;
use crate::config::Session;
use std::collections::BTreeMap;
use weir_model::error::{Error, Kind, Result};

/// Tables locked by one statement.
const BATCH: usize = 100;

/// Locks every table against changes of its form, as `pg_dump` does, then fails for one that was
/// emptied or written anew since the snapshot was taken: to the snapshot it looks empty.
pub(super) async fn lock(session: &Session, contents: &[Content]) -> Result<()> {
    let doing = "lock the tables of";
    for batch in contents.chunks(BATCH) {
        let names: Vec<String> = batch.iter().map(Content::quoted).collect();
        let sql = format!(
            "LOCK TABLE ONLY {} IN ACCESS SHARE MODE",
            names.join(", ONLY ")
        );
        session.run(doing, &sql).await?;
    }
    let seen: BTreeMap<u32, &Content> = contents.iter().map(|table| (table.oid, table)).collect();
    let oids: Vec<u32> = seen.keys().copied().collect();
    let sql = "SELECT o, pg_catalog.pg_relation_filenode(o) FROM pg_catalog.unnest($1::oid[]) o";
    for row in session.rows(doing, sql, &[&oids]).await? {
        let oid: u32 = session.get(doing, &row, 0)?;
        let file: Option<u32> = session.get(doing, &row, 1)?;
        let table = seen.get(&oid).filter(|table| Some(table.file) != file);
        if let Some(table) = table {
            return Err(rewritten(session, &table.name));
        }
    }
    Ok(())
}

fn rewritten(session: &Session, table: &str) -> Error {
    let doing = format!("read one moment of {}", session.subject.place);
    let cause = format!("table {table} was truncated or written anew just then");
    Error::new(Kind::Source, doing, cause)
        .hint("run again, at a time without changes of schema")
        .transient()
}
