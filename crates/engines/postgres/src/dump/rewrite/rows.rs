//! Rows of a backup on their way into a clean one: read in order, masked by several cores, written
//! in order.

use super::super::part::{Digests, RowsPart};
use super::super::workers::ended;
use super::chunks::{Chunks, LONG, Next};
use crate::config::connections;
use crate::load::{Plan, TableRows, part_of};
use crate::mask::MaskedRows;
use bytes::Bytes;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use weir_engine::{Context, PartSink, PartSource};
use weir_model::error::Result;
use weir_model::event::Unit;

/// Bytes that are masked at once: few enough to stay in the cache of a core.
const PIECE: usize = 128 << 10;
/// Parts of fewer bytes take no memory worth waiting for.
const SMALL: u64 = 1 << 20;
/// A part of which so much was read has all the memory that it needs.
const UNDER_WAY: usize = 8 << 20;
/// Bytes of rows that all tables together may have between reading and writing, besides the chunk
/// that each always may.
const ROOM: usize = 16 << 20;

/// Rewrites the rows of all tables but those of untouched names, several at once, the largest
/// first. Digests by name; a table without rows is written as such.
pub(super) async fn rewrite_all(
    plan: &Arc<Plan>,
    untouched: &BTreeSet<String>,
    parts: &Arc<dyn PartSource>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<BTreeMap<String, Digests>> {
    let work = Work {
        plan: Arc::clone(plan),
        parts: Arc::clone(parts),
        context: context.clone(),
        cores: Arc::new(Semaphore::new(connections())),
        room: Arc::new(Semaphore::new(ROOM)),
        long: Arc::new(Semaphore::new(1)),
        done: Arc::default(),
    };
    let mut all = BTreeMap::new();
    let mut working: JoinSet<Result<(String, Digests)>> = JoinSet::new();
    for (size, at) in in_order(plan, untouched, parts.as_ref()) {
        let Some(table) = plan.tables.get(at) else {
            continue;
        };
        if table.is_emptied() {
            RowsPart::write_empty(sink, part_of(table)).await?;
            all.entry(table.digested_as()).or_default();
            continue;
        }
        if working.len() >= connections()
            && let Some(done) = working.join_next().await
        {
            add(&mut all, done.map_err(ended)??);
        }
        let part = RowsPart::begin(sink, part_of(table), size, 1).await?;
        let (tell, under_way) = oneshot::channel();
        let work = work.clone();
        working.spawn(async move {
            let doing = "rewrite a table of the backup";
            let rewriting = work.rewrite(at, &part, tell);
            work.context.unless_stopped(doing, rewriting).await
        });
        // Readers that wait for memory to write with must not take all there is.
        if size > SMALL {
            let _ = under_way.await;
        }
    }
    while let Some(done) = working.join_next().await {
        add(&mut all, done.map_err(ended)??);
    }
    Ok(all)
}

/// Tables to rewrite, each by its place in the plan and the size of its part.
fn in_order(
    plan: &Plan,
    untouched: &BTreeSet<String>,
    parts: &dyn PartSource,
) -> Vec<(u64, usize)> {
    let tables = plan.tables.iter().enumerate();
    let mut tables: Vec<(u64, usize)> = tables
        .filter(|(_, table)| !untouched.contains(&table.digested_as()))
        .map(|(at, table)| {
            let part = parts.manifest().part(&part_of(table));
            (part.map_or(0, |part| part.content_bytes), at)
        })
        .collect();
    tables.sort_by_key(|(size, at)| (Reverse(*size), *at));
    tables
}

fn add(all: &mut BTreeMap<String, Digests>, (name, digests): (String, Digests)) {
    all.entry(name).or_default().absorb(&digests);
}

/// What all tables share.
#[derive(Clone)]
struct Work {
    plan: Arc<Plan>,
    parts: Arc<dyn PartSource>,
    context: Context,
    cores: Arc<Semaphore>,
    /// Bytes of [`ROOM`] that are free. Nobody waits for them.
    room: Arc<Semaphore>,
    /// Whoever reads and masks a long row has it. Nobody has it while writing, which may wait for
    /// memory that others have who wait for this.
    long: Arc<Semaphore>,
    /// Bytes of all tables so far.
    done: Arc<AtomicU64>,
}

/// Leave to do or to hold something, until dropped.
type Permit = Option<OwnedSemaphorePermit>;

/// Rows that a core masks, and the rows it has masked.
type Masked = JoinHandle<Result<(MaskedRows, Bytes)>>;

/// The rows of one table that are masked, or have been, in order.
struct Masking<'a> {
    part: &'a RowsPart,
    under_way: VecDeque<(Masked, Permit)>,
    idle: Vec<MaskedRows>,
    digests: Digests,
}

impl Masking<'_> {
    /// Writes the rows that were read first; whether there were any.
    async fn write_next(&mut self) -> Result<bool> {
        let Some((masked, _room)) = self.under_way.pop_front() else {
            return Ok(false);
        };
        let (rows, bytes) = masked.await.map_err(ended)??;
        // What a long row needed is not kept for others.
        match bytes.len() > 2 * LONG {
            true => self.end(rows)?,
            false => self.idle.push(rows),
        }
        self.part.write(bytes).await?;
        Ok(true)
    }

    fn end(&mut self, rows: MaskedRows) -> Result<()> {
        let (received, sent) = rows.finish()?;
        self.digests.absorb(&Digests { received, sent });
        Ok(())
    }

    /// Writes all that is left; the digests of all rows.
    async fn finish(mut self) -> Result<Digests> {
        while self.write_next().await? {}
        while let Some(rows) = self.idle.pop() {
            self.end(rows)?;
        }
        self.part.end_range(&self.digests).await?;
        Ok(self.digests)
    }
}

impl Work {
    /// Rewrites one table; tells when it is under way, or over.
    async fn rewrite(
        &self,
        at: usize,
        part: &RowsPart,
        tell: oneshot::Sender<()>,
    ) -> Result<(String, Digests)> {
        let Some(table) = self.plan.tables.get(at) else {
            return Ok(<(String, Digests)>::default());
        };
        let _work = self.context.at_table(&table.digested_as());
        let mut masking = Masking {
            part,
            under_way: VecDeque::new(),
            idle: Vec::new(),
            digests: Digests::default(),
        };
        let mut chunks = Chunks::of(self.parts.open(&part_of(table)).await?);
        let (mut tell, mut read, mut long) = (Some(tell), 0, None);
        loop {
            let chunk = match chunks.next().await? {
                Next::Rows(chunk) => chunk,
                Next::Long => {
                    while masking.write_next().await? {}
                    long = taken(&self.long).await;
                    continue;
                }
                Next::End => break,
            };
            let length = chunk.len();
            self.tell_progress(length as u64);
            let room = self.room(&mut masking, length).await?;
            let masked = self.mask(table, masking.idle.pop(), chunk, long.take());
            let masked = masked.await;
            masking.under_way.push_back((masked, room));
            read += length;
            if read >= UNDER_WAY {
                tell.take().map(|tell| tell.send(()));
            }
        }
        let digests = masking.finish().await?;
        Ok((table.digested_as(), digests))
    }

    /// Finds room for so many bytes: a table has always room for one chunk, and for more while
    /// there is some left.
    async fn room(&self, masking: &mut Masking<'_>, bytes: usize) -> Result<Permit> {
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        loop {
            if masking.under_way.len() < connections()
                && let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(permits)
            {
                return Ok(Some(room));
            }
            if !masking.write_next().await? {
                return Ok(None);
            }
        }
    }

    /// Masks whole rows as soon as a core is free.
    async fn mask(
        &self,
        table: &TableRows,
        idle: Option<MaskedRows>,
        chunk: Bytes,
        long: Permit,
    ) -> Masked {
        let mut rows = idle.unwrap_or_else(|| table.rewritten_rows());
        let core = taken(&self.cores).await;
        // A program of the operator's may be asked, and takes its time.
        tokio::task::spawn_blocking(move || {
            let mut masked = Vec::with_capacity(chunk.len() + chunk.len() / 4);
            for piece in chunk.chunks(PIECE) {
                rows.push(piece, &mut masked)?;
            }
            drop((chunk, core, long));
            Ok((rows, Bytes::from(masked)))
        })
    }

    fn tell_progress(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let total = self.parts.manifest().content_bytes();
        self.context.progress(Unit::Bytes, done, total);
    }
}

/// A permit as soon as there is one; none is missing, because nobody closes the semaphore.
async fn taken(semaphore: &Arc<Semaphore>) -> Permit {
    Arc::clone(semaphore).acquire_owned().await.ok()
}
