//! One frame: content in, stored bytes out.

use crate::buffers::Buffers;
use crate::frames::{Frame, frame_digest};
use bytes::Bytes;
use libdeflater::{CompressionLvl, Compressor};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Codec;

/// The level of compression: fast enough to keep up with a disk, small enough to matter.
const LEVEL: i32 = 3;

/// The level of gzip: with libdeflate smaller than `gzip -1`, in about half the time.
const GZIP_LEVEL: i32 = 1;

/// A frame ready to be stored.
pub(super) struct Encoded {
    pub(super) frame: Frame,
    pub(super) stored: Bytes,
}

/// Compresses one frame's content on its own, so that it can be read on its own.
pub(super) fn encode_frame(codec: Codec, content: Bytes, buffers: &Buffers) -> Result<Encoded> {
    let failed = |cause: String| {
        Error::new(Kind::Internal, "compress a part", cause).hint("report this as a bug")
    };
    let length = u32::try_from(content.len()).map_err(|error| failed(error.to_string()))?;
    let stored = match codec {
        Codec::None => content,
        // One member of a gzip file, which may have many.
        Codec::Gzip => gzip(&content, buffers).map_err(|error| failed(error.to_string()))?,
        Codec::Zstd => zstd(&content, buffers).map_err(|error| failed(error.to_string()))?,
    };
    let frame = Frame {
        stored: u32::try_from(stored.len()).map_err(|error| failed(error.to_string()))?,
        content: length,
        digest: frame_digest(&stored),
    };
    Ok(Encoded { frame, stored })
}

fn zstd(content: &[u8], buffers: &Buffers) -> Result<Bytes, Box<dyn std::error::Error>> {
    let mut stored = buffers.take(zstd::zstd_safe::compress_bound(content.len()));
    stored.fill(|room| zstd::bulk::compress_to_buffer(content, room, LEVEL))?;
    Ok(Bytes::copy_from_slice(stored.as_ref()))
}

fn gzip(content: &[u8], buffers: &Buffers) -> Result<Bytes, Box<dyn std::error::Error>> {
    let level = CompressionLvl::new(GZIP_LEVEL).map_err(|_| "there is no such level")?;
    let mut compressor = Compressor::new(level);
    let mut stored = buffers.take(compressor.gzip_compress_bound(content.len()));
    stored.fill(|room| compressor.gzip_compress(content, room))?;
    Ok(Bytes::copy_from_slice(stored.as_ref()))
}
