//! One stored object, uploaded in pieces of bounded memory.

use crate::budget::{FRAME, Held, MOST_PIECES, MemoryBudget};
use crate::store::Store;
use crate::task::Task;
use bytes::Bytes;
use object_store::{MultipartUpload, PutPayload};
use std::collections::VecDeque;
use weir_model::error::{Error, Kind, Result};

/// The most pieces under way at once, memory permitting.
const AT_ONCE: usize = 4;

type Upload = Task<Result<(), object_store::Error>>;

/// The memory of one piece: of the part's own reservation, or taken besides.
#[derive(Debug)]
enum Slot {
    Own,
    Extra(#[expect(dead_code, reason = "held, not read")] Held),
}

/// An object being written. Dropped before `finish`, it is aborted and never visible.
pub(crate) struct Pieces {
    store: Store,
    key: String,
    budget: MemoryBudget,
    first: u64,
    count: u64,
    gathered: Vec<Bytes>,
    gathered_bytes: u64,
    sent_bytes: u64,
    slot: Slot,
    upload: Option<Box<dyn MultipartUpload>>,
    under_way: VecDeque<(Upload, Slot)>,
}

impl Pieces {
    pub(crate) fn new(store: Store, key: String, budget: MemoryBudget, expected: u64) -> Self {
        Self {
            store,
            key,
            first: budget.first_piece(expected),
            budget,
            count: 0,
            gathered: Vec::new(),
            gathered_bytes: 0,
            sent_bytes: 0,
            slot: Slot::Own,
            upload: None,
            under_way: VecDeque::new(),
        }
    }

    /// The size of the piece being gathered.
    pub(crate) fn piece(&self) -> u64 {
        self.budget.piece(self.first, self.count)
    }

    /// Adds bytes; uploads each piece as it is full. Waits while there is no memory for more.
    pub(crate) async fn append(&mut self, mut bytes: Bytes) -> Result<()> {
        while self.gathered_bytes + bytes.len() as u64 >= self.piece() {
            let room = self.piece() - self.gathered_bytes;
            let head = bytes.split_to(usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()));
            self.gather(head);
            self.send().await?;
        }
        if !bytes.is_empty() {
            self.gather(bytes);
        }
        Ok(())
    }

    fn gather(&mut self, bytes: Bytes) {
        self.gathered_bytes += bytes.len() as u64;
        self.gathered.push(bytes);
    }

    async fn send(&mut self) -> Result<()> {
        if self.count >= MOST_PIECES {
            return Err(self.too_large());
        }
        if self.upload.is_none() {
            self.upload = Some(self.store.multipart(&self.key).await?);
        }
        let payload: PutPayload = std::mem::take(&mut self.gathered).into_iter().collect();
        self.sent_bytes += self.gathered_bytes;
        self.gathered_bytes = 0;
        self.count += 1;
        if let Some(upload) = &mut self.upload {
            let task = Task::spawn(upload.put_part(payload));
            let slot = std::mem::replace(&mut self.slot, Slot::Own);
            self.under_way.push_back((task, slot));
        }
        self.slot = self.next_slot().await?;
        Ok(())
    }

    /// Memory for the next piece: that of one that is done, or more, or that of the oldest once
    /// it is done.
    async fn next_slot(&mut self) -> Result<Slot> {
        let mut free = None;
        while self
            .under_way
            .front()
            .is_some_and(|(task, _)| task.is_finished())
        {
            free = Some(better(free.as_ref(), self.oldest().await?));
        }
        if let Some(slot) = free {
            return Ok(slot);
        }
        let more = self.under_way.len() < AT_ONCE;
        match more
            .then(|| self.budget.try_hold(self.piece() + FRAME))
            .flatten()
        {
            Some(held) => Ok(Slot::Extra(held)),
            None => self.oldest().await,
        }
    }

    /// Waits for the oldest piece under way; its memory.
    async fn oldest(&mut self) -> Result<Slot> {
        let Some((task, slot)) = self.under_way.pop_front() else {
            return Ok(Slot::Own);
        };
        let sent = task.join("upload a piece");
        let sent = self
            .store
            .unless_stopped("write", &self.key, sent)
            .await??;
        sent.map_err(|error| self.store.write_failed(&self.key, &error))?;
        Ok(slot)
    }

    /// Waits for every piece under way, so that only the part's own memory is used.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        while !self.under_way.is_empty() {
            self.oldest().await?;
        }
        self.slot = Slot::Own;
        Ok(())
    }

    /// Sends what is left and returns once the object is acknowledged as a whole.
    pub(crate) async fn finish(mut self) -> Result<()> {
        if self.upload.is_none() {
            let payload = std::mem::take(&mut self.gathered).into_iter().collect();
            return self.store.put(&self.key, payload).await;
        }
        if self.gathered_bytes > 0 {
            self.send().await?;
        }
        self.settle().await?;
        match self.upload.take() {
            Some(mut upload) => {
                self.store
                    .complete(&self.key, upload.as_mut(), self.sent_bytes)
                    .await
            }
            None => Ok(()),
        }
    }

    fn too_large(&self) -> Error {
        let limit = self.budget.largest_object() >> 30;
        let cause =
            format!("the object grows beyond {limit} GiB, the most that fits 10,000 pieces");
        Error::new(
            Kind::Unsupported,
            format!("write {}", self.store.place(&self.key)),
            cause,
        )
        .hint("give weir more memory: larger pieces make larger objects")
    }
}

/// Keeps the part's own memory rather than what others could use.
fn better(one: Option<&Slot>, other: Slot) -> Slot {
    match one {
        Some(Slot::Own) => Slot::Own,
        _ => other,
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.under_way.clear();
        let (Some(mut upload), Ok(runtime)) =
            (self.upload.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // Best effort: what a dying process leaves is for the bucket's own rule.
        drop(runtime.spawn(async move { upload.abort().await.ok() }));
    }
}
