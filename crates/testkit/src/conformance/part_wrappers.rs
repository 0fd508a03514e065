//! Sources and sinks of parts that lie or fail.

use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use weir_engine::{PartReader, PartSink, PartSource, PartSpec, PartWriter};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;

/// A backup whose manifest says something else than its parts.
pub(super) struct OtherManifest {
    pub(super) parts: Arc<dyn PartSource>,
    pub(super) manifest: Manifest,
}

#[async_trait]
impl PartSource for OtherManifest {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>> {
        self.parts.open(name).await
    }
}

/// A backup of which one part turns out corrupt at its very end, after all its bytes.
pub(super) struct LateVerdict {
    pub(super) parts: Arc<dyn PartSource>,
    pub(super) corrupt: String,
}

#[async_trait]
impl PartSource for LateVerdict {
    fn manifest(&self) -> &Manifest {
        self.parts.manifest()
    }

    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>> {
        let reader = self.parts.open(name).await?;
        if name == self.corrupt {
            return Ok(Box::new(LateReader(reader)));
        }
        Ok(reader)
    }
}

struct LateReader(Box<dyn PartReader>);

#[async_trait]
impl PartReader for LateReader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        match self.0.next().await? {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(
                Error::new(Kind::Corrupt, "read a part", "its digest is another one")
                    .hint("take another backup"),
            ),
        }
    }
}

/// Fails once it was asked a number of times.
#[derive(Clone)]
struct Patience(Arc<AtomicUsize>);

impl Patience {
    fn new(calls: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(calls)))
    }

    fn lose(&self) -> Result<()> {
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            })
            .map(drop)
            .map_err(|_| {
                Error::new(Kind::Store, "move a part", "the network went away")
                    .hint("try again when it is back")
                    .transient()
            })
    }
}

/// A backup in a store that goes away after some calls.
pub(super) struct FailingSource {
    parts: Arc<dyn PartSource>,
    patience: Patience,
}

impl FailingSource {
    pub(super) fn after(calls: usize, parts: Arc<dyn PartSource>) -> Self {
        Self {
            parts,
            patience: Patience::new(calls),
        }
    }
}

#[async_trait]
impl PartSource for FailingSource {
    fn manifest(&self) -> &Manifest {
        self.parts.manifest()
    }

    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>> {
        self.patience.lose()?;
        Ok(Box::new(FailingReader {
            reader: self.parts.open(name).await?,
            patience: self.patience.clone(),
        }))
    }
}

struct FailingReader {
    reader: Box<dyn PartReader>,
    patience: Patience,
}

#[async_trait]
impl PartReader for FailingReader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        self.patience.lose()?;
        self.reader.next().await
    }
}

/// A sink that takes everything and keeps nothing, and goes away after some calls.
pub(super) struct FailingSink {
    patience: Patience,
    calls: Arc<AtomicUsize>,
}

impl FailingSink {
    pub(super) fn after(calls: usize) -> Self {
        Self {
            patience: Patience::new(calls),
            calls: Arc::default(),
        }
    }

    /// How often it was called.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PartSink for FailingSink {
    async fn begin(&self, _spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.patience.lose()?;
        Ok(Box::new(FailingWriter {
            patience: self.patience.clone(),
            calls: self.calls.clone(),
        }))
    }
}

struct FailingWriter {
    patience: Patience,
    calls: Arc<AtomicUsize>,
}

#[async_trait]
impl PartWriter for FailingWriter {
    async fn write(&mut self, _content: Bytes) -> Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.patience.lose()
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.patience.lose()
    }
}
