//! Amazon S3, and what speaks its language.

use super::client::{manners, unusable};
use super::{Location, Opened};
use crate::bucket::Bucket;
use object_store::aws::{AmazonS3Builder, Checksum};
use std::sync::Arc;
use weir_model::error::Result;

const HINT: &str = "check `endpoint`, `region`, `access_key_id` and `secret_access_key`, and the AWS_ variables of the environment";

/// How the environment names a server that speaks S3's language.
const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// The server that is talked to, where it is not Amazon's own: the one given, or else the
/// environment's.
fn endpoint(location: &Location) -> Option<String> {
    let told = || ENDPOINTS.iter().find_map(|name| std::env::var(name).ok());
    location.endpoint.clone().or_else(told)
}

pub(super) fn bucket(location: &Location, bucket: &str) -> Result<Opened> {
    // What is given decides whether a plain connection is wanted, too.
    let location = &Location {
        endpoint: endpoint(location),
        ..location.clone()
    };
    let manners = manners(location);
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_checksum_algorithm(Checksum::SHA256)
        .with_retry(manners.retries)
        .with_client_options(manners.options)
        .with_http_connector(manners.connector);
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
    let bucket = builder.build().map_err(|_| unusable("s3", bucket, HINT))?;
    let bucket = Arc::new(bucket);
    Ok(Opened {
        objects: bucket.clone(),
        bucket: Some(Bucket::new(bucket)),
    })
}
