//! Posting to a Pushgateway. What cannot be pushed is the caller's to tell; it decides no run.

use crate::operation::Operation;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use std::time::Duration;
use weir_model::error::{Error, Kind, Result};

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The pauses before further attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// What gateways are sent today, and take for the text format.
const AS_TODAY: &str = "application/x-www-form-urlencoded";

const DOING: &str = "push metrics to the Pushgateway";

/// Pushes to one gateway.
#[derive(Debug, Clone)]
pub struct Pusher {
    address: String,
    client: Client,
}

impl Pusher {
    /// For the gateway at `address`.
    ///
    /// # Errors
    /// `config` when the system gives no HTTP client.
    pub fn new(address: &str) -> Result<Self> {
        // One provider for the whole process; one installed before is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Error::from_source(Kind::Config, DOING, error.without_url()))?;
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            client,
        })
    }

    /// Pushes what an operation has come to, trying a few times.
    ///
    /// # Errors
    /// `store` when the gateway cannot be reached or refuses.
    pub async fn push(&self, operation: &Operation) -> Result<()> {
        for push in operation.pushes() {
            let mut pauses = PAUSES.into_iter();
            while let Err(error) = self.post(&push.path, &push.body).await {
                let Some(pause) = pauses.next() else {
                    return Err(error);
                };
                tokio::time::sleep(pause).await;
            }
        }
        Ok(())
    }

    /// Asks whether it answers.
    ///
    /// # Errors
    /// `store` when it cannot be reached, or is not ready.
    pub async fn check(&self) -> Result<()> {
        let address = format!("{}/-/ready", self.address);
        answered(self.client.get(address).send().await)
    }

    async fn post(&self, path: &str, body: &str) -> Result<()> {
        let request = self
            .client
            .post(format!("{}{path}", self.address))
            .header(CONTENT_TYPE, AS_TODAY)
            .body(body.to_owned());
        answered(request.send().await)
    }
}

fn answered(answer: reqwest::Result<Response>) -> Result<()> {
    let answer = answer.map_err(|error| {
        failed(if error.is_timeout() {
            "it did not answer in time".to_owned()
        } else {
            "it cannot be reached".to_owned()
        })
    })?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(failed(format!("it answered {}", answer.status())))
}

fn failed(cause: String) -> Error {
    Error::new(Kind::Store, DOING, cause).hint("look at `serve.pushgateway`; no run depends on it")
}

/// The host's name as `instance` says it: a pod's is in its environment.
#[must_use]
pub fn host(known: &str) -> String {
    std::env::var("HOSTNAME").unwrap_or_else(|_| known.to_owned())
}
