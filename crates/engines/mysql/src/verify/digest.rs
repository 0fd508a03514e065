//! Reading every row back.

use crate::catalog::Schema;
use crate::config::{Address, Guard, Session, connections, end_all};
use crate::dump::{Queue, Table, digests as joined, ended};
use crate::mask::{Encoder, Shape};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;
use weir_engine::{Context, RowDigester};
use weir_model::error::{Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::TableDigest;

/// Rows after which the count is told.
const TOLD: u64 = 4096;

/// Rows and digests of every table and sequence of a schema where nobody writes, by several fresh
/// connections.
pub(crate) async fn digests(
    address: &Address,
    kind: Kind,
    schema: &Schema,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let mut first = Session::open(address, kind, context).await?;
    let queue = Arc::new(Queue::of(&mut first, schema, |_| true).await?);
    let mut sessions = vec![first];
    let useful = match queue.has_shared() {
        true => connections(),
        false => connections().min(queue.len()),
    };
    while sessions.len() < useful {
        sessions.push(Session::open(address, kind, context).await?);
    }
    let rows = Arc::new(AtomicU64::new(0));
    Ok(joined(by(sessions, queue, &rows).await?, schema))
}

/// The digests of the tables in a queue, by these connections. The first failure ends all.
pub(super) async fn by(
    sessions: Vec<Session>,
    queue: Arc<Queue>,
    rows: &Arc<AtomicU64>,
) -> Result<Vec<TableDigest>> {
    let guards: Vec<Guard> = sessions.iter().map(Session::guard).collect();
    let mut working: JoinSet<Result<()>> = JoinSet::new();
    for session in sessions {
        working.spawn(until_done(session, Arc::clone(&queue), Arc::clone(rows)));
    }
    while let Some(done) = working.join_next().await {
        if let Err(error) = done.map_err(ended).and_then(|done| done) {
            end_all(&guards).await;
            return Err(error);
        }
    }
    queue.digests()
}

async fn until_done(mut session: Session, queue: Arc<Queue>, rows: Arc<AtomicU64>) -> Result<()> {
    while let Some(table) = queue.pick() {
        let digester = read(&mut session, &table, &rows).await?;
        queue.done(&table);
        table.absorb(&digester);
    }
    session.close().await;
    Ok(())
}

/// The digest of the rows of one table in a schema.
pub(crate) async fn read_table(
    session: &mut Session,
    schema: &str,
    shape: &Arc<Shape>,
) -> Result<RowDigester> {
    let mut encoder = Encoder::new(Arc::clone(shape));
    let doing = format!("read table {} of", shape.table);
    let (sql, rows) = (shape.select(schema), AtomicU64::new(0));
    read_rows(session, &doing, &sql, &mut encoder, &rows).await?;
    Ok(encoder.digester())
}

/// The digest of what is left of a table, range by range; `rows` counts on.
async fn read(session: &mut Session, table: &Table, rows: &AtomicU64) -> Result<RowDigester> {
    let mut encoder = Encoder::new(Arc::clone(&table.shape));
    let doing = format!("read table {} of", table.name);
    while let Some(chunk) = table.next(session).await? {
        let sql = table.sql(&chunk);
        read_rows(session, &doing, &sql, &mut encoder, rows).await?;
    }
    Ok(encoder.digester())
}

async fn read_rows(
    session: &mut Session,
    doing: &str,
    sql: &str,
    encoder: &mut Encoder,
    rows: &AtomicU64,
) -> Result<()> {
    let (guard, context) = (session.guard(), session.context.clone());
    let reading = async {
        let mut scan = session.scan(doing, sql).await?;
        let mut untold = 0;
        while let Some(row) = scan.next().await? {
            encoder.digest_only(&row)?;
            untold += 1;
            if untold == TOLD {
                tell(&context, rows, std::mem::take(&mut untold));
            }
        }
        tell(&context, rows, untold);
        Ok(())
    };
    guard.work(doing, reading).await
}

fn tell(context: &Context, rows: &AtomicU64, more: u64) {
    let done = rows.fetch_add(more, Ordering::Relaxed) + more;
    context.progress(Unit::Rows, done, 0);
}
