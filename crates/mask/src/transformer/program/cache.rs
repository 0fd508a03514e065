//! Answers that are known, bounded in memory.

use std::collections::HashMap;
use weir_engine::{Field, Replacement};

/// Bytes of a generation at most. There are two: what was not asked for since the last change of
/// generations is forgotten at the next.
const GENERATION: usize = 2 << 20;

/// What an entry costs beside its bytes.
const ENTRY: usize = 96;

/// Where an answer is kept: a keyed hash, so that no value is held in memory.
pub(super) type CachePlace = [u8; 32];

/// Answers of a program.
pub(super) struct Cache {
    key: [u8; 32],
    young: HashMap<CachePlace, Replacement>,
    old: HashMap<CachePlace, Replacement>,
    bytes: usize,
}

impl Cache {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            young: HashMap::new(),
            old: HashMap::new(),
            bytes: 0,
        }
    }

    /// The place of a value's answer.
    pub(super) fn place(&self, field: Field<'_>) -> CachePlace {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        match field {
            Field::Null => hasher.update(b"null"),
            Field::Integer(number) => hasher.update(b"i").update(&number.to_be_bytes()),
            Field::Real(number) => hasher.update(b"r").update(&number.to_bits().to_be_bytes()),
            Field::Text(bytes) => hasher.update(b"t").update(bytes),
            Field::Blob(bytes) => hasher.update(b"b").update(bytes),
        };
        *hasher.finalize().as_bytes()
    }

    /// A known answer.
    pub(super) fn get(&mut self, place: &CachePlace) -> Option<Replacement> {
        if let Some(known) = self.young.get(place) {
            return Some(known.clone());
        }
        let known = self.old.remove(place)?;
        self.put(*place, &known);
        Some(known)
    }

    /// Keeps an answer.
    pub(super) fn put(&mut self, place: CachePlace, answer: &Replacement) {
        let bytes = ENTRY
            + match answer {
                Replacement::Text(text) => text.len(),
                Replacement::Blob(bytes) => bytes.len(),
                _ => 0,
            };
        if bytes > GENERATION / 8 {
            return;
        }
        if self.bytes + bytes > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.young.insert(place, answer.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_memory_is_bounded() {
        let mut cache = Cache::new([7; 32]);
        let often = cache.place(Field::Text(b"often"));
        let answer = Replacement::Text("x".repeat(1000));
        cache.put(often, &answer);
        for number in 0..20_000 {
            let place = cache.place(Field::Integer(number));
            cache.put(place, &answer);
            assert!(cache.get(&often).is_some(), "after {number}");
        }
        let kept = cache.young.len() + cache.old.len();
        assert!(kept < 2 * GENERATION / 1000, "{kept} answers are kept");
        let first = cache.place(Field::Integer(0));
        assert!(cache.get(&first).is_none());
    }
}
