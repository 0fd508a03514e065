//! What one seed does, where both writers are threads that think themselves on other hosts.

use super::engine::Engine;
use super::pause::State;
use super::scene::Work;
use super::wire::Wire;
use crate::faults::random::Random;

/// Where a restore is held: mostly before it has begun, or when all that is left is the swap.
const STATES: [State; 12] = [
    State::Leased,
    State::Leased,
    State::Leased,
    State::ShadowCreated,
    State::RowsLoaded,
    State::Verified,
    State::AboutToSwap,
    State::AboutToSwap,
    State::PreviousKept,
    State::PreviousKept,
    State::Swapping,
    State::Swapping,
];
/// Of them, those where a database of the fake engine is not locked itself.
const UNLOCKED: usize = 8;
/// Where a rollback is held, which builds nothing. The fake engine tells of the first only.
const STATES_OF_ROLLBACK: [State; 4] = [
    State::Leased,
    State::PreviousKept,
    State::Swapping,
    State::Swapping,
];

/// What one seed does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) seed: u64,
    pub(super) engine: Engine,
    pub(super) stale: Work,
    pub(super) newer: Work,
    pub(super) state: State,
    /// The clocks of the stale, the newer and the last writer are off by so many minutes.
    pub(super) minutes: [i64; 3],
    /// The stale writer's clock is set by so many minutes while it is held.
    pub(super) jump: i64,
    /// Whether the lock beside the database still keeps the two apart.
    pub(super) locked: bool,
    /// What becomes of the beats of the stale writer. Without a wire all of it stands still.
    pub(super) wire: Option<Wire>,
    /// Whether the wire is well again when the stale writer goes on.
    pub(super) mended: bool,
}

impl Plot {
    /// The first writer stands still, beats and all.
    pub(super) fn paused(seed: u64) -> Self {
        Self::of(seed, &mut Random::new(seed))
    }

    /// The first writer goes on, and its beats do not come through.
    pub(super) fn on_the_wire(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let wire = random.pick(&[Wire::Late, Wire::TooLate, Wire::Stalled, Wire::Lost]);
        let mended = match wire {
            Wire::Late => false,
            Wire::TooLate => random.below(4) > 0,
            Wire::Stalled => true,
            Wire::Lost => random.below(2) == 0,
        };
        let plot = Self::of(seed, &mut random);
        Self {
            wire: Some(wire),
            mended,
            // That a late beat keeps the lease must not be the lock's merit.
            locked: plot.locked && wire != Wire::Late,
            ..plot
        }
    }

    fn of(seed: u64, random: &mut Random) -> Self {
        const YEARS: i64 = 10 * 365 * 24 * 60;
        let mut minutes = || match random.below(12) {
            0 => YEARS,
            1 => -YEARS,
            _ => i64::try_from(random.below(61)).unwrap_or_default() - 30,
        };
        let minutes = [minutes(), minutes(), minutes()];
        let engine = random.pick(&[Engine::Sqlite, Engine::Fake]);
        let stale = random.pick(&Work::ALL);
        let state = random.pick(states(engine, stale));
        // A shadow that somebody drops while it is built is a failure of another kind.
        let built = state >= State::AboutToSwap;
        Self {
            seed,
            engine,
            stale,
            newer: match (stale, state) {
                (Work::Rollback, _) | (_, State::Leased) => random.pick(&Work::ALL),
                // A restore that has begun has taken the way back.
                _ => random.pick(&[Work::Restore, Work::Recover]),
            },
            state,
            minutes,
            jump: random.pick(&[0, 45, -45, YEARS, -YEARS]),
            locked: !built || random.below(4) == 0,
            wire: None,
            mended: true,
        }
    }

    /// Whether the first writer holds the lock beside the database.
    pub(super) fn held(&self) -> bool {
        self.locked && self.state != State::Leased
    }

    /// Whether the first writer can say nothing to the store any more.
    pub(super) fn is_cut_off(&self) -> bool {
        self.wire == Some(Wire::Lost) && !self.mended
    }

    /// Its name in the tally.
    pub(super) fn kind(&self) -> String {
        let (engine, stale) = (self.engine.name(), self.stale.verb());
        match self.wire {
            Some(wire) => format!("{engine}: {stale}, {}", wire.in_words()),
            None => format!("{engine}: {stale} behind a {}", self.newer.verb()),
        }
    }
}

fn states(engine: Engine, work: Work) -> &'static [State] {
    match (engine, work) {
        (Engine::Sqlite, Work::Rollback) => &STATES_OF_ROLLBACK,
        (Engine::Fake, Work::Rollback) => &STATES_OF_ROLLBACK[..1],
        (Engine::Sqlite, _) => &STATES,
        (Engine::Fake, _) => &STATES[..UNLOCKED],
    }
}
