//! Whom Weir tells what happened.

use crate::located::{Located, Origin};
use crate::value::{Event, MailServer, Secret, WebAddress};

/// Where people are told, and what.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub defined: Origin,
    /// How they are told.
    pub way: Way,
    /// What they are told.
    pub on: Vec<Event>,
    /// The environments they are told about; none: all.
    pub environments: Option<Vec<String>>,
    /// The apps they are told about; none: all.
    pub apps: Option<Vec<String>>,
}

/// How people are told.
#[derive(Debug, Clone)]
pub enum Way {
    /// Through an incoming webhook of Slack.
    Slack(Located<Secret>),
    /// By mail.
    Email(Email),
    /// By a signed call.
    Webhook(SignedWebhook),
}

/// Mail that goes through a server.
#[derive(Debug, Clone)]
pub struct Email {
    /// Who gets it.
    pub to: Vec<String>,
    /// Whom it is from.
    pub from: String,
    /// The server that takes it.
    pub server: MailServer,
    /// The user there; given with the password.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Located<Secret>>,
}

/// A webhook that can tell who calls.
#[derive(Debug, Clone)]
pub struct SignedWebhook {
    /// Its address.
    pub url: Located<WebAddress>,
    /// The key of the signature.
    pub secret: Located<Secret>,
}

impl Channel {
    /// Whether it tells of this event in this environment, and of this app if it is about one.
    #[must_use]
    pub fn tells(&self, event: Event, environment: &str, app: Option<&str>) -> bool {
        self.on.contains(&event)
            && self.covers(environment)
            && app.is_none_or(|app| is_among(self.apps.as_deref(), app))
    }

    /// Whether it tells of anything in this environment.
    #[must_use]
    pub fn covers(&self, environment: &str) -> bool {
        is_among(self.environments.as_deref(), environment)
    }

    /// The secrets it needs.
    #[must_use]
    pub fn secrets(&self) -> Vec<Located<Secret>> {
        match &self.way {
            Way::Slack(secret) => vec![secret.clone()],
            Way::Email(email) => email.password.iter().cloned().collect(),
            Way::Webhook(webhook) => {
                let url = &webhook.url;
                let address = url.value.secret().cloned();
                let address = address.map(|secret| url.origin.clone().with(secret));
                address
                    .into_iter()
                    .chain([webhook.secret.clone()])
                    .collect()
            }
        }
    }
}

/// Whether a name is among those given, which are all if none are.
fn is_among(names: Option<&[String]>, name: &str) -> bool {
    names.is_none_or(|names| names.iter().any(|known| known == name))
}
