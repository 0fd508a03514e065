//! What is promised to be kept unique is, over ten million values.

use crate::support::mask;
use weir_engine::{Field, Replacement};

const VALUES: u64 = 10_000_000;
const RULES: [&str; 6] = [
    "email",
    "uuid",
    "username",
    "{mask: hash, length: 20}",
    "{mask: token, length: 16}",
    "format-preserving",
];

/// 64 bits of a hash of each output: among ten million two are equal by chance once in 300,000
/// such tests.
fn outputs(rule: &str) -> Vec<u64> {
    let mask = mask(rule);
    let mut room = String::new();
    let hash = |text: &[u8]| {
        let mut head = [0_u8; 8];
        head.copy_from_slice(&blake3::hash(text).as_bytes()[..8]);
        u64::from_le_bytes(head)
    };
    (0..VALUES)
        .map(|number| {
            use std::fmt::Write as _;
            room.clear();
            // One to one over the numbers, and in no order.
            write!(room, "{:08}", number * 7_919_111 % VALUES).unwrap();
            match mask.mask(Field::Text(room.as_bytes())).unwrap() {
                Replacement::Text(text) => hash(text.as_bytes()),
                _ => panic!("text was expected"),
            }
        })
        .collect()
}

#[test]
fn ten_million_values_stay_ten_million() {
    // As many at a time as memory allows for: 80 MB each.
    for rules in RULES.chunks(2) {
        std::thread::scope(|scope| {
            for rule in rules {
                scope.spawn(move || {
                    let mut outputs = outputs(rule);
                    outputs.sort_unstable();
                    outputs.dedup();
                    assert_eq!(outputs.len() as u64, VALUES, "{rule}");
                });
            }
        });
    }
}
