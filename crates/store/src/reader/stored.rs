//! A part's bytes as they are stored, in order, for whoever copies them.

use super::fetch::{Fetcher, Memory, RANGE};
use bytes::Bytes;
use weir_model::error::Result;

/// The stored bytes of one part: several ranges under way, proven at the end.
pub(crate) struct StoredBytes {
    fetcher: Fetcher,
}

impl StoredBytes {
    /// What the reader holds at most without taking more from the budget.
    pub(crate) const MEMORY: u64 = RANGE;

    pub(super) fn new(mut fetcher: Fetcher) -> Self {
        let size = fetcher.check.part.bytes;
        let count = size.div_ceil(RANGE);
        let range = |number: u64| number * RANGE..((number + 1) * RANGE).min(size);
        fetcher.plan((0..count).map(range).collect());
        Self { fetcher }
    }

    /// The next bytes, with the memory they take; `None` once all of them were proven to be those
    /// that the manifest promises.
    pub(crate) async fn next(&mut self) -> Result<Option<(Bytes, Memory)>> {
        let next = self.fetcher.next().await?;
        if next.is_none() {
            if self.fetcher.check.part.bytes == 0 {
                self.fetcher.expect_empty().await?;
            }
            self.fetcher.check.prove_stored()?;
        }
        Ok(next)
    }
}
