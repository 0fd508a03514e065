//! Where the bytes of one encrypted part lie, and how it is cut into ranges.

use super::{CHUNK, Identities, LARGEST_HEADER, NONCE, Opener, TAG, payload_bytes};
use bytes::Bytes;
use std::ops::Range;
use weir_model::manifest::Part;

/// How many chunks are fetched and decrypted at once: 3 MiB, as a range needs memory in both its
/// forms.
const CHUNKS: u64 = 48;

/// An encrypted part to be read in ranges.
pub(crate) struct Envelope {
    identities: Identities,
    /// Where the first chunk begins: after the header and the nonce.
    payload: u64,
    stored: u64,
    plain: u64,
    /// The header with its nonce, once it was read.
    opening: Option<Bytes>,
}

impl Envelope {
    /// The envelope of a part that is encrypted; in words, why it cannot be one.
    pub(crate) fn new(part: &Part, identities: &Identities) -> Result<Self, String> {
        let plain = part.stream_bytes();
        let payload = payload_bytes(plain).and_then(|bytes| part.bytes.checked_sub(bytes));
        match payload {
            Some(payload) if payload > NONCE && payload <= LARGEST_HEADER => Ok(Self {
                identities: identities.clone(),
                payload,
                stored: part.bytes,
                plain,
                opening: None,
            }),
            _ => Err(format!(
                "{} stored bytes are no age file of {plain} bytes",
                part.bytes
            )),
        }
    }

    /// All stored bytes in ranges: the header alone, since every other range needs it, then
    /// whole chunks. What is small is one range.
    pub(crate) fn ranges(&self) -> Vec<Range<u64>> {
        let step = CHUNKS * (CHUNK + TAG);
        if self.stored <= step {
            return std::iter::once(0..self.stored).collect();
        }
        let rest = (self.stored - self.payload).div_ceil(step);
        let range = |number: u64| {
            let start = self.payload + number * step;
            start..(start + step).min(self.stored)
        };
        std::iter::once(0..self.payload)
            .chain((0..rest).map(range))
            .collect()
    }

    /// Where the header and the nonce lie.
    pub(crate) fn opening_range(&self) -> Range<u64> {
        0..self.payload
    }

    /// Whether the header must be read before any other range.
    pub(crate) fn awaits_opening(&self) -> bool {
        self.opening.is_none()
    }

    /// Takes the stored bytes of the range that begins the object.
    pub(crate) fn read_opening(&mut self, first: &Bytes) {
        let end = usize::try_from(self.payload).unwrap_or(usize::MAX);
        self.opening = Some(first.slice(..end.min(first.len())));
    }

    /// What decrypts one of [`Self::ranges`].
    pub(crate) fn opener(&self, range: &Range<u64>) -> Opener {
        let first = range.start.saturating_sub(self.payload) / (CHUNK + TAG);
        let end = range.end.saturating_sub(self.payload).div_ceil(CHUNK + TAG);
        let start = (first * CHUNK).min(self.plain);
        Opener {
            identities: self.identities.clone(),
            opening: self.opening.clone(),
            payload: self.payload,
            range: range.clone(),
            plain: start..(end * CHUNK).min(self.plain),
            last: range.end == self.stored,
        }
    }
}
