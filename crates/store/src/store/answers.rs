//! Writes whose answer may be lost: after an error that may be one of the way back, what is there
//! decides.

use super::Store;
use bytes::Bytes;
use object_store::{Error as StoreError, MultipartUpload, ObjectStoreExt, PutPayload};
use weir_model::error::Result;

impl Store {
    /// Writes an object, over one that is there.
    pub(crate) async fn put(&self, key: &str, payload: PutPayload) -> Result<()> {
        let path = self.path(key)?;
        let put = async {
            self.make_room(key).await?;
            self.inner.put(&path, payload.clone()).await.map(drop)
        };
        let Err(error) = self.unless_stopped("write", key, put).await? else {
            return Ok(());
        };
        let failure = self.failed("write", key, &error);
        if !failure.is_transient() {
            return Err(failure);
        }
        let size = payload.content_length() as u64;
        match self.get(key, size).await {
            Ok(Some(found)) if found == Bytes::from(payload) => Ok(()),
            _ => Err(failure),
        }
    }

    /// Makes an upload of `size` bytes an object. Nobody else writes where backups are written,
    /// so after an error the size of what is there is proof.
    pub(crate) async fn complete(
        &self,
        key: &str,
        upload: &mut dyn MultipartUpload,
        size: u64,
    ) -> Result<()> {
        let completed = self.unless_stopped("write", key, upload.complete());
        let Err(error) = completed.await? else {
            return Ok(());
        };
        if matches!(self.size(key).await, Ok(Some(found)) if found == size) {
            return Ok(());
        }
        let _ = self.unless_stopped("abort", key, upload.abort()).await;
        Err(self.write_failed(key, &error))
    }

    /// Removes an object; one that is not there is removed already.
    pub(crate) async fn delete(&self, key: &str) -> Result<()> {
        let path = self.path(key)?;
        let delete = self.inner.delete(&path);
        let failure = match self.unless_stopped("remove", key, delete).await? {
            Ok(()) | Err(StoreError::NotFound { .. }) => return Ok(()),
            Err(error) => self.failed("remove", key, &error),
        };
        if failure.is_transient() && matches!(self.size(key).await, Ok(None)) {
            return Ok(());
        }
        Err(failure)
    }
}
