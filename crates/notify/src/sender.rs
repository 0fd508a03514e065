//! Channels at work: all at once, each with a deadline of its own.

use crate::message::Message;
use crate::outbox::Outbox;
use crate::{mail, web};
use futures::future::join_all;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use weir_config::{Channel, Secret, Way, WebAddress};
use weir_model::error::{Error, Kind, Result};

/// How long a channel may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// The values of secrets; why not, for one that cannot be read, which fails its channel alone.
pub type Secrets = BTreeMap<Secret, Result<String>>;

/// What came of a round on one channel.
#[derive(Debug)]
pub struct Delivery {
    /// The channel.
    pub channel: String,
    /// What the other side answered.
    pub result: Result<String>,
}

/// Channels that can be sent to.
pub struct Sender {
    channels: Vec<Channel>,
    secrets: Secrets,
    deadline: Duration,
}

impl Sender {
    /// A sender to these channels.
    #[must_use]
    pub fn new(channels: Vec<Channel>, secrets: Secrets) -> Self {
        Self {
            channels,
            secrets,
            deadline: DEADLINE,
        }
    }

    /// The same with another deadline for each channel.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Gives every channel what waits for it as one message. Nothing is taken out of the outbox:
    /// whoever keeps it does that, for those that were reached.
    pub async fn deliver(&self, outbox: &Outbox, now: Timestamp) -> Vec<Delivery> {
        let rounds = self.channels.iter().filter_map(|channel| {
            let waiting: Vec<&Message> = outbox.waiting(&channel.name).iter().collect();
            (!waiting.is_empty()).then_some((channel, waiting))
        });
        let rounds: Vec<_> = rounds.collect();
        let sent = rounds
            .iter()
            .map(|(channel, waiting)| self.send(channel, waiting, now));
        join_all(sent).await
    }

    /// Sends one message to every channel, whatever it asks for and was told before.
    pub async fn test(&self, message: &Message, now: Timestamp) -> Vec<Delivery> {
        let sent = self.channels.iter();
        join_all(sent.map(|channel| self.send_one(channel, message, now))).await
    }

    async fn send_one(&self, channel: &Channel, message: &Message, now: Timestamp) -> Delivery {
        self.send(channel, &[message], now).await
    }

    async fn send(&self, channel: &Channel, messages: &[&Message], now: Timestamp) -> Delivery {
        let sent = tokio::time::timeout(self.deadline, self.by(&channel.way, messages, now));
        let result = sent.await.unwrap_or_else(|_| {
            let cause = format!("no answer within {} s", self.deadline.as_secs());
            Err(Error::new(Kind::Deadline, "send a message", cause)
                .hint("check that the server can be reached from here"))
        });
        Delivery {
            channel: channel.name.clone(),
            result,
        }
    }

    async fn by(&self, way: &Way, messages: &[&Message], now: Timestamp) -> Result<String> {
        match way {
            Way::Slack(url) => web::slack(self.secret(&url.value)?, messages).await,
            Way::Email(email) => {
                let password = email.password.as_ref();
                let password = password.map(|secret| self.secret(&secret.value));
                mail::send(email, password.transpose()?, messages).await
            }
            Way::Webhook(webhook) => {
                let url = match &webhook.url.value {
                    WebAddress::Url(url) => url,
                    WebAddress::Secret(secret) => self.secret(secret)?,
                };
                web::webhook(url, self.secret(&webhook.secret.value)?, messages, now).await
            }
        }
    }

    fn secret(&self, secret: &Secret) -> Result<&str> {
        match self.secrets.get(secret) {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(Error::new(Kind::Secret, error.doing(), error.cause()).hint(
                error
                    .hint_text()
                    .unwrap_or("give it where the configuration says"),
            )),
            None => Err(Error::new(
                Kind::Internal,
                "send a message",
                "a secret was not read",
            )),
        }
    }
}
