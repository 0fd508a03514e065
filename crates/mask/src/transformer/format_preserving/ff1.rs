//! FF1 of NIST SP 800-38G with AES-256 and no tweak of the caller's.
//!
//! The standard asks for at least a million possible values. Fewer are mapped by the same rounds,
//! one to one, but somebody who may choose values could learn the mapping.

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt as _, KeyInit as _};

/// Numerals encrypted at once: half of them, of any alphabet here, fit 128 bits.
const BLOCK: usize = 40;
const ROUNDS: u8 = 10;

/// The cipher under one key.
pub(super) struct Cipher {
    aes: Box<Aes256>,
}

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self {
            aes: Box::new(Aes256::new(key.into())),
        }
    }

    /// As many numerals below `radix`, one to one. Longer texts are encrypted in blocks, each
    /// with what came before as its tweak.
    pub(super) fn encrypt(&self, radix: u16, numerals: &[u16]) -> Vec<u16> {
        let mut written: Vec<u16> = Vec::with_capacity(numerals.len());
        let mut tweak = Vec::new();
        for block in blocks(numerals) {
            let other = match block {
                [one] => vec![self.single(radix, *one, &tweak)],
                block => self.ff1(radix, block, &tweak),
            };
            tweak.extend(other.iter().flat_map(|numeral| numeral.to_be_bytes()));
            written.extend(other);
        }
        written
    }

    /// One numeral: pairs that begin with 0 are walked through until one does again.
    fn single(&self, radix: u16, numeral: u16, tweak: &[u8]) -> u16 {
        let mut pair = vec![0, numeral];
        loop {
            pair = self.ff1(radix, &pair, tweak);
            if let [0, other] = pair.as_slice() {
                return *other;
            }
        }
    }

    fn ff1(&self, radix: u16, numerals: &[u16], tweak: &[u8]) -> Vec<u16> {
        let half = numerals.len() / 2;
        let (a, b) = numerals.split_at_checked(half).unwrap_or_default();
        let (mut a, mut b) = (number(radix, a), number(radix, b));
        let other = numerals.len() - half;
        let bits = (f64::from(radix).log2() * other as f64).ceil();
        let bytes = (bits / 8.0).ceil() as usize;
        let length = 4 * bytes.div_ceil(4) + 4;
        let first = header(radix, half, numerals.len(), tweak.len());
        for round in 0..ROUNDS {
            let size = if round % 2 == 0 { half } else { other };
            let modulus = u128::from(radix)
                .checked_pow(size as u32)
                .unwrap_or(u128::MAX);
            let mut block = tweak.to_vec();
            block.resize(block.len() + (32 - (tweak.len() + bytes + 1) % 16) % 16, 0);
            block.push(round);
            let value = b.to_be_bytes();
            block.extend(
                value
                    .get(value.len().saturating_sub(bytes)..)
                    .unwrap_or_default(),
            );
            let drawn = self.remainder(self.chained(first, &block), length, modulus);
            let sum = add(a % modulus, drawn, modulus);
            (a, b) = (b, sum);
        }
        let mut written = digits(radix, a, half);
        written.extend(digits(radix, b, other));
        written
    }

    fn block(&self, input: [u8; 16]) -> [u8; 16] {
        let mut block = GenericArray::from(input);
        self.aes.encrypt_block(&mut block);
        block.into()
    }

    /// The last block of a chain (PRF of the standard).
    fn chained(&self, first: [u8; 16], rest: &[u8]) -> [u8; 16] {
        let mut last = self.block(first);
        for block in rest.chunks(16) {
            for (to, from) in last.iter_mut().zip(block) {
                *to ^= from;
            }
            last = self.block(last);
        }
        last
    }

    /// The number that the first `length` bytes of a stream make, modulo `modulus`.
    fn remainder(&self, seed: [u8; 16], length: usize, modulus: u128) -> u128 {
        let mut stream = seed.to_vec();
        let mut counter: u128 = 1;
        while stream.len() < length {
            let input = u128::from_be_bytes(seed) ^ counter;
            stream.extend(self.block(input.to_be_bytes()));
            counter += 1;
        }
        let bytes = stream.iter().take(length);
        bytes.fold(0, |rest, byte| {
            let scaled = (0..8).fold(rest, |rest, _| add(rest, rest, modulus));
            add(scaled, u128::from(*byte) % modulus, modulus)
        })
    }
}

/// Blocks of a text, none of them a single numeral unless the text is one.
fn blocks(numerals: &[u16]) -> Vec<&[u16]> {
    let count = numerals.len().div_ceil(BLOCK).max(1);
    let size = numerals.len().div_ceil(count).max(1);
    numerals.chunks(size).collect()
}

/// The fixed block that begins every chain.
fn header(radix: u16, half: usize, length: usize, tweak: usize) -> [u8; 16] {
    let [_, high, middle, low] = u32::from(radix).to_be_bytes();
    let mut block = [
        1, 2, 1, high, middle, low, 10, half as u8, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let tail = ((length as u64) << 32) | (tweak as u64 & u64::from(u32::MAX));
    for (to, from) in block.iter_mut().skip(8).zip(tail.to_be_bytes()) {
        *to = from;
    }
    block
}

fn number(radix: u16, numerals: &[u16]) -> u128 {
    numerals.iter().fold(0, |sum, numeral| {
        sum * u128::from(radix) + u128::from(*numeral)
    })
}

fn digits(radix: u16, mut number: u128, count: usize) -> Vec<u16> {
    let mut digits = vec![0; count];
    for digit in digits.iter_mut().rev() {
        *digit = (number % u128::from(radix)) as u16;
        number /= u128::from(radix);
    }
    digits
}

/// The sum of two numbers below the modulus, without running over.
const fn add(one: u128, other: u128, modulus: u128) -> u128 {
    match one.checked_sub(modulus - other) {
        Some(sum) => sum,
        None => one + other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [
        0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F,
        0x3C, 0xEF, 0x43, 0x59, 0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F, 0x04, 0xFC,
        0x6A, 0x94,
    ];

    fn encrypted(radix: u16, text: &str, tweak: &[u8]) -> String {
        let numerals: Vec<u16> = text
            .chars()
            .map(|letter| letter.to_digit(36).unwrap() as u16)
            .collect();
        Cipher::new(&KEY)
            .ff1(radix, &numerals, tweak)
            .into_iter()
            .map(|numeral| char::from_digit(numeral.into(), 36).unwrap())
            .collect()
    }

    /// The samples of the standard for AES-256.
    #[test]
    fn the_standards_samples_come_out() {
        assert_eq!(encrypted(10, "0123456789", &[]), "6657667009");
        assert_eq!(
            encrypted(
                10,
                "0123456789",
                b"\x39\x38\x37\x36\x35\x34\x33\x32\x31\x30"
            ),
            "1001623463"
        );
        assert_eq!(
            encrypted(
                36,
                "0123456789abcdefghi",
                b"\x37\x37\x37\x37\x70\x71\x72\x73\x37\x37\x37"
            ),
            "xs8a0azh2avyalyzuwd"
        );
    }

    #[test]
    fn short_texts_are_mapped_one_to_one() {
        let cipher = Cipher::new(&KEY);
        for count in 1..=3_u32 {
            let all = 10_u128.pow(count);
            let others: std::collections::HashSet<Vec<u16>> = (0..all)
                .map(|number| cipher.encrypt(10, &digits(10, number, count as usize)))
                .collect();
            assert_eq!(others.len() as u128, all);
        }
    }

    #[test]
    fn texts_of_any_length_keep_it() {
        let cipher = Cipher::new(&KEY);
        for length in [0, 1, 2, 39, 40, 41, 81, 1000] {
            let text = vec![61_u16; length];
            let other = cipher.encrypt(62, &text);
            assert_eq!(other.len(), length);
            assert!(other.iter().all(|numeral| *numeral < 62));
        }
    }
}
