//! Writes that depend on what is there: create-only, and changing a document others change too.

use super::{DOCUMENT_LIMIT, Store};
use bytes::Bytes;
use object_store::{Error as StoreError, ObjectStore, PutMode, PutPayload, UpdateVersion};
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Mutex;
use weir_model::error::{Error, Kind, Result};

/// How often a write is tried again that lost against another one.
const ATTEMPTS: u32 = 8;

/// How long another write that is under way is given before one's own is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// Keeps changes within this process apart, where the store itself cannot (a folder has no
/// conditional overwrite).
static CHANGES: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// How a create-only write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Creation {
    /// The object is ours.
    Created,
    /// Another one was there before; its bytes.
    Exists(Bytes),
}

impl Store {
    /// Writes an object only if there is none.
    ///
    /// A store may answer "already exists" to our own write, when the first answer was lost, or
    /// nothing at all: so what is there is read and compared. The bytes MUST be unique to their
    /// writer where two writers must not both believe they have won.
    pub(crate) async fn create(&self, key: &str, bytes: &Bytes) -> Result<Creation> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let put = self.put_as(key, bytes, PutMode::Create);
            let failure = match self.unless_stopped("create", key, put).await? {
                Ok(()) => return Ok(Creation::Created),
                Err(error) => error,
            };
            let conflict = is_conflict(&failure);
            let failure = self.failed("create", key, &failure);
            if !conflict && !failure.is_transient() {
                return Err(failure);
            }
            match self.get(key, DOCUMENT_LIMIT).await? {
                Some(found) if found == *bytes => return Ok(Creation::Created),
                Some(found) => return Ok(Creation::Exists(found)),
                // A conflict without an object: another write is under way, and may yet fail.
                None if conflict => {
                    last = Some(failure);
                    tokio::time::sleep(PAUSE).await;
                }
                None => return Err(failure),
            }
        }
        Err(last.unwrap_or_else(|| self.contended(key)))
    }

    /// Changes a document that others may change too: `change` gets what is there and returns
    /// what should be, or `None` to leave it. It may be called several times.
    pub(crate) async fn change(
        &self,
        key: &str,
        mut change: impl FnMut(Option<&Bytes>) -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        let _one_at_a_time = self.unless_stopped("write", key, CHANGES.lock()).await?;
        // The lock below is one on the store's folder, which must be there.
        self.unless_stopped("write", key, self.make_room(key))
            .await?
            .map_err(|error| self.failed("write", key, &error))?;
        let _one_process = self.lock_folder().await.map_err(|_| self.contended(key))?;
        let mut lost: Option<(Bytes, Error)> = None;
        for _ in 0..ATTEMPTS {
            let (found, mode) = self.found(key).await?;
            if let Some((written, failure)) = lost.take() {
                // Our own write arrived, and only its answer was lost.
                if found.as_ref() == Some(&written) {
                    return Ok(());
                }
                if failure.is_transient() {
                    return Err(failure);
                }
            }
            let Some(bytes) = change(found.as_ref())? else {
                return Ok(());
            };
            let bytes = Bytes::from(bytes);
            let put = self.put_as(key, &bytes, mode);
            match self.unless_stopped("write", key, put).await? {
                Ok(()) => return Ok(()),
                Err(StoreError::NotImplemented { .. }) => {
                    return self.put(key, PutPayload::from_bytes(bytes)).await;
                }
                Err(error) => {
                    let failure = self.failed("write", key, &error);
                    if !is_conflict(&error) && !failure.is_transient() {
                        return Err(failure);
                    }
                    lost = Some((bytes, failure));
                }
            }
        }
        Err(self.contended(key))
    }

    /// What is there, and the mode in which only it is replaced.
    async fn found(&self, key: &str) -> Result<(Option<Bytes>, PutMode)> {
        let Some(result) = self.open_object(key).await? else {
            return Ok((None, PutMode::Create));
        };
        let mode = match &result.meta.e_tag {
            Some(tag) => PutMode::Update(UpdateVersion {
                e_tag: Some(tag.clone()),
                version: result.meta.version.clone(),
            }),
            None => PutMode::Overwrite,
        };
        let bytes = self.collect(key, result, DOCUMENT_LIMIT).await?;
        Ok((Some(bytes), mode))
    }

    async fn put_as(&self, key: &str, bytes: &Bytes, mode: PutMode) -> Result<(), StoreError> {
        let path = self.path(key).map_err(|error| StoreError::Generic {
            store: "weir",
            source: error.into(),
        })?;
        self.make_room(key).await?;
        let payload = PutPayload::from_bytes(bytes.clone());
        self.inner
            .put_opts(&path, payload, mode.into())
            .await
            .map(drop)
    }

    fn contended(&self, key: &str) -> Error {
        Error::new(
            Kind::Store,
            format!("write {}", self.place(key)),
            "others keep writing the same object",
        )
        .hint("try again when they are done")
        .transient()
    }
}

fn is_conflict(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }
    )
}
