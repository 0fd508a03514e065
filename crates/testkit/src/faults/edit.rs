//! Edits of manifests and frame indexes by somebody who knows the format.

use super::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use weir_model::manifest::canonical;

/// Who stands behind the edited manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// The true signature was left as it was.
    Nobody,
    /// The signature was taken off.
    Unsigned,
    /// Signed again, by a key nobody trusts.
    AnotherKey,
}

/// What is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Rows,
    RowsDigest,
    StoredSize,
    StoredDigest,
    ContentSize,
    ContentDigest,
    State,
    DataAsOf,
    Lineage,
    Environment,
    TableGone,
    PartsGone,
    Schema,
}

/// All of them.
pub(super) const FIELDS: [Field; 13] = [
    Field::Rows,
    Field::RowsDigest,
    Field::StoredSize,
    Field::StoredDigest,
    Field::ContentSize,
    Field::ContentDigest,
    Field::State,
    Field::DataAsOf,
    Field::Lineage,
    Field::Environment,
    Field::TableGone,
    Field::PartsGone,
    Field::Schema,
];

/// The manifest with one field edited.
pub(super) fn manifest(bytes: &[u8], field: Field, author: Author, random: &mut Random) -> Vec<u8> {
    let mut document = parse(bytes);
    let part = random.below(document["parts"].as_array().expect("parts").len());
    let table = random.below(document["tables"].as_array().expect("tables").len());
    match field {
        Field::Rows => grow(&mut document["tables"][table]["rows"], random),
        Field::RowsDigest => turn(&mut document["tables"][table]["digest"]),
        Field::StoredSize => grow(&mut document["parts"][part]["bytes"], random),
        Field::StoredDigest => turn(&mut document["parts"][part]["stored"]),
        Field::ContentSize => grow(&mut document["parts"][part]["content_bytes"], random),
        Field::ContentDigest => turn(&mut document["parts"][part]["content"]),
        Field::State => {
            let clean = document["sanitising"]["state"] == "sanitised";
            document["sanitising"] = json!({"state": if clean { "own" } else { "sanitised" }});
        }
        Field::DataAsOf => document["data_as_of"] = json!("2098-01-01T00:00:00Z"),
        Field::Lineage => document["lineage"] = json!([]),
        Field::Environment => document["environment"] = json!("production"),
        Field::TableGone => remove(&mut document["tables"], table),
        Field::PartsGone => remove(&mut document["parts"], part),
        Field::Schema => turn(&mut document["schema"]),
    }
    by(document, author)
}

/// The frame index with one entry edited.
pub(super) fn index(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut document = parse(bytes);
    let frames = document["frames"].as_array_mut().expect("frames");
    let (at, last) = (random.below(frames.len()), frames.len() - 1);
    match random.below(6) {
        0 => turn_digest(&mut frames[at][2]),
        1 => frames.swap(0, last),
        2 => drop(frames.remove(at)),
        3 => frames.push(frames[at].clone()),
        4 => grow(&mut frames[at][0], random),
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
pub(super) fn agree(bytes: &[u8], index: &[u8], author: Author) -> Vec<u8> {
    let mut document = parse(bytes);
    let parts = document["parts"].as_array_mut().expect("parts");
    let side = parts.iter_mut().find(|part| {
        let name = part["name"].as_str().expect("a name");
        name.ends_with(".frames")
    });
    let side = side.expect("a part of several frames has an index");
    side["bytes"] = json!(index.len());
    side["content_bytes"] = json!(index.len());
    side["stored"] = json!(format!("sha256:{}", hex(&Sha256::digest(index))));
    side["content"] = json!(format!("blake3:{}", blake3::hash(index).to_hex()));
    by(document, author)
}

fn by(mut document: Value, author: Author) -> Vec<u8> {
    let members = document.as_object_mut().expect("a manifest");
    match author {
        Author::Nobody => {}
        Author::Unsigned => drop(members.remove("signature")),
        Author::AnotherKey => {
            let key = SigningKey::from_bytes(&[7; 32]);
            let value = key.sign(canonical(&document).as_bytes()).to_bytes();
            document["signature"] = json!({
                "key": format!("weir-ed25519:{}", BASE64.encode(key.verifying_key().as_bytes())),
                "value": BASE64.encode(value),
            });
        }
    }
    document.to_string().into_bytes()
}

fn parse(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("read a document")
}

fn grow(number: &mut Value, random: &mut Random) {
    let more = u64::try_from(1 + random.below(1000)).expect("a number");
    *number = json!(number.as_u64().expect("a number") + more);
}

/// Another digest of the same form.
fn turn(digest: &mut Value) {
    let text = digest.as_str().expect("a digest");
    let (algorithm, hexadecimal) = text.split_once(':').expect("a digest");
    *digest = json!(format!("{algorithm}:{}", turned(hexadecimal)));
}

fn turn_digest(digits: &mut Value) {
    *digits = json!(turned(digits.as_str().expect("a digest")));
}

fn turned(hexadecimal: &str) -> String {
    let turn = |digit: char| if digit == '0' { '1' } else { '0' };
    let (first, rest) = hexadecimal.split_at(1);
    first.chars().map(turn).chain(rest.chars()).collect()
}

fn remove(list: &mut Value, at: usize) {
    list.as_array_mut().expect("a list").remove(at);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
