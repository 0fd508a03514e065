//! Copying a backup for other recipients than its own: every part is read decrypted, proven and
//! encrypted anew. What it encrypts is not compressed again, so frame indexes and digests of content
//! stay as they are.

use super::notes::Notes;
use super::part::{Anew, Copying, Done, Outcome};
use super::refused::{self, another_manifest, is_copy};
use super::rewritten::rewritten;
use super::{Replicated, copy_all, finish, refuse_unusable, what_is_there};
use crate::budget::MemoryBudget;
use crate::choose::Chosen;
use crate::document::{ReadManifest, decode, read_manifest};
use crate::encryption::{Identities, Recipients};
use crate::lease::Lease;
use crate::reader::BackupReader;
use crate::signing::{PublicKey, SigningKey};
use crate::store::{Creation, Store};
use bytes::Bytes;
use std::collections::BTreeMap;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::event::Checkpoint;
use weir_model::manifest::Part;

/// What a copy for other recipients takes.
#[derive(Debug)]
pub struct Reencryption<'a> {
    /// Whom the copy is encrypted to.
    pub recipients: &'a Recipients,
    /// What reads the original.
    pub identities: &'a Identities,
    /// What signs the copy, where a trusted key has signed the original: a copy never counts for
    /// more than what it was made from.
    pub signing_key: Option<&'a SigningKey>,
    /// The keys whose signatures count.
    pub trusted: &'a [PublicKey],
    /// Where it is noted what was encrypted.
    pub state: &'a Store,
    /// The lease of the copy. Two that write one copy would each leave parts that the other's
    /// manifest does not know.
    pub lease: &'a Lease,
}

/// Copies a backup from the store it was chosen in, encrypted to `terms.recipients`. The copy's
/// manifest is the original's but for the encryption, and says what it was copied from.
///
/// Parts that an interrupted copy for the same recipients has noted are read and stay when they
/// are as noted; others are written anew. A copy that is whole is read, and nothing is written.
///
/// # Errors
/// `secret` without an identity that reads the backup, before anything is written; `corrupt` when
/// the backup or the copy that is there is not what its manifest says, or another manifest is
/// there; `config` when the copy that is there is for others; `untrusted` when nobody trusted has
/// signed it; `unsupported` for what an engine keeps elsewhere; `locked`, `store`; `interrupted`
/// and `deadline` as the context says.
pub async fn replicate_encrypted(
    from: &Store,
    to: &Store,
    chosen: &Chosen,
    terms: &Reencryption<'_>,
    budget: &MemoryBudget,
    context: &Context,
) -> Result<Replicated> {
    let manifest = &chosen.read.manifest;
    if manifest.native.is_some() {
        return Err(refused::native(chosen));
    }
    let source = BackupReader::new(from, manifest.clone(), terms.identities, budget);
    let document = source.stored_manifest().await?;
    refuse_unusable(from, chosen, &document)?;
    let work = Work {
        to,
        chosen,
        terms,
        budget,
        context,
    };
    match read_manifest(to, &chosen.name, terms.trusted).await? {
        Some(there) => work.keep(there, source).await,
        None => work.copy(source, &document).await,
    }
}

/// One copy being made.
struct Work<'a> {
    to: &'a Store,
    chosen: &'a Chosen,
    terms: &'a Reencryption<'a>,
    budget: &'a MemoryBudget,
    context: &'a Context,
}

impl Work<'_> {
    fn signing_key(&self) -> Option<&SigningKey> {
        let counts = self.chosen.read.signature.is_trusted();
        self.terms.signing_key.filter(|_| counts)
    }

    async fn copy(&self, source: BackupReader, document: &Bytes) -> Result<Replicated> {
        source.prove_identity().await?;
        let (terms, read) = (self.terms, &self.chosen.read);
        let notes = Notes::new(terms.state, &read.manifest, &read.digest, terms.recipients);
        let there = what_is_there(self.to, self.chosen).await?;
        let anew = Anew {
            recipients: terms.recipients,
            notes: &notes,
        };
        let copying = Copying::new(
            source,
            self.to,
            &there,
            Some(anew),
            self.budget,
            self.context,
        );
        let done = copy_all(&copying, self.budget).await?;
        self.context.checkpoint(Checkpoint::PartsStored);
        terms.lease.still_ours().await?;

        let parts: Vec<Part> = done.iter().map(|done| done.part.clone()).collect();
        let key = self.signing_key();
        let bytes = rewritten(document, self.chosen, &parts, terms.recipients, key)?;
        let name = self.chosen.name.manifest_key();
        // What counts is what a reader will see, so the result is read from the bytes.
        let copy = decode(
            &bytes,
            terms.trusted,
            &format!("write {}", self.to.place(&name)),
        )?;
        if self.to.create(&name, &bytes).await? != Creation::Created {
            return Err(another_manifest(self.to, &name));
        }
        self.context.checkpoint(Checkpoint::ManifestStored);
        notes.remove(&parts).await;
        Ok(finish(self.to, self.chosen, (copy.manifest, copy.digest), done).await)
    }

    /// Proves a copy that is there as a whole.
    async fn keep(&self, there: ReadManifest, source: BackupReader) -> Result<Replicated> {
        let key = self.chosen.name.manifest_key();
        if !is_copy(&there.manifest, self.chosen) || !self.has_the_parts_of(&there) {
            return Err(another_manifest(self.to, &key));
        }
        let encryption = there.manifest.encryption.as_ref();
        if !self.terms.recipients.are(encryption) {
            return Err(refused::other_recipients(self.to, self.chosen, encryption));
        }
        if self.signing_key().is_some() && !there.signature.is_trusted() {
            return Err(refused::not_signed_by_a_trusted_key(self.to, &key));
        }
        let none = BTreeMap::new();
        let copying = Copying::new(source, self.to, &none, None, self.budget, self.context);
        let mut done = Vec::new();
        for part in &there.manifest.parts {
            if !copying.is_right(part).await? {
                let key = format!("{}/{}", self.chosen.name.key(), part.name);
                return Err(refused::damaged(self.to, &key));
            }
            done.push(Done {
                part: part.clone(),
                outcome: Outcome::Kept,
            });
        }
        Ok(finish(self.to, self.chosen, (there.manifest, there.digest), done).await)
    }

    /// Whether the copy has the original's parts, but for what encryption changes.
    fn has_the_parts_of(&self, there: &ReadManifest) -> bool {
        let plain = |part: &Part| Part {
            bytes: part.stream_bytes(),
            stored: part.content.clone(),
            unencrypted_bytes: None,
            ..part.clone()
        };
        let originals = self.chosen.read.manifest.parts.iter().map(plain);
        originals.eq(there.manifest.parts.iter().map(plain))
    }
}
