//! The frame index: where each frame of a large part lies, so that it can be read in ranges and
//! every frame is proven before it is decompressed.

use crate::budget::MIB;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Part;

/// What `format` says in every frame index.
const FORMAT: &str = "weir-frames";
/// The version this build reads and writes.
const VERSION: u32 = 1;
/// The largest frame a reader takes, stored or as content: what one frame may cost in memory.
pub(crate) const LARGEST_FRAME: u32 = 16 * MIB as u32;
/// Hexadecimal digits of a frame's digest.
const DIGITS: usize = 32;

/// One frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Bytes as stored.
    pub(crate) stored: u32,
    /// Bytes of content.
    pub(crate) content: u32,
    /// The first 16 bytes of BLAKE3 over the stored bytes.
    pub(crate) digest: [u8; 16],
}

/// The digest of a stored frame.
pub(crate) fn frame_digest(stored: &[u8]) -> [u8; 16] {
    let hash = blake3::hash(stored);
    let mut digest = [0; 16];
    digest
        .iter_mut()
        .zip(hash.as_bytes())
        .for_each(|(to, from)| *to = *from);
    digest
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    version: u32,
    frames: Vec<(u32, u32, String)>,
}

/// The index as stored.
pub(crate) fn encode_index(frames: &[Frame]) -> Result<Vec<u8>> {
    let document = Document {
        format: FORMAT.to_owned(),
        version: VERSION,
        frames: frames
            .iter()
            .map(|frame| (frame.stored, frame.content, hex(&frame.digest)))
            .collect(),
    };
    serde_json::to_vec(&document).map_err(|source| {
        Error::from_source(Kind::Internal, "write a frame index", source)
            .hint("report this as a bug")
    })
}

/// Reads the index of `part`; in words, what is wrong with it.
pub(crate) fn decode_index(bytes: &[u8], part: &Part) -> Result<Vec<Frame>, String> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| {
        format!(
            "is not readable (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    if document.format != FORMAT || document.version != VERSION {
        return Err("is of an unknown format".to_owned());
    }
    let mut frames = Vec::with_capacity(document.frames.len());
    for (stored, content, digest) in document.frames {
        if stored == 0 || stored > LARGEST_FRAME || content > LARGEST_FRAME {
            return Err(format!(
                "has a frame of a size no frame has: {stored}, {content}"
            ));
        }
        let digest = unhex(&digest).ok_or("has a digest that is none")?;
        frames.push(Frame {
            stored,
            content,
            digest,
        });
    }
    let stored: u64 = frames.iter().map(|frame| u64::from(frame.stored)).sum();
    let content: u64 = frames.iter().map(|frame| u64::from(frame.content)).sum();
    if (stored, content) != (part.stream_bytes(), part.content_bytes) {
        return Err("does not add up to the part's size".to_owned());
    }
    Ok(frames)
}

fn hex(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(DIGITS);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_model::digest::Digest;
    use weir_model::manifest::Codec;

    fn part(bytes: u64, content_bytes: u64) -> Part {
        Part {
            name: "p".to_owned(),
            bytes,
            stored: Digest::new("sha256", &[]),
            unencrypted_bytes: None,
            content_bytes,
            content: Digest::new("blake3", &[]),
            codec: Codec::Zstd,
            frames: None,
        }
    }

    #[test]
    fn an_index_survives_and_must_add_up() {
        let frames = [
            Frame {
                stored: 3,
                content: 10,
                digest: frame_digest(b"abc"),
            },
            Frame {
                stored: 1,
                content: 2,
                digest: [0; 16],
            },
        ];
        let bytes = encode_index(&frames).unwrap();
        assert_eq!(decode_index(&bytes, &part(4, 12)).unwrap(), frames);
        assert!(decode_index(&bytes, &part(4, 13)).is_err());
        assert!(decode_index(&bytes, &part(5, 12)).is_err());
        assert!(decode_index(b"{}", &part(0, 0)).is_err());
    }

    #[test]
    fn frames_that_would_not_fit_memory_are_refused() {
        let huge = [Frame {
            stored: 3,
            content: LARGEST_FRAME + 1,
            digest: [0; 16],
        }];
        let bytes = encode_index(&huge).unwrap();
        assert!(decode_index(&bytes, &part(3, u64::from(LARGEST_FRAME) + 1)).is_err());
    }
}
