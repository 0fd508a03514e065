//! Whether somebody has been deciding all the time: a clock that was set and a machine that slept
//! both show as a wall clock that went another way than the steady one.

use jiff::{SignedDuration, Timestamp};
use std::time::Instant;

/// What clocks may differ by between two looks without having been set.
const DRIFT: SignedDuration = SignedDuration::from_secs(60);

/// Both clocks at the last look.
pub(super) struct Ticks {
    wall: Timestamp,
    steady: Instant,
}

impl Ticks {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            wall: now,
            steady: Instant::now(),
        }
    }

    /// By how much the wall clock moved that no time passed for, if it did.
    pub(super) fn moved(&mut self, now: Timestamp) -> Option<SignedDuration> {
        let steady = Instant::now();
        let passed = SignedDuration::try_from(steady.duration_since(self.steady)).ok()?;
        let moved = now.duration_since(self.wall).saturating_sub(passed);
        (self.wall, self.steady) = (now, steady);
        (moved.abs() > DRIFT).then_some(moved)
    }
}
