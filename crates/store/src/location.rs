//! Where a store is, and opening it.

mod azure;
mod client;
mod folder;
mod google;
mod s3;

use crate::bucket::Bucket;
use crate::store::Store;
use object_store::ObjectStore;
use object_store::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use weir_engine::Secret;
use weir_model::error::{Error, Kind, Result};

/// Where a store is and how to get in. Showing it shows no secret. What belongs to another kind
/// of store than the url names is not looked at.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`, `file:///folder`, a
    /// folder, or `memory:`.
    pub url: String,
    /// The folder that a relative path stands in.
    pub base: PathBuf,
    /// Where the store answers when it is not the cloud itself: an S3-compatible server, a
    /// sovereign cloud, an emulator. For Azure the account's own address.
    pub endpoint: Option<String>,
    /// The region of an S3 bucket; the environment's, or `us-east-1`, when absent.
    pub region: Option<String>,
    /// The access key; taken from the environment as AWS's own tools do when absent.
    pub access_key_id: Option<Secret>,
    /// Its secret.
    pub secret_access_key: Option<Secret>,
    /// The key of a Google service account, as its JSON file has it; the machine's own identity
    /// when absent.
    pub service_account_key: Option<Secret>,
    /// The Azure storage account; `AZURE_STORAGE_ACCOUNT_NAME` when absent.
    pub account: Option<String>,
    /// The account's key; the machine's own identity when absent.
    pub account_key: Option<Secret>,
    /// How long the store may be silent; [`DEFAULT_TIMEOUT`](crate::DEFAULT_TIMEOUT) when absent.
    pub timeout: Option<Duration>,
}

impl Store {
    /// Opens a store. Nothing is asked of it yet; a folder is made, readable by its user only,
    /// at the first write.
    ///
    /// # Errors
    /// `config` for a url that is none or a credential that cannot be one, `store` when a folder
    /// is a file.
    pub fn open(location: &Location) -> Result<Self> {
        let scheme = location.url.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            Some("s3") => open_bucket(location, s3::bucket),
            Some("gs") => open_bucket(location, google::bucket),
            Some("az") => open_bucket(location, azure::container),
            Some("memory") => Ok(Self::memory()),
            Some("file") => folder::open(file_path(&location.url)?),
            Some(scheme) if location.url.contains("://") => Err(unknown_scheme(scheme)),
            _ if location.url.is_empty() => Err(bad_url("the url is empty")),
            _ => folder::open(location.base.join(&location.url)),
        }
    }
}

/// A bucket that was opened.
struct Opened {
    objects: Arc<dyn ObjectStore>,
    /// What it can be asked about itself, where its cloud tells.
    bucket: Option<Bucket>,
}

/// What opens the bucket of that name.
type Opener = fn(&Location, &str) -> Result<Opened>;

fn open_bucket(location: &Location, open: Opener) -> Result<Store> {
    let url = Url::parse(&location.url).map_err(|_| bad_url("the url cannot be read"))?;
    let bucket = url
        .host_str()
        .ok_or_else(|| bad_url("the url names no bucket"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad_url("the url holds credentials")
            .hint("give credentials by env, file or command beside `url`, never in it"));
    }
    let prefix = Path::from_url_path(url.path()).map_err(|_| bad_url("the prefix is not valid"))?;
    let place = format!("{}://{bucket}/{prefix}", url.scheme());
    client::install_tls();
    let Opened { objects, bucket } = open(location, bucket)?;
    let store = Store::from_object_store(objects, place.trim_end_matches('/')).with_base(prefix);
    Ok(match bucket {
        Some(bucket) => store.with_bucket(bucket),
        None => store,
    })
}

fn bad_url(cause: &str) -> Error {
    Error::new(Kind::Config, "open the store", cause).hint(
        "write `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`, `file:///folder` or the path of a folder",
    )
}

fn unknown_scheme(scheme: &str) -> Error {
    // A url can hold a password, so only what stands before it is shown.
    let doing = format!("open the store {scheme}://…");
    Error::new(Kind::Config, doing, "no such kind of store")
        .hint("use a bucket (`s3://…`, `gs://…`), a container (`az://…`) or a folder")
}

fn file_path(url: &str) -> Result<PathBuf> {
    Url::parse(url)
        .ok()
        .and_then(|url| url.to_file_path().ok())
        .ok_or_else(|| {
            bad_url("the url names no folder on this machine (three slashes: file:///folder)")
        })
}
