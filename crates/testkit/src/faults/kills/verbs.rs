//! What is killed.

use crate::faults::kills::moment::is_boundary;
use crate::faults::shop::{DUMP, Shop};
use std::time::{Duration, Instant};

/// The run that follows every kill, and is killed itself.
pub(super) const RUN: &str = "run production/shop --downstream";

/// A verb, and what is known about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    /// Its words; `{at}` is a moment of its own for every kill, `{folder}` the fleet's.
    words: &'static str,
    /// Under which name it is counted, killed at a random moment and at a boundary.
    pub(super) kinds: [&'static str; 2],
    /// Whether it has something to do only after another verb was killed.
    pub(super) needs_damage: bool,
    /// How long it takes here, undisturbed.
    pub(super) lasts: Duration,
    /// How many steps and states it passes.
    pub(super) events: usize,
}

const fn verb(words: &'static str, kinds: [&'static str; 2]) -> Verb {
    Verb {
        words,
        kinds,
        needs_damage: false,
        lasts: Duration::ZERO,
        events: 0,
    }
}

const RESTORE: [&str; 2] = ["restore", "restore, at a boundary"];
const MASKING: [&str; 2] = ["restore, masking", "restore, masking, at a boundary"];
const BACKUP: [&str; 2] = ["backup", "backup, at a boundary"];
const RECOVER: [&str; 2] = ["recover", "recover, at a boundary"];

/// All of them.
pub(super) const VERBS: [Verb; 13] = [
    verb(RUN, ["run", "run, at a boundary"]),
    verb("restore staging/shop", RESTORE),
    verb("restore integration/shop", MASKING),
    verb(
        "rollback staging/shop",
        ["rollback", "rollback, at a boundary"],
    ),
    verb("backup production/shop", BACKUP),
    verb("backup staging/shop", BACKUP),
    verb(
        "recover production/shop --onto sqlite://{folder}/production.db",
        RECOVER,
    ),
    verb(
        "recover staging/shop --onto sqlite://{folder}/staging.db",
        RECOVER,
    ),
    verb("drill production/shop", ["drill", "drill, at a boundary"]),
    verb(
        "verify production/shop",
        ["verify", "verify, at a boundary"],
    ),
    verb(
        "verify staging/shop --live",
        ["verify", "verify, at a boundary"],
    ),
    verb(
        "adopt production/shop {dump} --taken-at {at} --source path=elsewhere:/shop.db",
        ["adopt", "adopt, at a boundary"],
    ),
    Verb {
        needs_damage: true,
        ..verb("heal", ["heal", "heal, at a boundary"])
    },
];

impl Verb {
    /// Its words for one kill.
    pub(super) fn words(&self, generation: i64, shop: &Shop) -> String {
        let (minute, second) = (generation / 60 % 60, generation % 60);
        let at = format!(
            "2020-01-01T{:02}:{minute:02}:{second:02}Z",
            generation / 3600
        );
        let folder = shop.path("");
        let folder = folder.to_string_lossy();
        self.words
            .replace("{at}", &at)
            .replace("{dump}", DUMP)
            .replace("{folder}", folder.trim_end_matches('/'))
    }

    /// With what an undisturbed run of it shows.
    pub(super) fn measured(self, shop: &Shop) -> Self {
        let began = Instant::now();
        let words = format!("{} -v --json", self.words(0, shop));
        let (code, _, events) = shop.finish(&words);
        assert_eq!(code, Some(0), "weir {words}: {events}");
        let events = events.lines().filter(|line| is_boundary(line)).count();
        assert!(
            events > 0 || self.words != RUN,
            "weir {words} tells of no step"
        );
        Self {
            lasts: began.elapsed().max(Duration::from_millis(20)),
            events,
            ..self
        }
    }
}
