//! Edits of manifests, frame indexes and pointers by somebody who knows the format.

mod index;
mod pointer;

pub(super) use index::{agree, index};
pub(super) use pointer::pointer;

use super::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
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
    Format,
    Major,
    Requires,
    Engine,
    Database,
    Backup,
    Identity,
    Codec,
    PartTwice,
    PartName,
    HugeSize,
    FrameIndexName,
    Unknown,
    KeyTwice,
}

/// All of them.
pub(super) const FIELDS: [Field; 27] = [
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
    Field::Format,
    Field::Major,
    Field::Requires,
    Field::Engine,
    Field::Database,
    Field::Backup,
    Field::Identity,
    Field::Codec,
    Field::PartTwice,
    Field::PartName,
    Field::HugeSize,
    Field::FrameIndexName,
    Field::Unknown,
    Field::KeyTwice,
];

const CODECS: [&str; 4] = ["none", "zstd", "gzip", "lzma"];
const SIZES: [u64; 4] = [0, 1 << 40, i64::MAX as u64, u64::MAX];
/// Names that are no part's, some of them of files outside the backup.
const NAMES: [&str; 8] = [
    "",
    ".",
    "../../latest-people.json",
    "/etc/passwd",
    "manifest.json",
    "a//b",
    "nul\0",
    "other.zst",
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
        Field::Format => document["format"] = json!("weir-backups"),
        Field::Major => document["version"]["major"] = json!(2),
        Field::Requires => document["requires"] = json!(["time-travel"]),
        Field::Engine => document["engine"] = json!("postgres"),
        Field::Database => document["database"] = json!("peoples"),
        Field::Backup => document["backup"] = json!("people-sqlite/2099-01-01T000000Z-people"),
        Field::Identity => document["identity"] = json!({}),
        Field::Codec => {
            let codec = &mut document["parts"][part]["codec"];
            let others: Vec<&str> = CODECS.into_iter().filter(|other| codec != other).collect();
            *codec = json!(random.pick(&others));
        }
        Field::PartTwice => repeat(&mut document["parts"], part),
        Field::PartName => document["parts"][part]["name"] = json!(random.pick(&NAMES)),
        Field::HugeSize => {
            let size = random.pick(&["bytes", "content_bytes"]);
            document["parts"][part][size] = json!(random.pick(&SIZES));
        }
        Field::FrameIndexName => document["parts"][part]["frames"] = json!(random.pick(&NAMES)),
        Field::Unknown => document["later"] = json!({"than": "this version"}),
        Field::KeyTwice => {
            let signed = by(document, author);
            let member = format!("{{\"environment\": \"{}\",", random.pick(&NAMES));
            return [member.as_bytes(), &signed[1..]].concat();
        }
    }
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

fn turned(hexadecimal: &str) -> String {
    let turn = |digit: char| if digit == '0' { '1' } else { '0' };
    let (first, rest) = hexadecimal.split_at(1);
    first.chars().map(turn).chain(rest.chars()).collect()
}

fn repeat(list: &mut Value, at: usize) {
    let list = list.as_array_mut().expect("a list");
    list.push(list[at].clone());
}

fn remove(list: &mut Value, at: usize) {
    list.as_array_mut().expect("a list").remove(at);
}
