//! Pointers that say something else.

use super::parse;
use crate::faults::random::Random;
use serde_json::json;

/// The pointer, edited: to another backup of the same store, to none, or to nonsense.
pub(in crate::faults) fn pointer(
    bytes: &[u8],
    elsewhere: &[&String; 3],
    random: &mut Random,
) -> Vec<u8> {
    let mut document = parse(bytes);
    let digest = format!("sha256:{}", "0".repeat(64));
    match random.below(10) {
        0..=2 => document["backup"] = json!(random.pick(elsewhere)),
        3 => document["backup"] = json!("people-sqlite/2099-01-01T000000Z-people"),
        4 => document["backup"] = json!("people-sqlite/../../../etc/passwd"),
        5 => document["backup"] = json!("x".repeat(100_000)),
        6 => document["version"] = json!(99),
        7 => document["manifest"] = json!(digest),
        8 => return vec![b'['; 100_000],
        _ => return vec![0; random.below(1000)],
    }
    document.to_string().into_bytes()
}
