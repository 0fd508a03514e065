//! How every cloud is talked to.

use super::Location;
use crate::transport::{self, Patient};
use object_store::{ClientOptions, RetryConfig};
use weir_model::error::{Error, Kind};

/// How the client of a store talks: how long it waits, and how often it tries again.
pub(super) struct Manners {
    pub(super) options: ClientOptions,
    pub(super) retries: RetryConfig,
    pub(super) connector: Patient,
}

pub(super) fn manners(location: &Location) -> Manners {
    let plain = location
        .endpoint
        .as_deref()
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    let timeout = location.timeout.unwrap_or(transport::DEFAULT_TIMEOUT);
    Manners {
        options: transport::options(timeout).with_allow_http(plain),
        retries: transport::retries(timeout),
        connector: Patient::new(timeout),
    }
}

/// One provider for the whole process; one installed before is as good.
pub(super) fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What was given cannot open a store of this kind. The cloud's library says why in words that
/// may quote the credential, so they are left out.
pub(super) fn unusable(scheme: &str, bucket: &str, hint: &'static str) -> Error {
    Error::new(
        Kind::Config,
        format!("open the store {scheme}://{bucket}"),
        "the credentials or the address cannot be used",
    )
    .hint(hint)
}
