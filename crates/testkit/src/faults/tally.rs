//! What came of many seeds.

use std::collections::BTreeMap;
use std::fmt;

/// How often each kind of fault ended how, and every miss in words.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<(String, &'static str), u64>,
    missed: Vec<String>,
}

impl Tally {
    /// Counts one fault of a kind that ended well, in that way.
    pub(super) fn count(&mut self, kind: impl Into<String>, ended: &'static str) {
        *self.counts.entry((kind.into(), ended)).or_default() += 1;
    }

    /// Notes a fault that ended as none may.
    pub(super) fn miss(&mut self, kind: impl Into<String>, what: String) {
        self.count(kind, "missed");
        self.missed.push(what);
    }

    /// Adds what another one counted.
    pub fn add(&mut self, other: Self) {
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
        self.missed.extend(other.missed);
    }

    /// Every miss: its seed, what was wrong, and how to make it again.
    #[must_use]
    pub fn missed(&self) -> &[String] {
        &self.missed
    }

    /// How many ended in that way, of all kinds.
    #[must_use]
    pub fn total(&self, ended: &str) -> u64 {
        let counts = self.counts.iter();
        counts
            .filter(|((_, found), _)| *found == ended)
            .map(|(_, count)| count)
            .sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((kind, ended), count) in &self.counts {
            writeln!(formatter, "  {kind:<34} {ended:<12} {count:>8}")?;
        }
        Ok(())
    }
}
