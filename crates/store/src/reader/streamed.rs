//! A large part without a frame index: decompressed as it comes, proven at its end.

use super::decompress::Decompressor;
use super::fetch::{Fetcher, Memory, RANGE};
use crate::budget::MIB;
use async_trait::async_trait;
use bytes::Bytes;
use weir_engine::PartReader;
use weir_model::error::{Error, Kind, Result};

pub(crate) struct StreamedPart {
    fetcher: Fetcher,
    /// What must be free at least, for one range.
    need: u64,
    decompressor: Decompressor,
    fetched: Bytes,
    /// What `fetched` takes, until it is used up.
    memory: Option<Memory>,
}

impl StreamedPart {
    pub(super) fn new(mut fetcher: Fetcher) -> Result<Self> {
        let size = fetcher.check.part.bytes;
        let count = size.div_ceil(RANGE);
        let range = |number: u64| number * RANGE..((number + 1) * RANGE).min(size);
        let need = fetcher.plan((0..count).map(range).collect());
        let decompressor = Decompressor::new(fetcher.check.part.codec).map_err(|source| {
            Error::from_source(Kind::Internal, "start a decompressor", source)
                .hint("try again: the machine may be short of memory")
        })?;
        Ok(Self {
            fetcher,
            need,
            decompressor,
            fetched: Bytes::new(),
            memory: None,
        })
    }

    /// The next of the compressed stream, decrypted, for whoever stores it again; its content is
    /// proven on the way. `None` once the part was proven as a whole. The caller
    /// holds the memory that takes.
    pub(crate) async fn next_of_stream(&mut self) -> Result<Option<(Bytes, Memory)>> {
        let Some((stream, memory)) = self.fetcher.next().await? else {
            self.prove().await?;
            return Ok(None);
        };
        self.fetched = stream.clone();
        loop {
            let content = self.step()?;
            if content.is_empty() {
                return Ok(Some((stream, memory)));
            }
            self.fetcher.check.content(&content)?;
            // What little was stored may be much content: others have their turn between.
            tokio::task::yield_now().await;
        }
    }

    /// Proves the part as a whole, all of it read.
    async fn prove(&self) -> Result<()> {
        if !self.decompressor.is_between_frames() {
            return Err(self.fetcher.check.corrupt("it ends within a frame"));
        }
        if self.fetcher.check.part.bytes == 0 {
            self.fetcher.expect_empty().await?;
        }
        self.fetcher.check.prove()
    }

    /// Decompresses one step of what was fetched; empty when more must be fetched first.
    fn step(&mut self) -> Result<Bytes> {
        self.decompressor.step(&mut self.fetched).map_err(|_| {
            self.fetcher
                .check
                .corrupt("it cannot be decompressed: bytes were changed")
        })
    }
}

#[async_trait]
impl PartReader for StreamedPart {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        self.fetcher.reserve(self.need + MIB).await?;
        loop {
            let content = self.step()?;
            if !content.is_empty() {
                self.fetcher.check.content(&content)?;
                return Ok(Some(content));
            }
            self.memory = None;
            match self.fetcher.next().await? {
                Some((bytes, memory)) => {
                    self.fetched = bytes;
                    self.memory = Some(memory);
                }
                None => {
                    self.prove().await?;
                    return Ok(None);
                }
            }
        }
    }
}

/// The compressed stream of a part, for a sink that stores it as it is.
pub(crate) struct CompressedStream {
    part: StreamedPart,
    /// What the bytes handed out last take.
    memory: Option<Memory>,
}

impl CompressedStream {
    pub(super) fn new(part: StreamedPart) -> Self {
        Self { part, memory: None }
    }
}

#[async_trait]
impl PartReader for CompressedStream {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        self.memory = None;
        let next = self.part.next_of_stream().await?;
        Ok(next.map(|(bytes, memory)| {
            self.memory = Some(memory);
            bytes
        }))
    }
}
