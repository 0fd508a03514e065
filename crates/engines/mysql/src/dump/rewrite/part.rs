//! Parts with rows, several at once: through a mask, or taken over as they are.

use super::super::workers::{Wanted, ended, given_up};
use super::Table;
use crate::config::connections;
use crate::load::{Plan, Rows};
use crate::mask::{END, Inflow, PROLOGUE, Shape, push_aside};
use bytes::Bytes;
use futures::stream::{FuturesUnordered, StreamExt as _};
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use weir_engine::{Context, PartSink, PartSource, PartSpec, PartWriter, RowDigester, RowMask};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// Bytes of a part that are looked at at once.
const PIECE: usize = 256 << 10;
/// What is being done.
const DOING: &str = "make a clean backup";

/// A part of a table, by both places.
#[derive(Clone)]
struct Place {
    table: usize,
    number: usize,
    name: String,
}

/// What masks one part after the other.
#[derive(Clone)]
struct Masking {
    parts: Arc<dyn PartSource>,
    shape: Arc<Shape>,
    mask: Arc<dyn RowMask>,
    wanted: mpsc::Sender<Wanted>,
    progress: Arc<Progress>,
    context: Context,
}

/// How far all parts are.
struct Progress {
    done: AtomicU64,
    total: u64,
}

/// A part that went through a mask.
struct Masked {
    place: Place,
    /// Whether a row of it was kept.
    is_written: bool,
    received: RowDigester,
    sent: RowDigester,
    bytes: u64,
}

/// Moves all parts with rows that are not left out; what became of each table of the plan.
pub(super) async fn all(
    plan: &Plan,
    parts: &Arc<dyn PartSource>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Vec<Table>> {
    let mut waiting = places(plan);
    let mut tables: Vec<Table> = plan.tables.iter().map(|_| Table::default()).collect();
    let progress = Arc::new(Progress {
        done: AtomicU64::default(),
        total: waiting
            .iter()
            .map(|place| content(parts.as_ref(), place))
            .sum(),
    });
    let (wanted, mut begin) = mpsc::channel::<Wanted>(1);
    let mut masking: JoinSet<Result<Masked>> = JoinSet::new();
    let mut copying = FuturesUnordered::new();
    loop {
        while masking.len() + copying.len() < connections()
            && let Some(place) = waiting.pop_front()
        {
            let table = plan.tables.get(place.table);
            match table.map(|table| (&table.rows, &table.shape)) {
                Some((Rows::Masked(mask), shape)) => {
                    let work = Masking {
                        parts: Arc::clone(parts),
                        shape: Arc::clone(shape),
                        mask: Arc::clone(mask),
                        wanted: wanted.clone(),
                        progress: Arc::clone(&progress),
                        context: context.clone(),
                    };
                    masking.spawn(work.part(place));
                }
                _ => copying.push(copy(place, parts.as_ref(), sink, context)),
            }
        }
        if masking.is_empty() && copying.is_empty() {
            return Ok(tables);
        }
        tokio::select! {
            Some((spec, answer)) = begin.recv() => {
                // Who asked may have failed meanwhile, and tells so.
                let _ = answer.send(sink.begin(spec).await);
            }
            Some(done) = masking.join_next() => {
                let done = done.map_err(ended)??;
                if let Some(table) = tables.get_mut(done.place.table) {
                    table.add(done);
                }
            }
            Some(copied) = copying.next() => {
                progress.add(content(parts.as_ref(), &copied?), context);
            }
        }
        context.check(DOING)?;
    }
}

/// The parts to move, those of the largest tables first.
fn places(plan: &Plan) -> VecDeque<Place> {
    let mut tables: Vec<_> = plan.tables.iter().enumerate().collect();
    tables.sort_by_key(|(_, table)| Reverse(table.stored.bytes));
    let moved = tables
        .into_iter()
        .filter(|(_, table)| !matches!(table.rows, Rows::LeftOut));
    let places = moved.flat_map(|(at, table)| {
        let parts = table.stored.parts.iter().enumerate();
        parts.map(move |(number, name)| Place {
            table: at,
            number,
            name: name.clone(),
        })
    });
    places.collect()
}

/// How many bytes of content a part has.
fn content(parts: &dyn PartSource, place: &Place) -> u64 {
    let part = parts.manifest().part(&place.name);
    part.map_or(0, |part| part.content_bytes)
}

async fn copy(
    place: Place,
    parts: &dyn PartSource,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Place> {
    let copying = sink.copy(parts, &place.name);
    context.unless_stopped(DOING, copying).await?;
    Ok(place)
}

impl Progress {
    fn add(&self, bytes: u64, context: &Context) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        context.progress(Unit::Bytes, done, self.total);
    }
}

impl Table {
    fn add(&mut self, part: Masked) {
        self.received.absorb(&part.received);
        self.sent.absorb(&part.sent);
        self.bytes += part.bytes;
        if part.is_written {
            self.parts.insert(part.place.number, part.place.name);
        }
    }
}

impl Masking {
    /// Masks a part into one of the same name. None is begun where no row is kept.
    async fn part(self, place: Place) -> Result<Masked> {
        let _work = self.context.at_table(&self.shape.table);
        let mut inflow = Inflow::new(Arc::clone(&self.shape), Some(Arc::clone(&self.mask)));
        let mut reader = self.parts.open(&place.name).await?;
        let mut writer: Option<Box<dyn PartWriter>> = None;
        let mut bytes = 0;
        while let Some(mut content) = reader.next().await? {
            self.context.check(DOING)?;
            self.progress.add(content.len() as u64, &self.context);
            while !content.is_empty() {
                let piece = content.split_to(PIECE.min(content.len()));
                let statements;
                (inflow, statements) = push_aside(inflow, piece, (DOING, &self.context)).await?;
                for statement in statements {
                    let writer = match &mut writer {
                        Some(writer) => writer,
                        none => none.insert(self.begin(&place).await?),
                    };
                    let mut sql = statement.sql;
                    sql.extend_from_slice(END);
                    bytes += sql.len() as u64;
                    writer.write(Bytes::from(sql)).await?;
                }
            }
        }
        let (received, sent) = inflow.finish()?;
        let is_written = writer.is_some();
        if let Some(writer) = writer {
            writer.finish().await?;
        }
        Ok(Masked {
            place,
            is_written,
            received,
            sent,
            bytes,
        })
    }

    async fn begin(&self, place: &Place) -> Result<Box<dyn PartWriter>> {
        let part = self.parts.manifest().part(&place.name).ok_or_else(|| {
            let cause = "the manifest does not know it";
            Error::new(Kind::Corrupt, format!("mask part {}", place.name), cause)
                .hint("the backup is damaged: take another one")
        })?;
        let spec = PartSpec {
            name: place.name.clone(),
            codec: part.codec,
            expected_bytes: part.content_bytes,
        };
        let (answer, begun) = oneshot::channel();
        if self.wanted.send((spec, answer)).await.is_err() {
            return Err(given_up());
        }
        let mut writer = begun.await.map_err(|_| given_up())??;
        writer
            .write(Bytes::from_static(PROLOGUE.as_bytes()))
            .await?;
        Ok(writer)
    }
}
