//! From stored bytes to content, whichever way they were compressed, within bounds of memory.

use crate::budget::MIB;
use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder as WholeGzip;
use flate2::write::MultiGzDecoder as GzipStream;
use std::io::{self, Read as _, Write as _};
use weir_model::manifest::Codec;
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// How much content is handed out at once.
const STEP: usize = MIB as usize;
/// How many gzip bytes are decompressed at once: they become at most a thousand times as many.
const GZIP_STEP: usize = 4 * 1024;

/// The largest window of a zstd frame, as a power of two: no frame is larger than 16 MiB, so none
/// needs more, and what a foreign one asks for must not be more than the memory there is.
const LARGEST_WINDOW: u32 = 24;

/// Decompresses all of it to at most `limit` bytes, however many the stored bytes promise.
pub(super) fn decompress(codec: Codec, stored: Bytes, limit: u64) -> Option<Bytes> {
    match codec {
        Codec::None => Some(stored),
        Codec::Zstd => {
            let limit = usize::try_from(limit).ok()?;
            zstd::bulk::decompress(&stored, limit).ok().map(Bytes::from)
        }
        Codec::Gzip => {
            let mut content = Vec::with_capacity(usize::try_from(limit).ok()?);
            // One byte more than there may be, so that it is noticed.
            let mut decoder = WholeGzip::new(&stored[..]).take(limit.checked_add(1)?);
            decoder.read_to_end(&mut content).ok()?;
            Some(content.into())
        }
    }
}

/// A stream being decompressed as it comes.
pub(super) enum Decompressor {
    None,
    Zstd {
        decoder: Decoder<'static>,
        /// Whether the decoder stands between two frames, where a stream may end.
        between_frames: bool,
    },
    Gzip(GzipStream<Vec<u8>>),
}

impl Decompressor {
    pub(super) fn new(codec: Codec) -> io::Result<Self> {
        Ok(match codec {
            Codec::None => Self::None,
            Codec::Zstd => {
                let mut decoder = Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW))?;
                Self::Zstd {
                    decoder,
                    between_frames: true,
                }
            }
            Codec::Gzip => Self::Gzip(GzipStream::new(Vec::new())),
        })
    }

    /// Decompresses one step of what was fetched; empty when more must be fetched first.
    ///
    /// # Errors
    /// When the bytes are not what a compressor writes.
    pub(super) fn step(&mut self, fetched: &mut Bytes) -> io::Result<Bytes> {
        match self {
            Self::None => Ok(std::mem::take(fetched)),
            Self::Zstd {
                decoder,
                between_frames,
            } => zstd_step(decoder, between_frames, fetched),
            Self::Gzip(decoder) => {
                while !fetched.is_empty() && decoder.get_ref().is_empty() {
                    let head = fetched.split_to(GZIP_STEP.min(fetched.len()));
                    decoder.write_all(&head)?;
                    decoder.flush()?;
                }
                Ok(std::mem::take(decoder.get_mut()).into())
            }
        }
    }

    /// Whether the stream may end here.
    pub(super) fn is_between_frames(&mut self) -> bool {
        match self {
            Self::None => true,
            Self::Zstd { between_frames, .. } => *between_frames,
            Self::Gzip(decoder) => decoder.try_finish().is_ok(),
        }
    }
}

fn zstd_step(
    decoder: &mut Decoder<'static>,
    between_frames: &mut bool,
    fetched: &mut Bytes,
) -> io::Result<Bytes> {
    let mut content = Vec::with_capacity(STEP);
    let mut input = InBuffer::around(fetched);
    let mut output = OutBuffer::around(&mut content);
    while output.pos() < STEP {
        let (before_in, before_out) = (input.pos(), output.pos());
        if before_in >= fetched.len() && *between_frames {
            break;
        }
        *between_frames = decoder.run(&mut input, &mut output)? == 0;
        if (input.pos(), output.pos()) == (before_in, before_out) {
            break;
        }
    }
    let used = input.pos();
    fetched.advance(used);
    Ok(content.into())
}
