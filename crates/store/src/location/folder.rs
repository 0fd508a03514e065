//! A folder of this machine. It is made at the first write: whoever only looks leaves nothing
//! behind, and can look where writing is forbidden.

use crate::failure::store_error;
use crate::store::Store;
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error as StoreError, GetOptions, GetResult, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use weir_model::error::Result;

pub(super) fn open(folder: PathBuf) -> Result<Store> {
    let place = folder.display().to_string();
    let objects = Folder {
        folder: folder.clone(),
        files: OnceLock::new(),
    };
    // What is there and no folder is said at once.
    objects
        .files()
        .map_err(|source| store_error("open the store", &place, &source))?;
    Ok(Store::from_object_store(Arc::new(objects), place).with_folder(folder))
}

/// A folder that need not be there yet.
#[derive(Debug)]
struct Folder {
    folder: PathBuf,
    files: OnceLock<Arc<LocalFileSystem>>,
}

impl fmt::Display for Folder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Folder({})", self.folder.display())
    }
}

impl Folder {
    /// The files, or nothing while there is no folder.
    fn files(&self) -> Result<Option<Arc<LocalFileSystem>>, StoreError> {
        if let Some(files) = self.files.get() {
            return Ok(Some(Arc::clone(files)));
        }
        match std::fs::metadata(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(found) if !found.is_dir() => {
                return Err(failed(io::ErrorKind::NotADirectory.into()));
            }
            Ok(_) => {}
        }
        let files = LocalFileSystem::new_with_prefix(&self.folder)?.with_fsync(true);
        Ok(Some(Arc::clone(self.files.get_or_init(|| Arc::new(files)))))
    }

    /// The files for a write: room was made for it before.
    fn writable(&self) -> Result<Arc<LocalFileSystem>, StoreError> {
        self.files()?
            .ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
    }
}

fn failed(source: io::Error) -> StoreError {
    StoreError::Generic {
        store: "folder",
        source: source.into(),
    }
}

fn absent(path: &Path) -> StoreError {
    StoreError::NotFound {
        path: path.to_string(),
        source: "the store's folder is not there yet".into(),
    }
}

#[async_trait]
impl ObjectStore for Folder {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult, StoreError> {
        self.writable()?.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>, StoreError> {
        self.writable()?.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult, StoreError> {
        match self.files()? {
            Some(files) => files.get_opts(path, options).await,
            None => Err(absent(path)),
        }
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path, StoreError>>,
    ) -> BoxStream<'static, Result<Path, StoreError>> {
        match self.files() {
            Ok(Some(files)) => files.delete_stream(paths),
            Ok(None) => paths
                .map(|path| path.and_then(|path| Err(absent(&path))))
                .boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta, StoreError>> {
        match self.files() {
            Ok(Some(files)) => files.list(prefix),
            Ok(None) => stream::empty().boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult, StoreError> {
        match self.files()? {
            Some(files) => files.list_with_delimiter(prefix).await,
            None => Ok(ListResult {
                common_prefixes: Vec::new(),
                objects: Vec::new(),
                extensions: Default::default(),
            }),
        }
    }

    async fn copy_opts(
        &self,
        from: &Path,
        to: &Path,
        options: CopyOptions,
    ) -> Result<(), StoreError> {
        self.writable()?.copy_opts(from, to, options).await
    }
}
