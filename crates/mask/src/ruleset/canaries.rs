//! Canaries: values planted in the source that must not arrive.

use super::file::{Canaries, CanaryFile};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Shorter values would be found everywhere by chance.
const SHORTEST: usize = 6;

impl<'de> Deserialize<'de> for Canaries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CanariesVisitor)
    }
}

struct CanariesVisitor;

impl<'de> Visitor<'de> for CanariesVisitor {
    type Value = Canaries;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of values, or {file: PATH}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Canaries, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Canaries::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Canaries, A::Error> {
        CanaryFile::deserialize(MapAccessDeserializer::new(map)).map(Canaries::File)
    }
}

/// The values of a file with one a line; empty lines and those with `#` in front do not count.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// What is wrong with canaries, without showing one.
pub(super) fn fault(canaries: &[String]) -> Option<String> {
    let short = canaries.iter().filter(|one| one.chars().count() < SHORTEST);
    match short.count() {
        0 => None,
        count => Some(format!(
            "{count} of the canaries have fewer than {SHORTEST} characters, and would be found by chance"
        )),
    }
}
