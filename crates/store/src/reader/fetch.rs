//! Fetching a part in ranges, several at a time, in order, within the memory budget.

use super::check::PartCheck;
use crate::budget::{FRAME, Held, MemoryBudget};
use crate::encryption::{Envelope, Opener};
use crate::store::Store;
use crate::task::Task;
use bytes::Bytes;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use weir_model::error::Result;

/// About how many stored bytes are fetched at once.
pub(super) const RANGE: u64 = FRAME + FRAME / 2;
/// The most ranges under way at once, memory permitting.
const AT_ONCE: usize = 3;
/// A part that needs no more than this takes no memory from the budget.
const SMALL: u64 = 256 * 1024;

/// Memory that something takes until the last clone of it is gone.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    _held: Option<Arc<Held>>,
    _own: Option<Arc<()>>,
}

impl Memory {
    /// Memory that the part has reserved for something else than a place.
    pub(super) fn reserved() -> Self {
        Self {
            _held: None,
            _own: None,
        }
    }
}

/// A place for one thing at a time in the memory a part has of its own, so that it makes
/// progress when there is none to spare.
#[derive(Debug, Default)]
pub(super) struct OwnPlace(Arc<()>);

impl OwnPlace {
    /// Memory of one's own if it is free, else some of the budget if `more` and there is some.
    pub(super) fn take(&self, budget: &MemoryBudget, more: bool, bytes: u64) -> Option<Memory> {
        if Arc::strong_count(&self.0) == 1 {
            return Some(Memory {
                _held: None,
                _own: Some(Arc::clone(&self.0)),
            });
        }
        let held = more.then(|| budget.try_hold(bytes)).flatten()?;
        Some(Memory {
            _held: Some(Arc::new(held)),
            _own: None,
        })
    }
}

/// A range that was fetched.
struct Fetched {
    stored: Bytes,
    /// The same as the compressed stream has it; `None` when it cannot be decrypted.
    stream: Option<Bytes>,
    /// The size of the whole object.
    size: u64,
}

type Read = Result<Option<Fetched>>;

/// The compressed stream of one part in ranges of what is stored, decrypted where it is
/// encrypted.
pub(super) struct Fetcher {
    store: Store,
    key: String,
    pub(super) budget: MemoryBudget,
    pub(super) check: PartCheck,
    envelope: Option<Envelope>,
    ranges: VecDeque<Range<u64>>,
    under_way: VecDeque<(Range<u64>, Task<Read>, Memory)>,
    place: OwnPlace,
    own: Option<Held>,
}

impl Fetcher {
    pub(super) fn new(
        store: Store,
        key: String,
        budget: MemoryBudget,
        check: PartCheck,
        envelope: Option<Envelope>,
    ) -> Self {
        Self {
            store,
            key,
            budget,
            check,
            envelope,
            ranges: VecDeque::new(),
            under_way: VecDeque::new(),
            place: OwnPlace::default(),
            own: None,
        }
    }

    /// Plans to fetch the whole stream in these ranges, in this order; what is encrypted is cut
    /// where its encryption lets it. Returns the memory that one range needs.
    pub(super) fn plan(&mut self, ranges: Vec<Range<u64>>) -> u64 {
        let ranges = match &self.envelope {
            Some(envelope) => envelope.ranges(),
            None => ranges,
        };
        let need = ranges.iter().map(|range| self.memory_of(range)).max();
        self.ranges.extend(ranges);
        need.unwrap_or(0)
    }

    /// Plans to fetch everything at once.
    pub(super) fn plan_whole(&mut self) {
        self.ranges.push_back(0..self.check.part.bytes);
    }

    /// Whether ranges are cut elsewhere than frames.
    pub(super) fn is_encrypted(&self) -> bool {
        self.envelope.is_some()
    }

    /// What is decrypted is held in both its forms.
    fn memory_of(&self, range: &Range<u64>) -> u64 {
        let bytes = range.end.saturating_sub(range.start);
        if self.is_encrypted() {
            2 * bytes
        } else {
            bytes
        }
    }

    /// Takes what the part needs to make progress on its own.
    pub(super) async fn reserve(&mut self, bytes: u64) -> Result<()> {
        if self.own.is_none() && bytes > SMALL {
            self.own = Some(self.budget.hold(bytes).await?);
        }
        Ok(())
    }

    fn top_up(&mut self) {
        while let Some(range) = self.ranges.front().cloned() {
            let more = self.under_way.len() < AT_ONCE;
            let awaits = self.envelope.as_ref().is_some_and(Envelope::awaits_opening);
            if awaits && !self.under_way.is_empty() {
                return;
            }
            let size = self.memory_of(&range);
            let Some(memory) = self.place.take(&self.budget, more, size) else {
                return;
            };
            self.ranges.pop_front();
            let opener = self.envelope.as_ref().map(|found| found.opener(&range));
            let (store, key) = (self.store.clone(), self.key.clone());
            let task = Task::spawn(fetch(store, key, range.clone(), opener));
            self.under_way.push_back((range, task, memory));
        }
    }

    /// The next of the stream, its stored bytes digested, with the memory it takes; `None` at the end, once the
    /// object was seen to exist at its size.
    pub(super) async fn next(&mut self) -> Result<Option<(Bytes, Memory)>> {
        self.top_up();
        let Some((range, task, memory)) = self.under_way.pop_front() else {
            return Ok(None);
        };
        let read = task.join("fetch a range").await??;
        let fetched = read.ok_or_else(|| self.check.corrupt("the part is missing"))?;
        self.check_size(fetched.size)?;
        if fetched.stored.len() as u64 != range.end.saturating_sub(range.start) {
            return Err(self.check.corrupt("the part ends too early"));
        }
        self.check.stored(&fetched.stored);
        if let Some(envelope) = &mut self.envelope
            && envelope.awaits_opening()
        {
            envelope.read_opening(&fetched.stored);
        }
        let stream = fetched.stream.ok_or_else(|| {
            let cause = "it cannot be decrypted: bytes were changed";
            self.check.corrupt(cause)
        })?;
        self.top_up();
        Ok(Some((stream, memory)))
    }

    fn check_size(&self, size: u64) -> Result<()> {
        let stated = self.check.part.bytes;
        if size == stated {
            return Ok(());
        }
        Err(self
            .check
            .corrupt(format!("it has {size} bytes, the manifest says {stated}")))
    }

    /// Proves that an object of no bytes, of which no range can be read, is there.
    pub(super) async fn expect_empty(&self) -> Result<()> {
        match self.store.size(&self.key).await? {
            Some(size) => self.check_size(size),
            None => Err(self.check.corrupt("the part is missing")),
        }
    }
}

async fn fetch(store: Store, key: String, range: Range<u64>, opener: Option<Opener>) -> Read {
    let wanted = range.end.saturating_sub(range.start);
    let Some((stored, size)) = store.get_range(&key, range).await? else {
        return Ok(None);
    };
    let stream = match opener {
        None => Some(stored.clone()),
        Some(_) if stored.len() as u64 != wanted => None,
        Some(opener) => {
            let bytes = stored.clone();
            Task::blocking(move || opener.open(bytes))
                .join("decrypt a range")
                .await?
        }
    };
    Ok(Some(Fetched {
        stored,
        stream,
        size,
    }))
}
