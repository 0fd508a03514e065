//! When a process is killed.

use super::verbs::Verb;
use crate::faults::random::Random;
use crate::faults::shop::Shop;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

/// When.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// So long after its start.
    After(Duration),
    /// As soon as it has told of so many steps and states besides this one.
    Event(usize),
}

impl Moment {
    /// A moment of the time that a verb takes.
    pub(super) fn random(verb: &Verb, random: &mut Random) -> Self {
        let micros = usize::try_from(verb.lasts.as_micros()).unwrap_or(usize::MAX);
        let micros = u64::try_from(random.below(micros.max(1))).unwrap_or_default();
        Self::After(Duration::from_micros(micros))
    }

    /// Under which name a kill of a verb is counted.
    pub(super) fn kind(self, verb: &Verb) -> &'static str {
        let [at_random, at_boundary] = verb.kinds;
        match self {
            Self::After(_) => at_random,
            Self::Event(_) => at_boundary,
        }
    }
}

/// Whether a line of `--json` events tells of a step that begins, or a state that is passed.
pub(in crate::faults) fn is_boundary(line: &str) -> bool {
    line.contains("\"event\":\"step\"") || line.contains("\"event\":\"checkpoint\"")
}

/// Starts a verb and kills it: the process number, and whether the kill came before its end.
#[allow(
    clippy::disallowed_methods,
    reason = "a random moment is what is tested"
)]
pub(super) fn kill(shop: &Shop, words: &str, moment: Moment) -> (u32, bool) {
    let mut child = match moment {
        Moment::After(delay) => {
            let child = shop.start(words, Stdio::null());
            std::thread::sleep(delay);
            child
        }
        Moment::Event(number) => {
            let mut child = shop.start(&format!("{words} -v --json"), Stdio::piped());
            let told = child.stderr.take().expect("its events are piped");
            let lines = BufReader::new(told).lines();
            let mut boundaries = lines.map_while(Result::ok).filter(|line| is_boundary(line));
            let _ = boundaries.nth(number);
            let _ = child.kill();
            child
        }
    };
    // That it has ended already is found below.
    let _ = child.kill();
    let status = child.wait().expect("wait for weir");
    (child.id(), status.code().is_none())
}
