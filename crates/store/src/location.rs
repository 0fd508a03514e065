//! Where a store is, and opening it.

use crate::failure::store_error;
use crate::store::{Store, make_private_folder};
use crate::transport::{self, Patient};
use object_store::aws::{AmazonS3Builder, Checksum};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use weir_engine::Secret;
use weir_model::error::{Error, Kind, Result};

/// Where a store is and how to get in. Showing it shows no secret.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// `s3://bucket/prefix`, `file:///folder`, a folder, or `memory:`.
    pub url: String,
    /// The folder that a relative path stands in.
    pub base: PathBuf,
    /// Where an S3-compatible store answers; AWS itself when absent.
    pub endpoint: Option<String>,
    /// The region; the environment's, or `us-east-1`, when absent.
    pub region: Option<String>,
    /// The access key; taken from the environment as AWS's own tools do when absent.
    pub access_key_id: Option<Secret>,
    /// Its secret.
    pub secret_access_key: Option<Secret>,
    /// How long the store may be silent; [`DEFAULT_TIMEOUT`](crate::DEFAULT_TIMEOUT) when absent.
    pub timeout: Option<Duration>,
}

impl Store {
    /// Opens a store. A folder is made, readable by its user only, when it does not exist.
    ///
    /// # Errors
    /// `config` for a url that is none, `unsupported` for a store this build does not know,
    /// `store` when a folder cannot be made.
    pub fn open(location: &Location) -> Result<Self> {
        let scheme = location.url.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            Some("s3") => open_bucket(location),
            Some("memory") => Ok(Self::memory()),
            Some("file") => open_folder(file_path(&location.url)?),
            Some(scheme) if location.url.contains("://") => {
                Err(unknown_scheme(&location.url, scheme))
            }
            _ if location.url.is_empty() => Err(bad_url("the url is empty")),
            _ => open_folder(location.base.join(&location.url)),
        }
    }
}

fn bad_url(cause: &str) -> Error {
    Error::new(Kind::Config, "open the store", cause)
        .hint("write `s3://bucket/prefix`, `file:///folder` or the path of a folder")
}

fn unknown_scheme(url: &str, scheme: &str) -> Error {
    // A url can hold a password, so only what stands before it is shown.
    let doing = format!("open the store {scheme}://…");
    let hint = "use an S3-compatible bucket (`s3://…` with `endpoint:`) or a folder";
    match url.split_once(':') {
        Some(("gs" | "az" | "abfss", _)) => Error::new(
            Kind::Unsupported,
            doing,
            "this build has no such kind of store",
        )
        .hint(hint),
        _ => Error::new(Kind::Config, doing, "no such kind of store").hint(hint),
    }
}

fn file_path(url: &str) -> Result<PathBuf> {
    Url::parse(url)
        .ok()
        .and_then(|url| url.to_file_path().ok())
        .ok_or_else(|| {
            bad_url("the url names no folder on this machine (three slashes: file:///folder)")
        })
}

fn open_folder(folder: PathBuf) -> Result<Store> {
    let place = folder.display().to_string();
    make_private_folder(&folder).map_err(|source| {
        let source = object_store::Error::Generic {
            store: "folder",
            source: source.into(),
        };
        store_error("open the store", &place, &source)
    })?;
    let files = LocalFileSystem::new_with_prefix(&folder)
        .map_err(|source| store_error("open the store", &place, &source))?
        .with_fsync(true);
    Ok(Store::from_object_store(Arc::new(files), place).with_folder(folder))
}

fn open_bucket(location: &Location) -> Result<Store> {
    let url = Url::parse(&location.url).map_err(|_| bad_url("the url cannot be read"))?;
    let bucket = url
        .host_str()
        .ok_or_else(|| bad_url("the url names no bucket"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad_url("the url holds credentials").hint(
            "put them into `access_key_id` and `secret_access_key` by env, file or command",
        ));
    }
    let prefix = Path::from_url_path(url.path()).map_err(|_| bad_url("the prefix is not valid"))?;
    let place = format!("s3://{bucket}/{prefix}")
        .trim_end_matches('/')
        .to_owned();
    install_tls();
    let bucket = bucket_builder(location, bucket)
        .build()
        .map_err(|source| store_error("open the store", &place, &source))?;
    Ok(Store::from_object_store(Arc::new(bucket), place).with_base(prefix))
}

fn bucket_builder(location: &Location, bucket: &str) -> AmazonS3Builder {
    let plain = location
        .endpoint
        .as_deref()
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    let timeout = location.timeout.unwrap_or(transport::DEFAULT_TIMEOUT);
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_checksum_algorithm(Checksum::SHA256)
        .with_retry(transport::retries(timeout))
        .with_client_options(transport::options(timeout).with_allow_http(plain))
        .with_http_connector(Patient::new(timeout));
    if let Some(endpoint) = &location.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &location.region {
        builder = builder.with_region(region);
    }
    if let Some(id) = &location.access_key_id {
        builder = builder.with_access_key_id(id.reveal());
    }
    if let Some(secret) = &location.secret_access_key {
        builder = builder.with_secret_access_key(secret.reveal());
    }
    builder
}

/// One provider for the whole process; one installed before is as good.
fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
