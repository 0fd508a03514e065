//! Hooks that are addresses.

use super::call::{Told, failed};
use crate::secrets;
use reqwest::redirect::Policy;
use std::path::Path;
use weir_config::WebAddress;
use weir_engine::{Context, Secret};
use weir_model::error::Result;

/// The address, which may be all that it takes to use it.
///
/// # Errors
/// `secret`.
pub(super) async fn address(
    address: &WebAddress,
    base: &Path,
    job: &str,
    context: &Context,
) -> Result<Secret> {
    match address {
        WebAddress::Url(url) => Ok(Secret::new(url)),
        WebAddress::Secret(secret) => {
            secrets::read(secret, base, &format!("a hook of {job}"), context).await
        }
    }
}

/// Sends what is told as JSON.
///
/// # Errors
/// When the answer is not one of success. The address is not in it.
pub(super) async fn post(url: &Secret, told: &Told<'_>, doing: &str) -> Result<()> {
    const HINT: &str = "try the address with another client from this host";
    // One provider for the whole process; one installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answer = async {
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .build()?;
        let body = serde_json::to_vec(told).unwrap_or_default();
        let request = client.post(url.reveal()).body(body);
        request
            .header("content-type", "application/json")
            .send()
            .await
    };
    match answer.await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => {
            let status = response.status().as_u16();
            Err(failed(doing, format!("the answer was {status}"), HINT))
        }
        Err(error) if error.is_builder() => Err(failed(
            doing,
            "the address is none".to_owned(),
            "it takes an http:// or https:// address",
        )),
        Err(_) => Err(failed(doing, "there was no answer".to_owned(), HINT)),
    }
}
