//! Calls to Slack and to webhooks. An address may be a secret: errors do not name it.

use crate::message::Message;
use crate::{render, sign};
use jiff::Timestamp;
use reqwest::redirect::Policy;
use serde_json::json;
use std::time::Duration;
use weir_model::error::{Error, Kind, Result};

const DOING: &str = "send a message";

/// A client that follows no redirection: what is sent stays where it was sent.
pub(crate) fn client() -> Result<reqwest::Client> {
    // One provider for the whole process; one installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(Policy::none());
    builder
        .build()
        .map_err(|_| Error::new(Kind::Internal, DOING, "the client of HTTP does not start"))
}

/// Sends a round to Slack.
pub(crate) async fn slack(url: &str, messages: &[&Message]) -> Result<String> {
    let body = json!({"text": render::slack(messages)});
    post(client()?.post(url).body(body.to_string())).await
}

/// Sends a round to a webhook, signed.
pub(crate) async fn webhook(
    url: &str,
    key: &str,
    messages: &[&Message],
    now: Timestamp,
) -> Result<String> {
    let body = json!({"version": 1, "sent": now, "messages": messages}).to_string();
    let header = sign::signature(key, now, body.as_bytes())?;
    let request = client()?.post(url).header("X-Weir-Signature", header);
    post(request.body(body)).await
}

/// Calls a heartbeat's address, within `deadline`.
///
/// # Errors
/// `config` when it does not answer with success. The address, which may be all that it takes to
/// use it, is not in it.
pub async fn heartbeat(url: &str, deadline: Duration) -> Result<()> {
    let request = client()?.get(url).timeout(deadline);
    ask(request, "call the heartbeat", "the heartbeat's secret")
        .await
        .map(|_| ())
}

async fn post(request: reqwest::RequestBuilder) -> Result<String> {
    let request = request.header("Content-Type", "application/json");
    ask(request, DOING, "the channel's secret").await
}

/// What the server answered. Errors are in words of our own: the library's may quote the address.
async fn ask(request: reqwest::RequestBuilder, doing: &str, place: &str) -> Result<String> {
    let answer = request.send().await.map_err(|error| {
        let why = match (error.is_builder(), error.is_connect()) {
            (true, _) => "the address is none of the web",
            (_, true) => "the server cannot be reached, or its certificate is not trusted",
            _ => "the connection broke before an answer came",
        };
        Error::new(Kind::Config, doing, why)
            .hint(format!("check the address in {place}, and the network"))
    })?;
    let status = answer.status().as_u16();
    if answer.status().is_success() {
        return Ok(format!("HTTP {status}"));
    }
    let why = format!("the server answered HTTP {status}");
    let hint = format!("check the address in {place}: the server refuses it");
    Err(Error::new(Kind::Config, doing, why).hint(hint))
}
