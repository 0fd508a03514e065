//! Seeded damage to a store, each restored against a live copy: it is found before the live copy
//! changes, or it is harmless.

use super::damage::Damage;
use super::fleet::{ENVIRONMENTS, Workshop};
use super::master::Master;
use super::random::Random;
use super::tally::Tally;
use super::verdict::{Verdict, judge};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Restores that run at a time: each waits for the disk much of its time.
const TOGETHER: usize = 4;
/// Of so many restores one is the real binary's, where there is one.
const BINARY_EVERY: u64 = 50;

/// Damages and restores once for every seed; one in fifty by the binary `weir`, if it is given.
pub async fn run(seeds: Range<u64>, weir: Option<&Path>) -> Tally {
    let mut tally = Tally::default();
    if seeds.is_empty() {
        return tally;
    }
    let campaign = Arc::new(Campaign {
        masters: Master::all().await,
        next: AtomicU64::new(seeds.start),
        end: seeds.end,
        weir: weir.map(Path::to_owned),
    });
    let mut workers = JoinSet::new();
    for _ in 0..TOGETHER {
        workers.spawn(Arc::clone(&campaign).work());
    }
    while let Some(ended) = workers.join_next().await {
        tally.add(ended.expect("a worker runs to its end"));
    }
    tally
}

struct Campaign {
    masters: Vec<Master>,
    next: AtomicU64,
    end: u64,
    weir: Option<PathBuf>,
}

impl Campaign {
    async fn work(self: Arc<Self>) -> Tally {
        let workshop = Workshop::new(&self.masters);
        let mut tally = Tally::default();
        loop {
            let seed = self.next.fetch_add(1, Ordering::SeqCst);
            if seed >= self.end {
                return tally;
            }
            self.one(&workshop, seed, &mut tally).await;
        }
    }

    async fn one(&self, workshop: &Workshop, seed: u64, tally: &mut Tally) {
        let mut random = Random::new(seed);
        let index = random.below(self.masters.len());
        let master = &self.masters[index];
        let environment = random.pick(&ENVIRONMENTS);
        let damage = Damage::choose(&mut random);
        let fleet = workshop.fleet(master, index, environment);
        damage.apply(&fleet.store(), master, &mut random);
        let ending = match &self.weir {
            Some(weir) if seed.is_multiple_of(BINARY_EVERY) => fleet.restore_by(weir),
            _ => fleet.restore().await,
        };
        match judge(master, &fleet, damage, &ending) {
            Ok(verdict) => tally.count(damage.kind(), Verdict::word(verdict)),
            Err(wrong) => tally.miss(
                damage.kind(),
                format!("seed {seed}: {damage:?} into {environment}: {wrong}; again: WEIR_SEED={seed} WEIR_FAULTS=1 WEIR_KILLS=0 scripts/faults"),
            ),
        }
    }
}
