//! A place to keep objects: what the rest of this crate needs of one, with Weir's errors.

mod answers;
mod conditional;
mod folder;
mod ranges;
mod watch;

use crate::bucket::{Bucket, BucketRules};
use crate::failure::{archived_class, is_absent, store_error};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::ObjectMeta;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Error as StoreError, GetResult, MultipartUpload, ObjectStore, ObjectStoreExt};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};

pub(crate) use conditional::Creation;
pub(crate) use folder::make_private_folder;

/// The largest of Weir's own documents (manifest, frame index, records).
pub(crate) const DOCUMENT_LIMIT: u64 = 64 * 1024 * 1024;

/// A store, or one folder of it. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<dyn ObjectStore>,
    base: Path,
    label: Arc<str>,
    /// The folder on this machine, where the store is one, and the one it was opened with.
    folder: Option<PathBuf>,
    root: Option<Arc<PathBuf>>,
    /// When its calls are given up.
    watch: Option<watch::Watch>,
    /// The bucket itself, where it can be asked about its own rules.
    bucket: Option<Bucket>,
}

/// Shows the url only: what lies behind shows the credentials it was made with.
impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Store({})", self.label)
    }
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its key within the store.
    pub(crate) key: String,
    /// Its bytes.
    pub(crate) size: u64,
    /// Its version, as far as the store tells: another one where it was written anew.
    pub(crate) version: u64,
}

/// A number for a version: when it was written, and what the store calls it.
fn version(meta: &ObjectMeta) -> u64 {
    let mut hasher = DefaultHasher::new();
    (meta.last_modified, &meta.e_tag, &meta.version).hash(&mut hasher);
    hasher.finish()
}

impl Store {
    /// A store on anything that keeps objects; `label` stands for it in messages and must hold
    /// no secret.
    pub fn from_object_store(inner: Arc<dyn ObjectStore>, label: impl Into<String>) -> Self {
        Self {
            inner,
            base: Path::default(),
            label: label.into().into(),
            folder: None,
            root: None,
            watch: None,
            bucket: None,
        }
    }

    /// A store in memory, for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self::from_object_store(Arc::new(InMemory::new()), "memory:")
    }

    /// The folder `name` of this store, as a store of its own: `_weir` for its state.
    #[must_use]
    pub fn under(&self, name: &str) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            base: self.base.clone().join(name),
            label: format!("{}/{name}", self.label).into(),
            folder: self.folder.as_ref().map(|folder| folder.join(name)),
            root: self.root.clone(),
            watch: self.watch.clone(),
            bucket: self.bucket.clone(),
        }
    }

    /// What the store is called in messages: its url, without credentials.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.label
    }

    pub(crate) fn with_base(self, base: Path) -> Self {
        Self { base, ..self }
    }

    pub(crate) fn with_folder(self, folder: PathBuf) -> Self {
        Self {
            root: Some(Arc::new(folder.clone())),
            folder: Some(folder),
            ..self
        }
    }

    pub(crate) fn with_bucket(self, bucket: Bucket) -> Self {
        Self {
            bucket: Some(bucket),
            ..self
        }
    }

    /// What the bucket does by itself; `None` where the store is none that can be asked.
    pub async fn bucket_rules(&self) -> Option<BucketRules> {
        match &self.bucket {
            Some(bucket) => Some(bucket.rules().await),
            None => None,
        }
    }

    /// The folder on this machine, where the store is one.
    pub(crate) fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    fn path(&self, key: &str) -> Result<Path> {
        let path = match (self.base.as_ref(), key) {
            ("", key) => Path::parse(key),
            (base, "") => Path::parse(base),
            (base, key) => Path::parse(format!("{base}/{key}")),
        };
        path.map_err(|_| {
            Error::new(
                Kind::Internal,
                format!("name an object {key:?}"),
                "the key is not valid",
            )
            .hint("report this as a bug")
        })
    }

    /// The url of a key, for messages.
    pub(crate) fn place(&self, key: &str) -> String {
        match key {
            "" => self.label.to_string(),
            key => format!("{}/{key}", self.label),
        }
    }

    fn failed(&self, doing: &str, key: &str, error: &StoreError) -> Error {
        store_error(doing, &self.place(key), error)
    }

    /// Begins an object of several pieces. Nothing is visible before it is completed.
    pub(crate) async fn multipart(&self, key: &str) -> Result<Box<dyn MultipartUpload>> {
        let path = self.path(key)?;
        let begin = async {
            self.make_room(key).await?;
            self.inner.put_multipart(&path).await
        };
        let upload = self.unless_stopped("begin to write", key, begin).await?;
        upload.map_err(|error| self.failed("begin to write", key, &error))
    }

    /// An error of one step of writing `key`.
    pub(crate) fn write_failed(&self, key: &str, error: &StoreError) -> Error {
        self.failed("write", key, error)
    }

    /// Reads a whole object of at most `limit` bytes; `None` when it is not there.
    pub(crate) async fn get(&self, key: &str, limit: u64) -> Result<Option<Bytes>> {
        match self.open_object(key).await? {
            Some(result) => self.collect(key, result, limit).await.map(Some),
            None => Ok(None),
        }
    }

    async fn open_object(&self, key: &str) -> Result<Option<GetResult>> {
        let path = self.path(key)?;
        let get = self.inner.get(&path);
        match self.unless_stopped("read", key, get).await? {
            Ok(result) => Ok(Some(result)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("read", key, &error)),
        }
    }

    async fn collect(&self, key: &str, result: GetResult, limit: u64) -> Result<Bytes> {
        let too_large = || {
            let cause = format!("the object has more than the {limit} bytes it may have");
            Error::new(Kind::Corrupt, format!("read {}", self.place(key)), cause)
                .hint("look what wrote this object: Weir writes none of that size here")
        };
        if result.meta.size > limit {
            return Err(too_large());
        }
        let size = result.meta.size;
        let mut bytes = Vec::new();
        let mut stream = result.into_stream();
        while let Some(chunk) = self.unless_stopped("read", key, stream.next()).await? {
            let chunk = chunk.map_err(|error| self.failed("read", key, &error))?;
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > limit {
                return Err(too_large());
            }
        }
        if bytes.len() as u64 != size {
            return Err(self.broke_off(key));
        }
        Ok(bytes.into())
    }

    /// An answer that ended before it was whole, which a store's own client need not notice.
    fn broke_off(&self, key: &str) -> Error {
        Error::new(
            Kind::Store,
            format!("read {}", self.place(key)),
            "the answer ended before the object did",
        )
        .hint("try again; look what stands between here and the store, a proxy for example")
        .transient()
    }

    /// The size of an object; `None` when it is not there.
    pub(crate) async fn size(&self, key: &str) -> Result<Option<u64>> {
        let path = self.path(key)?;
        let head = self.inner.head(&path);
        match self.unless_stopped("look at", key, head).await? {
            Ok(meta) => Ok(Some(meta.size)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("look at", key, &error)),
        }
    }

    /// When an object was written, by the store's own clock; `None` when it is not there.
    pub(crate) async fn modified(&self, key: &str) -> Result<Option<Timestamp>> {
        let path = self.path(key)?;
        match self.inner.head(&path).await {
            Ok(meta) => {
                let moment = meta.last_modified.timestamp_millis();
                Ok(Timestamp::from_millisecond(moment).ok())
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.failed("look at", key, &error)),
        }
    }

    /// The class of storage that an object was archived into, so that it cannot be read before
    /// it is brought back; `None` when it can be read, or is not there. Only a read says so: a
    /// listing shows such an object like any other.
    pub(crate) async fn archived_class(&self, key: &str) -> Result<Option<String>> {
        let path = self.path(key)?;
        let read = self.inner.get_range(&path, 0..1);
        match self.unless_stopped("read", key, read).await? {
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => match archived_class(&error) {
                Some(class) => Ok(Some(class)),
                None => Err(self.failed("read", key, &error)),
            },
        }
    }

    /// All objects under a folder, ordered by key.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<Entry>> {
        self.list_after(folder, None).await
    }

    /// All objects under a folder whose keys come after `offset`, ordered by key.
    pub(crate) async fn list_after(
        &self,
        folder: &str,
        offset: Option<&str>,
    ) -> Result<Vec<Entry>> {
        let path = self.path(folder)?;
        let stream = match offset {
            Some(offset) => self
                .inner
                .list_with_offset(Some(&path), &self.path(offset)?),
            None => self.inner.list(Some(&path)),
        };
        let entries = stream
            .map_ok(|meta| Entry {
                key: self.key_of(&meta.location),
                size: meta.size,
                version: version(&meta),
            })
            .try_collect();
        let entries = self.unless_stopped("list", folder, entries).await?;
        let mut entries: Vec<Entry> =
            entries.map_err(|error| self.failed("list", folder, &error))?;
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(entries)
    }

    /// The names of the folders directly under a folder, ordered.
    pub(crate) async fn folders(&self, folder: &str) -> Result<Vec<String>> {
        let path = self.path(folder)?;
        let list = self.inner.list_with_delimiter(Some(&path));
        let result = self.unless_stopped("list", folder, list).await?;
        let result = result.map_err(|error| self.failed("list", folder, &error))?;
        let names = result.common_prefixes.iter();
        let mut names: Vec<String> = names
            .filter_map(|prefix| self.key_of(prefix).rsplit('/').next().map(str::to_owned))
            .collect();
        names.sort();
        Ok(names)
    }

    fn key_of(&self, path: &Path) -> String {
        let whole = path.as_ref();
        let relative = whole.strip_prefix(self.base.as_ref()).unwrap_or(whole);
        relative.trim_start_matches('/').to_owned()
    }
}
