//! How often somebody may try.

use jiff::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// How many are remembered.
const MOST: usize = 10_000;
/// The time in which tries are counted.
pub(crate) const SECONDS: i64 = 60;

/// So many tries a minute for each key.
pub(crate) struct Limit<K> {
    most: u32,
    tries: Mutex<HashMap<K, (i64, u32)>>,
}

impl<K: Eq + Hash + Clone> Limit<K> {
    /// A limit of this many.
    pub(crate) fn a_minute(most: u32) -> Self {
        Self {
            most,
            tries: Mutex::default(),
        }
    }

    /// Whether nothing more is allowed now.
    pub(crate) fn is_reached(&self, key: &K, now: Timestamp) -> bool {
        let minute = now.as_second().div_euclid(SECONDS);
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let count = tries.get(key).filter(|(at, _)| *at == minute);
        count.is_some_and(|(_, count)| *count >= self.most)
    }

    /// Counts a try.
    pub(crate) fn count(&self, key: &K, now: Timestamp) {
        let minute = now.as_second().div_euclid(SECONDS);
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MOST {
            tries.retain(|_, (at, _)| *at == minute);
        }
        if tries.len() >= MOST {
            tries.clear();
        }
        let (at, count) = tries.entry(key.clone()).or_default();
        if *at != minute {
            (*at, *count) = (minute, 0);
        }
        *count = count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_by_key_and_forgotten_with_the_minute() {
        let limit = Limit::a_minute(2);
        let at = |second| Timestamp::from_second(second).unwrap();
        limit.count(&1, at(0));
        assert!(!limit.is_reached(&1, at(1)));
        limit.count(&1, at(2));
        assert!(limit.is_reached(&1, at(59)) && !limit.is_reached(&2, at(59)));
        assert!(!limit.is_reached(&1, at(60)));
    }
}
