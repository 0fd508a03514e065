//! One frame: content in, stored bytes out.

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
pub(super) fn encode_frame(codec: Codec, content: Bytes) -> Result<Encoded> {
    let failed = |cause: String| {
        Error::new(Kind::Internal, "compress a part", cause).hint("report this as a bug")
    };
    let length = u32::try_from(content.len()).map_err(|error| failed(error.to_string()))?;
    let stored = match codec {
        Codec::None => content,
        // One member of a gzip file, which may have many.
        Codec::Gzip => {
            let stored = gzip(&content).map_err(|error| failed(error.to_string()))?;
            Bytes::from(stored)
        }
        Codec::Zstd => {
            let mut stored =
                zstd::bulk::compress(&content, LEVEL).map_err(|error| failed(error.to_string()))?;
            // The buffer was sized for the worst case; what is not needed is given back.
            stored.shrink_to_fit();
            Bytes::from(stored)
        }
    };
    let frame = Frame {
        stored: u32::try_from(stored.len()).map_err(|error| failed(error.to_string()))?,
        content: length,
        digest: frame_digest(&stored),
    };
    Ok(Encoded { frame, stored })
}

fn gzip(content: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let level = CompressionLvl::new(GZIP_LEVEL).map_err(|_| "there is no such level")?;
    let mut compressor = Compressor::new(level);
    let mut stored = vec![0; compressor.gzip_compress_bound(content.len())];
    let length = compressor.gzip_compress(content, &mut stored)?;
    // The buffer was sized for the worst case; what is not needed is given back.
    stored.truncate(length);
    stored.shrink_to_fit();
    Ok(stored)
}
