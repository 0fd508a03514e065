//! Every way in which a network or a store fails, against every verb of the real binary: it fails
//! in time, saying why and what to do, or it succeeds truly; the live copies are whole whatever
//! happened, and the next run finds nothing in its way.

mod place;
mod trouble;
mod verb;

use super::random::Random;
use super::records;
use super::tally::Tally;
use place::{Ended, LIVE, Place};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use trouble::{TROUBLES, Trouble};
use verb::{VERBS, Verb};

/// The time in which any verb has ended, whatever its store does. A store may be silent for 2 s.
const IN_TIME: Duration = Duration::from_secs(60);
/// Fleets that are worked on at a time: most of their time is spent waiting.
const AT_A_TIME: usize = 6;

/// How many pairs of a fault and a verb there are: seeds from 0 to here are each of them once.
#[must_use]
pub fn pairs() -> u64 {
    (TROUBLES.len() * VERBS.len()) as u64
}

/// Makes a fault for every seed, each against one verb of `weir`, the binary.
pub fn run(weir: &Path, seeds: impl IntoIterator<Item = u64>) -> Tally {
    let seeds: Vec<u64> = seeds.into_iter().collect();
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let mut place: Option<Place> = None;
                loop {
                    let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst)) else {
                        return;
                    };
                    let place = place.get_or_insert_with(|| Place::new(weir));
                    let (verb, trouble) = pair(*seed);
                    let ended = one(place, verb, trouble, *seed);
                    let mut tally = tally.lock().expect("nobody panics with it");
                    match ended {
                        Ok(ended) => tally.count(trouble.name, ended),
                        Err(wrong) => tally.miss(
                            trouble.name,
                            format!(
                                "seed {seed}: {} × weir {}: {wrong}; again: WEIR_SEED={seed} WEIR_NETWORK=1 WEIR_FAULTS=0 WEIR_KILLS=0 scripts/faults",
                                trouble.name, verb.words
                            ),
                        ),
                    }
                }
            });
        }
    });
    tally.into_inner().expect("nobody panics with it")
}

fn pair(seed: u64) -> (&'static Verb, &'static Trouble) {
    let at = usize::try_from(seed % pairs()).expect("below a size");
    // Troubles first, so that the lanes of a short run do not all begin with the same verb.
    (&VERBS[at / TROUBLES.len()], &TROUBLES[at % TROUBLES.len()])
}

/// One fault against one verb, and the clean run after it.
fn one(
    place: &mut Place,
    verb: &Verb,
    trouble: &Trouble,
    seed: u64,
) -> Result<&'static str, String> {
    place.renew();
    let before = LIVE.map(|environment| place.generation(environment));
    let words = place.words(verb);
    trouble.begin(place, &mut Random::new(seed));
    let ended = place.finish(&words, IN_TIME);
    place.heal();
    let ended = ended?;
    let outcome = judge(place, verb, trouble, &ended, before);
    let after = afterwards(place, verb);
    outcome.and_then(|outcome| after.map(|()| outcome))
}

/// Whether the verb ended as it may.
fn judge(
    place: &Place,
    verb: &Verb,
    trouble: &Trouble,
    ended: &Ended,
    before: [i64; 2],
) -> Result<&'static str, String> {
    let succeeded = verb.is_success(ended.code);
    let wrong = |what: &str| Err(format!("{what}: exit {}\n{}", ended.code, ended.all()));
    if !succeeded && trouble.harmless {
        return wrong("it failed although it could have succeeded");
    }
    // What a lifecycle archived is passed over by name, so that there is no backup to take.
    let none_readable = trouble.name == "parts archived" && ended.code == 21;
    if !succeeded && !none_readable && !verb.may_fail_with(ended.code) {
        return wrong("it failed with the wrong kind");
    }
    if !succeeded && !ended.says_what_to_do() {
        return wrong("it failed without a hint");
    }
    for (environment, before) in LIVE.into_iter().zip(before) {
        let now = place.look(environment)?;
        if !succeeded && verb.only_swaps && now != before {
            return wrong(&format!(
                "it failed and changed the live copy of {environment}"
            ));
        }
    }
    for run in records::runs(&place.stores()) {
        if let Some(lie) = records::false_success(&run, &place.stores()) {
            return wrong(&lie);
        }
        let own = run.started.by.pid == ended.process && run.ended.is_some();
        // A chain of several jobs may fail after some of them have succeeded.
        let alone = own && verb.is_recorded && verb.only_swaps;
        if alone && run.claims_success() && !succeeded {
            return wrong(&format!("run {} claims success", run.started.run));
        }
        if own && verb.is_recorded && !run.claims_success() && succeeded {
            return wrong(&format!("run {} does not claim success", run.started.run));
        }
    }
    Ok(if succeeded {
        "succeeded truly"
    } else {
        "failed in time"
    })
}

/// The next run is none the worse, and leaves nothing of the one before.
fn afterwards(place: &mut Place, verb: &Verb) -> Result<(), String> {
    let words = if verb.is_recorded {
        verb::RUN.to_owned()
    } else {
        place.words(verb)
    };
    let next = place.finish(&words, IN_TIME)?;
    if !verb.is_success(next.code) && next.code != 0 {
        return Err(format!(
            "afterwards weir {words} ended with {}: {}",
            next.code,
            next.all()
        ));
    }
    if verb.is_recorded {
        for environment in LIVE {
            let (now, wanted) = (place.look(environment)?, place.newest());
            if now != wanted {
                return Err(format!(
                    "afterwards {environment} has generation {now} instead of {wanted}"
                ));
            }
        }
    }
    match place.leftovers() {
        left if left.is_empty() => Ok(()),
        left => Err(format!("left behind: {}", left.join(", "))),
    }
}
