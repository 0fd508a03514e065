//! The rows of one table, from one or several connections into one part.

use super::pages::Pages;
use super::part::{Digests, RowsPart};
use crate::catalog::Content;
use crate::config::Session;
use crate::load::Plan;
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_postgres::CopyOutStream;
use weir_model::error::{Kind, Result};
use weir_model::event::Unit;

/// Bytes of rows that are gathered before they are handed on.
const GATHERED: usize = 512 << 10;

/// How a table is read.
pub(super) struct Reading {
    pub(super) table: Arc<Content>,
    pub(super) part: RowsPart,
    /// What happens to the rows, and the table's place there.
    pub(super) plan: (Arc<Plan>, usize),
    /// Bytes of all tables so far.
    pub(super) bytes: Arc<AtomicU64>,
}

/// Reads a range of a table into its part.
pub(super) async fn read_range(
    session: &Session,
    reading: &Reading,
    pages: Option<Pages>,
) -> Result<()> {
    let (plan, at) = &reading.plan;
    let Some(table) = plan.tables.get(*at) else {
        return Ok(());
    };
    let _work = session.context.at_table(&table.digested_as());
    let mut rows = table.treated_rows(Kind::Source);
    let sql = reading.table.copy_out(pages);
    let doing = format!("read table {} of", reading.table.name);
    session
        .work(&doing, async {
            let mut scan = Scan::begin(session, &doing, &sql).await?;
            while let Some(gathered) = scan.next().await? {
                let length = gathered.len() as u64;
                let rows = rows.take(gathered)?;
                let done = reading.bytes.fetch_add(length, Ordering::Relaxed) + length;
                session.context.progress(Unit::Bytes, done, 0);
                reading.part.write(rows).await?;
            }
            Ok(())
        })
        .await?;
    let (received, sent) = rows.finish()?;
    reading.part.end_range(&Digests { received, sent }).await
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
