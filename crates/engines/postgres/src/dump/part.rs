//! A part of rows, written by one task or by several at once: the order of rows means nothing.

use bytes::Bytes;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use weir_engine::{PartSink, PartSpec, PartWriter, RowDigester};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Codec;

/// What ends the rows of a table in an archive.
const END: &[u8] = b"\\.\n\n\n";

/// A part that is being written. Whoever writes the last range ends it.
pub(super) struct RowsPart {
    writer: tokio::sync::Mutex<Option<Box<dyn PartWriter>>>,
    digests: Mutex<Digests>,
    ranges_left: AtomicUsize,
}

/// The digests of rows.
#[derive(Clone, Default)]
pub(super) struct Digests {
    /// As they came.
    pub(super) received: RowDigester,
    /// As they were written.
    pub(super) sent: RowDigester,
}

impl Digests {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.received.absorb(&other.received);
        self.sent.absorb(&other.sent);
    }
}

impl RowsPart {
    /// Begins a part of so many ranges.
    pub(super) async fn begin(
        sink: &dyn PartSink,
        name: String,
        expected_bytes: u64,
        ranges: usize,
    ) -> Result<Self> {
        let spec = PartSpec {
            name,
            codec: Codec::Gzip,
            expected_bytes,
        };
        Ok(Self {
            writer: tokio::sync::Mutex::new(Some(sink.begin(spec).await?)),
            digests: Mutex::default(),
            ranges_left: AtomicUsize::new(ranges),
        })
    }

    /// Writes a part without rows.
    pub(super) async fn write_empty(sink: &dyn PartSink, name: String) -> Result<()> {
        let part = Self::begin(sink, name, 0, 1).await?;
        part.end_range(&Digests::default()).await
    }

    /// Writes whole rows.
    pub(super) async fn write(&self, rows: Bytes) -> Result<()> {
        match self.writer.lock().await.as_mut() {
            Some(writer) if !rows.is_empty() => writer.write(rows).await,
            _ => Ok(()),
        }
    }

    /// Ends a range.
    pub(super) async fn end_range(&self, digests: &Digests) -> Result<()> {
        self.digests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .absorb(digests);
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

    /// The digests of all rows, once every range was written.
    pub(super) fn digests(&self) -> Result<Digests> {
        if self.ranges_left.load(Ordering::Acquire) > 0 {
            return Err(
                Error::new(Kind::Internal, "write a table", "a range was not written")
                    .hint("this is a bug in Weir: please report it with the run's log"),
            );
        }
        let digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(digests.clone())
    }
}
