//! Bytes made worse by a seed, where no fuzzer is at hand.

use crate::faults::random::Random;

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 16] = [
    b"\0",
    b"\xff\xfe",
    b"\"",
    b"{",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b": ",
    b"- ",
    b"\n  ",
    b"&a *a",
    b"!!binary ",
    b"-1",
    b"18446744073709551616",
    b"1e400",
    b"\\ud800",
    "é\u{202e}".as_bytes(),
    b"%00",
];

/// A few random edits; the same seed makes the same ones.
#[must_use]
pub fn mutate(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        edit(&mut bytes, &mut random);
    }
    bytes
}

fn edit(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = at + random.below(bytes.len() - at + 1).min(64);
    match random.below(5) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let copied: Vec<u8> = bytes.iter().skip(at).take(end - at).copied().collect();
            drop(bytes.splice(at..at, copied));
        }
        _ => drop(bytes.splice(at..at, random.pick(&PIECES).iter().copied())),
    }
}
