//! Fetching a part in ranges, several at a time, in order, within the memory budget.

use super::check::PartCheck;
use crate::budget::{FRAME, Held, MemoryBudget};
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
pub(super) struct Memory {
    _held: Option<Arc<Held>>,
    _own: Option<Arc<()>>,
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

type Read = Result<Option<(Bytes, u64)>>;

/// The stored bytes of one part, in ranges.
pub(super) struct Fetcher {
    store: Store,
    key: String,
    pub(super) budget: MemoryBudget,
    pub(super) check: PartCheck,
    ranges: VecDeque<Range<u64>>,
    under_way: VecDeque<(Range<u64>, Task<Read>, Memory)>,
    place: OwnPlace,
    own: Option<Held>,
}

impl Fetcher {
    pub(super) fn new(store: Store, key: String, budget: MemoryBudget, check: PartCheck) -> Self {
        Self {
            store,
            key,
            budget,
            check,
            ranges: VecDeque::new(),
            under_way: VecDeque::new(),
            place: OwnPlace::default(),
            own: None,
        }
    }

    /// Plans to fetch these ranges, in this order.
    pub(super) fn plan(&mut self, ranges: impl IntoIterator<Item = Range<u64>>) {
        self.ranges.extend(ranges);
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
            let size = range.end.saturating_sub(range.start);
            let Some(memory) = self.place.take(&self.budget, more, size) else {
                return;
            };
            self.ranges.pop_front();
            let (store, key, wanted) = (self.store.clone(), self.key.clone(), range.clone());
            let task = Task::spawn(async move { store.get_range(&key, wanted).await });
            self.under_way.push_back((range, task, memory));
        }
    }

    /// The next range's bytes, digested, with the memory they take; `None` at the end, once the
    /// object was seen to exist at its size.
    pub(super) async fn next(&mut self) -> Result<Option<(Bytes, Memory)>> {
        self.top_up();
        let Some((range, task, memory)) = self.under_way.pop_front() else {
            return Ok(None);
        };
        let read = task.join("fetch a range").await??;
        let (bytes, size) = read.ok_or_else(|| self.check.corrupt("the part is missing"))?;
        self.check_size(size)?;
        if bytes.len() as u64 != range.end.saturating_sub(range.start) {
            return Err(self.check.corrupt("the part ends too early"));
        }
        self.check.stored(&bytes);
        self.top_up();
        Ok(Some((bytes, memory)))
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
