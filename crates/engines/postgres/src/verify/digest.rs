//! Reading every row back.

use crate::catalog::{self, Content};
use crate::config::{Address, Session, connections};
use crate::dump::{
    Scan, digest_large_objects, digest_sequences, digests as joined, ended, read_sequences,
};
use crate::load::enter;
use crate::mask::RowStream;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;
use weir_engine::{Context, RowDigester};
use weir_model::error::{Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::TableDigest;

/// Rows and digests of everything in the session's database, within its transaction.
pub(crate) async fn digests(session: &Session) -> Result<Vec<TableDigest>> {
    let contents = catalog::contents(session).await?;
    let rows = Arc::new(AtomicU64::new(0));
    let mut found = BTreeMap::new();
    for table in contents {
        add(&mut found, &table, &read(session, &table, &rows).await?);
    }
    finish(session, found).await
}

/// The same of the shadow, by several fresh connections: nobody writes there.
pub(crate) async fn digests_of_shadow(
    address: &Address,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let leader = enter(address, context).await?;
    let mut contents = catalog::contents(&leader).await?;
    contents.sort_by_key(|table| table.bytes);
    let rows = Arc::new(AtomicU64::new(0));
    let mut found = BTreeMap::new();
    let mut working: JoinSet<Result<(Session, Content, RowDigester)>> = JoinSet::new();
    for _ in 0..connections().min(contents.len()) {
        let session = enter(address, context).await?;
        next(session, &mut contents, &rows, &mut working);
    }
    while let Some(done) = working.join_next().await {
        let (session, table, digester) = done.map_err(ended)??;
        add(&mut found, &table, &digester);
        next(session, &mut contents, &rows, &mut working);
    }
    finish(&leader, found).await
}

fn next(
    session: Session,
    contents: &mut Vec<Content>,
    rows: &Arc<AtomicU64>,
    working: &mut JoinSet<Result<(Session, Content, RowDigester)>>,
) {
    let Some(table) = contents.pop() else {
        return;
    };
    let rows = Arc::clone(rows);
    working.spawn(async move {
        let digester = read(&session, &table, &rows).await?;
        Ok((session, table, digester))
    });
}

async fn read(session: &Session, table: &Content, rows: &AtomicU64) -> Result<RowDigester> {
    let mut stream = RowStream::new(&table.columns);
    let wrong = |wrong: crate::mask::Malformed| wrong.into_error(Kind::Verify, &table.name);
    let doing = format!("read table {} of", table.name);
    let (mut seen, sql) = (0, table.copy_out(None));
    session
        .work(&doing, async {
            let mut scan = Scan::begin(session, &doing, &sql).await?;
            while let Some(gathered) = scan.next().await? {
                stream.push(&gathered).map_err(wrong)?;
                let more = stream.rows() - seen;
                seen = stream.rows();
                let done = rows.fetch_add(more, Ordering::Relaxed) + more;
                session.context.progress(Unit::Rows, done, 0);
            }
            Ok(())
        })
        .await?;
    stream.finish().map_err(wrong)
}

fn add(found: &mut BTreeMap<String, RowDigester>, table: &Content, rows: &RowDigester) {
    found.entry(table.digested_as()).or_default().absorb(rows);
}

async fn finish(
    session: &Session,
    found: BTreeMap<String, RowDigester>,
) -> Result<Vec<TableDigest>> {
    let tables = found.into_iter().map(|(name, rows)| rows.finish(&name));
    let sequences = digest_sequences(&read_sequences(session).await?);
    Ok(joined(
        tables.collect(),
        sequences,
        digest_large_objects(session).await?,
    ))
}
