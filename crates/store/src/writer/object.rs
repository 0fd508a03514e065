//! One object being stored as it comes: encrypted where that is asked for, digested, in pieces.

use super::pieces::Pieces;
use crate::budget::{BESIDES_PIECE, Held, MIB, MemoryBudget};
use crate::encryption::{Recipients, Seal, largest_file};
use crate::store::Store;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use weir_model::digest::Digest;
use weir_model::error::Result;
use weir_model::manifest::Part;

/// A part up to this size takes no memory from the budget.
const SMALL: u64 = 256 * 1024;

/// The stored form of a stream that is compressed already.
pub(crate) struct StoredObject {
    seal: Option<Seal>,
    pieces: Pieces,
    stored: Sha256,
    bytes: u64,
}

impl StoredObject {
    /// Begins the object that will hold the compressed stream of `part`.
    pub(crate) fn new(
        store: &Store,
        key: String,
        part: &Part,
        recipients: Option<&Recipients>,
        budget: &MemoryBudget,
    ) -> Result<Self> {
        let expected = expected(part, recipients);
        Ok(Self {
            seal: recipients.map(Seal::new).transpose()?,
            pieces: Pieces::new(store.clone(), key, budget.clone(), expected),
            stored: Sha256::new(),
            bytes: 0,
        })
    }

    /// Takes a stretch of the stream, a little at a time so that it is not there twice.
    pub(crate) async fn append(&mut self, mut stream: Bytes) -> Result<()> {
        let step = usize::try_from(MIB).unwrap_or(usize::MAX);
        while !stream.is_empty() {
            let head = stream.split_to(step.min(stream.len()));
            let stored = match &mut self.seal {
                Some(seal) => seal.push(&head)?,
                None => head,
            };
            self.send(stored).await?;
        }
        Ok(())
    }

    async fn send(&mut self, stored: Bytes) -> Result<()> {
        self.stored.update(&stored);
        self.bytes += stored.len() as u64;
        self.pieces.append(stored).await
    }

    /// Ends the object; `part` as it is stored now. Returns once it was acknowledged.
    pub(crate) async fn finish(mut self, part: &Part) -> Result<Part> {
        let encrypted = self.seal.is_some();
        if let Some(seal) = self.seal.take() {
            self.send(seal.finish()?).await?;
        }
        self.pieces.finish().await?;
        Ok(Part {
            bytes: self.bytes,
            stored: Digest::new("sha256", &self.stored.finalize()),
            unencrypted_bytes: encrypted.then_some(part.stream_bytes()),
            ..part.clone()
        })
    }
}

/// Takes the memory that reading `part` and storing it again needs.
pub(crate) async fn hold(
    part: &Part,
    recipients: Option<&Recipients>,
    budget: &MemoryBudget,
) -> Result<Option<Held>> {
    if part.bytes <= SMALL {
        return Ok(None);
    }
    let piece = budget.largest_piece_of(expected(part, recipients));
    budget.hold(BESIDES_PIECE + piece).await.map(Some)
}

/// The most bytes that will be stored.
fn expected(part: &Part, recipients: Option<&Recipients>) -> u64 {
    match recipients {
        Some(_) => largest_file(part.stream_bytes()),
        None => part.stream_bytes(),
    }
}
