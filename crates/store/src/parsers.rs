//! The readers of stored documents by themselves, without a store around them: for whoever feeds
//! them nonsense. Nothing here is a way to read a backup.

use crate::document::{self, ReadManifest};
use crate::frames;
use crate::keys::BackupName;
use crate::pointer;
use weir_model::error::Result;
use weir_model::manifest::{Manifest, Part};

/// Reads bytes as a manifest, as if it lay where it says; no key is trusted.
///
/// # Errors
/// As [`crate::read_manifest`].
pub fn manifest(bytes: &[u8]) -> Result<ReadManifest> {
    document::decode(bytes, &[], "read a manifest")
}

/// A manifest as it would be stored, unsigned.
///
/// # Errors
/// `internal`.
pub fn encode_manifest(manifest: &Manifest) -> Result<Vec<u8>> {
    document::encode(manifest, None)
}

/// Reads bytes as the frame index of a part, and writes it again.
///
/// # Errors
/// In words, what is wrong with it.
pub fn frame_index(bytes: &[u8], part: &Part) -> Result<Vec<u8>, String> {
    let frames = frames::decode_index(bytes, part)?;
    frames::encode_index(&frames).map_err(|error| error.to_string())
}

/// The backup that bytes point to, read as the pointer of a database.
#[must_use]
pub fn pointer(bytes: &[u8], instance: &str, database: &str) -> Option<BackupName> {
    pointer::target(bytes, instance, database)
}
