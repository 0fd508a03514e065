//! Rows of a backup on their way into a clean one: read in order, masked by several cores, written
//! in order.

use super::super::part::{Digests, RowsPart};
use super::super::workers::ended;
use crate::config::connections;
use crate::load::{Plan, TableRows, part_of};
use crate::mask::MaskedRows;
use bytes::{Bytes, BytesMut};
use memchr::memrchr;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use weir_engine::{Context, PartReader, PartSink, PartSource};
use weir_model::error::Result;
use weir_model::event::Unit;

/// About how many bytes one core masks at a time.
const CHUNK: usize = 1 << 20;
/// Bytes that are masked at once: few enough to stay in the cache of a core.
const PIECE: usize = 128 << 10;
/// Parts of fewer bytes take no memory worth waiting for.
const SMALL: u64 = 1 << 20;
/// A part of which so much was written has all the memory that it needs.
const UNDER_WAY: u64 = 8 << 20;

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
    /// Bytes of all tables so far.
    done: Arc<AtomicU64>,
}

/// Rows that a core masks, and the rows it has masked.
type Masking = JoinHandle<Result<(MaskedRows, Bytes)>>;

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
        let mut chunks = Chunks::of(self.parts.open(&part_of(table)).await?);
        let mut masking: VecDeque<Masking> = VecDeque::new();
        let mut idle: Vec<MaskedRows> = Vec::new();
        let (mut tell, mut written) = (Some(tell), 0);
        loop {
            let chunk = chunks.next().await?;
            let is_last = chunk.is_none();
            while masking.len() >= connections() || is_last {
                let Some(masked) = masking.pop_front() else {
                    break;
                };
                let (rows, bytes) = masked.await.map_err(ended)??;
                idle.push(rows);
                written += bytes.len() as u64;
                part.write(bytes).await?;
                if written >= UNDER_WAY {
                    tell.take().map(|tell| tell.send(()));
                }
            }
            let Some(chunk) = chunk else {
                break;
            };
            self.tell_progress(chunk.len() as u64);
            masking.push_back(self.mask(table, idle.pop(), chunk).await);
        }
        let mut digests = Digests::default();
        for rows in idle {
            let (received, sent) = rows.finish()?;
            digests.absorb(&Digests { received, sent });
        }
        part.end_range(&digests).await?;
        Ok((table.digested_as(), digests))
    }

    /// Masks whole rows as soon as a core is free.
    async fn mask(&self, table: &TableRows, idle: Option<MaskedRows>, chunk: Bytes) -> Masking {
        let mut rows = idle.unwrap_or_else(|| table.rewritten_rows());
        // Nobody closes the semaphore.
        let core = Arc::clone(&self.cores).acquire_owned().await.ok();
        tokio::spawn(async move {
            let mut masked = Vec::with_capacity(chunk.len() + chunk.len() / 4);
            for piece in chunk.chunks(PIECE) {
                rows.push(piece, &mut masked)?;
            }
            drop(core);
            Ok((rows, Bytes::from(masked)))
        })
    }

    fn tell_progress(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let total = self.parts.manifest().content_bytes();
        self.context.progress(Unit::Bytes, done, total);
    }
}

/// The rows of a part, whole ones at a time.
struct Chunks {
    reader: Box<dyn PartReader>,
    pending: BytesMut,
    is_whole: bool,
}

impl Chunks {
    fn of(reader: Box<dyn PartReader>) -> Self {
        Self {
            reader,
            pending: BytesMut::new(),
            is_whole: false,
        }
    }

    /// The next rows; `None` at the end. What is cut off in the end comes last.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        while !self.is_whole {
            let end = match self.pending.len() >= CHUNK {
                true => memrchr(b'\n', &self.pending),
                false => None,
            };
            if let Some(end) = end {
                return Ok(Some(self.pending.split_to(end + 1).freeze()));
            }
            match self.reader.next().await? {
                Some(content) => self.pending.extend_from_slice(&content),
                None => self.is_whole = true,
            }
        }
        let rest = self.pending.split().freeze();
        Ok((!rest.is_empty()).then_some(rest))
    }
}
