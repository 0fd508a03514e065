//! Google Cloud Storage.

use super::client::{manners, unusable};
use super::{Location, Opened};
use object_store::gcp::GoogleCloudStorageBuilder;
use std::sync::Arc;
use weir_model::error::Result;

const HINT: &str = "give the JSON file of a service account's key as `service_account_key`, or let GOOGLE_APPLICATION_CREDENTIALS name one; without either the machine's own identity is used";

pub(super) fn bucket(location: &Location, bucket: &str) -> Result<Opened> {
    let manners = manners(location);
    // The library refuses two sources of credentials, so a key that is given stands alone.
    let mut builder = match &location.service_account_key {
        Some(key) => GoogleCloudStorageBuilder::new().with_service_account_key(key.reveal()),
        None => GoogleCloudStorageBuilder::from_env(),
    };
    if let Some(endpoint) = &location.endpoint {
        builder = builder.with_base_url(endpoint.trim_end_matches('/'));
    }
    let bucket = builder
        .with_bucket_name(bucket)
        .with_retry(manners.retries)
        .with_client_options(manners.options)
        .with_http_connector(manners.connector)
        .build()
        .map_err(|_| unusable("gs", bucket, HINT))?;
    Ok(Opened {
        objects: Arc::new(bucket),
        bucket: None,
    })
}
