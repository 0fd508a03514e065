//! Readers of the live copies, all the while.

use crate::faults::shop::{LIVE, Shop, check};
use crate::faults::tally::Tally;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// One reader of every live copy.
pub(super) struct Readers {
    stop: Arc<AtomicBool>,
    polls: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Result<(), String>>>,
}

impl Readers {
    /// Starts them.
    pub(super) fn start(shop: &Arc<Shop>) -> Self {
        let (stop, polls) = (Arc::default(), Arc::default());
        let threads = LIVE
            .map(|(environment, _)| poll(shop, environment, &stop, &polls))
            .into();
        Self {
            stop,
            polls,
            threads,
        }
    }

    /// Stops them; how often they looked.
    pub(super) fn stop(self, tally: &mut Tally) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        for reader in self.threads {
            if let Err(wrong) = reader.join().expect("a reader does not panic") {
                tally.miss("reader", wrong);
            }
        }
        self.polls.load(Ordering::SeqCst)
    }
}

/// Reads a live copy until told to stop, now and then over a new connection.
#[allow(
    clippy::disallowed_methods,
    reason = "waits for nothing: it paces a reader"
)]
fn poll(
    shop: &Arc<Shop>,
    environment: &'static str,
    stop: &Arc<AtomicBool>,
    polls: &Arc<AtomicU64>,
) -> JoinHandle<Result<(), String>> {
    let (shop, stop, polls) = (Arc::clone(shop), Arc::clone(stop), Arc::clone(polls));
    std::thread::spawn(move || {
        while !stop.load(Ordering::SeqCst) {
            let live = shop
                .open(environment)
                .map_err(|error| format!("{environment}: {error}"))?;
            for _ in 0..20 {
                check(&live, environment)?;
                polls.fetch_add(1, Ordering::SeqCst);
                // A reader in a closed loop would keep every writer of a rollback journal out.
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        Ok(())
    })
}
