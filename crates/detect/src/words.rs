//! Lists of given and family names, and words folded for comparison; see `words/README.md`.

use std::sync::LazyLock;

/// The longest word that is looked up.
pub(crate) const LONGEST: usize = 24;

const GIVEN: u8 = 1;
const FAMILY: u8 = 2;

const LISTS: [(u8, &str); 8] = [
    (GIVEN, include_str!("words/given.en.txt")),
    (GIVEN, include_str!("words/given.de.txt")),
    (GIVEN, include_str!("words/given.fr.txt")),
    (GIVEN, include_str!("words/given.es.txt")),
    (FAMILY, include_str!("words/family.en.txt")),
    (FAMILY, include_str!("words/family.de.txt")),
    (FAMILY, include_str!("words/family.fr.txt")),
    (FAMILY, include_str!("words/family.es.txt")),
];

static NAMES: LazyLock<Table> = LazyLock::new(Table::new);

/// A word in lower case without accents, without an allocation.
#[derive(Clone, Copy)]
pub(crate) struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Folded {
    /// Folds a word; `None` where it is too long to be listed, or no word of Latin letters.
    pub(crate) fn new(word: &[u8]) -> Option<Self> {
        let mut folded = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        let mut rest = word.iter();
        while let Some(byte) = rest.next() {
            match byte {
                0xC3 => folded.letter(*rest.next()?)?,
                byte if byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'\'') => {
                    folded.push(byte.to_ascii_lowercase())?;
                }
                _ => return None,
            }
        }
        Some(folded)
    }

    /// Folds the second byte of a letter of Latin-1 in UTF-8.
    fn letter(&mut self, second: u8) -> Option<()> {
        let plain: &[u8] = match second | 0x20 {
            0xA0..=0xA5 => b"a",
            0xA6 => b"ae",
            0xA7 => b"c",
            0xA8..=0xAB => b"e",
            0xAC..=0xAF => b"i",
            0xB1 => b"n",
            0xB2..=0xB6 | 0xB8 => b"o",
            0xB9..=0xBC => b"u",
            0xBD => b"y",
            0xBF => b"ss",
            _ => return None,
        };
        plain.iter().try_for_each(|byte| self.push(*byte))
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.length)? = byte;
        self.length += 1;
        Some(())
    }

    /// The folded word.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Whether it is a listed given name.
    pub(crate) fn is_given(&self) -> bool {
        NAMES.of(self.as_bytes()) & GIVEN != 0
    }

    /// Whether it is a listed family name.
    pub(crate) fn is_family(&self) -> bool {
        NAMES.of(self.as_bytes()) & FAMILY != 0
    }
}

/// A table of all names: open addressing, half full at most.
struct Table {
    slots: Vec<(u8, &'static str)>,
}

impl Table {
    fn new() -> Self {
        let words = || {
            let lists = LISTS.iter();
            lists.flat_map(|(kind, list)| list.lines().map(|word| (*kind, word)))
        };
        let mut table = Self {
            slots: vec![(0, ""); (words().count() * 2).next_power_of_two()],
        };
        for (kind, word) in words() {
            table.add(kind, word);
        }
        table
    }

    fn add(&mut self, kind: u8, word: &'static str) {
        let place = self.place(word.as_bytes());
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = (slot.0 | kind, word);
        }
    }

    /// Which kinds of name a word is.
    fn of(&self, word: &[u8]) -> u8 {
        let slot = self.slots.get(self.place(word));
        slot.map_or(0, |(kinds, _)| *kinds)
    }

    /// Where a word is, or the free place it would take.
    fn place(&self, word: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = hash(word) as usize & mask;
        while let Some((kinds, listed)) = self.slots.get(place) {
            if *kinds == 0 || listed.as_bytes() == word {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }
}

/// FNV-1a, with its high bits mixed in.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_folded() {
        for (_, list) in LISTS {
            let words: Vec<_> = list.lines().collect();
            assert!(words.is_sorted(), "{:?}", words.first());
            for word in words {
                let folded = Folded::new(word.as_bytes()).unwrap();
                assert_eq!(folded.as_bytes(), word.as_bytes());
            }
        }
    }

    #[test]
    fn names_are_found_with_accents_and_capitals() {
        for word in ["Jürgen", "JÜRGEN", "josé", "François"] {
            assert!(Folded::new(word.as_bytes()).unwrap().is_given(), "{word}");
        }
        let family = |word: &str| Folded::new(word.as_bytes()).unwrap().is_family();
        assert!(family("Müller") && family("García") && family("Smith") && !family("Invoice"));
    }
}
