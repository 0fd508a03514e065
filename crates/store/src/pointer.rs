//! The pointer of a database: a hint where its newest backup is. It never moves backwards, and
//! nothing ever depends on it.

use crate::keys::{BackupName, pointer_key};
use crate::store::{DOCUMENT_LIMIT, Store};
use serde::{Deserialize, Serialize};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};

/// What `format` says in every pointer.
const FORMAT: &str = "weir-pointer";
/// The version this build reads and writes.
const VERSION: u32 = 1;

/// A pointer as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    format: String,
    version: u32,
    /// The backup: `<instance>/<folder>`.
    pub backup: String,
    /// Digest of its manifest's bytes.
    pub manifest: Digest,
}

/// The backup a database's pointer names; `None` when there is no pointer, or it is no pointer
/// of this database: it is only a hint.
///
/// # Errors
/// `store`.
pub async fn read_pointer(
    store: &Store,
    instance: &str,
    database: &str,
) -> Result<Option<BackupName>> {
    match store
        .get(&pointer_key(instance, database), DOCUMENT_LIMIT)
        .await
    {
        Ok(bytes) => Ok(bytes.and_then(|bytes| target(&bytes, instance, database))),
        Err(error) if error.kind() == Kind::Corrupt => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn target(bytes: &[u8], instance: &str, database: &str) -> Option<BackupName> {
    let pointer: Pointer = serde_json::from_slice(bytes).ok()?;
    let name = BackupName::parse(&pointer.backup)?;
    let known = pointer.format == FORMAT && pointer.version == VERSION;
    (known && name.instance == instance && name.database == database).then_some(name)
}

/// Points to a backup, unless the pointer names a later one already.
pub(crate) async fn advance(store: &Store, name: &BackupName, manifest: &Digest) -> Result<()> {
    let pointer = Pointer {
        format: FORMAT.to_owned(),
        version: VERSION,
        backup: name.key(),
        manifest: manifest.clone(),
    };
    let mut bytes = serde_json::to_vec_pretty(&pointer).map_err(|source| {
        Error::from_source(Kind::Internal, "write a pointer", source).hint("report this as a bug")
    })?;
    bytes.push(b'\n');
    let key = pointer_key(&name.instance, &name.database);
    store
        .change(&key, |found| {
            let current = found.and_then(|bytes| target(bytes, &name.instance, &name.database));
            let later = current.is_some_and(|current| current.time > name.time);
            Ok((!later).then(|| bytes.clone()))
        })
        .await
}
