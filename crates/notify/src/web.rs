//! Calls to Slack and to webhooks. An address may be a secret: errors do not name it.

use crate::message::Message;
use crate::{render, sign};
use jiff::Timestamp;
use reqwest::redirect::Policy;
use serde_json::json;
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

async fn post(request: reqwest::RequestBuilder) -> Result<String> {
    let request = request.header("Content-Type", "application/json");
    // Words of our own: the library's may quote the address.
    let answer = request.send().await.map_err(|error| {
        let why = match (error.is_builder(), error.is_connect()) {
            (true, _) => "the address is none of the web",
            (_, true) => "the server cannot be reached, or its certificate is not trusted",
            _ => "the connection broke before an answer came",
        };
        Error::new(Kind::Config, DOING, why)
            .hint("check the address in the channel's secret, and the network")
    })?;
    let status = answer.status();
    if status.is_success() {
        return Ok(format!("HTTP {}", status.as_u16()));
    }
    Err(Error::new(
        Kind::Config,
        DOING,
        format!("the server answered HTTP {}", status.as_u16()),
    )
    .hint("check the address in the channel's secret: the server refuses it"))
}
