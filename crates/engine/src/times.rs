//! How long the rows of each table took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When each table was begun and ended in one operation, as its engine tells it.
#[derive(Debug, Default)]
pub struct TableTimes {
    tables: Mutex<BTreeMap<String, Span>>,
}

/// From when to when a table was worked at; it has no end while it never came to one.
#[derive(Debug, Clone, Copy)]
struct Span {
    began: Instant,
    ended: Option<Instant>,
}

impl TableTimes {
    /// Work at the rows of a table begins, and lasts until what is returned is dropped.
    pub fn begin(self: &Arc<Self>, table: &str) -> TableWork {
        let began = Instant::now();
        self.change(|tables| {
            tables
                .entry(table.to_owned())
                .or_insert(Span { began, ended: None });
        });
        TableWork {
            times: Arc::clone(self),
            table: table.to_owned(),
        }
    }

    /// The time of each table by its name: from the first begin of any connection to the last end.
    #[must_use]
    pub fn took(&self) -> BTreeMap<String, Duration> {
        self.change(|tables| {
            let ended = tables.iter().filter_map(|(name, span)| {
                let ended = span.ended?;
                Some((name.clone(), ended.saturating_duration_since(span.began)))
            });
            ended.collect()
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Span>) -> T) -> T {
        change(&mut self.tables.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Somebody works at a table, until this is dropped.
#[derive(Debug)]
#[must_use = "the work ends when this is dropped"]
pub struct TableWork {
    times: Arc<TableTimes>,
    table: String,
}

impl Drop for TableWork {
    fn drop(&mut self) {
        let now = Instant::now();
        self.times.change(|tables| {
            if let Some(span) = tables.get_mut(&self.table) {
                // Whoever took its time first may have to wait for the lock.
                span.ended = span.ended.max(Some(now));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_from_the_first_begin_to_the_last_end() {
        let times = Arc::new(TableTimes::default());
        let pause = || {
            let since = Instant::now();
            while since.elapsed() < Duration::from_millis(5) {
                std::thread::yield_now();
            }
        };
        let first = times.begin("people");
        pause();
        let second = times.begin("people");
        drop(first);
        let one = times.took();
        pause();
        drop(second);
        pause();
        let both = times.took();
        assert!(one["people"] >= Duration::from_millis(5));
        assert!(both["people"] >= Duration::from_millis(10));
        assert_eq!(both, times.took(), "nobody works at it any more");
    }

    #[test]
    fn a_table_that_is_still_worked_at_has_no_time() {
        let times = Arc::new(TableTimes::default());
        let _work = times.begin("people");
        assert_eq!(times.took(), BTreeMap::new());
    }
}
