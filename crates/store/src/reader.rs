//! Reading the parts of a backup, each byte proven.

mod check;
mod decompress;
mod fetch;
mod framed;
mod key;
mod stored;
mod streamed;
mod whole;

use crate::budget::MemoryBudget;
use crate::encryption::{Envelope, Identities};
use crate::frames::{Frame, LARGEST_FRAME, decode_index};
use crate::store::{DOCUMENT_LIMIT, Store};
use async_trait::async_trait;
use bytes::Bytes;
use check::PartCheck;
use fetch::Fetcher;
use framed::FramedPart;
use std::ops::Range;
use std::sync::Arc;
pub(crate) use stored::StoredBytes;
pub(crate) use streamed::{CompressedStream, StreamedPart};
use weir_engine::{CompressedPart, PartReader, PartSource};
use weir_model::error::Result;
use weir_model::manifest::{Manifest, Part};
use whole::WholePart;

/// A part up to this many stored bytes is read and proven as a whole before a byte is handed out.
const WHOLE: u64 = fetch::RANGE;

/// Reads a backup's parts. Cloning shares the memory budget.
#[derive(Debug, Clone)]
pub struct BackupReader {
    store: Store,
    manifest: Arc<Manifest>,
    identities: Identities,
    budget: MemoryBudget,
}

impl BackupReader {
    /// A reader of the backup that a manifest describes, which was read from this store. Only
    /// what is encrypted needs identities.
    #[must_use]
    pub fn new(
        store: &Store,
        manifest: Manifest,
        identities: &Identities,
        budget: &MemoryBudget,
    ) -> Self {
        Self {
            store: store.clone(),
            manifest: Arc::new(manifest),
            identities: identities.clone(),
            budget: budget.clone(),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.manifest.backup)
    }

    fn check(&self, part: &Part) -> PartCheck {
        PartCheck::new(part.clone(), self.store.place(&self.key(&part.name)))
    }

    fn fetcher(&self, part: &Part) -> Result<Fetcher> {
        Ok(Fetcher::new(
            self.store.clone(),
            self.key(&part.name),
            self.budget.clone(),
            self.check(part),
            self.envelope(part)?,
        ))
    }

    /// How the part is encrypted, if it is.
    fn envelope(&self, part: &Part) -> Result<Option<Envelope>> {
        if part.unencrypted_bytes.is_none() {
            return Ok(None);
        }
        self.expect_identity()?;
        let envelope = Envelope::new(part, &self.identities);
        envelope
            .map(Some)
            .map_err(|cause| self.check(part).corrupt(cause))
    }

    /// Stored bytes of a part, exactly as many as asked for.
    pub(crate) async fn stored_range(&self, part: &Part, range: Range<u64>) -> Result<Bytes> {
        let wanted = range.end.saturating_sub(range.start);
        let found = self.store.get_range(&self.key(&part.name), range).await?;
        match found {
            Some((bytes, _)) if bytes.len() as u64 == wanted => Ok(bytes),
            Some(_) => Err(self
                .check(part)
                .corrupt("it is shorter than the manifest says")),
            None => Err(self.check(part).corrupt("it is missing")),
        }
    }

    /// A part's bytes as they are stored.
    pub(crate) fn stored_bytes(&self, part: &Part) -> StoredBytes {
        let (key, budget) = (self.key(&part.name), self.budget.clone());
        // Without an envelope nothing is decrypted: what is stored is what is read.
        let fetcher = Fetcher::new(self.store.clone(), key, budget, self.check(part), None);
        StoredBytes::new(fetcher)
    }

    /// A part's compressed stream, decrypted where it is encrypted.
    pub(crate) fn stream(&self, part: &Part) -> Result<StreamedPart> {
        StreamedPart::new(self.fetcher(part)?)
    }

    /// The manifest's bytes as they are stored.
    pub(crate) async fn stored_manifest(&self) -> Result<Bytes> {
        let key = self.key("manifest.json");
        let bytes = self.store.get(&key, DOCUMENT_LIMIT).await?;
        bytes.ok_or_else(|| check::corrupt(&self.store.place(&key), "the manifest is gone"))
    }

    async fn frames(&self, part: &Part, index: &str) -> Result<Vec<Frame>> {
        self.index(part, index).await.map(|(frames, _)| frames)
    }

    /// The frames of a part, and the index that says so.
    async fn index(&self, part: &Part, index: &str) -> Result<(Vec<Frame>, Bytes)> {
        let check = self.check(part);
        let side = self
            .manifest
            .part(index)
            .filter(|side| side.bytes <= DOCUMENT_LIMIT)
            .ok_or_else(|| check.corrupt("its frame index is not among the parts, or too large"))?;
        let bytes = WholePart::new(self.fetcher(side)?).read().await?;
        let frames = decode_index(&bytes, part)
            .map_err(|cause| self.check(side).corrupt(format!("the frame index {cause}")))?;
        Ok((frames, bytes))
    }

    fn part(&self, name: &str) -> Result<&Part> {
        self.manifest.part(name).ok_or_else(|| {
            let place = self.store.place(&self.key(name));
            check::corrupt(&place, "the manifest names no such part")
        })
    }
}

#[async_trait]
impl PartSource for BackupReader {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>> {
        self.open_at(name, 0).await
    }

    async fn compressed(&self, name: &str) -> Result<Option<CompressedPart>> {
        let part = self.part(name)?;
        let frames = match &part.frames {
            Some(index) => Some(self.index(part, index).await?.1),
            None => None,
        };
        Ok(Some(CompressedPart {
            part: part.clone(),
            frames,
            stream: Box::new(CompressedStream::new(self.stream(part)?)),
        }))
    }

    async fn cuts(&self, name: &str) -> Result<Vec<u64>> {
        let part = self.part(name)?;
        // What is encrypted is one stream: only its start is where a frame begins for sure.
        let Some(index) = part
            .frames
            .as_ref()
            .filter(|_| part.unencrypted_bytes.is_none())
        else {
            return Ok(Vec::new());
        };
        let frames = self.frames(part, index).await?;
        let mut place = 0;
        let ends = frames.iter().map(|frame| {
            place += u64::from(frame.content);
            place
        });
        Ok(ends.take(frames.len().saturating_sub(1)).collect())
    }

    async fn open_at(&self, name: &str, offset: u64) -> Result<Box<dyn PartReader>> {
        let part = self.part(name)?;
        if let Some(index) = &part.frames {
            let frames = self.frames(part, index).await?;
            return Ok(Box::new(FramedPart::new(
                self.fetcher(part)?,
                frames,
                offset,
            )));
        }
        if part.bytes <= WHOLE && part.content_bytes <= u64::from(LARGEST_FRAME) {
            return Ok(Box::new(WholePart::new(self.fetcher(part)?)));
        }
        Ok(Box::new(StreamedPart::new(self.fetcher(part)?)?))
    }
}
