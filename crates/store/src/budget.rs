//! One limit for all memory that data in flight takes.

use crate::buffers::Buffers;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use weir_model::error::{Error, Kind, Result};

/// One mebibyte, in bytes.
pub(crate) const MIB: u64 = 1024 * 1024;
/// Content of one frame. Stored data: `docs/format.md` names it.
pub(crate) const FRAME: u64 = 4 * MIB;
/// The smallest piece of an upload that has several.
pub(crate) const SMALLEST_PIECE: u64 = 8 * MIB;
/// The largest piece of an upload, however much memory there is.
const LARGEST_PIECE: u64 = 64 * MIB;
/// How many pieces S3 takes for one object.
pub(crate) const MOST_PIECES: u64 = 10_000;
/// After this many pieces they grow by their first size.
pub(crate) const GROWTH: u64 = 1000;
/// What a part being written holds besides its piece: a frame being filled, one being
/// compressed with its output, and the end of a frame that did not fit the piece.
pub(crate) const BESIDES_PIECE: u64 = 4 * FRAME;
/// Permits are counted in KiB, so that large budgets fit the semaphore's numbers.
const UNIT: u64 = 1024;

/// The memory that all parts in flight share, whether written or read. Cloning shares it.
///
/// Every large part takes what it needs to make progress at once, before its first byte, and
/// more only while there is some to spare. So parts never wait for each other in a circle, but a
/// task that writes several large parts *in turn* needs a budget for all of them:
/// see [`Self::parts_at_once`].
#[derive(Debug, Clone)]
pub struct MemoryBudget {
    semaphore: Arc<Semaphore>,
    total: u64,
    buffers: Buffers,
}

/// Memory taken from the budget until dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _permit: OwnedSemaphorePermit,
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self::new(48 * MIB)
    }
}

impl MemoryBudget {
    /// A budget of that many bytes, at least what one part needs (24 MiB).
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let total = bytes.clamp(BESIDES_PIECE + SMALLEST_PIECE, 1 << 40);
        let permits = usize::try_from(total / UNIT).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            semaphore: Arc::new(Semaphore::new(permits)),
            total,
            buffers: Buffers::default(),
        }
    }

    /// Buffers for the frames in flight.
    pub(crate) fn buffers(&self) -> &Buffers {
        &self.buffers
    }

    /// How many large parts can be open at the same time; a further one waits.
    #[must_use]
    pub fn parts_at_once(&self) -> usize {
        usize::try_from(self.total / (BESIDES_PIECE + SMALLEST_PIECE)).unwrap_or(usize::MAX)
    }

    /// The most bytes one stored object can have: 10,000 pieces, none larger than the budget
    /// allows.
    #[must_use]
    pub fn largest_object(&self) -> u64 {
        (0..MOST_PIECES)
            .map(|number| self.piece(SMALLEST_PIECE, number))
            .sum()
    }

    /// The size of piece `number` of an upload that began with pieces of `first` bytes.
    pub(crate) fn piece(&self, first: u64, number: u64) -> u64 {
        first
            .saturating_mul(1 + number / GROWTH)
            .min(self.largest_piece())
    }

    /// The first piece's size for an object of about `expected` bytes (0: unknown).
    pub(crate) fn first_piece(&self, expected: u64) -> u64 {
        let even = expected
            .div_ceil(MOST_PIECES * 9 / 10)
            .next_multiple_of(MIB);
        even.max(SMALLEST_PIECE).min(self.largest_piece())
    }

    /// The largest piece of an upload of exactly that many bytes.
    pub(crate) fn largest_piece_of(&self, bytes: u64) -> u64 {
        let first = self.first_piece(bytes);
        let mut left = bytes;
        let number = (0..MOST_PIECES).find(|number| {
            left = left.saturating_sub(self.piece(first, *number));
            left == 0
        });
        self.piece(first, number.unwrap_or(MOST_PIECES))
    }

    fn largest_piece(&self) -> u64 {
        (self.total - BESIDES_PIECE).clamp(SMALLEST_PIECE, LARGEST_PIECE)
    }

    /// Takes memory, waiting until it is free. More than the whole budget takes all of it.
    pub(crate) async fn hold(&self, bytes: u64) -> Result<Held> {
        Arc::clone(&self.semaphore)
            .acquire_many_owned(self.permits(bytes))
            .await
            .map(|permit| Held { _permit: permit })
            .map_err(|source| Error::from_source(Kind::Internal, "take memory", source))
    }

    /// Takes memory if it is free now.
    pub(crate) fn try_hold(&self, bytes: u64) -> Option<Held> {
        Arc::clone(&self.semaphore)
            .try_acquire_many_owned(self.permits(bytes))
            .ok()
            .map(|permit| Held { _permit: permit })
    }

    fn permits(&self, bytes: u64) -> u32 {
        u32::try_from(bytes.min(self.total).div_ceil(UNIT)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_grow_within_the_budget_and_reach_hundreds_of_gibibytes() {
        let budget = MemoryBudget::default();
        assert_eq!(budget.piece(SMALLEST_PIECE, 0), 8 * MIB);
        assert_eq!(budget.piece(SMALLEST_PIECE, 9_999), 32 * MIB);
        assert!(budget.largest_object() > 256 * 1024 * MIB);
        assert!(MemoryBudget::new(128 * MIB).largest_object() > 400 * 1024 * MIB);
        assert_eq!(budget.first_piece(90_000 * MIB), 10 * MIB);
        assert_eq!(budget.largest_piece_of(1), 8 * MIB);
        assert_eq!(budget.largest_piece_of(8_000 * MIB), 8 * MIB);
        assert_eq!(budget.largest_piece_of(8_000 * MIB + 1), 16 * MIB);
    }

    #[tokio::test]
    async fn memory_is_counted_and_given_back() {
        let budget = MemoryBudget::new(0);
        assert_eq!(budget.parts_at_once(), 1);
        let held = budget.hold(u64::MAX).await.unwrap();
        assert!(budget.try_hold(1).is_none());
        drop(held);
        assert!(budget.try_hold(24 * MIB).is_some());
    }
}
