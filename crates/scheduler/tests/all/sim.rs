//! A month of 80 jobs in three environments, hundreds of times: durations, failures, crashes,
//! sleeps, clocks that jump and holds are drawn from a seed.

#[path = "sim/checks.rs"]
mod checks;
#[path = "sim/faults.rs"]
mod faults;
#[path = "sim/fleet.rs"]
mod fleet;
#[path = "sim/random.rs"]
mod random;
#[path = "sim/records.rs"]
mod records;
#[path = "sim/runs.rs"]
mod runs;
#[path = "sim/told.rs"]
mod told;
#[path = "sim/world.rs"]
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use world::World;

const SEEDS: u64 = 300;

/// `WEIR_SEED=n cargo test -p weir-scheduler a_month -- --nocapture` tells one month step by step.
#[test]
fn a_month_with_whatever_happens_in_it() {
    if let Ok(seed) = std::env::var("WEIR_SEED") {
        let (told, decisions) = World::new(seed.parse().unwrap(), true).run();
        println!("{told:?}, {decisions} decisions");
        return;
    }
    let next = AtomicU64::new(0);
    let failed: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| months(&next))).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    let replay: Vec<_> = failed
        .iter()
        .map(|seed| format!("WEIR_SEED={seed} cargo test -p weir-scheduler a_month -- --nocapture"))
        .collect();
    assert!(
        failed.is_empty(),
        "to see what happened:\n{}",
        replay.join("\n")
    );
}

fn months(next: &AtomicU64) -> Vec<u64> {
    let mut failed = Vec::new();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= SEEDS {
            return failed;
        }
        if catch_unwind(AssertUnwindSafe(|| World::new(seed, false).run())).is_err() {
            failed.push(seed);
        }
    }
}
