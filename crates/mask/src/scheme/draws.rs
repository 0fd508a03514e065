//! Choices drawn from a pseudonym.

use super::{ALPHABET, eight_from};
use crate::key::DomainKey;

/// Choices drawn from a pseudonym, byte by byte; where its bytes are used up, it is hashed again.
pub(crate) struct Draws<'k> {
    key: &'k DomainKey,
    bytes: [u8; 32],
    at: usize,
}

impl<'k> Draws<'k> {
    pub(super) const fn of(bytes: [u8; 32], key: &'k DomainKey) -> Self {
        Self { key, bytes, at: 0 }
    }

    #[inline]
    fn byte(&mut self) -> u8 {
        if self.at == self.bytes.len() {
            self.bytes = self.key.hash(&self.bytes);
            self.at = 0;
        }
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    /// A number below `count`, each as likely as the others; 0 where there is no choice.
    #[inline]
    pub(crate) fn small(&mut self, count: u8) -> u8 {
        if count < 2 {
            return 0;
        }
        // Bytes behind the last whole round would make the first choices likelier.
        let round = u8::MAX - (u8::MAX % count + 1) % count;
        loop {
            let byte = self.byte();
            if byte <= round {
                return byte % count;
            }
        }
    }

    /// 64 bits.
    pub(crate) fn number(&mut self) -> u64 {
        if let Some(number) = eight_from(&self.bytes, self.at) {
            self.at += 8;
            return number;
        }
        (0..8).fold(0, |sum, _| (sum << 8) | u64::from(self.byte()))
    }

    /// A number below `count`; 0 where there is no choice. The first are likelier by less than
    /// one in 2^32 for counts below 2^32.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.number().checked_rem(count).unwrap_or_default()
    }

    /// Another digit for a digit, another letter of its case for a letter; other bytes stay.
    #[inline]
    pub(crate) fn like(&mut self, byte: u8) -> u8 {
        let Some(row) = LIKE.get(usize::from(byte)).filter(|row| row.count > 0) else {
            return byte;
        };
        loop {
            let drawn = self.byte();
            if drawn <= row.last {
                let rounds = (u32::from(drawn) * row.inverse) >> 16;
                return row.first + (drawn - rounds as u8 * row.count);
            }
        }
    }

    /// Fills places with a few bytes, as [`Self::one_of`] draws them one by one. All bytes lie in
    /// whole rounds of them.
    pub(crate) fn fill<const COUNT: usize>(&mut self, choices: &[u8; COUNT], places: &mut [u8]) {
        const { assert!(COUNT > 1 && 256 % COUNT == 0) };
        let mut places = places;
        while !places.is_empty() {
            if self.at == self.bytes.len() {
                self.bytes = self.key.hash(&self.bytes);
                self.at = 0;
            }
            let bytes = self.bytes.get(self.at..).unwrap_or_default();
            let (now, later) = places.split_at_mut(bytes.len().min(places.len()));
            for (place, byte) in now.iter_mut().zip(bytes) {
                let choice = choices.get(usize::from(*byte) % COUNT);
                *place = choice.copied().unwrap_or_default();
            }
            self.at += now.len();
            places = later;
        }
    }

    /// One of a few bytes. Their number is known to the compiler, as it is divided by.
    #[inline]
    pub(crate) fn one_of<const COUNT: usize>(&mut self, choices: &[u8; COUNT]) -> u8 {
        let count = u8::try_from(COUNT).unwrap_or(u8::MAX);
        let index = usize::from(self.small(count));
        choices.get(index).copied().unwrap_or_default()
    }

    /// Appends 80 bits as 16 characters.
    pub(crate) fn push_suffix(&mut self, text: &mut String) {
        let mut letters = [0; 16];
        self.fill(ALPHABET, &mut letters);
        text.push_str(std::str::from_utf8(&letters).unwrap_or_default());
    }

    /// A decimal digit as a letter.
    pub(crate) fn digit(&mut self) -> u8 {
        self.one_of(b"0123456789")
    }
}

/// Signs that follow each other in ASCII, and what it takes to choose one without a branch for
/// each kind of them.
#[derive(Clone, Copy)]
struct SignRow {
    first: u8,
    /// None where a sign stays as it is.
    count: u8,
    /// The last byte of whole rounds.
    last: u8,
    /// A byte of whole rounds times this, by 2^16, is the round it lies in.
    inverse: u32,
}

impl SignRow {
    const fn of(first: u8, count: u8) -> Self {
        Self {
            first,
            count,
            last: u8::MAX - (u8::MAX % count + 1) % count,
            inverse: 65_536 / count as u32 + 1,
        }
    }
}

/// Among which signs each byte stands.
const LIKE: [SignRow; 256] = sign_rows();

const fn sign_rows() -> [SignRow; 256] {
    let stays = SignRow {
        first: 0,
        count: 0,
        last: 0,
        inverse: 0,
    };
    let mut rows = [stays; 256];
    let mut byte = b'0';
    while byte <= b'z' {
        let row = match byte {
            b'0'..=b'9' => SignRow::of(b'0', 10),
            b'A'..=b'Z' => SignRow::of(b'A', 26),
            b'a'..=b'z' => SignRow::of(b'a', 26),
            _ => stays,
        };
        #[allow(clippy::indexing_slicing)] // a byte is below 256, at compile time
        {
            rows[byte as usize] = row;
        }
        byte += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::Draws;
    use crate::key::Key;

    #[test]
    fn signs_are_drawn_as_one_by_one() {
        let key = Key::parse(b"correct horse battery staple").unwrap();
        let key = key.domain("signs");
        let draws = |bytes| Draws::of(bytes, &key);
        for first in 0..=u8::MAX {
            let bytes = std::array::from_fn(|at| first.wrapping_add(at as u8 * 7));
            let (mut one_by_one, mut at_once) = (draws(bytes), draws(bytes));
            for sign in 0..=u8::MAX {
                let expected = match sign {
                    b'0'..=b'9' => one_by_one.digit(),
                    b'A'..=b'Z' => one_by_one.one_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                    b'a'..=b'z' => one_by_one.one_of(b"abcdefghijklmnopqrstuvwxyz"),
                    _ => sign,
                };
                assert_eq!(at_once.like(sign), expected, "{first} {sign}");
            }
            for count in [0, 1, 16, 31, 32, 33, 70] {
                let expected: Vec<u8> = (0..count).map(|_| one_by_one.one_of(b"01")).collect();
                let mut filled = vec![0; count];
                at_once.fill(b"01", &mut filled);
                assert_eq!(filled, expected);
            }
        }
    }
}
