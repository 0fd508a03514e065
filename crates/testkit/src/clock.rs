//! A clock that is wrong on purpose: off by any amount, and set while somebody works by it.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};
use weir_pipeline::Clock;

/// A clock that goes as the machine's does, off by an amount that tests change.
#[derive(Debug, Default)]
pub struct VirtualClock {
    offset: Mutex<SignedDuration>,
}

impl VirtualClock {
    /// A clock that is off by `offset`.
    #[must_use]
    pub fn off_by(offset: SignedDuration) -> Self {
        Self {
            offset: Mutex::new(offset),
        }
    }

    /// Sets it: from now on it goes from `at`.
    pub fn set(&self, at: Timestamp) {
        self.change(|_| at.duration_since(Timestamp::now()));
    }

    /// Sets it forward, or back, by `amount`.
    pub fn jump(&self, amount: SignedDuration) {
        self.change(|offset| offset.saturating_add(amount));
    }

    fn change(&self, change: impl FnOnce(SignedDuration) -> SignedDuration) {
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        *offset = change(*offset);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let offset = *self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::now();
        now.saturating_add(offset).unwrap_or(now)
    }
}
