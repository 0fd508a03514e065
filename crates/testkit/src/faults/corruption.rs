//! Seeded damage to a store, each restored against a live copy: it is found before the live copy
//! changes, or it is harmless.

use super::damage::Damage;
use super::fleet::Master;
use super::random::Random;
use super::tally::Tally;
use super::verdict::{Verdict, judge};
use crate::observe::Probe;
use std::ops::Range;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Restores that run at a time: each waits for the disk much of its time.
const TOGETHER: usize = 4;

/// Damages and restores once for every seed.
pub async fn run(seeds: Range<u64>) -> Tally {
    let masters = Arc::new([Master::new(true).await, Master::new(false).await]);
    let mut running = JoinSet::new();
    let mut tally = Tally::default();
    for seed in seeds {
        while running.len() >= TOGETHER {
            collect(&mut running, &mut tally).await;
        }
        let masters = Arc::clone(&masters);
        running.spawn(async move { one(&masters, seed).await });
    }
    while !running.is_empty() {
        collect(&mut running, &mut tally).await;
    }
    tally
}

async fn collect(running: &mut JoinSet<Tally>, tally: &mut Tally) {
    if let Some(ended) = running.join_next().await {
        tally.add(ended.expect("a seed runs to its end"));
    }
}

async fn one(masters: &[Master; 2], seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let master = &masters[random.below(2)];
    let environment = random.pick(&["integration", "review"]);
    let damage = Damage::choose(&mut random);
    let fleet = master.copy(environment);
    damage.apply(&fleet.store(), &master.genuine, &mut random);
    let probe = Arc::new(Probe::default());
    let report = fleet.restore(&probe.context()).await;
    let mut tally = Tally::default();
    match judge(master, &fleet, damage, &report, &probe.text()) {
        Ok(verdict) => tally.count(damage.kind(), Verdict::word(verdict)),
        Err(wrong) => tally.miss(
            damage.kind(),
            format!("seed {seed}: {damage:?} into {environment}: {wrong}; again: WEIR_SEED={seed} WEIR_FAULTS=1 WEIR_KILLS=0 scripts/faults"),
        ),
    }
    tally
}
