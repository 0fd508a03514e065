//! Several connections that read tables at once, the largest first.

use super::outline::Outline;
use super::part::RowsPart;
use super::table::{Reading, read_range};
use super::{Moment, file_name, pages, stored_name};
use crate::catalog::Content;
use crate::config::{Session, connections};
use crate::load::TableRows;
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::task::JoinSet;
use weir_engine::{Context, PartSink, RowDigester};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// A range of a table that waits for a connection.
struct Job {
    id: u32,
    /// Its place in the plan.
    at: usize,
    table: Arc<Content>,
    pages: Option<pages::Pages>,
    /// How many ranges the table has.
    ranges: usize,
}

/// What all jobs share.
struct Work<'a> {
    outline: &'a Outline,
    sink: &'a dyn PartSink,
    bytes: Arc<AtomicU64>,
    begun: BTreeMap<u32, Arc<Reading>>,
    working: JoinSet<Result<Session>>,
}

/// Reads every table of the outline into a part of its own. The first failure ends all.
pub(super) async fn tables(
    moment: &Moment,
    tables: Vec<(u32, Content)>,
    outline: &Outline,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let mut work = Work {
        outline,
        sink,
        bytes: Arc::default(),
        begun: BTreeMap::new(),
        working: JoinSet::new(),
    };
    let mut digests: BTreeMap<String, RowDigester> = BTreeMap::new();
    let mut read = Vec::new();
    for (id, table) in tables {
        let Some(at) = outline.table(id) else {
            continue;
        };
        digests.entry(table.digested_as()).or_default();
        match outline
            .plan
            .tables
            .get(at)
            .is_some_and(TableRows::is_emptied)
        {
            true => RowsPart::write_empty(sink, stored_name(&file_name(id))).await?,
            false => read.push((id, at, table)),
        }
    }
    let mut jobs = jobs(&moment.session, read).await?;
    for _ in 0..connections().min(jobs.len()) {
        let session = moment.join(context).await?;
        work.next(session, &mut jobs).await?;
    }
    while let Some(done) = work.working.join_next().await {
        let session = done.map_err(ended)??;
        work.next(session, &mut jobs).await?;
    }
    // Of rows that may move between partitions, only the whole has a digest.
    for reading in work.begun.into_values() {
        let rows = digests.entry(reading.table.digested_as()).or_default();
        rows.absorb(&reading.part.digests()?.sent);
    }
    let digests = digests.into_iter().map(|(name, rows)| rows.finish(&name));
    Ok(digests.collect())
}

async fn jobs(session: &Session, mut tables: Vec<(u32, usize, Content)>) -> Result<VecDeque<Job>> {
    tables.sort_by_key(|(.., table)| Reverse(table.bytes));
    let mut jobs = VecDeque::new();
    for (id, at, table) in tables {
        let ranges = pages::ranges(session, &table).await?;
        let (table, count) = (Arc::new(table), ranges.len());
        jobs.extend(ranges.into_iter().map(|pages| Job {
            id,
            at,
            table: Arc::clone(&table),
            pages,
            ranges: count,
        }));
    }
    Ok(jobs)
}

impl Work<'_> {
    /// Gives a free connection the next range. A part is begun here: the sink is lent to this task.
    async fn next(&mut self, session: Session, jobs: &mut VecDeque<Job>) -> Result<()> {
        let Some(job) = jobs.pop_front() else {
            return Ok(());
        };
        let reading = match self.begun.get(&job.id) {
            Some(reading) => Arc::clone(reading),
            None => {
                let name = stored_name(&file_name(job.id));
                let reading = Arc::new(Reading {
                    part: RowsPart::begin(self.sink, name, job.table.bytes, job.ranges).await?,
                    table: Arc::clone(&job.table),
                    plan: (Arc::clone(&self.outline.plan), job.at),
                    bytes: Arc::clone(&self.bytes),
                });
                self.begun.insert(job.id, Arc::clone(&reading));
                reading
            }
        };
        self.working.spawn(async move {
            read_range(&session, &reading, job.pages).await?;
            Ok(session)
        });
        Ok(())
    }
}

/// A task that ended without an answer.
// Taken by value, so that it can stand in `map_err`.
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn ended(error: tokio::task::JoinError) -> Error {
    Error::from_source(Kind::Internal, "work on several connections", error)
        .hint("this is a bug in Weir: please report it with the run's log")
}
