//! Frame indexes that say something else.

use super::{Author, by, grow, parse, turned};
use crate::faults::random::Random;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Sizes that no frame has.
const SIZES: [i64; 4] = [0, -1, 4_294_967_295, i64::MAX];

/// The frame index with one entry edited.
pub(in crate::faults) fn index(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut document = parse(bytes);
    let frames = document["frames"].as_array_mut().expect("frames");
    let (at, last) = (random.below(frames.len()), frames.len() - 1);
    match random.below(9) {
        0 => turn_digest(&mut frames[at][2]),
        1 => frames.swap(0, last),
        2 => drop(frames.remove(at)),
        3 => frames.push(frames[at].clone()),
        4 => grow(&mut frames[at][0], random),
        5 => frames[at][random.below(2)] = json!(random.pick(&SIZES)),
        6 => document["version"] = json!(99),
        7 => frames.extend(vec![json!([1, 0, "0".repeat(32)]); 20_000]),
        // The sums stay as they were; only the cut moves.
        _ => {
            let (first, second) = (frames[0][0].as_u64(), frames[last][0].as_u64());
            frames[0][0] = json!(first.expect("a size") - 1);
            frames[last][0] = json!(second.expect("a size") + 1);
        }
    }
    document.to_string().into_bytes()
}

/// The manifest, made to agree with another frame index.
pub(in crate::faults) fn agree(bytes: &[u8], index: &[u8], author: Author) -> Vec<u8> {
    let mut document = parse(bytes);
    let parts = document["parts"].as_array_mut().expect("parts");
    let side = parts.iter_mut().find(|part| {
        let name = part["name"].as_str().expect("a name");
        name.contains(".frames")
    });
    let side = side.expect("a part of several frames has an index");
    side["bytes"] = json!(index.len());
    side["content_bytes"] = json!(index.len());
    side["stored"] = json!(format!("sha256:{}", hex(&Sha256::digest(index))));
    side["content"] = json!(format!("blake3:{}", blake3::hash(index).to_hex()));
    by(document, author)
}

fn turn_digest(digits: &mut Value) {
    *digits = json!(turned(digits.as_str().expect("a digest")));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
