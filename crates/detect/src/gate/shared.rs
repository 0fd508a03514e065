//! Whether what was found in a masked value can have stood in the value before, told without
//! looking for it.

use crate::find;

/// What `find` finds has at least so many bytes, but for what is asked before.
const SHORTEST: usize = 4;

/// Of longer values nearly every one has some bytes in common with another.
const LONGEST: usize = WORDS * BLOCK;

/// Bytes that have a bit each in a number.
const BLOCK: usize = 64;

/// Numbers for the bytes of the longest value.
const WORDS: usize = 3;

/// Whether something that `find` would find in `written` may stand in `before`, in whatever case:
/// whether a run of bytes that they have in common could be a finding. MUST be `true` wherever one
/// does; a false alarm costs a search.
pub(super) fn may_stand(before: &[u8], written: &[u8]) -> bool {
    if find::is_moment(written) {
        return false;
    }
    if before.len() > LONGEST || written.len() > LONGEST || find::may_be_short(written) {
        return true;
    }
    let common = Windows::in_common(before, written);
    let mut end = 0;
    loop {
        let first = common.next(end, true);
        if first >= LONGEST {
            return false;
        }
        end = common.next(first, false);
        let run = written.get((first + 1).saturating_sub(SHORTEST)..end);
        if run.is_none_or(find::may_hold) {
            return true;
        }
    }
}

/// A bit for each byte of a text, the highest first.
struct Windows([u64; WORDS]);

impl Windows {
    /// The bytes of `written` with which a window ends that stands in `before` too. Both are
    /// [`LONGEST`] at most.
    fn in_common(before: &[u8], written: &[u8]) -> Self {
        let mut common = Self([0; WORDS]);
        let mut rest = before;
        loop {
            let block = rest.get(..BLOCK).unwrap_or(rest);
            common.add(block, written);
            if block.len() == rest.len() {
                return common;
            }
            // Windows across the edge are all in the next block.
            rest = rest.get(BLOCK + 1 - SHORTEST..).unwrap_or_default();
        }
    }

    /// Adds what is in common with a text of [`BLOCK`] bytes at most.
    fn add(&mut self, text: &[u8], written: &[u8]) {
        // Where each sign stands in it, the first at the lowest bit.
        let mut places = [0_u64; SIGNS];
        let mut here = 1_u64;
        for byte in text {
            if let Some(places) = places.get_mut(sign(*byte)) {
                *places |= here;
            }
            here <<= 1;
        }
        // Where the text has the last byte, and where the last two, those before, and those before
        // them end in it.
        let (mut one, mut pair, mut earlier) = (0_u64, 0_u64, 0_u64);
        for (word, bytes) in self.0.iter_mut().zip(written.chunks(BLOCK)) {
            let mut ends = 0_u64;
            for byte in bytes {
                let here = places.get(sign(*byte)).copied().unwrap_or(u64::MAX);
                let two = here & (one << 1);
                let four = two & (earlier << 2);
                ends = (ends << 1) | u64::from(four != 0);
                (one, earlier, pair) = (here, pair, two);
            }
            *word |= ends << (BLOCK - bytes.len());
        }
    }

    /// The next byte from `at` on whose bit is like that; [`LONGEST`] where there is none.
    fn next(&self, at: usize, set: bool) -> usize {
        let mut at = at;
        while let Some(word) = self.0.get(at / BLOCK) {
            let word = if set { *word } else { !*word };
            let skipped = at % BLOCK;
            let further = (word << skipped).leading_zeros() as usize;
            if skipped + further < BLOCK {
                return at + further;
            }
            at += BLOCK - skipped;
        }
        LONGEST
    }
}

/// As many signs as are told apart.
const SIGNS: usize = 64;

/// The sign of each byte: letters in whatever case, digits; that some of the others count as one
/// another only makes more windows alike.
const SIGN: [u8; 256] = signs();

const fn signs() -> [u8; 256] {
    let mut signs = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[allow(clippy::indexing_slicing)] // a byte is below 256, at compile time
        {
            signs[byte as usize] = match byte {
                b'a'..=b'z' => byte - b'a',
                b'A'..=b'Z' => byte - b'A',
                b'0'..=b'9' => byte - b'0' + 26,
                _ => byte % 28 + 36,
            };
        }
        if byte == u8::MAX {
            return signs;
        }
        byte += 1;
    }
}

#[inline]
fn sign(byte: u8) -> usize {
    let sign = SIGN.get(usize::from(byte)).copied().unwrap_or_default();
    usize::from(sign) % SIGNS
}

#[cfg(test)]
mod tests {
    use super::super::standing::holds;
    use super::{LONGEST, SHORTEST, Windows, may_stand};
    use crate::find::{find, may_be_short, may_hold};
    use proptest::prelude::*;

    /// What findings are made of, the shortest of each kind among it.
    const PIECES: [&str; 56] = [
        " ",
        " ",
        " ",
        ", ",
        ".",
        "-",
        "/",
        "'",
        ":",
        "=",
        "$",
        "\"",
        "+",
        "(",
        ")",
        "@",
        "{",
        "}",
        "://",
        "a@b.cc",
        "a@b.\u{e9}",
        "Anna ",
        "Schmidt",
        "Bo ",
        "Li",
        "Xu",
        "Herr ",
        "Mr ",
        "Mr. ",
        "Dr ",
        "Se\u{f1}or ",
        "Weg ",
        "Stra\u{df}e ",
        "C/ ",
        "av ",
        "bd ",
        "rue ",
        "St",
        "1",
        "7",
        "12",
        "10115 Ulm",
        "tel ",
        "123456",
        "+491234567890",
        "030 901820",
        "1.1.1.1",
        "ip 1.2.3.4",
        "a:b::c",
        "-1.234,5.678",
        "born 1980-02-29",
        "M1 1AA",
        "password=",
        "a1b2c3",
        "sk_live_",
        "\"name\":",
    ];

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(PIECES.as_slice());
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    /// Every finding that counts is looked for, so that as many are counted as without the question.
    fn asks_rightly(before: &[u8], written: &[u8]) {
        let mut found = Vec::new();
        find(written, &mut found);
        for one in found {
            let place = &written[one.start..one.end];
            assert!(
                may_be_short(written) || may_hold(place),
                "{written:?} {place:?}"
            );
            let counts = holds(before, place);
            assert!(
                !counts || may_stand(before, written),
                "{before:?} {written:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 50_000,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn no_finding_that_counts_is_passed_over(
            (front, same, back, upper) in (text(), text(), text(), any::<bool>()),
        ) {
            let before = if upper { same.to_uppercase() } else { same.clone() };
            let written = format!("{front}{same}{back}");
            asks_rightly(before.as_bytes(), written.as_bytes());
            asks_rightly(format!("{back}{before}{front}").as_bytes(), written.as_bytes());
            asks_rightly(written.as_bytes(), same.as_bytes());
        }
    }

    /// The values and texts that the tests of the detectors know, each before each.
    #[test]
    fn no_known_finding_is_passed_over() {
        let known = include_str!("../../tests/all/finding.rs");
        let texts: Vec<&str> = known.split('"').filter(|text| text.len() < 192).collect();
        for written in &texts {
            for before in &texts {
                asks_rightly(before.as_bytes(), written.as_bytes());
            }
            asks_rightly(written.to_uppercase().as_bytes(), written.as_bytes());
        }
    }

    #[test]
    fn windows_in_common_are_those_that_stand_in_both() {
        let letters = |from: usize, count: usize| -> Vec<u8> {
            // No four of them come again.
            let all = (0..26 * 26).flat_map(|at| [b'a' + (at / 26) as u8, b'a' + (at % 26) as u8]);
            all.skip(from).take(count).collect()
        };
        for lengths in [
            (3, 9),
            (4, 4),
            (63, 130),
            (64, 64),
            (65, 192),
            (130, 70),
            (192, 192),
        ] {
            let (before, written) = (letters(5, lengths.0), letters(0, lengths.1));
            let common = Windows::in_common(&before.to_ascii_uppercase(), &written);
            let mut ends = [false; LONGEST];
            for (at, window) in written.windows(SHORTEST).enumerate() {
                ends[at + SHORTEST - 1] = holds(&before, window);
            }
            for (at, expected) in ends.iter().enumerate() {
                assert_eq!(common.next(at, *expected), at, "{lengths:?} {at}");
            }
        }
    }

    #[test]
    fn bytes_in_common_are_seen_in_whatever_case() {
        let before = b"write to Kim.Taylor@Private-Mail.org";
        assert!(may_stand(before, b"kim.taylor@private-mail.org"));
        assert!(may_stand(b"a@b.cc", b"A@B.CC"));
        assert!(may_stand(b"", b"ftp://me:x@host"));
        assert!(may_stand(b"", b"Herr Xu"));
        assert!(may_stand(b"", br#"{"pin":7}"#));
        assert!(may_stand(&[b'a'; 1_000], b"lena.hoff@example.com"));
    }

    #[test]
    fn what_is_no_finding_may_be_alike() {
        for (before, written) in [
            ("kim.taylor@private.example", "lena.hoff@example.com"),
            (
                "sk_live_4eC39HqLyjWDarjtT1zd",
                "sk_live_7gC41CzLebKXpkqtY8jt",
            ),
            ("+44 20 79460958", "+44 31 05183131"),
            ("1985-04-12 10:30:00", "1985-04-10 10:30:00"),
            ("", "lena.hoff@example.com"),
        ] {
            let (before, written) = (before.as_bytes(), written.as_bytes());
            assert!(!may_stand(before, written), "{written:?}");
        }
    }
}
