//! A large part without a frame index: decompressed as it comes, proven at its end.

use super::fetch::{Fetcher, Memory, RANGE};
use crate::budget::MIB;
use async_trait::async_trait;
use bytes::{Buf, Bytes};
use weir_engine::PartReader;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Codec;
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// How much content is handed out at once.
const STEP: usize = MIB as usize;

/// The largest window of a frame, as a power of two: no frame is larger than 16 MiB, so none needs
/// more, and what a foreign one asks for must not be more than the memory there is.
const LARGEST_WINDOW: u32 = 24;

fn bounded_decoder() -> std::io::Result<Decoder<'static>> {
    let mut decoder = Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW))?;
    Ok(decoder)
}

pub(crate) struct StreamedPart {
    fetcher: Fetcher,
    /// What must be free at least, for one range.
    need: u64,
    decoder: Option<Decoder<'static>>,
    fetched: Bytes,
    /// What `fetched` takes, until it is used up.
    memory: Option<Memory>,
    /// Whether the decoder stands between two frames, where a stream may end.
    between_frames: bool,
}

impl StreamedPart {
    pub(super) fn new(mut fetcher: Fetcher) -> Result<Self> {
        let size = fetcher.check.part.bytes;
        let count = size.div_ceil(RANGE);
        let range = |number: u64| number * RANGE..((number + 1) * RANGE).min(size);
        let need = fetcher.plan((0..count).map(range).collect());
        let decoder = match fetcher.check.part.codec {
            Codec::None => None,
            Codec::Zstd => Some(bounded_decoder().map_err(|source| {
                Error::from_source(Kind::Internal, "start a decompressor", source)
                    .hint("try again: the machine may be short of memory")
            })?),
        };
        Ok(Self {
            fetcher,
            need,
            decoder,
            fetched: Bytes::new(),
            memory: None,
            between_frames: true,
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
        if !self.between_frames {
            return Err(self.fetcher.check.corrupt("it ends within a frame"));
        }
        if self.fetcher.check.part.bytes == 0 {
            self.fetcher.expect_empty().await?;
        }
        self.fetcher.check.prove()
    }

    /// Decompresses one step of what was fetched; empty when more must be fetched first.
    fn step(&mut self) -> Result<Bytes> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(std::mem::take(&mut self.fetched));
        };
        let mut content = Vec::with_capacity(STEP);
        let mut input = InBuffer::around(&self.fetched);
        let mut output = OutBuffer::around(&mut content);
        while output.pos() < STEP {
            let (before_in, before_out) = (input.pos(), output.pos());
            if before_in >= self.fetched.len() && self.between_frames {
                break;
            }
            let wanted = decoder.run(&mut input, &mut output).map_err(|_| {
                self.fetcher
                    .check
                    .corrupt("it cannot be decompressed: bytes were changed")
            })?;
            self.between_frames = wanted == 0;
            if (input.pos(), output.pos()) == (before_in, before_out) {
                break;
            }
        }
        let used = input.pos();
        self.fetched.advance(used);
        Ok(content.into())
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
