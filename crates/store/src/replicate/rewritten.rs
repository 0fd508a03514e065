//! The manifest of a copy that was encrypted anew: the original's document, with everything in it
//! that this build does not know, and other words on encryption alone.

use crate::choose::Chosen;
use crate::document::encode_document;
use crate::encryption::Recipients;
use crate::signing::{SignatureStatus, SigningKey};
use crate::unique;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{AGE, CopiedFrom, Encryption, Part, VERSION};

/// The bytes of the copy's manifest, signed where there is a key. `parts` are those of the copy,
/// in the original's order.
pub(super) fn rewritten(
    original: &Bytes,
    chosen: &Chosen,
    parts: &[Part],
    recipients: &Recipients,
    key: Option<&SigningKey>,
) -> Result<Bytes> {
    let mut document = unique::from_slice(original).map_err(failed)?;
    if let Some(members) = document.as_object_mut() {
        let manifest = &chosen.read.manifest;
        set(members, "version", &manifest.version.max(VERSION))?;
        let encryption = Encryption {
            scheme: AGE.to_owned(),
            recipients: recipients.sorted_names(),
        };
        set(members, "encryption", &encryption)?;
        set(members, "copied_from", &origin(chosen))?;
        let mut requires = manifest.requires.clone();
        if !requires.iter().any(|feature| feature == AGE) {
            requires.push(AGE.to_owned());
        }
        set(members, "requires", &requires)?;
        let listed = members.get_mut("parts").and_then(Value::as_array_mut);
        for (member, part) in listed.into_iter().flatten().zip(parts) {
            encrypted(member, part);
        }
    }
    encode_document(document, key).map(Bytes::from)
}

fn origin(chosen: &Chosen) -> CopiedFrom {
    CopiedFrom {
        environment: chosen.read.manifest.environment.clone(),
        backup: chosen.name.key(),
        manifest: chosen.read.digest.clone(),
        signed_by: match &chosen.read.signature {
            SignatureStatus::Signed { key, .. } => Some(key.to_string()),
            SignatureStatus::Unsigned => None,
        },
    }
}

/// What encryption changes in a part.
fn encrypted(member: &mut Value, part: &Part) {
    if let Some(member) = member.as_object_mut() {
        member.insert("bytes".to_owned(), json!(part.bytes));
        member.insert("stored".to_owned(), json!(part.stored));
        member.insert(
            "unencrypted_bytes".to_owned(),
            json!(part.unencrypted_bytes),
        );
    }
}

fn set(members: &mut Map<String, Value>, name: &str, value: &impl Serialize) -> Result<()> {
    let value = serde_json::to_value(value).map_err(failed)?;
    members.insert(name.to_owned(), value);
    Ok(())
}

fn failed(source: serde_json::Error) -> Error {
    Error::from_source(Kind::Internal, "write the manifest of a copy", source)
        .hint("report this as a bug")
}
