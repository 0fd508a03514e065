//! Which of the findings in a masked value stood in the value before.

use crate::kind::Found;
use std::collections::{BTreeMap, HashMap, HashSet};

/// So few findings are looked for one by one.
const FEW: usize = 16;

/// Bytes by which a finding is looked for, the last of those that it has.
const LONGEST: usize = 64;

/// Keeps the findings in `written` that stand in `before`, in whatever case. A text of megabytes
/// may have tens of thousands of them: `before` is read once for each length that they have, and
/// not for each of them.
pub(super) fn retain(found: &mut Vec<Found>, before: &[u8], written: &[u8]) {
    if found.len() <= FEW {
        found.retain(|one| holds(before, place(one, written)));
        return;
    }
    let (before, written) = (before.to_ascii_lowercase(), written.to_ascii_lowercase());
    let mut by_length: BTreeMap<usize, HashSet<&[u8]>> = BTreeMap::new();
    for one in found.iter() {
        let place = place(one, &written);
        let length = place.len().min(LONGEST);
        by_length.entry(length).or_default().insert(place);
    }
    let mut standing = HashSet::new();
    for (length, places) in by_length {
        search(&before, length, places, &mut standing);
    }
    found.retain(|one| standing.contains(place(one, &written)));
}

fn place<'w>(one: &Found, written: &'w [u8]) -> &'w [u8] {
    written.get(one.start..one.end).unwrap_or_default()
}

/// Whether a place stands in a value, in whatever case.
pub(super) fn holds(value: &[u8], place: &[u8]) -> bool {
    let (Some(first), Some(last)) = (place.first(), value.len().checked_sub(place.len())) else {
        return false;
    };
    let mut starts = value.iter().take(last + 1).enumerate();
    starts.any(|(at, byte)| {
        let part = || value.get(at..at + place.len()).unwrap_or_default();
        byte.eq_ignore_ascii_case(first) && part().eq_ignore_ascii_case(place)
    })
}

/// Adds the places that stand in `before` to `standing`, in one pass; all have `length` bytes, or
/// more and are looked for by so many.
fn search<'w>(
    before: &[u8],
    length: usize,
    places: HashSet<&'w [u8]>,
    standing: &mut HashSet<&'w [u8]>,
) {
    let mut sought: HashMap<u64, Vec<&[u8]>> = HashMap::new();
    let mut filter = Filter::of(places.len());
    for place in places {
        let (_, tail) = place.split_at(place.len() - length);
        let hash = tail.iter().fold(0, |hash, byte| with(hash, *byte));
        filter.add(hash);
        sought.entry(hash).or_default().push(place);
    }
    // The hash of the last `length` bytes, of which each one that leaves is taken out.
    let power = (0..length).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let (mut hash, mut leaving) = (0, before.iter());
    for (at, byte) in before.iter().enumerate() {
        hash = with(hash, *byte);
        if at >= length {
            let left = leaving.next().copied().unwrap_or_default();
            hash = hash.wrapping_sub(power.wrapping_mul(u64::from(left)));
        }
        if at + 1 < length || !filter.may_have(hash) {
            continue;
        }
        let (Some(places), Some(until)) = (sought.get_mut(&hash), before.get(..=at)) else {
            continue;
        };
        places.retain(|place| {
            let stands = until.ends_with(place);
            if stands {
                standing.insert(place);
            }
            !stands
        });
    }
}

const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

const fn with(hash: u64, byte: u8) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(byte as u64)
}

/// Says of most hashes quickly that they are not sought.
struct Filter {
    /// As many as a power of two.
    bits: Vec<u64>,
}

impl Filter {
    fn of(many: usize) -> Self {
        let words = (many / 4 + 1).next_power_of_two();
        Self {
            bits: vec![0; words],
        }
    }

    fn add(&mut self, hash: u64) {
        let (word, bit) = self.place(hash);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bit;
        }
    }

    fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits.get(word).is_none_or(|word| word & bit != 0)
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        // The upper bits depend on all bytes.
        let word = (hash >> 32) as usize & (self.bits.len() - 1);
        (word, 1 << (hash >> 26 & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, holds, retain};
    use crate::find::find;
    use crate::kind::{Certainty, Found, Sensitive};
    use proptest::prelude::*;

    fn found_in(written: &[u8], places: &[(usize, usize)]) -> Vec<Found> {
        let found = places.iter().map(|(start, length)| Found {
            what: Sensitive::Email,
            start: *start,
            end: (start + length).min(written.len()),
            certainty: Certainty::Sure,
        });
        found.filter(|one| one.start < one.end).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn many_are_found_as_one_by_one(
            before in "[aAb]{0,300}",
            written in "[aBb]{1,300}",
            places in prop::collection::vec((0_usize..300, 1_usize..90), FEW + 1..60),
        ) {
            let (before, written) = (before.as_bytes(), written.as_bytes());
            let mut found = found_in(written, &places);
            let holds = |one: &&Found| holds(before, &written[one.start..one.end]);
            let expected: Vec<_> = found.iter().filter(holds).map(|one| (one.start, one.end)).collect();
            retain(&mut found, before, written);
            let found: Vec<_> = found.iter().map(|one| (one.start, one.end)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// To read millions of bytes for each of a hundred thousand findings would take minutes.
    #[test]
    fn a_long_text_is_not_read_again_for_each_finding() {
        let text = |host: &str| -> String {
            let people = 0..100_000;
            let people = people.map(|at| format!("person{at}@{host}.io and others, "));
            people.chain([" One@same.io".to_owned()]).collect()
        };
        let (before, written) = (text("before"), text("after"));
        let mut found = Vec::new();
        find(written.as_bytes(), &mut found);
        assert_eq!(found.len(), 100_001);
        retain(&mut found, before.as_bytes(), written.as_bytes());
        assert_eq!(found.len(), 1);
        let mut same = Vec::new();
        find(written.as_bytes(), &mut same);
        retain(
            &mut same,
            written.as_bytes(),
            written.to_uppercase().as_bytes(),
        );
        assert_eq!(same.len(), 100_001);
    }
}
