//! The rows of one table, from one or several connections into one part.

use super::pages::Pages;
use crate::catalog::Content;
use crate::config::Session;
use crate::mask::{Malformed, RowStream};
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_postgres::CopyOutStream;
use weir_engine::{PartWriter, RowDigester};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// Bytes of rows that are gathered before they are handed on.
const GATHERED: usize = 512 << 10;
/// What ends the rows of a table in an archive.
const END: &[u8] = b"\\.\n\n\n";

/// How a table is read. Whoever reads the last range ends the part.
pub(super) struct Reading {
    pub(super) table: Arc<Content>,
    writer: tokio::sync::Mutex<Option<Box<dyn PartWriter>>>,
    digester: Mutex<RowDigester>,
    ranges_left: AtomicUsize,
    /// Bytes of all tables so far.
    bytes: Arc<AtomicU64>,
}

impl Reading {
    pub(super) fn new(
        table: Arc<Content>,
        writer: Box<dyn PartWriter>,
        ranges: usize,
        bytes: Arc<AtomicU64>,
    ) -> Self {
        Self {
            table,
            writer: tokio::sync::Mutex::new(Some(writer)),
            digester: Mutex::default(),
            ranges_left: AtomicUsize::new(ranges),
            bytes,
        }
    }

    /// The digest of all rows, once every range was read.
    pub(super) fn rows(&self) -> Result<RowDigester> {
        if self.ranges_left.load(Ordering::Acquire) > 0 {
            return Err(
                Error::new(Kind::Internal, "read a table", "a range was not read")
                    .hint("this is a bug in Weir: please report it with the run's log"),
            );
        }
        let mut digester = self.digester.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *digester))
    }

    async fn write(&self, rows: Bytes) -> Result<()> {
        match self.writer.lock().await.as_mut() {
            Some(writer) => writer.write(rows).await,
            None => Ok(()),
        }
    }

    async fn end_range(&self, rows: RowDigester) -> Result<()> {
        self.digester
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .absorb(&rows);
        if self.ranges_left.fetch_sub(1, Ordering::AcqRel) > 1 {
            return Ok(());
        }
        let writer = self.writer.lock().await.take();
        if let Some(mut writer) = writer {
            writer.write(Bytes::from_static(END)).await?;
            writer.finish().await?;
        }
        Ok(())
    }
}

/// Reads a range of a table into its part.
pub(super) async fn read_range(
    session: &Session,
    reading: &Reading,
    pages: Option<Pages>,
) -> Result<()> {
    let table = &reading.table;
    let sql = table.copy_out(pages);
    let mut rows = RowStream::new(&table.columns);
    let wrong = |wrong: Malformed| wrong.into_error(Kind::Source, &table.name);
    let doing = format!("read table {} of", table.name);
    session
        .work(&doing, async {
            let mut scan = Scan::begin(session, &doing, &sql).await?;
            while let Some(gathered) = scan.next().await? {
                rows.push(&gathered).map_err(wrong)?;
                let length = gathered.len() as u64;
                let done = reading.bytes.fetch_add(length, Ordering::Relaxed) + length;
                session.context.progress(Unit::Bytes, done, 0);
                reading.write(gathered).await?;
            }
            Ok(())
        })
        .await?;
    reading.end_range(rows.finish().map_err(wrong)?).await
}

/// The rows of a COPY, gathered into larger pieces: the server sends each row as a message of its
/// own.
pub(crate) struct Scan<'a> {
    session: &'a Session,
    doing: &'a str,
    stream: Pin<Box<CopyOutStream>>,
    gathered: BytesMut,
    /// Whether the server has sent all: the stream must not be asked again.
    is_whole: bool,
}

impl<'a> Scan<'a> {
    /// Begins the COPY.
    pub(crate) async fn begin(session: &'a Session, doing: &'a str, sql: &str) -> Result<Self> {
        let stream = session.client().copy_out(sql).await;
        Ok(Self {
            stream: Box::pin(stream.map_err(|error| session.subject.failure(doing, error))?),
            session,
            doing,
            gathered: BytesMut::with_capacity(GATHERED),
            is_whole: false,
        })
    }

    /// The next rows; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        let failure = |error| self.session.subject.failure(self.doing, error);
        while !self.is_whole {
            let Some(row) = self.stream.try_next().await.map_err(failure)? else {
                self.is_whole = true;
                break;
            };
            self.gathered.extend_from_slice(&row);
            if self.gathered.len() >= GATHERED {
                let full = std::mem::replace(&mut self.gathered, BytesMut::with_capacity(GATHERED));
                return Ok(Some(full.freeze()));
            }
        }
        let rest = self.gathered.split().freeze();
        Ok((!rest.is_empty()).then_some(rest))
    }
}
