//! Several connections that read tables at once, the largest first.

use super::table::{Reading, read_range};
use super::{Moment, file_name, pages, stored_name};
use crate::catalog::Content;
use crate::config::{Session, connections};
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::task::JoinSet;
use weir_engine::{Context, PartSink, PartSpec, RowDigester};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Codec, TableDigest};

/// A range of a table that waits for a connection.
struct Job {
    id: u32,
    table: Arc<Content>,
    pages: Option<pages::Pages>,
    /// How many ranges the table has.
    ranges: usize,
}

/// Reads every table into a part of its own. The first failure ends all.
pub(super) async fn tables(
    moment: &Moment,
    tables: Vec<(u32, Content)>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let mut jobs = jobs(&moment.session, tables).await?;
    let mut begun: BTreeMap<u32, Arc<Reading>> = BTreeMap::new();
    let bytes = Arc::new(AtomicU64::new(0));
    let mut working: JoinSet<Result<Session>> = JoinSet::new();
    for _ in 0..connections().min(jobs.len()) {
        let session = moment.join(context).await?;
        next(session, &mut jobs, &mut begun, sink, &bytes, &mut working).await?;
    }
    while let Some(done) = working.join_next().await {
        let session = done.map_err(ended)??;
        next(session, &mut jobs, &mut begun, sink, &bytes, &mut working).await?;
    }
    digests(begun)
}

async fn jobs(session: &Session, mut tables: Vec<(u32, Content)>) -> Result<VecDeque<Job>> {
    tables.sort_by_key(|(_, table)| Reverse(table.bytes));
    let mut jobs = VecDeque::new();
    for (id, table) in tables {
        let ranges = pages::ranges(session, &table).await?;
        let (table, count) = (Arc::new(table), ranges.len());
        jobs.extend(ranges.into_iter().map(|pages| Job {
            id,
            table: Arc::clone(&table),
            pages,
            ranges: count,
        }));
    }
    Ok(jobs)
}

/// Gives a free connection the next range. A part is begun here: the sink is lent to this task.
async fn next(
    session: Session,
    jobs: &mut VecDeque<Job>,
    begun: &mut BTreeMap<u32, Arc<Reading>>,
    sink: &dyn PartSink,
    bytes: &Arc<AtomicU64>,
    working: &mut JoinSet<Result<Session>>,
) -> Result<()> {
    let Some(job) = jobs.pop_front() else {
        return Ok(());
    };
    let reading = match begun.get(&job.id) {
        Some(reading) => Arc::clone(reading),
        None => {
            let spec = PartSpec {
                name: stored_name(&file_name(job.id)),
                codec: Codec::Gzip,
                expected_bytes: job.table.bytes,
            };
            let writer = sink.begin(spec).await?;
            let reading = Reading::new(
                Arc::clone(&job.table),
                writer,
                job.ranges,
                Arc::clone(bytes),
            );
            let reading = Arc::new(reading);
            begun.insert(job.id, Arc::clone(&reading));
            reading
        }
    };
    working.spawn(async move {
        read_range(&session, &reading, job.pages).await?;
        Ok(session)
    });
    Ok(())
}

/// The digests of all tables; of rows that may move between partitions, one of the whole.
fn digests(begun: BTreeMap<u32, Arc<Reading>>) -> Result<Vec<TableDigest>> {
    let mut by_name: BTreeMap<String, RowDigester> = BTreeMap::new();
    for reading in begun.into_values() {
        let name = reading.table.digested_as();
        by_name.entry(name).or_default().absorb(&reading.rows()?);
    }
    let digests = by_name.into_iter().map(|(name, rows)| rows.finish(&name));
    Ok(digests.collect())
}

/// A task that ended without an answer.
// Taken by value, so that it can stand in `map_err`.
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn ended(error: tokio::task::JoinError) -> Error {
    Error::from_source(Kind::Internal, "work on several connections", error)
        .hint("this is a bug in Weir: please report it with the run's log")
}
