//! What holds for all bytes.

use proptest::prelude::*;
use weir_detect::{Found, Profile, by_name, find};

/// Pieces that detectors stop at, so that chance makes near misses.
const PIECES: [&str; 40] = [
    "@",
    ":",
    "=",
    "$",
    "+49",
    "(",
    ")",
    ".",
    "-",
    "/",
    " ",
    "a@b.co",
    "Anna",
    "Schmidt",
    "Herr ",
    "straße",
    "12",
    "0",
    "DE89",
    "GB",
    "x12",
    "::",
    "fe80:",
    "{",
    "}",
    "\"email\":",
    "\"",
    "\\",
    "eyJ",
    "$2b$",
    "BEGIN ",
    "-----",
    "PRIVATE KEY-----",
    "password=",
    "4111",
    "\u{e9}",
    "\u{1F600}",
    "rue ",
    "born ",
    "1980-02-29",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => prop::sample::select(PIECES.as_slice()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn in_order_and_inside(text: &[u8], found: &[Found]) {
    assert!(
        found
            .iter()
            .all(|one| one.start < one.end && one.end <= text.len())
    );
    assert!(
        found.is_sorted_by(|one, next| one.end <= next.start),
        "{found:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn findings_lie_inside_and_apart(text in text()) {
        let mut found = Vec::new();
        find(&text, &mut found);
        in_order_and_inside(&text, &found);
    }

    #[test]
    fn any_column_gets_a_verdict(table in ".{0,20}", column in ".{0,20}", values in prop::collection::vec(text(), 0..8)) {
        let _ = by_name(&table, &column, "text");
        let mut profile = Profile::new(&table, &column, "text");
        values.iter().for_each(|value| profile.add(Some(value)));
        profile.add(None);
        let verdict = profile.verdict();
        prop_assert!(verdict.what.iter().all(|one| (0.0..=1.0).contains(&one.certainty)));
    }
}

#[test]
fn hostile_texts_take_no_longer_than_others() {
    let pieces = [
        "1.",
        "a:",
        "1:",
        "$2b$",
        "a@",
        "Ab9/",
        "password=",
        "A",
        "+(",
        "\"a\":",
        "://",
        "{\"a\":\"",
        "Herr A ",
        "0 ",
        "9",
    ];
    // A pass that reads the rest of a text at each piece would take hours.
    for piece in pieces {
        let text = piece.repeat(1 << 15);
        let started = std::time::Instant::now();
        let mut found = Vec::new();
        find(text.as_bytes(), &mut found);
        in_order_and_inside(text.as_bytes(), &found);
        assert!(started.elapsed().as_secs() < 20, "{piece}");
    }
}
