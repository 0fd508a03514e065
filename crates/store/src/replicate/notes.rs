//! What an interrupted copy noted of the parts it had encrypted. Encrypting gives other bytes each
//! time, and nobody can tell from those whom they are for: the note can.

use crate::encryption::Recipients;
use crate::keys::encode_segment;
use crate::store::{DOCUMENT_LIMIT, Store};
use serde::{Deserialize, Serialize};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, Part};

/// The notes of one copy, in the state of the environment that makes it.
pub(super) struct Notes<'a> {
    state: &'a Store,
    folder: String,
    of: Copy,
}

/// Which backup was copied for whom. A note of another copy counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    manifest: Digest,
    recipients: Vec<String>,
}

/// A part that was proven, encrypted and acknowledged.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    of: Copy,
    bytes: u64,
    stored: Digest,
}

impl<'a> Notes<'a> {
    pub(super) fn new(
        state: &'a Store,
        manifest: &Manifest,
        digest: &Digest,
        recipients: &Recipients,
    ) -> Self {
        let environment = encode_segment(&manifest.environment);
        Self {
            state,
            folder: format!("copies/{environment}/{}", manifest.backup),
            of: Copy {
                manifest: digest.clone(),
                recipients: recipients.sorted_names(),
            },
        }
    }

    fn key(&self, part: &Part) -> String {
        format!("{}/{}.json", self.folder, encode_segment(&part.name))
    }

    /// The part as an earlier attempt stored it. A note that cannot be read is none.
    pub(super) async fn of(&self, part: &Part) -> Result<Option<Part>> {
        let bytes = self.state.get(&self.key(part), DOCUMENT_LIMIT).await?;
        let note: Option<Note> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let note = note.filter(|note| note.of == self.of);
        Ok(note.map(|note| Part {
            bytes: note.bytes,
            stored: note.stored,
            unencrypted_bytes: Some(part.stream_bytes()),
            ..part.clone()
        }))
    }

    /// Notes a part that is stored.
    pub(super) async fn add(&self, part: &Part) -> Result<()> {
        let note = Note {
            of: self.of.clone(),
            bytes: part.bytes,
            stored: part.stored.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&note).map_err(|source| {
            Error::from_source(Kind::Internal, "note a part", source).hint("report this as a bug")
        })?;
        self.state.put(&self.key(part), bytes.into()).await
    }

    /// Removes the notes of a copy that is whole. What cannot be removed is never read again.
    pub(super) async fn remove(&self, parts: &[Part]) {
        for part in parts {
            let _ = self.state.delete(&self.key(part)).await;
        }
    }
}
