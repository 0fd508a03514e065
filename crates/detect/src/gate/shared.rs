//! Whether what was found in a masked value can have stood in the value before, told without
//! looking for it.

use crate::find;

/// What `find` finds has at least so many bytes, but for what is asked before.
const SHORTEST: usize = 4;

/// Of longer values nearly every one has some bytes in common with another.
const LONGEST: usize = 192;

/// Numbers of 64 bits in a set of windows.
const SET: usize = 32;

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
    let mut set = [0_u64; SET];
    for (word, bits) in windows(before) {
        if let Some(word) = set.get_mut(word) {
            *word |= bits;
        }
    }
    // The bytes since `start` are all in windows that the set knows.
    let mut start = 0;
    for (at, (word, bits)) in windows(written).enumerate() {
        if set.get(word).is_none_or(|word| word & bits != bits) {
            if may_be(written, start, at) {
                return true;
            }
            start = at + 1;
        }
    }
    may_be(written, start, (written.len() + 1).saturating_sub(SHORTEST))
}

/// Whether the bytes of the windows from `start` to `end` could be, or have in them, a finding.
fn may_be(written: &[u8], start: usize, end: usize) -> bool {
    start < end
        && written
            .get(start..end + SHORTEST - 1)
            .is_some_and(find::may_hold)
}

/// Where in the set each window of bytes is noted: one of its numbers, and two bits of it. Letters
/// count in whatever case; that other signs then count as one another only makes more of them alike.
fn windows(value: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    let windows = value.windows(SHORTEST);
    let known = windows.filter_map(|window| window.first_chunk::<SHORTEST>());
    known.map(|window| {
        let window = u32::from_le_bytes(*window) | 0x2020_2020;
        // The upper bits of a product depend on all bits of the window.
        let hash = u64::from(window).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bits = 1 << (hash >> 58) | 1 << (hash >> 52 & 63);
        ((hash >> 47) as usize % SET, bits)
    })
}

#[cfg(test)]
mod tests {
    use super::super::holds;
    use super::may_stand;
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
