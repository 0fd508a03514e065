//! Copying a whole backup from one store to another: the parts, each proven, then the manifest,
//! then the pointer. What a killed copy left is continued.

mod encrypted;
mod notes;
mod part;
mod refused;
mod rewritten;

use crate::budget::MemoryBudget;
use crate::choose::Chosen;
use crate::discard::sweep_unfinished_parts;
use crate::encryption::Identities;
use crate::keys::is_part_name;
use crate::pointer::advance;
use crate::reader::BackupReader;
use crate::signing::sha256;
use crate::store::{Creation, DOCUMENT_LIMIT, Store};
use bytes::Bytes;
pub use encrypted::{Reencryption, replicate_encrypted};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use part::{Copying, Done, Outcome};
use refused::another_manifest;
use std::collections::BTreeMap;
use weir_engine::Context;
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::Manifest;

/// Parts copied at once, memory permitting.
const AT_ONCE: usize = 4;

/// What copying a backup has done.
#[derive(Debug)]
pub struct Replicated {
    /// The manifest of the copy, as stored.
    pub manifest: Manifest,
    /// Parts that were copied.
    pub copied: usize,
    /// Parts that were there already, and proven.
    pub kept: usize,
    /// Of those copied, the ones that were there and were not what they should be.
    pub repaired: Vec<String>,
    /// Stored bytes that were copied.
    pub bytes: u64,
    /// Why the pointer could not be moved. The copy is whole all the same.
    pub pointer_failure: Option<Error>,
}

/// Copies a backup, byte for byte, from the store it was chosen in. Its manifest is written last,
/// create-only, so that the copy exists when all of it was proven.
///
/// Parts that are there already, of an earlier copy that was interrupted, are read and stay when
/// they are what they should be; others are written anew. Nothing is ever deleted.
///
/// # Errors
/// `corrupt` when the backup is not what its manifest says, or another manifest is in its place
/// in `to`; `config` when a copy for other recipients is there; `store`; `interrupted` and
/// `deadline` as the context says. What was copied stays for the next attempt.
pub async fn replicate(
    from: &Store,
    to: &Store,
    chosen: &Chosen,
    budget: &MemoryBudget,
    context: &Context,
) -> Result<Replicated> {
    let manifest = &chosen.read.manifest;
    let source = BackupReader::new(from, manifest.clone(), &Identities::default(), budget);
    let document = source.stored_manifest().await?;
    refuse_unusable(from, chosen, &document)?;
    // Another copy is left alone as a whole, its parts too.
    let key = chosen.name.manifest_key();
    if let Some(there) = to.get(&key, DOCUMENT_LIMIT).await?
        && there != document
    {
        return Err(refused::other_copy(to, chosen, &there));
    }
    let there = what_is_there(to, chosen).await?;
    let copying = Copying::new(source, to, &there, None, budget, context);
    let parts = copy_all(&copying, budget).await?;
    context.checkpoint(Checkpoint::PartsStored);
    if to.create(&key, &document).await? != Creation::Created {
        return Err(another_manifest(to, &key));
    }
    context.checkpoint(Checkpoint::ManifestStored);
    let digest = chosen.read.digest.clone();
    Ok(finish(to, chosen, (manifest.clone(), digest), parts).await)
}

/// The sizes of what an earlier copy left, by key.
async fn what_is_there(to: &Store, chosen: &Chosen) -> Result<BTreeMap<String, u64>> {
    let folder = chosen.name.key();
    sweep_unfinished_parts(to, &folder).await;
    let entries = to.list(&folder).await?.into_iter();
    Ok(entries.map(|entry| (entry.key, entry.size)).collect())
}

/// Makes sure that every part is there, in the manifest's order.
async fn copy_all(copying: &Copying<'_>, budget: &MemoryBudget) -> Result<Vec<Done>> {
    let at_once = budget.parts_at_once().clamp(1, AT_ONCE);
    let parts = copying.parts().iter();
    let copies: Vec<_> = parts.map(|part| copying.part(part)).collect();
    stream::iter(copies).buffered(at_once).try_collect().await
}

/// Moves the pointer to a copy that is whole, and sums up.
async fn finish(
    to: &Store,
    chosen: &Chosen,
    (manifest, digest): (Manifest, Digest),
    parts: Vec<Done>,
) -> Replicated {
    let pointer = advance(to, &chosen.name, &digest).await;
    let (kept, copied): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .partition(|done| done.outcome == Outcome::Kept);
    Replicated {
        manifest,
        copied: copied.len(),
        kept: kept.len(),
        bytes: copied.iter().map(|done| done.part.bytes).sum(),
        repaired: copied
            .into_iter()
            .filter(|done| done.outcome == Outcome::Repaired)
            .map(|done| done.part.name)
            .collect(),
        pointer_failure: pointer.err(),
    }
}

/// A manifest made by anyone may name anything, and it may have been replaced since it was read.
fn refuse_unusable(from: &Store, chosen: &Chosen, document: &Bytes) -> Result<()> {
    let refuse = |cause: String| {
        let doing = format!("copy {}", from.place(&chosen.name.key()));
        Err(Error::new(Kind::Corrupt, doing, cause)
            .hint("find out who writes into this store; take another backup with `--backup`"))
    };
    if sha256(document) != chosen.read.digest {
        return refuse("its manifest was changed since it was chosen".to_owned());
    }
    let parts = &chosen.read.manifest.parts;
    match parts.iter().find(|part| !is_part_name(&part.name)) {
        Some(part) => refuse(format!(
            "the manifest names a part {:?}, which is no name",
            part.name
        )),
        None => Ok(()),
    }
}
