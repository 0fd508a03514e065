//! Several writers of one target, none of which can see another alive or dead, with clocks minutes
//! or years apart: one is paused, beats and all, until another has taken over and swapped. The
//! stale one is refused, every time, and the newer one's copy stays.

mod pause;
mod scene;

use super::random::Random;
use super::tally::Tally;
use pause::Pause;
use scene::{Scene, Work};
use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_model::run::Outcome;

/// Seeds that run at a time: each waits for a lease to run out much of its time.
const TOGETHER: usize = 4;
/// How often the newer writer may find the first one still alive.
const MOST_TURNED_AWAY: usize = 5;
/// How long a writer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the first writer is paused: mostly before it has begun, or when all that is left is the
/// swap.
const STATES: [Checkpoint; 10] = [
    Checkpoint::Leased,
    Checkpoint::Leased,
    Checkpoint::Leased,
    Checkpoint::ShadowCreated,
    Checkpoint::RowsLoaded,
    Checkpoint::Verified,
    Checkpoint::PreviousKept,
    Checkpoint::PreviousKept,
    Checkpoint::Swapping,
    Checkpoint::Swapping,
];

/// What one seed does.
#[derive(Debug, Clone, Copy)]
struct Plot {
    stale: Work,
    newer: Work,
    state: Checkpoint,
    /// The clocks of the stale, the newer and the last writer are off by so many minutes.
    minutes: [i64; 3],
    /// The stale writer's clock is set by so many minutes while it is paused.
    jump: i64,
    /// Whether the lock beside the database still keeps the two apart.
    locked: bool,
}

impl Plot {
    fn of(random: &mut Random) -> Self {
        const YEARS: i64 = 10 * 365 * 24 * 60;
        let mut minutes = || match random.below(12) {
            0 => YEARS,
            1 => -YEARS,
            _ => i64::try_from(random.below(61)).unwrap_or_default() - 30,
        };
        let minutes = [minutes(), minutes(), minutes()];
        let stale = random.pick(&[Work::Restore, Work::Restore, Work::Rollback]);
        let states: &[Checkpoint] = match stale {
            Work::Restore => &STATES,
            // A rollback builds nothing.
            Work::Rollback => &STATES[6..],
        };
        let state = random.pick(states);
        // A shadow that somebody drops while it is built is a failure of another kind.
        let built = state >= Checkpoint::PreviousKept;
        Self {
            stale,
            newer: match (stale, state) {
                // A restore that has begun has taken the way back.
                (Work::Restore, later) if later != Checkpoint::Leased => Work::Restore,
                _ => random.pick(&[Work::Restore, Work::Rollback]),
            },
            state,
            minutes,
            jump: random.pick(&[0, 45, -45, YEARS, -YEARS]),
            locked: !built || random.below(4) == 0,
        }
    }

    fn kind(&self) -> &'static str {
        match (self.stale, self.newer) {
            (Work::Restore, Work::Restore) => "restore behind a restore",
            (Work::Restore, Work::Rollback) => "restore behind a rollback",
            (Work::Rollback, Work::Restore) => "rollback behind a restore",
            (Work::Rollback, Work::Rollback) => "rollback behind a rollback",
        }
    }
}

/// Lets writers meet once for every seed.
pub fn run(seeds: Range<u64>) -> Tally {
    let mut tally = Tally::default();
    if seeds.is_empty() {
        return tally;
    }
    let master = Arc::new(scene::Master::new());
    let mut running: Vec<JoinHandle<Tally>> = Vec::new();
    for seed in seeds {
        if running.len() >= TOGETHER {
            tally.add(running.remove(0).join().expect("a seed runs to its end"));
        }
        let master = Arc::clone(&master);
        running.push(std::thread::spawn(move || one(&master, seed)));
    }
    for seed in running {
        tally.add(seed.join().expect("a seed runs to its end"));
    }
    tally
}

fn one(master: &scene::Master, seed: u64) -> Tally {
    let plot = Plot::of(&mut Random::new(seed));
    let mut tally = Tally::default();
    match meet(&master.copy(), plot) {
        Ok(ended) => tally.count(plot.kind(), ended),
        Err(wrong) => tally.miss(
            plot.kind(),
            format!("seed {seed}: {plot:?}: {wrong}; again: WEIR_SEED={seed} WEIR_WRITERS=1 WEIR_FAULTS=0 WEIR_KILLS=0 scripts/faults"),
        ),
    }
    tally
}

/// The stale writer comes first and is paused, the newer one takes over, the stale one goes on;
/// then a third one writes.
fn meet(scene: &Arc<Scene>, plot: Plot) -> Result<&'static str, String> {
    let first = scene.token()?;
    let pause = Pause::at(plot.state);
    let stale = scene.start("first", plot.stale, plot.minutes[0], Some(&pause));
    pause.reached(PATIENCE)?;
    if !plot.locked {
        // As where the lock is another host's, or somebody has tidied it up.
        scene.lose_the_lock();
    }
    let mut turned_away = 0;
    let newer = loop {
        let newer = scene.start("second", plot.newer, plot.minutes[1], None);
        let newer = newer.done();
        // A beat that was under way when the first writer stood still is a sign of life.
        let locked = newer.as_ref().map(|newer| newer.failed) == Ok(Some(Kind::Locked));
        if !locked || held(&plot) || turned_away == MOST_TURNED_AWAY {
            break newer;
        }
        turned_away += 1;
    };
    let after = scene.live();
    stale.clock.jump(jiff::SignedDuration::from_mins(plot.jump));
    pause.release();
    let (stale, newer, after) = (stale.done()?, newer?, after?);

    let changed = scene.live()? != after;
    let ended = match (stale.failed, newer.failed) {
        (_, None) if scene.token()? <= first => return Err("the token did not rise".to_owned()),
        (Some(Kind::Locked), None) if !changed => "refused",
        // The lock was held all the while, and kept the newer writer out.
        (Some(Kind::Locked), Some(Kind::Locked)) if held(&plot) && !changed => "neither wrote",
        (None, Some(Kind::Locked)) if held(&plot) && changed => "kept its lock",
        (stale, newer) => {
            return Err(format!(
                "the stale writer ended as {stale:?}, the newer one as {newer:?}, and the live \
                 copy {} after",
                if changed { "changed" } else { "did not change" }
            ));
        }
    };
    // Whoever wrote left a way back, and the stale writer has not taken it away.
    if ended != "neither wrote" && !scene.has_previous() {
        return Err("the previous copy is gone".to_owned());
    }
    let before = scene.token()?;
    let last = scene.start("third", Work::Restore, plot.minutes[2], None);
    if let Some(kind) = last.done()?.failed {
        return Err(format!("the writer after them failed as {kind:?}"));
    }
    if scene.token()? <= before {
        return Err("the token of the writer after them is not above".to_owned());
    }
    let records = scene.ends();
    let succeeded = [&stale, &newer].map(|writer| usize::from(writer.failed.is_none()));
    let successes = 1 + succeeded.iter().sum::<usize>();
    let claimed = |end: &&Outcome| **end == Outcome::Succeeded;
    if records.len() != 3 + turned_away || records.iter().filter(claimed).count() != successes {
        return Err(format!("the records say {records:?}"));
    }
    let left = scene.leftovers();
    match left.is_empty() {
        true => Ok(ended),
        false => Err(format!("left behind: {}", left.join(", "))),
    }
}

/// Whether the paused writer holds the lock beside the database.
fn held(plot: &Plot) -> bool {
    plot.locked && plot.state != Checkpoint::Leased
}
