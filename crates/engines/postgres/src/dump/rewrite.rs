//! From a backup to a clean backup: parts through the mask, or taken over as they are. No server is
//! asked.

use super::outline::Outline;
use super::part::{Digests, RowsPart};
use super::workers::ended;
use super::{CONTENTS, LARGE_OBJECTS, LIST, digests, stored_name, whole_part};
use crate::config::connections;
use crate::load::{
    Plan, Range, TableRows, large_objects_in, part_of, ranges, read_contents, whole,
};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;
use weir_engine::{
    Context, Dumped, Masker, PartReader, PartSink, PartSource, Verification, compare_tables,
};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::{Manifest, TableDigest};

/// Bytes that are masked at once: few enough to stay in the cache of a core.
const PIECE: usize = 128 << 10;
/// Parts that are taken over at once.
const COPIES: usize = 2;

/// Writes a clean backup.
pub(crate) async fn rewrite(
    parts: Arc<dyn PartSource>,
    masker: &dyn Masker,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let archive = read_contents(parts.as_ref()).await?;
    let manifest = parts.manifest();
    let outline = Outline::of(archive, manifest.catalog.clone(), Some(masker))?;
    let plan = &outline.plan;
    let untouched = untouched(plan);
    let copies = copies(plan, &untouched, parts.as_ref()).await?;
    let (rows, ()) = futures::try_join!(
        rewrite_all(plan, &untouched, &parts, sink, context),
        copy_all(copies, parts.as_ref(), sink, context)
    )?;
    prove(plan, &untouched, manifest, &rows)?;
    let sent = rows.into_iter().map(|(name, rows)| rows.sent.finish(&name));
    let copied = |name: &str| manifest.tables.iter().find(|table| table.table == name);
    let tables = untouched.iter().filter_map(|name| copied(name)).cloned();
    let objects = copied(LARGE_OBJECTS).filter(|_| plan.has_large_objects);
    whole_part(sink, CONTENTS, outline.archive.emit()?).await?;
    Ok(Dumped {
        snapshot: manifest.snapshot.clone(),
        collations: manifest.collations.clone(),
        native: None,
        tables: digests(
            sent.chain(tables).collect(),
            outline.sequences,
            objects.cloned(),
        ),
        catalog: outline.catalog,
        engine_version: manifest.tools.engine.clone(),
        readable_by: manifest.tools.readable_by.clone(),
    })
}

/// Names under which only rows are digested that nobody looks at.
fn untouched(plan: &Plan) -> BTreeSet<String> {
    let tables = plan.tables.iter();
    let touched = tables.clone().filter(|table| !table.is_moved());
    let touched: BTreeSet<String> = touched.map(TableRows::digested_as).collect();
    let names = tables.map(TableRows::digested_as);
    names.filter(|name| !touched.contains(name)).collect()
}

/// The parts that are taken over.
async fn copies(
    plan: &Plan,
    untouched: &BTreeSet<String>,
    parts: &dyn PartSource,
) -> Result<Vec<String>> {
    let tables = plan.tables.iter();
    let tables = tables.filter(|table| untouched.contains(&table.digested_as()));
    let mut copies: Vec<String> = tables.map(part_of).collect();
    if plan.has_large_objects {
        let list = whole(parts, LIST).await?;
        let objects = large_objects_in(&list, parts)?;
        copies.push(LIST.to_owned());
        copies.extend(objects.iter().map(|(_, file)| stored_name(file)));
    }
    Ok(copies)
}

async fn copy_all(
    names: Vec<String>,
    parts: &dyn PartSource,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<()> {
    let doing = "take parts of the backup over";
    let copies = names.into_iter().map(|name| async move {
        let copy = async { sink.copy(parts, &name).await };
        context.unless_stopped(doing, copy).await
    });
    let copies = futures::stream::iter(copies).buffer_unordered(COPIES);
    copies.try_collect().await
}

/// A range of a table's rows that waits to be rewritten.
struct Job {
    /// The table's place in the plan.
    at: usize,
    range: Option<Range>,
    part: Arc<RowsPart>,
}

/// Rewrites the rows of all tables that are not taken over, several at once. Digests by name.
async fn rewrite_all(
    plan: &Arc<Plan>,
    untouched: &BTreeSet<String>,
    parts: &Arc<dyn PartSource>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<BTreeMap<String, Digests>> {
    let mut waiting = order(plan, untouched, parts.as_ref()).await?;
    let done = Arc::new(AtomicU64::new(0));
    let mut jobs: VecDeque<Job> = VecDeque::new();
    let mut begun: Vec<(usize, Arc<RowsPart>)> = Vec::new();
    let mut working: JoinSet<Result<()>> = JoinSet::new();
    loop {
        while working.len() < connections() {
            if jobs.is_empty()
                && let Some((at, ranges)) = waiting.pop_front()
                && let Some(part) = begin(plan, at, &ranges, parts.as_ref(), sink).await?
            {
                begun.push((at, Arc::clone(&part)));
                jobs.extend(ranges.into_iter().map(|range| {
                    let part = Arc::clone(&part);
                    Job { at, range, part }
                }));
            }
            let Some(job) = jobs.pop_front() else {
                if waiting.is_empty() {
                    break;
                }
                continue;
            };
            let (plan, parts) = (Arc::clone(plan), Arc::clone(parts));
            let (context, done) = (context.clone(), Arc::clone(&done));
            working.spawn(async move {
                let doing = "rewrite a table of the backup";
                let work = rewrite_range(&plan, &job, parts.as_ref(), &context, &done);
                context.unless_stopped(doing, work).await
            });
        }
        match working.join_next().await {
            Some(ended_task) => ended_task.map_err(ended)??,
            None => return summed(plan, begun),
        }
    }
}

/// Tables to rewrite with their ranges, the largest first.
async fn order(
    plan: &Plan,
    untouched: &BTreeSet<String>,
    parts: &dyn PartSource,
) -> Result<VecDeque<(usize, Vec<Option<Range>>)>> {
    let ranges = ranges(plan, parts).await?;
    let mut tables = Vec::new();
    for (at, (table, ranges)) in plan.tables.iter().zip(ranges).enumerate() {
        if untouched.contains(&table.digested_as()) {
            continue;
        }
        let part = parts.manifest().part(&part_of(table));
        let size = part.map_or(0, |part| part.content_bytes);
        let ranges = match ranges.is_empty() {
            true => vec![None],
            false => ranges.into_iter().map(Some).collect(),
        };
        tables.push((Reverse(size), (at, ranges)));
    }
    tables.sort_by_key(|(size, _)| *size);
    Ok(tables.into_iter().map(|(_, table)| table).collect())
}

/// Begins the part of a table; that of one without rows is written at once.
async fn begin(
    plan: &Plan,
    at: usize,
    ranges: &[Option<Range>],
    parts: &dyn PartSource,
    sink: &dyn PartSink,
) -> Result<Option<Arc<RowsPart>>> {
    let Some(table) = plan.tables.get(at) else {
        return Ok(None);
    };
    let name = part_of(table);
    if table.is_emptied() {
        RowsPart::write_empty(sink, name).await?;
        return Ok(None);
    }
    let size = parts.manifest().part(&name);
    let size = size.map_or(0, |part| part.content_bytes);
    let part = RowsPart::begin(sink, name, size, ranges.len()).await?;
    Ok(Some(Arc::new(part)))
}

async fn rewrite_range(
    plan: &Plan,
    job: &Job,
    parts: &dyn PartSource,
    context: &Context,
    done: &AtomicU64,
) -> Result<()> {
    let Some(table) = plan.tables.get(job.at) else {
        return Ok(());
    };
    let name = part_of(table);
    let mut reader: Box<dyn PartReader> = match job.range {
        Some(range) => range.open(parts, &name).await?,
        None => parts.open(&name).await?,
    };
    let mut rows = table.rewritten_rows();
    let total = parts.manifest().content_bytes();
    while let Some(mut content) = reader.next().await? {
        let length = content.len() as u64;
        let mut rewritten = Vec::with_capacity(content.len());
        while !content.is_empty() {
            let piece = content.split_to(PIECE.min(content.len()));
            rows.push(&piece, &mut rewritten)?;
        }
        job.part.write(Bytes::from(rewritten)).await?;
        let done = done.fetch_add(length, Ordering::Relaxed) + length;
        context.progress(Unit::Bytes, done, total);
    }
    let (received, sent) = rows.finish()?;
    job.part.end_range(&Digests { received, sent }).await
}

/// Adds up what belongs together. A table without rows is written as such.
fn summed(plan: &Plan, begun: Vec<(usize, Arc<RowsPart>)>) -> Result<BTreeMap<String, Digests>> {
    let emptied = plan.tables.iter().filter(|table| table.is_emptied());
    let mut by_name: BTreeMap<String, Digests> = emptied
        .map(|table| (table.digested_as(), Digests::default()))
        .collect();
    for (at, part) in begun {
        if let Some(table) = plan.tables.get(at) {
            let digests = by_name.entry(table.digested_as()).or_default();
            digests.absorb(&part.digests()?);
        }
    }
    Ok(by_name)
}

/// Fails unless what came is what the manifest says. Parts that are taken over are proven by their
/// bytes.
fn prove(
    plan: &Plan,
    untouched: &BTreeSet<String>,
    manifest: &Manifest,
    rows: &BTreeMap<String, Digests>,
) -> Result<()> {
    let is_received = |name: &str| !plan.is_not_received(name);
    let received = rows.iter().filter(|(name, _)| is_received(name));
    let received = received.map(|(name, rows)| rows.received.clone().finish(name));
    let received = digests(received.collect(), plan.received_sequences.clone(), None);
    let expected = manifest.tables.iter().filter(|table| {
        let name = table.table.as_str();
        is_received(name) && !untouched.contains(name) && name != LARGE_OBJECTS
    });
    let expected: Vec<TableDigest> = expected.cloned().collect();
    let missing = untouched
        .iter()
        .find(|name| !manifest.tables.iter().any(|table| table.table == **name));
    let doing = "compare the rows received with the manifest";
    if let Some(missing) = missing {
        return Err(damaged(doing, &format!("table {missing} is missing")));
    }
    compare_tables(doing, &expected, &received, Verification::Full)
        .map_err(|error| damaged(doing, &error.cause()))
}

fn damaged(doing: &str, cause: &str) -> Error {
    Error::new(Kind::Corrupt, doing, cause).hint("the backup is damaged: take another one")
}
