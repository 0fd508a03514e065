//! What keeps a copy from being made: something else is in its place, and stays.

use crate::choose::Chosen;
use crate::document::decode;
use crate::store::Store;
use weir_model::error::{Error, Kind};
use weir_model::manifest::{Encryption, Manifest};

/// How a copy is put out of the way of another.
const MOVE_AWAY: &str = "move this copy away by hand and replicate again, or copy another backup \
                         with `--backup`";

pub(super) fn another_manifest(to: &Store, key: &str) -> Error {
    let cause = "another manifest is there, and what is stored is never written over";
    Error::new(Kind::Corrupt, format!("write {}", to.place(key)), cause)
        .hint(format!("find out who changed it; {MOVE_AWAY}"))
}

/// Whether a manifest is that of a copy of the backup, encrypted anew.
pub(super) fn is_copy(manifest: &Manifest, chosen: &Chosen) -> bool {
    let origin = manifest.copied_from.as_ref();
    origin.is_some_and(|origin| origin.manifest == chosen.read.digest)
}

/// What is said of a manifest that is there instead of the original's.
pub(super) fn other_copy(to: &Store, chosen: &Chosen, document: &[u8]) -> Error {
    let key = chosen.name.manifest_key();
    match decode(document, &[], "read what is there") {
        Ok(read) if is_copy(&read.manifest, chosen) => {
            other_recipients(to, chosen, read.manifest.encryption.as_ref())
        }
        _ => another_manifest(to, &key),
    }
}

/// A copy that was made for others than the ones asked for now.
pub(super) fn other_recipients(
    to: &Store,
    chosen: &Chosen,
    encryption: Option<&Encryption>,
) -> Error {
    let whom = encryption.map_or_else(
        || "not encrypted".to_owned(),
        |stated| format!("encrypted to {}", stated.recipients.join(", ")),
    );
    let cause = format!(
        "a copy is there that is {whom}; the configuration now says otherwise, and what is stored \
         is never written over"
    );
    let doing = format!("copy {} to {}", chosen.name.key(), to.url());
    Error::new(Kind::Config, doing, cause).hint(format!(
        "the next backup is copied as configured; {MOVE_AWAY}"
    ))
}

/// A copy that readers here would not believe, where this one would be.
pub(super) fn not_signed_by_a_trusted_key(to: &Store, key: &str) -> Error {
    let cause = "a copy is there that no key trusted here has signed";
    Error::new(Kind::Untrusted, format!("keep {}", to.place(key)), cause).hint(format!(
        "if an earlier signing key of this environment signed it, name its public key under \
         `trusts`; else find out who wrote it, and {MOVE_AWAY}"
    ))
}

/// A part of a whole copy that is not what its manifest says.
pub(super) fn damaged(to: &Store, key: &str) -> Error {
    let cause = "it is not what the copy's manifest says, and encrypted anew it would be other \
                 bytes still";
    Error::new(Kind::Corrupt, format!("keep {}", to.place(key)), cause)
        .hint(format!("find out what changed it; {MOVE_AWAY}"))
}

/// What an engine keeps elsewhere cannot be encrypted on its way.
pub(super) fn native(chosen: &Chosen) -> Error {
    let cause = "its data lies in a repository of the engine's own";
    let doing = format!("encrypt a copy of {}", chosen.name.key());
    Error::new(Kind::Unsupported, doing, cause)
        .hint("leave `recipients` of the replica out, and encrypt the repository itself")
}
