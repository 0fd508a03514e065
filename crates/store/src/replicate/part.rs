//! Copying one part, byte for byte or encrypted anew.

use super::notes::Notes;
use crate::budget::{BESIDES_PIECE, Held, MemoryBudget};
use crate::encryption::{Identities, Recipients};
use crate::reader::{BackupReader, StoredBytes};
use crate::store::Store;
use crate::writer::object::{self, StoredObject};
use crate::writer::pieces::Pieces;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use weir_engine::{Context, PartSource as _};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::Part;

/// A part up to this size takes no memory from the budget.
const SMALL: u64 = 256 * 1024;

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was not there.
    Copied,
    /// It was there as it should be.
    Kept,
    /// It was there, and not as it should be.
    Repaired,
}

/// A part that is there, proven, as the copy has it.
pub(super) struct Done {
    pub(super) part: Part,
    pub(super) outcome: Outcome,
}

/// How parts are encrypted anew.
pub(super) struct Anew<'a> {
    pub(super) recipients: &'a Recipients,
    pub(super) notes: &'a Notes<'a>,
}

/// What the parts of one backup share while they are copied.
pub(super) struct Copying<'a> {
    source: BackupReader,
    copy: BackupReader,
    to: &'a Store,
    /// Sizes of what is there already, by key.
    there: &'a BTreeMap<String, u64>,
    /// Unless parts are copied byte for byte.
    anew: Option<Anew<'a>>,
    budget: &'a MemoryBudget,
    context: &'a Context,
    done: AtomicU64,
    total: u64,
}

impl<'a> Copying<'a> {
    pub(super) fn new(
        source: BackupReader,
        to: &'a Store,
        there: &'a BTreeMap<String, u64>,
        anew: Option<Anew<'a>>,
        budget: &'a MemoryBudget,
        context: &'a Context,
    ) -> Self {
        let manifest = source.manifest().clone();
        Self {
            total: manifest.stored_bytes(),
            copy: BackupReader::new(to, manifest, &Identities::default(), budget),
            source,
            to,
            there,
            anew,
            budget,
            context,
            done: AtomicU64::new(0),
        }
    }

    /// The parts to copy.
    pub(super) fn parts(&self) -> &[Part] {
        &self.source.manifest().parts
    }

    /// Makes sure that the part is there, proven.
    pub(super) async fn part(&self, part: &Part) -> Result<Done> {
        let key = format!("{}/{}", self.source.manifest().backup, part.name);
        let found = self.there.get(&key);
        if let Some(found) = found
            && let Some(expected) = self.expected(part).await?
            && *found == expected.bytes
            && self.is_right(&expected).await?
        {
            self.progress(part.bytes);
            return Ok(Done {
                part: expected,
                outcome: Outcome::Kept,
            });
        }
        let copied = match &self.anew {
            None => self.copy(part, key).await,
            Some(anew) => self.encrypt(part, key, anew).await,
        };
        let outcome = found.map_or(Outcome::Copied, |_| Outcome::Repaired);
        match copied {
            Ok(part) => Ok(Done { part, outcome }),
            Err(error)
                if found.is_some() && error.kind() == Kind::Store && !error.is_transient() =>
            {
                Err(cannot_repair(self.to, part, error))
            }
            Err(error) => Err(error),
        }
    }

    /// What the part should be where something of its name is there; `None` when nothing says so.
    async fn expected(&self, part: &Part) -> Result<Option<Part>> {
        match &self.anew {
            None => Ok(Some(part.clone())),
            Some(anew) => anew.notes.of(part).await,
        }
    }

    /// Whether what is there is what should be. Damage is no error: it is mended.
    pub(super) async fn is_right(&self, part: &Part) -> Result<bool> {
        let _memory = self.hold(part, StoredBytes::MEMORY).await?;
        let mut stored = self.copy.stored_bytes(part);
        loop {
            self.context.check("read what was copied before")?;
            match stored.next().await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(true),
                Err(error) if error.kind() == Kind::Corrupt => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// Copies the part. It becomes visible when all of it was proven.
    async fn copy(&self, part: &Part, key: String) -> Result<Part> {
        let largest_piece = self.budget.largest_piece_of(part.bytes);
        let _memory = self.hold(part, BESIDES_PIECE + largest_piece).await?;
        let mut pieces = Pieces::new(self.to.clone(), key, self.budget.clone(), part.bytes);
        let mut stored = self.source.stored_bytes(part);
        while let Some((bytes, _fetched)) = stored.next().await? {
            self.context.check("copy a part")?;
            let count = bytes.len() as u64;
            pieces.append(bytes).await?;
            self.progress(count);
        }
        pieces.finish().await?;
        Ok(part.clone())
    }

    /// Encrypts the part anew. It becomes visible when all of the original was proven, and is noted
    /// when it is there.
    async fn encrypt(&self, part: &Part, key: String, anew: &Anew<'_>) -> Result<Part> {
        let recipients = Some(anew.recipients);
        let _memory = object::hold(part, recipients, self.budget).await?;
        let mut sealed = StoredObject::new(self.to, key, part, recipients, self.budget)?;
        let mut stream = self.source.stream(part)?;
        while let Some((bytes, _fetched)) = stream.next_of_stream().await? {
            self.context.check("copy a part")?;
            self.progress(bytes.len() as u64);
            sealed.append(bytes).await?;
        }
        let encrypted = sealed.finish(part).await?;
        anew.notes.add(&encrypted).await?;
        Ok(encrypted)
    }

    async fn hold(&self, part: &Part, bytes: u64) -> Result<Option<Held>> {
        match part.bytes {
            0..=SMALL => Ok(None),
            _ => self.budget.hold(bytes).await.map(Some),
        }
    }

    fn progress(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.context.progress(Unit::Bytes, done, self.total);
    }
}

fn cannot_repair(to: &Store, part: &Part, error: Error) -> Error {
    let doing = format!("write {} anew in {}", part.name, to.url());
    Error::from_source(Kind::Store, doing, error).hint(
        "what is there is not what was copied, and the store lets nobody write over it: move it \
         away by hand, or copy another backup with `--backup`",
    )
}
