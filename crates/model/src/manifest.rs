//! The manifest: what a backup is. Stored data and a public contract, described in
//! `docs/format.md`; a change here is a change of the format.

use crate::catalog::Catalog;
use crate::digest::Digest;
use crate::group::GroupMoment;
use crate::identity::Identity;
use crate::sanitising::Mark;
use crate::stamp::Hop;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What `format` says in every manifest.
pub const FORMAT: &str = "weir-backup";

/// The format this build writes. A reader refuses a higher major.
pub const VERSION: Version = Version { major: 1, minor: 5 };

/// Version of the format: minor adds what an older reader may ignore, major does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// Breaking changes.
    pub major: u32,
    /// Additions.
    pub minor: u32,
}

/// What a backup is. Written last, create-only: its existence is the proof that the backup is
/// whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Version of the format.
    pub version: Version,
    /// Features a reader must know, or refuse the backup.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The environment that made the backup.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The engine's name, e.g. `sqlite`.
    pub engine: String,
    /// The instance: the first part of the key.
    pub instance: String,
    /// The database.
    pub database: String,
    /// The backup's folder: `<instance>/<time>-<database>`, percent-encoded as stored.
    pub backup: String,
    /// The run that made it.
    pub run: String,
    /// When its snapshot was taken.
    pub created: Timestamp,
    /// When the data was true: the first snapshot, furthest upstream.
    pub data_as_of: Timestamp,
    /// Backups the data came through, furthest upstream first; `None` when the source carried
    /// no stamp, so that its history is unknown.
    #[serde(default)]
    pub lineage: Option<Vec<Hop>>,
    /// The moment it was taken at with others, where it was taken with a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupMoment>,
    /// The database it was taken from.
    pub identity: Identity,
    /// How the snapshot was held.
    pub snapshot: Snapshot,
    /// Versions of the collations that the source's server sorts text by, where it tells them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub collations: BTreeMap<String, String>,
    /// How clean the data is.
    pub sanitising: Mark,
    /// How the parts are encrypted; `None` when they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// What it is a copy of, where a copy is not the original byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<CopiedFrom>,
    /// The stored objects.
    pub parts: Vec<Part>,
    /// Where the data lies instead, for an engine that keeps its backups in a repository of its
    /// own: such a backup has no parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeReference>,
    /// Rows and digest of every table.
    pub tables: Vec<TableDigest>,
    /// What the database holds, by name.
    pub catalog: Catalog,
    /// Digest over every definition in the catalog, `schema-v1:…`.
    pub schema: Digest,
    /// Where the manifest comes from.
    pub proof: Proof,
    /// What made the backup, and the oldest client that reads it.
    pub tools: Tools,
    /// Fields this version does not know, kept as they are.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// A snapshot in an engine's own repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeReference {
    /// The repository, as the engine names it.
    pub repository: String,
    /// The snapshot in it.
    pub snapshot: String,
}

/// The feature a backup requires that has a part compressed by gzip.
pub const GZIP: &str = "gzip";

/// The feature an encrypted backup requires, and the one scheme there is: each part is an `age`
/// file.
pub const AGE: &str = "age";

/// How the parts of a backup are encrypted. The manifest itself holds no row value and is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// Always [`AGE`].
    pub scheme: String,
    /// The public keys whose owners can read the parts, each `age1…`.
    pub recipients: Vec<String>,
}

/// The backup that a copy was encrypted anew from. All but what encryption changes is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedFrom {
    /// The environment that made it.
    pub environment: String,
    /// Its key.
    pub backup: String,
    /// Digest of its manifest's stored bytes, `sha256:…`.
    pub manifest: Digest,
    /// The public key that signed it; `None` when it is unsigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
}

/// How a snapshot was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The engine's word for the means, e.g. `wal-read-transaction`.
    pub mode: String,
    /// The engine's position, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name within the backup's folder.
    pub name: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// Digest of the bytes as stored: `sha256:…`, which `sha256sum -c` checks without keys.
    pub stored: Digest,
    /// Bytes of the compressed stream before encryption, which the frames add up to; present
    /// where the part is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unencrypted_bytes: Option<u64>,
    /// Bytes of the content, before compression.
    pub content_bytes: u64,
    /// Digest of the content: `blake3:…`.
    pub content: Digest,
    /// How it is compressed.
    pub codec: Codec,
    /// The side object with its frame index, where it has more than one frame. Side objects are
    /// parts themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames: Option<String>,
}

/// Compression of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// As it is.
    None,
    /// Zstandard frames, one after another: `zstd -d` reads them as one stream.
    Zstd,
    /// Members of a gzip file, one after another: `gzip -d` reads them as one stream.
    Gzip,
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDigest {
    /// The table.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// Digest over them in any order, `rows-v1:…`.
    pub digest: Digest,
}

/// What stands behind a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// Weir dumped it and saw every step end well.
    Dumped,
    /// Made by others, read to its end by Weir.
    Adopted,
}

/// Versions of what made a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tools {
    /// Weir's version.
    pub weir: String,
    /// The engine's server or library, with its version.
    pub engine: String,
    /// The oldest client that restores the backup, in words.
    pub readable_by: String,
}

impl Part {
    /// Bytes of the compressed stream, which the frames add up to: what is stored, or what the
    /// encryption hides.
    #[must_use]
    pub fn stream_bytes(&self) -> u64 {
        self.unencrypted_bytes.unwrap_or(self.bytes)
    }
}

impl Manifest {
    /// The stored bytes of data in this backup, side objects included.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// The bytes of content before compression, side objects included.
    #[must_use]
    pub fn content_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.content_bytes).sum()
    }

    /// All rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Whether a part is compressed by gzip, so that [`GZIP`] is required.
    #[must_use]
    pub fn has_gzip(&self) -> bool {
        self.parts.iter().any(|part| part.codec == Codec::Gzip)
    }

    /// The part of that name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

/// A manifest's text as it is signed: the JSON document without its `signature` member, keys
/// sorted, no white space (RFC 8785 for documents whose numbers are integers).
#[must_use]
pub fn canonical(document: &Value) -> String {
    let mut text = String::new();
    write_canonical(document, true, &mut text);
    text
}

fn write_canonical(value: &Value, top: bool, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.retain(|name| !(top && name.as_str() == "signature"));
            names.sort_by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
            text.push('{');
            for (index, name) in names.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                write_canonical(members.get(name).unwrap_or(&Value::Null), false, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, false, text);
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_sorts_keys_and_leaves_the_signature_out() {
        let document: Value =
            serde_json::from_str(r#"{"b": [1, {"z": null, "a": "é\n"}], "signature": {}, "a": 2}"#)
                .unwrap();
        assert_eq!(
            canonical(&document),
            "{\"a\":2,\"b\":[1,{\"a\":\"é\\n\",\"z\":null}]}"
        );
    }
}
