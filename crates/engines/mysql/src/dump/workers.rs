//! Several connections that read tables at once, the largest first.

use super::Moment;
use super::chunks::Chunk;
use super::files::Names;
use super::masks::Masks;
use super::output::Inserts;
use super::table::{Queue, Table};
use crate::catalog::Schema;
use crate::config::{Guard, Session, end_all};
use bytes::Bytes;
use mysql_async::{Row, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use weir_engine::{Context, Fate, PartSink, PartSpec, PartWriter};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::{Codec, TableDigest};

/// Bytes of content from which on a part is full.
const PART: u64 = 64 << 20;

/// A part that somebody wants begun.
pub(super) type Wanted = (PartSpec, oneshot::Sender<Result<Box<dyn PartWriter>>>);

/// What all that read share.
struct Work {
    queue: Arc<Queue>,
    names: Arc<Names>,
    masks: Arc<Masks>,
    wanted: mpsc::Sender<Wanted>,
    /// Bytes of all tables so far.
    bytes: Arc<AtomicU64>,
}

/// Reads every table into parts of its own, and notes the parts in the schema. The first failure
/// ends all, also what the server still does for other connections: who only stops to listen would
/// hold snapshot and locks to the end of what was asked for.
pub(super) async fn tables(
    moment: Moment,
    schema: &mut Schema,
    files: (Names, Masks),
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let sessions = moment.readers.iter().chain(&moment.keeper);
    let guards: Vec<Guard> = sessions
        .chain([&moment.guardian])
        .map(Session::guard)
        .collect();
    let read = read_all(moment, schema, files, sink, context).await;
    if read.is_err() {
        end_all(&guards).await;
    }
    read
}

async fn read_all(
    moment: Moment,
    schema: &mut Schema,
    files: (Names, Masks),
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Vec<TableDigest>> {
    let Moment {
        mut guardian,
        readers,
        keeper,
        kept,
        ..
    } = moment;
    let (names, masks) = files;
    let is_read = |name: &str| !masks.leaves_out(name);
    let is_kept = |name: &str| is_read(name) && kept.iter().any(|kept| kept == name);
    let is_open = |name: &str| is_read(name) && !is_kept(name);
    let open = Queue::of(&mut guardian, schema, |table| is_open(&table.name)).await?;
    let locked = Queue::of(&mut guardian, schema, |table| is_kept(&table.name)).await?;
    let (open, locked) = (Arc::new(open), Arc::new(locked));
    let (names, masks) = (Arc::new(names), Arc::new(masks));
    let (wanted, mut begin) = mpsc::channel::<Wanted>(1);
    let bytes = Arc::new(AtomicU64::new(0));
    let work = |queue: &Arc<Queue>| Work {
        queue: Arc::clone(queue),
        names: Arc::clone(&names),
        masks: Arc::clone(&masks),
        wanted: wanted.clone(),
        bytes: Arc::clone(&bytes),
    };
    let mut working: JoinSet<Result<()>> = JoinSet::new();
    for session in readers {
        working.spawn(work(&open).until_done(session));
    }
    if let Some(session) = keeper {
        working.spawn(work(&locked).until_done(session));
    }
    drop(wanted);
    loop {
        tokio::select! {
            Some((spec, answer)) = begin.recv() => {
                // Who asked may have failed meanwhile, and tells so.
                let _ = answer.send(sink.begin(spec).await);
            }
            done = working.join_next() => match done {
                Some(done) => done.map_err(ended)??,
                None => break,
            },
        }
        context.check("read tables")?;
    }
    guardian.close().await;
    let mut digests = open.digests()?;
    digests.extend(locked.digests()?);
    digests.extend(masks.empty_tables());
    for table in &mut schema.tables {
        let mut all = open.all().iter().chain(locked.all());
        let read = all.find(|read| read.name == table.name);
        table.parts = read.map(|read| read.parts()).unwrap_or_default();
        if masks.mask(&table.name).is_some() || read.is_none() {
            // What the server guesses is about rows that nobody gets to see.
            let mut found = digests.iter();
            let rows = found.find(|digest| digest.table == table.name);
            table.rows = rows.map_or(0, |digest| digest.rows);
            table.bytes = read.map_or(0, |read| read.written());
        }
    }
    Ok(digests)
}

impl Work {
    async fn until_done(self, mut session: Session) -> Result<()> {
        while let Some(table) = self.queue.pick() {
            self.read(&mut session, &table).await?;
        }
        session.close().await;
        Ok(())
    }

    /// Reads ranges of a table, one after the other, until none is left.
    async fn read(&self, session: &mut Session, table: &Arc<Table>) -> Result<()> {
        let _work = session.context.at_table(&table.name);
        let mut output = Output {
            inserts: Inserts::new(Arc::clone(&table.shape), self.masks.mask(&table.name)),
            writer: None,
            content: 0,
            written: 0,
        };
        table.refuse_illegible(session).await?;
        while let Some(chunk) = table.next(session).await? {
            let bytes = self.read_chunk(session, table, &chunk, &mut output).await?;
            table.learn(&chunk, bytes).await;
        }
        self.queue.done(table);
        output.end().await?;
        table.wrote(output.written);
        table.absorb(&output.inserts.digester());
        Ok(())
    }

    async fn read_chunk(
        &self,
        session: &mut Session,
        table: &Arc<Table>,
        chunk: &Chunk,
        output: &mut Output,
    ) -> Result<u64> {
        let doing = format!("read table {} of", table.name);
        let (guard, context) = (session.guard(), session.context.clone());
        let mut read = 0;
        guard
            .work(&doing, async {
                let mut scan = session.scan(&doing, &table.sql(chunk)).await?;
                while let Some(row) = scan.next().await? {
                    if output.inserts.row(&row)? == Fate::Dropped {
                        // It was read all the same: the next range is as long as this one was.
                        read += length(&row);
                        continue;
                    }
                    if output.writer.is_none() {
                        output.writer = Some(self.part(table).await?);
                    }
                    if let Some(piece) = output.inserts.full() {
                        let length = piece.len() as u64;
                        read += length;
                        let done = self.bytes.fetch_add(length, Ordering::Relaxed) + length;
                        context.progress(Unit::Bytes, done, 0);
                        output.write(piece).await?;
                    }
                }
                Ok(())
            })
            .await?;
        Ok(read)
    }

    async fn part(&self, table: &Table) -> Result<Box<dyn PartWriter>> {
        let spec = PartSpec {
            name: table.add_part(|number| self.names.rows(&table.name, number)),
            codec: Codec::Gzip,
            expected_bytes: table.bytes().min(PART),
        };
        let (answer, begun) = oneshot::channel();
        if self.wanted.send((spec, answer)).await.is_err() {
            return Err(given_up());
        }
        begun.await.map_err(|_| given_up())?
    }
}

/// Bytes of a row's values, as the server sent them.
fn length(row: &Row) -> u64 {
    let values = (0..row.len()).map(|at| match row.as_ref(at) {
        Some(Value::Bytes(bytes)) => bytes.len() as u64,
        _ => 0,
    });
    values.sum()
}

/// The part that a connection writes to, and what goes into it.
struct Output {
    inserts: Inserts,
    writer: Option<Box<dyn PartWriter>>,
    /// Bytes in the part, and in all.
    content: u64,
    written: u64,
}

impl Output {
    async fn write(&mut self, piece: Bytes) -> Result<()> {
        self.content += piece.len() as u64;
        self.written += piece.len() as u64;
        if let Some(writer) = self.writer.as_mut() {
            writer.write(piece).await?;
        }
        if self.content >= PART {
            self.end().await?;
        }
        Ok(())
    }

    async fn end(&mut self) -> Result<()> {
        let Some(mut writer) = self.writer.take() else {
            return Ok(());
        };
        let last = self.inserts.end_file();
        if !last.is_empty() {
            self.written += last.len() as u64;
            writer.write(last).await?;
        }
        self.content = 0;
        writer.finish().await
    }
}

/// What to say where nobody begins parts any more.
pub(super) fn given_up() -> Error {
    Error::new(Kind::Interrupted, "begin a part", "the dump was given up")
        .hint("see what failed before")
}

/// A task that ended without an answer.
// Taken by value, so that it can stand in `map_err`.
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn ended(error: tokio::task::JoinError) -> Error {
    Error::from_source(Kind::Internal, "work on several connections", error)
        .hint("this is a bug in Weir: please report it with the run's log")
}
