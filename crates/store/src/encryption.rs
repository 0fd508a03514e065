//! Encrypting parts with `age`: every stored object is an age file of its own, so that stock `age`
//! opens it, and so that ranges of it can be decrypted apart. The cryptography is the library's;
//! here is only where the bytes lie.

mod envelope;
mod identities;
mod open;
mod recipients;
mod seal;

pub(crate) use envelope::Envelope;
pub use identities::{Identities, NewIdentity};
pub(crate) use open::{Opener, opens};
pub use recipients::Recipients;
pub(crate) use seal::Seal;

/// What age encrypts at a time, in bytes. Its format, not a choice of ours.
const CHUNK: u64 = 64 * 1024;
/// By how much a chunk grows: the tag that proves it.
const TAG: u64 = 16;
/// What lies between an age file's header and its first chunk.
const NONCE: u64 = 16;
/// The most bytes a header may have: what a reader holds beside every range.
const LARGEST_HEADER: u64 = 64 * 1024;

/// How many bytes the chunks of that much plaintext are.
fn payload_bytes(plain: u64) -> Option<u64> {
    let chunks = plain.div_ceil(CHUNK).max(1);
    plain.checked_add(chunks.checked_mul(TAG)?)
}

/// The most bytes that an age file of that much plaintext has.
pub(crate) fn largest_file(plain: u64) -> u64 {
    payload_bytes(plain).map_or(u64::MAX, |bytes| bytes.saturating_add(LARGEST_HEADER))
}
