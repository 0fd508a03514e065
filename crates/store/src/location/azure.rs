//! Azure Blob Storage.

use super::client::{manners, unusable};
use super::{Location, Opened};
use object_store::azure::MicrosoftAzureBuilder;
use std::sync::Arc;
use weir_model::error::Result;

const HINT: &str = "give the storage account as `account` (or AZURE_STORAGE_ACCOUNT_NAME), and its key as `account_key` in base64; without a key the machine's own identity is used";

pub(super) fn container(location: &Location, container: &str) -> Result<Opened> {
    let manners = manners(location);
    let mut builder = MicrosoftAzureBuilder::from_env()
        .with_container_name(container)
        .with_retry(manners.retries)
        .with_client_options(manners.options)
        .with_http_connector(manners.connector);
    if let Some(endpoint) = &location.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
    }
    if let Some(account) = &location.account {
        builder = builder.with_account(account);
    }
    if let Some(key) = &location.account_key {
        // Whatever else the environment offers, the key that is given is the one that is used.
        builder = builder
            .with_access_key(key.reveal())
            .with_credential_type("access_key");
    }
    let container = builder
        .build()
        .map_err(|_| unusable("az", container, HINT))?;
    Ok(Opened {
        objects: Arc::new(container),
        bucket: None,
    })
}
