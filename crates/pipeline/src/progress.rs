//! How far a run has come, told in its records while it works, so that whoever looks from
//! elsewhere sees it. It is no part of the work: what cannot be told is not, and nothing waits.

use crate::clock::Clock;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use weir_model::event::{Event, Unit};
use weir_model::run::RunProgress;
use weir_store::RunLog;

/// Where a run stands.
#[derive(Default)]
pub(crate) struct Position(Mutex<Option<Standing>>);

#[derive(Clone, PartialEq, Eq)]
struct Standing {
    step: u32,
    steps: u32,
    does: String,
    counted: Option<(Unit, u64, u64)>,
}

impl Position {
    /// Takes from an event what it says about it.
    pub(crate) fn note(&self, event: &Event) {
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Step {
                number,
                total,
                name,
            } => {
                *standing = Some(Standing {
                    step: *number,
                    steps: *total,
                    does: name.clone(),
                    counted: None,
                });
            }
            Event::Progress { unit, done, total } => {
                if let Some(standing) = &mut *standing {
                    standing.counted = Some((*unit, *done, *total));
                }
            }
            _ => {}
        }
    }

    fn get(&self) -> Option<Standing> {
        let standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        standing.clone()
    }
}

impl Standing {
    /// The record of it; the rate is over the time since an earlier one.
    fn record(&self, at: Timestamp, earlier: Option<&(Self, Instant)>) -> RunProgress {
        let done = self.counted.map_or(0, |(_, done, _)| done);
        let per_second = earlier
            .filter(|(earlier, _)| earlier.does == self.does)
            .map_or(0, |(earlier, then)| {
                let before = earlier.counted.map_or(0, |(_, done, _)| done);
                let milliseconds = u64::try_from(then.elapsed().as_millis()).unwrap_or(u64::MAX);
                let more = done.saturating_sub(before).saturating_mul(1_000);
                more / milliseconds.max(1)
            });
        RunProgress {
            at,
            step: self.step,
            steps: self.steps,
            does: self.does.clone(),
            unit: self.counted.map(|(unit, ..)| unit),
            done,
            total: self.counted.map_or(0, |(_, _, total)| total),
            per_second,
        }
    }
}

/// Tells where a run stands, every now and then, until this is dropped.
pub(crate) struct Teller(JoinHandle<()>);

impl Teller {
    pub(crate) fn start(
        position: Arc<Position>,
        log: RunLog,
        clock: Arc<dyn Clock>,
        every: Duration,
    ) -> Self {
        Self(tokio::spawn(async move {
            let mut told: Option<(Standing, Instant)> = None;
            loop {
                tokio::time::sleep(every).await;
                let Some(standing) = position.get() else {
                    continue;
                };
                let news = told.as_ref().is_none_or(|(told, _)| *told != standing);
                if news {
                    let record = standing.record(clock.now(), told.as_ref());
                    // Whoever looks sees the last one that could be told, and when that was.
                    let _ = log.progress(&record).await;
                    told = Some((standing, Instant::now()));
                }
            }
        }))
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.0.abort();
    }
}
