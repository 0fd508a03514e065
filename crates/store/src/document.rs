//! A manifest as it is stored: made into bytes, signed, and read back with suspicion.

use crate::keys::{BackupName, is_part_name};
use crate::signing::{PublicKey, SignatureStatus, SigningKey, check_signature, sha256};
use crate::store::{DOCUMENT_LIMIT, Store};
use crate::unique;
use serde_json::Value;
use std::collections::BTreeSet;
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{AGE, Codec, FORMAT, GZIP, Manifest, VERSION};

/// What a manifest may require and this build knows.
const FEATURES: [&str; 2] = [AGE, GZIP];

/// A manifest that was read, and what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadManifest {
    /// The manifest, made from the very document whose signature was checked.
    pub manifest: Manifest,
    /// Who signed it.
    pub signature: SignatureStatus,
    /// Digest of its stored bytes.
    pub digest: Digest,
}

/// Reads the manifest of a backup; `None` when there is none, so that there is no backup.
///
/// # Errors
/// `store`; `corrupt` when it is no manifest, lies in the folder of another backup, or was
/// changed after it was signed; `unsupported` when a newer Weir wrote it.
pub async fn read_manifest(
    store: &Store,
    name: &BackupName,
    trusted: &[PublicKey],
) -> Result<Option<ReadManifest>> {
    let key = name.manifest_key();
    let Some(bytes) = store.get(&key, DOCUMENT_LIMIT).await? else {
        return Ok(None);
    };
    let doing = format!("read {}", store.place(&key));
    let read = decode(&bytes, trusted, &doing)?;
    let stated = &read.manifest;
    if stated.backup != name.key()
        || stated.instance != name.instance
        || stated.database != name.database
    {
        let cause = format!(
            "the manifest is that of another backup, {:?}",
            stated.backup
        );
        return Err(Error::new(Kind::Corrupt, doing, cause).hint(
            "copy backups with their folders' names unchanged; take another one with `--at`",
        ));
    }
    Ok(Some(read))
}

/// The bytes of a manifest, signed where there is a key.
pub(crate) fn encode(manifest: &Manifest, key: Option<&SigningKey>) -> Result<Vec<u8>> {
    let document = serde_json::to_value(manifest).map_err(not_written)?;
    encode_document(document, key)
}

/// The same for a manifest that is a document already, with whatever else it holds.
pub(crate) fn encode_document(mut document: Value, key: Option<&SigningKey>) -> Result<Vec<u8>> {
    if let Some(members) = document.as_object_mut() {
        members.remove("signature");
    }
    if let Some(key) = key {
        let signature = key.sign(&document);
        if let Some(members) = document.as_object_mut() {
            members.insert("signature".to_owned(), signature);
        }
    }
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(not_written)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn not_written(source: serde_json::Error) -> Error {
    Error::from_source(Kind::Internal, "write a manifest", source).hint("report this as a bug")
}

/// Reads bytes as a manifest. What it refuses first is what a later version may have changed.
pub(crate) fn decode(bytes: &[u8], trusted: &[PublicKey], doing: &str) -> Result<ReadManifest> {
    let mut document = unique::from_slice(bytes).map_err(|error| {
        corrupt(
            doing,
            format!(
                "it is not JSON, or a name stands twice in it ({})",
                place_of(&error)
            ),
        )
    })?;
    check_version(&document, doing)?;
    let signature = check_signature(&document, trusted)
        .ok_or_else(|| corrupt(doing, "it was changed after it was signed".to_owned()))?;
    if let Some(members) = document.as_object_mut() {
        members.remove("signature");
    }
    let manifest: Manifest = serde_json::from_value(document)
        .map_err(|error| corrupt(doing, format!("a member is missing or wrong: {error}")))?;
    let sound = check_parts(&manifest)
        .and_then(|()| check_compression(&manifest))
        .and_then(|()| check_encryption(&manifest));
    sound.map_err(|cause| corrupt(doing, cause))?;
    Ok(ReadManifest {
        manifest,
        signature,
        digest: sha256(bytes),
    })
}

fn check_version(document: &Value, doing: &str) -> Result<()> {
    if document.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(corrupt(
            doing,
            format!("it does not say `format: {FORMAT}`"),
        ));
    }
    let major = document.pointer("/version/major").and_then(Value::as_u64);
    match major {
        Some(major) if major <= u64::from(VERSION.major) => {}
        Some(major) => return Err(too_new(doing, &format!("its format is version {major}"))),
        None => return Err(corrupt(doing, "it says no version".to_owned())),
    }
    let required = document.get("requires").and_then(Value::as_array);
    let unknown = required.into_iter().flatten().find(|feature| {
        feature
            .as_str()
            .is_none_or(|feature| !FEATURES.contains(&feature))
    });
    match unknown {
        Some(feature) => Err(too_new(
            doing,
            &format!("it requires the feature {feature}"),
        )),
        None => Ok(()),
    }
}

/// The list of parts must be one that can be read: names that are keys, each once, and side
/// objects that are parts themselves.
fn check_parts(manifest: &Manifest) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for part in &manifest.parts {
        if !is_part_name(&part.name) || !names.insert(part.name.as_str()) {
            return Err(format!(
                "the part name {:?} is not valid or stands twice",
                part.name
            ));
        }
    }
    let sizes = manifest.parts.iter();
    let mut sizes = sizes.flat_map(|part| [part.bytes, part.content_bytes]);
    if sizes.try_fold(0, u64::checked_add).is_none() {
        return Err("the sizes of the parts are more than can be".to_owned());
    }
    let plain: BTreeSet<&str> = manifest
        .parts
        .iter()
        .filter(|part| part.frames.is_none() && part.codec == Codec::None)
        .map(|part| part.name.as_str())
        .collect();
    for part in &manifest.parts {
        let side = part.frames.as_deref();
        if side.is_some_and(|side| !plain.contains(side)) {
            return Err(format!(
                "the frame index of {:?} is not among the parts",
                part.name
            ));
        }
    }
    Ok(())
}

/// What an older reader does not know must be required of it.
fn check_compression(manifest: &Manifest) -> Result<(), String> {
    if manifest.has_gzip() && !manifest.requires.iter().any(|feature| feature == GZIP) {
        return Err("a part is compressed by gzip, and it does not require that".to_owned());
    }
    Ok(())
}

/// What says that the backup is encrypted must agree: a reader decides by it what it needs.
fn check_encryption(manifest: &Manifest) -> Result<(), String> {
    let stated = manifest.encryption.as_ref();
    if stated.is_some_and(|stated| stated.scheme != AGE || stated.recipients.is_empty()) {
        return Err("it is encrypted by an unknown scheme, or to nobody".to_owned());
    }
    let required = manifest.requires.iter().any(|feature| feature == AGE);
    let mut parts = manifest.parts.iter();
    let agree = parts.all(|part| part.unencrypted_bytes.is_some() == stated.is_some());
    if agree && required == stated.is_some() {
        return Ok(());
    }
    Err("it contradicts itself on whether it is encrypted".to_owned())
}

fn corrupt(doing: &str, cause: String) -> Error {
    Error::new(Kind::Corrupt, doing, cause)
        .hint("take an earlier backup with `--at`, and find out what changed the stored object")
}

fn too_new(doing: &str, cause: &str) -> Error {
    let cause = format!("{cause}, which this build does not know");
    Error::new(Kind::Unsupported, doing, cause)
        .hint("restore it with the version of weir that wrote it, or a later one")
}

/// Where a parser stopped, without the text it stopped at.
fn place_of(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}
