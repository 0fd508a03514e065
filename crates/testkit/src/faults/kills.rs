//! SIGKILL of the real binary at random moments: whoever comes next heals and completes, a
//! reader of a live copy never sees an error or half of anything, no record claims what was not
//! done.

use super::random::Random;
use super::records::{self, Run};
use super::shop::{LIVE, Shop, check};
use super::tally::Tally;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const RUN: &str = "run production/shop --downstream";
/// What is killed, and under which name it is counted.
const VERBS: [(&str, &str); 7] = [
    (RUN, "run killed"),
    ("restore staging/shop", "restore killed"),
    ("restore integration/shop", "restore, masking, killed"),
    ("rollback staging/shop", "rollback killed"),
    ("backup production/shop", "backup killed"),
    ("backup staging/shop", "backup killed"),
    ("heal", "heal killed"),
];

/// What came of the kills.
#[derive(Debug, Default)]
pub struct Kills {
    /// How each ended.
    pub tally: Tally,
    /// How often a reader looked.
    pub polls: u64,
}

/// Kills `weir`, the binary, once for every seed, all in one fleet.
pub fn run(weir: &Path, seeds: Range<u64>) -> Kills {
    let mut kills = Kills::default();
    if seeds.is_empty() {
        return kills;
    }
    let shop = Arc::new(Shop::new(weir));
    let lasts = VERBS.map(|(words, _)| time(&shop, words));
    let stop = Arc::new(AtomicBool::new(false));
    let polls = Arc::new(AtomicU64::new(0));
    let readers = LIVE.map(|(environment, _)| poll(&shop, environment, &stop, &polls));
    for (generation, seed) in (2..).zip(seeds) {
        let mut random = Random::new(seed);
        let at = random.below(VERBS.len());
        let (words, kind) = VERBS[at];
        shop.renew(generation);
        let ended = kill_one(&shop, words, lasts[at], &mut random)
            .and_then(|ended| next_run(&shop, generation).map(|()| ended));
        match ended {
            Ok(ended) => kills.tally.count(kind, ended),
            Err(wrong) => kills.tally.miss(
                kind,
                format!("seed {seed}: weir {words}: {wrong}; again: WEIR_SEED={seed} WEIR_FAULTS=0 scripts/faults"),
            ),
        }
    }
    stop.store(true, Ordering::SeqCst);
    for reader in readers {
        if let Err(wrong) = reader.join().expect("a reader does not panic") {
            kills.tally.miss("reader", wrong);
        }
    }
    kills.polls = polls.load(Ordering::SeqCst);
    kills
}

/// How long a verb takes here, undisturbed.
fn time(shop: &Shop, words: &str) -> Duration {
    let began = Instant::now();
    let (code, _, errors) = shop.finish(words);
    assert_eq!(code, Some(0), "weir {words}: {errors}");
    began.elapsed()
}

/// Starts a verb and kills it at a moment of the time it takes; says whether it had ended.
fn kill_one(
    shop: &Shop,
    words: &str,
    lasts: Duration,
    random: &mut Random,
) -> Result<&'static str, String> {
    if words == "heal" {
        // There must be something to heal.
        kill(
            shop,
            "restore staging/shop",
            lasts.max(Duration::from_millis(100)),
            random,
        );
    }
    let (process, was_killed) = kill(shop, words, lasts, random);
    let stores = shop.path("store");
    let mine = |run: &Run| run.started.by.pid == process;
    let unfinished: BTreeSet<String> = records::runs(&stores)
        .into_iter()
        .filter(|run| mine(run) && run.ended.is_none())
        .map(|run| run.started.run)
        .collect();
    shop.age_unfinished_writes();
    let (code, _, errors) = shop.finish(RUN);
    if code != Some(0) {
        return Err(format!("the next run ended with {code:?}: {errors}"));
    }
    for run in records::runs(&stores) {
        if let Some(wrong) = records::false_success(&run, &stores) {
            return Err(wrong);
        }
        if run.ended.is_none() {
            return Err(format!("run {} was never closed", run.started.run));
        }
        if unfinished.contains(&run.started.run) && run.claims_success() {
            return Err(format!(
                "run {} was killed and claims success",
                run.started.run
            ));
        }
    }
    Ok(if was_killed { "healed" } else { "had ended" })
}

/// The process number, and whether the kill came before the end.
#[allow(
    clippy::disallowed_methods,
    reason = "a random moment is what is tested"
)]
fn kill(shop: &Shop, words: &str, lasts: Duration, random: &mut Random) -> (u32, bool) {
    let micros = usize::try_from(lasts.as_micros())
        .unwrap_or(usize::MAX)
        .max(1);
    let delay = Duration::from_micros(u64::try_from(random.below(micros)).unwrap_or_default());
    let mut child = shop.start(words);
    std::thread::sleep(delay);
    // That it has ended already is found below.
    let _ = child.kill();
    let status = child.wait().expect("wait for weir");
    (child.id(), status.code().is_none())
}

/// After the run that follows a kill, every live copy is new and nothing is left.
fn next_run(shop: &Shop, generation: i64) -> Result<(), String> {
    for (environment, _) in LIVE {
        let live = shop.open(environment).map_err(|error| error.to_string())?;
        let found = check(&live, environment)?;
        if found != generation {
            return Err(format!(
                "{environment} holds generation {found}, not {generation}"
            ));
        }
    }
    let left = shop.leftovers();
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!("left behind: {}", left.join(", ")))
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
