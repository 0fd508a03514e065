//! From stored bytes to content, whichever way they were compressed, within bounds of memory.

use crate::budget::MIB;
use crate::buffers::Buffers;
use bytes::{Buf, Bytes};
use flate2::{Decompress, FlushDecompress, Status};
use std::io;
use weir_model::manifest::Codec;
use zstd::stream::raw::{DParameter, Decoder as Zstd, InBuffer, Operation, OutBuffer};

/// How much content is handed out at once.
const STEP: usize = MIB as usize;

/// The largest window of a zstd frame, as a power of two: no frame is larger than 16 MiB, so none
/// needs more, and what a foreign one asks for must not be more than the memory there is.
const LARGEST_WINDOW: u32 = 24;

/// The only window of gzip, as a power of two.
const GZIP_WINDOW: u8 = 15;

/// Decompresses a frame to at most `limit` bytes, however many the stored bytes promise.
pub(super) fn decompress(
    codec: Codec,
    stored: Bytes,
    limit: u64,
    buffers: &Buffers,
) -> Option<Bytes> {
    let decoder: fn(&[u8], &mut [u8]) -> Option<usize> = match codec {
        Codec::None => return Some(stored),
        Codec::Zstd => |stored, room| zstd::bulk::decompress_to_buffer(stored, room).ok(),
        // A frame is one member, whose checksum is proven.
        Codec::Gzip => |stored, room| {
            libdeflater::Decompressor::new()
                .gzip_decompress(stored, room)
                .ok()
        },
    };
    let limit = usize::try_from(limit).ok()?;
    let mut content = buffers.take(limit);
    let decoded = content.fill(|room| decoder(&stored, room.get_mut(..limit).ok_or(())?).ok_or(()));
    decoded.is_ok().then(|| content.freeze())
}

/// A stream being decompressed as it comes.
pub(super) struct Decompressor {
    decoder: Decoder,
    /// Whether the decoder stands between two frames, where a stream may end.
    between_frames: bool,
}

enum Decoder {
    None,
    Zstd(Zstd<'static>),
    Gzip(Decompress),
}

impl Decompressor {
    pub(super) fn new(codec: Codec) -> io::Result<Self> {
        let decoder = match codec {
            Codec::None => Decoder::None,
            Codec::Zstd => {
                let mut zstd = Zstd::new()?;
                zstd.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW))?;
                Decoder::Zstd(zstd)
            }
            Codec::Gzip => Decoder::Gzip(Decompress::new_gzip(GZIP_WINDOW)),
        };
        Ok(Self {
            decoder,
            between_frames: true,
        })
    }

    /// Decompresses one step of what was fetched; empty when more must be fetched first.
    ///
    /// # Errors
    /// When the bytes are not what a compressor writes.
    pub(super) fn step(&mut self, fetched: &mut Bytes) -> io::Result<Bytes> {
        if matches!(self.decoder, Decoder::None) {
            return Ok(std::mem::take(fetched));
        }
        let mut content = Vec::with_capacity(STEP);
        while content.len() < STEP && !(fetched.is_empty() && self.between_frames) {
            let before = (fetched.len(), content.len());
            self.between_frames = self.decoder.run(fetched, &mut content)?;
            if (fetched.len(), content.len()) == before {
                break;
            }
        }
        Ok(content.into())
    }

    /// Whether the stream may end here.
    pub(super) fn is_between_frames(&self) -> bool {
        self.between_frames
    }
}

impl Decoder {
    /// Decompresses what there is and what there is room for, up to the end of a frame; whether
    /// it was reached.
    fn run(&mut self, fetched: &mut Bytes, content: &mut Vec<u8>) -> io::Result<bool> {
        let (used, ended) = match self {
            Self::None => (0, true),
            Self::Zstd(zstd) => {
                let filled = content.len();
                let mut input = InBuffer::around(fetched);
                let mut output = OutBuffer::around_pos(content, filled);
                let ended = zstd.run(&mut input, &mut output)? == 0;
                (input.pos(), ended)
            }
            Self::Gzip(gzip) => gzip_run(gzip, fetched, content)?,
        };
        fetched.advance(used);
        Ok(ended)
    }
}

/// The same for a member of a gzip file: how many bytes of it were used, and whether it ended,
/// its checksum proven.
fn gzip_run(
    gzip: &mut Decompress,
    fetched: &[u8],
    content: &mut Vec<u8>,
) -> io::Result<(usize, bool)> {
    let before = gzip.total_in();
    let status = gzip.decompress_vec(fetched, content, FlushDecompress::None)?;
    let used = usize::try_from(gzip.total_in() - before).map_err(io::Error::other)?;
    let ended = status == Status::StreamEnd;
    if ended {
        gzip.reset(true);
    }
    Ok((used, ended))
}
