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
        add(
            &mut found,
            &table,
            &read_table(session, &table, &rows).await?,
        );
    }
    finish(session, found).await
}

/// A table that was read back while others were still worked on.
pub(crate) struct ReadBack {
    /// The digest of its rows.
    pub(crate) rows: RowDigester,
    /// The transactions that wrote all of them.
    pub(crate) transactions: Vec<String>,
}

/// The same of the shadow, by several fresh connections: nobody writes there. What was read back
/// before is only looked through for rows that came or went since.
pub(crate) async fn digests_of_shadow(
    address: &Address,
    read_back: &BTreeMap<String, ReadBack>,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let leader = enter(address, context).await?;
    let mut contents = catalog::contents(&leader).await?;
    contents.sort_by_key(|table| table.bytes);
    let rows = Arc::new(AtomicU64::new(0));
    let mut found = BTreeMap::new();
    let mut working: JoinSet<Result<Read>> = JoinSet::new();
    for _ in 0..connections().min(contents.len()) {
        let session = enter(address, context).await?;
        next(session, &mut contents, read_back, &rows, &mut working);
    }
    while let Some(done) = working.join_next().await {
        let (session, table, digester) = done.map_err(ended)??;
        add(&mut found, &table, &digester);
        next(session, &mut contents, read_back, &rows, &mut working);
    }
    finish(&leader, found).await
}

/// A table that was read, and the connection that is free again.
type Read = (Session, Content, RowDigester);

fn next(
    session: Session,
    contents: &mut Vec<Content>,
    read_back: &BTreeMap<String, ReadBack>,
    rows: &Arc<AtomicU64>,
    working: &mut JoinSet<Result<Read>>,
) {
    let Some(table) = contents.pop() else {
        return;
    };
    let rows = Arc::clone(rows);
    let before = read_back.get(&table.name);
    let before = before.map(|before| (before.rows.clone(), before.unchanged(&table)));
    working.spawn(async move {
        if let Some((digester, unchanged)) = before
            && is_unchanged(&session, &table, &unchanged, digester.rows()).await?
        {
            return Ok((session, table, digester));
        }
        let digester = read_table(&session, &table, &rows).await?;
        Ok((session, table, digester))
    });
}

impl ReadBack {
    /// Counts the rows, and those of them that are as they were written: nobody can change a row
    /// without another transaction's number on it.
    fn unchanged(&self, table: &Content) -> String {
        let written = self.transactions.iter().map(|number| format!("'{number}'"));
        format!(
            "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER \
             (WHERE xmin = ANY (ARRAY[{}]::pg_catalog.xid[])) FROM ONLY {}",
            written.collect::<Vec<_>>().join(", "),
            table.quoted()
        )
    }
}

async fn is_unchanged(session: &Session, table: &Content, sql: &str, rows: u64) -> Result<bool> {
    let doing = format!("count the rows of table {} of", table.name);
    let Some(row) = session.row(&doing, sql, &[]).await? else {
        return Ok(false);
    };
    let (all, unchanged): (i64, i64) =
        (session.get(&doing, &row, 0)?, session.get(&doing, &row, 1)?);
    Ok(all.unsigned_abs() == rows && all == unchanged)
}

/// The digest of one table's rows; `rows` counts on.
pub(crate) async fn read_table(
    session: &Session,
    table: &Content,
    rows: &AtomicU64,
) -> Result<RowDigester> {
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
