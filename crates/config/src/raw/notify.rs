//! Whom Weir tells what happened, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::{Event, MailServer, Secret, WebAddress};
use crate::yaml::Spanned;

/// Where people are told: exactly one of `slack`, `email` and `webhook`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    /// The address of an incoming webhook of Slack, which is a secret.
    pub(crate) slack: Option<Spanned<Secret>>,
    /// Mail.
    pub(crate) email: Option<Spanned<Email>>,
    /// A webhook whose calls are signed.
    pub(crate) webhook: Option<Spanned<SignedWebhook>>,
    /// What is told: `failure`, `recovery`, `late`, `held`, `drift`. Default: all.
    pub(crate) on: Option<Spanned<Vec<Spanned<Event>>>>,
    /// The environments that are told about. Default: all.
    pub(crate) environments: Option<Spanned<Vec<Spanned<String>>>>,
    /// The apps that are told about. Default: all.
    pub(crate) apps: Option<Spanned<Vec<Spanned<String>>>>,
}

/// Mail that goes through a server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Email {
    /// Who gets it. Required.
    pub(crate) to: Spanned<Vec<Spanned<String>>>,
    /// Whom it is from. Required.
    pub(crate) from: Spanned<String>,
    /// The server that takes it: `smtps://HOST:465` or `smtp://HOST:25`. Required.
    #[schemars(with = "String")]
    pub(crate) server: MailServer,
    /// The user there; goes with `password`.
    pub(crate) user: Option<Spanned<String>>,
    /// The user's password.
    pub(crate) password: Option<Spanned<Secret>>,
}

/// A webhook that can tell who calls: the header `X-Weir-Signature: t=TIMESTAMP,v1=HEX` has the HMAC-SHA256 of `TIMESTAMP.BODY`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedWebhook {
    /// Its address, or the secret that holds it. Required.
    pub(crate) url: Spanned<WebAddress>,
    /// The key of the signature. Required.
    pub(crate) secret: Spanned<Secret>,
}
