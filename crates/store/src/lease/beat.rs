//! The heartbeat of a lease.

use super::ledger::Ledger;
use crate::task::Task;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Beats until dropped, and notices when the lease was taken over.
pub(super) struct Heart {
    lost: Arc<AtomicBool>,
    _task: Task<()>,
}

impl Heart {
    pub(super) fn start(ledger: Ledger, number: u64, ttl: Duration) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let interval = (ttl * 2 / 5).min(Duration::from_secs(60));
        let task = Task::spawn(beat(ledger, number, interval, Arc::clone(&lost)));
        Self { lost, _task: task }
    }

    pub(super) fn lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for Heart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Heart(lost: {})", self.lost())
    }
}

async fn beat(ledger: Ledger, number: u64, interval: Duration, lost: Arc<AtomicBool>) {
    let mut next = Instant::now();
    for count in 1.. {
        // From beat to beat: what a store takes to answer, or to be given up, does not come on
        // top of it. One late beat would else become two.
        next = Instant::now().max(next + interval);
        tokio::time::sleep_until(next).await;
        // A store that does not answer is no reason to stop: the swap asks again, and the target
        // itself refuses a writer that was taken over.
        let highest = ledger.highest().await;
        if matches!(highest, Ok(Some(highest)) if highest != number) {
            lost.store(true, Ordering::SeqCst);
            return;
        }
        let _ = ledger.beat(number, count).await;
    }
}
