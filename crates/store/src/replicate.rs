//! Copying a whole backup from one store to another: the parts, each proven, then the manifest,
//! then the pointer. What a killed copy left is continued.

mod part;

use crate::budget::MemoryBudget;
use crate::choose::Chosen;
use crate::discard::sweep_unfinished_parts;
use crate::encryption::Identities;
use crate::keys::is_part_name;
use crate::pointer::advance;
use crate::reader::BackupReader;
use crate::signing::sha256;
use crate::store::{Creation, Store};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use part::{Copying, Done, Outcome};
use std::collections::BTreeMap;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;

/// Parts copied at once, memory permitting.
const AT_ONCE: usize = 4;

/// What copying a backup has done.
#[derive(Debug)]
pub struct Replicated {
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
/// in `to`; `store`; `interrupted` and `deadline` as the context says. What was copied stays for
/// the next attempt.
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
    let folder = chosen.name.key();
    sweep_unfinished_parts(to, &folder).await;
    let there: BTreeMap<String, u64> = to
        .list(&folder)
        .await?
        .into_iter()
        .map(|entry| (entry.key, entry.size))
        .collect();
    let copying = Copying::new(source, to, &there, budget, context);
    let at_once = budget.parts_at_once().clamp(1, AT_ONCE);
    let copies: Vec<_> = manifest
        .parts
        .iter()
        .map(|part| copying.part(part))
        .collect();
    let outcomes: Vec<Done<'_>> = stream::iter(copies)
        .buffer_unordered(at_once)
        .try_collect()
        .await?;
    context.checkpoint(Checkpoint::PartsStored);

    let key = chosen.name.manifest_key();
    if to.create(&key, &document).await? != Creation::Created {
        return Err(another_manifest(to, &key));
    }
    context.checkpoint(Checkpoint::ManifestStored);
    let pointer = advance(to, &chosen.name, &chosen.read.digest).await;
    let (kept, copied): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .partition(|done| done.outcome == Outcome::Kept);
    Ok(Replicated {
        copied: copied.len(),
        kept: kept.len(),
        bytes: copied.iter().map(|done| done.part.bytes).sum(),
        repaired: copied
            .into_iter()
            .filter(|done| done.outcome == Outcome::Repaired)
            .map(|done| done.part.name.clone())
            .collect(),
        pointer_failure: pointer.err(),
    })
}

/// A manifest made by anyone may name anything, and it may have been replaced since it was read.
fn refuse_unusable(from: &Store, chosen: &Chosen, document: &[u8]) -> Result<()> {
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

fn another_manifest(to: &Store, key: &str) -> Error {
    let cause = "another manifest is there, and what is stored is never written over";
    Error::new(Kind::Corrupt, format!("write {}", to.place(key)), cause).hint(
        "find out who changed it; move this copy away by hand and replicate again, or copy \
         another backup with `--backup`",
    )
}
