//! One part being written: cut into frames, compressed in parallel, digested and sent in order.

use super::encode::{Encoded, encode_frame};
use super::pieces::Pieces;
use super::shared::{FRAMES, Shared};
use crate::budget::{BESIDES_PIECE, FRAME, Held};
use crate::buffers::Buffer;
use crate::encryption::{Recipients, Seal};
use crate::frames::{Frame, encode_index};
use crate::signing::sha256;
use crate::task::Task;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::sync::Arc;
use weir_engine::{PartSpec, PartWriter};
use weir_model::digest::Digest;
use weir_model::error::Result;
use weir_model::manifest::{Codec, Part};

/// A part up to this size takes no memory from the budget: many small ones can be open at once.
const SMALL: u64 = 256 * 1024;

/// A frame being compressed, with the memory it takes besides the part's own reservation.
struct Pending {
    task: Task<Result<Encoded>>,
    extra: Option<Held>,
}

pub(super) struct StoredPart {
    shared: Arc<Shared>,
    spec: PartSpec,
    /// What the part needs to make progress on its own, and its bytes; taken once it is not small.
    own: Option<(Held, u64)>,
    /// The frame being filled, once there is something in it.
    filling: Option<Buffer>,
    pending: VecDeque<Pending>,
    pieces: Pieces,
    frames: Vec<Frame>,
    /// The encryption under way, once there was something to encrypt.
    seal: Option<Seal>,
    stored: Sha256,
    stored_bytes: u64,
    content: blake3::Hasher,
    content_bytes: u64,
}

impl StoredPart {
    pub(super) fn new(shared: Arc<Shared>, spec: PartSpec) -> Self {
        let pieces = Pieces::new(
            shared.store.clone(),
            shared.key(&spec.name),
            shared.budget.clone(),
            spec.expected_bytes,
        );
        Self {
            shared,
            spec,
            own: None,
            filling: None,
            pending: VecDeque::new(),
            pieces,
            frames: Vec::new(),
            seal: None,
            stored: Sha256::new(),
            stored_bytes: 0,
            content: blake3::Hasher::new(),
            content_bytes: 0,
        }
    }

    /// Takes the part's own memory, and more of it where pieces have grown. What it has is given
    /// back first: a part never waits for memory while holding some that others wait for.
    async fn reserve(&mut self) -> Result<()> {
        let need = BESIDES_PIECE + self.pieces.piece();
        if self.own.as_ref().is_some_and(|(_, size)| *size >= need) {
            return Ok(());
        }
        self.pieces.settle().await?;
        self.own = None;
        self.own = Some((self.shared.budget.hold(need).await?, need));
        Ok(())
    }

    /// Hands the frame being filled to a compressor.
    async fn compress(&mut self) -> Result<()> {
        let extra = loop {
            if self.pending.iter().all(|pending| pending.extra.is_some()) {
                break None;
            }
            let more = self.pending.len() < compressors();
            if let Some(extra) = more
                .then(|| self.shared.budget.try_hold(2 * FRAME))
                .flatten()
            {
                break Some(extra);
            }
            self.emit_oldest().await?;
        };
        let codec = self.spec.codec;
        let content = self.filling.take().map(Buffer::freeze).unwrap_or_default();
        let buffers = self.shared.budget.buffers().clone();
        let task = Task::blocking(move || encode_frame(codec, content, &buffers));
        self.pending.push_back(Pending { task, extra });
        while self
            .pending
            .front()
            .is_some_and(|pending| pending.task.is_finished())
        {
            self.emit_oldest().await?;
        }
        Ok(())
    }

    /// Sends the oldest frame on, in order.
    async fn emit_oldest(&mut self) -> Result<()> {
        let Some(pending) = self.pending.pop_front() else {
            return Ok(());
        };
        let encoded = pending.task.join("compress a part").await??;
        self.frames.push(encoded.frame);
        let stored = self.sealed(encoded.stored)?;
        self.send(stored).await
    }

    /// The stream's bytes as they are stored. Takes them, so that they are gone while the store
    /// takes its time.
    fn sealed(&mut self, stream: Bytes) -> Result<Bytes> {
        match self.seal()? {
            Some(seal) => seal.push(&stream),
            None => Ok(stream),
        }
    }

    /// The encryption, begun if there is to be one.
    fn seal(&mut self) -> Result<Option<&mut Seal>> {
        if let (None, Some(recipients)) = (&self.seal, &self.shared.recipients) {
            self.seal = Some(Seal::new(recipients)?);
        }
        Ok(self.seal.as_mut())
    }

    async fn send(&mut self, stored: Bytes) -> Result<()> {
        self.stored.update(&stored);
        self.stored_bytes += stored.len() as u64;
        self.pieces.append(stored).await
    }

    /// The part and, where it has several frames, the side object with their index.
    async fn finish_objects(mut self) -> Result<Vec<Part>> {
        // An empty part that is compressed is an empty frame, so that `zstd -d` or `gzip -d` takes it.
        let needs_frame =
            self.frames.is_empty() && self.pending.is_empty() && self.spec.codec != Codec::None;
        if self.filling.is_some() || needs_frame {
            self.compress().await?;
        }
        while !self.pending.is_empty() {
            self.emit_oldest().await?;
        }
        // What is empty and not compressed had no frame, and still is an age file.
        self.seal()?;
        let encrypted = self.seal.is_some();
        if let Some(seal) = self.seal.take() {
            self.send(seal.finish()?).await?;
        }
        self.pieces.finish().await?;
        let frames = self.frames.iter();
        let stream_bytes = frames.map(|frame| u64::from(frame.stored)).sum();
        let mut part = Part {
            name: self.spec.name,
            bytes: self.stored_bytes,
            stored: Digest::new("sha256", &self.stored.finalize()),
            unencrypted_bytes: encrypted.then_some(stream_bytes),
            content_bytes: self.content_bytes,
            content: Digest::new("blake3", self.content.finalize().as_bytes()),
            codec: self.spec.codec,
            frames: None,
        };
        if self.frames.len() < 2 {
            return Ok(vec![part]);
        }
        let index = Bytes::from(encode_index(&self.frames)?);
        let side = store_index(&self.shared, &part.name, index).await?;
        part.frames = Some(side.name.clone());
        Ok(vec![part, side])
    }
}

/// Stores a part's frame index beside it.
pub(super) async fn store_index(shared: &Shared, part: &str, content: Bytes) -> Result<Part> {
    let stored = match &shared.recipients {
        Some(recipients) => seal_whole(recipients, &content)?,
        None => content.clone(),
    };
    let name = format!("{part}{FRAMES}");
    let payload = stored.clone().into();
    shared.store.put(&shared.key(&name), payload).await?;
    let content_bytes = content.len() as u64;
    Ok(Part {
        name,
        bytes: stored.len() as u64,
        stored: sha256(&stored),
        unencrypted_bytes: shared.recipients.as_ref().map(|_| content_bytes),
        content_bytes,
        content: Digest::new("blake3", blake3::hash(&content).as_bytes()),
        codec: Codec::None,
        frames: None,
    })
}

fn seal_whole(recipients: &Recipients, plain: &[u8]) -> Result<Bytes> {
    let mut seal = Seal::new(recipients)?;
    let mut stored = BytesMut::from(seal.push(plain)?);
    stored.extend_from_slice(&seal.finish()?);
    Ok(stored.freeze())
}

/// How many frames are compressed at once, memory permitting.
fn compressors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[async_trait]
impl PartWriter for StoredPart {
    async fn write(&mut self, mut content: Bytes) -> Result<()> {
        while !content.is_empty() {
            if self.content_bytes + content.len() as u64 > SMALL {
                self.reserve().await?;
            }
            let frame = usize::try_from(FRAME).unwrap_or(usize::MAX);
            let buffers = self.shared.budget.buffers();
            let filling = self.filling.get_or_insert_with(|| buffers.take(frame));
            let room = frame.saturating_sub(filling.len());
            let head = content.split_to(room.min(content.len()));
            self.content.update(&head);
            self.content_bytes += head.len() as u64;
            filling.push(&head);
            if filling.len() >= frame {
                self.compress().await?;
            }
        }
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        let parts = self.finish_objects().await?;
        shared.finish(parts);
        Ok(())
    }
}
