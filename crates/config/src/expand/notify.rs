//! Whom Weir tells what happened.

use super::Context;
use super::environments::{expanded_address, expanded_secret};
use crate::fleet::{Channel, Email, SignedWebhook, Way};
use crate::located::Located;
use crate::raw;
use crate::value::{Event, Names, Secret};
use crate::yaml::{Spanned, unknown_help};

/// Every channel; those with a mistake are left out, and the mistake is reported.
pub(super) fn expand(context: &Context<'_>) -> Vec<Channel> {
    let channels = context.config.notify.iter();
    channels
        .filter_map(|(name, written)| channel(context, name, written))
        .collect()
}

fn channel(
    context: &Context<'_>,
    name: &Spanned<String>,
    written: &raw::Channel,
) -> Option<Channel> {
    let environments: Vec<&str> = context.tree.order().collect();
    let mut apps: Vec<&str> = context
        .config
        .apps
        .keys()
        .map(|app| app.value.as_str())
        .collect();
    apps.extend(context.broken.apps.iter().map(String::as_str));
    let one = Written {
        context,
        path: format!("notify.{}", name.value),
    };
    one.names(written.environments.as_ref(), &environments, "environment");
    one.names(written.apps.as_ref(), &apps, "app");
    one.not_empty(written.on.as_ref(), "there is nothing to tell");
    let way = one.way(name, written)?;
    Some(Channel {
        name: name.value.clone(),
        defined: context.report.origin(name.span, one.path),
        way,
        on: values(written.on.as_ref()).unwrap_or_else(|| Event::ALL.to_vec()),
        environments: values(written.environments.as_ref()),
        apps: values(written.apps.as_ref()),
    })
}

fn values<T: Clone>(list: Option<&Spanned<Vec<Spanned<T>>>>) -> Option<Vec<T>> {
    let list = list?;
    Some(list.value.iter().map(|item| item.value.clone()).collect())
}

/// One channel as it is written.
struct Written<'a> {
    context: &'a Context<'a>,
    path: String,
}

impl Written<'_> {
    fn names(&self, list: Option<&Spanned<Vec<Spanned<String>>>>, known: &[&str], what: &str) {
        self.not_empty(list, &format!("no {what} is told about"));
        for name in list.iter().flat_map(|list| &list.value) {
            if !known.contains(&name.value.as_str()) {
                self.context.report.problem(
                    name.span,
                    format!("unknown {what} `{}`", name.value),
                    "",
                    unknown_help(&name.value, known, &format!("{what}s")),
                );
            }
        }
    }

    fn not_empty<T>(&self, list: Option<&Spanned<Vec<Spanned<T>>>>, message: &str) {
        if let Some(empty) = list.filter(|list| list.value.is_empty()) {
            self.context.report.problem(
                empty.span,
                message,
                "",
                "name at least one, or remove the field for all",
            );
        }
    }

    fn way(&self, name: &Spanned<String>, written: &raw::Channel) -> Option<Way> {
        match (&written.slack, &written.email, &written.webhook) {
            (Some(slack), None, None) => self.secret("slack", slack).map(Way::Slack),
            (None, Some(email), None) => self.email(email).map(Way::Email),
            (None, None, Some(webhook)) => self.webhook(&webhook.value).map(Way::Webhook),
            _ => {
                self.context.report.problem(
                    name.span,
                    "a channel leads to exactly one place",
                    "",
                    "give one of `slack`, `email` and `webhook`; another place is another channel",
                );
                None
            }
        }
    }

    fn secret(&self, field: &str, written: &Spanned<Secret>) -> Option<Located<Secret>> {
        let path = format!("{}.{field}", self.path);
        expanded_secret(self.context.report, written, path, Names::default())
    }

    fn webhook(&self, written: &raw::SignedWebhook) -> Option<SignedWebhook> {
        let report = self.context.report;
        let url = &written.url;
        let address = expanded_address(report, &url.value, url.span, Names::default())?;
        let origin = report.origin(url.span, format!("{}.webhook.url", self.path));
        Some(SignedWebhook {
            url: origin.with(address),
            secret: self.secret("webhook.secret", &written.secret)?,
        })
    }

    fn email(&self, written: &Spanned<raw::Email>) -> Option<Email> {
        let raw::Email {
            to,
            from,
            server,
            user,
            password,
        } = &written.value;
        let report = self.context.report;
        let before = report.count();
        if to.value.is_empty() {
            let help = "name at least one address";
            report.problem(to.span, "mail to nobody", "", help);
        }
        for address in to.value.iter().chain([from]) {
            self.mail_address(address);
        }
        let half = user
            .as_ref()
            .map(|user| user.span)
            .xor(password.as_ref().map(|password| password.span));
        if let Some(span) = half {
            report.problem(
                span,
                "half of a pair of credentials",
                "",
                "give both `user` and `password`, or neither",
            );
        }
        let password = password.as_ref();
        let password = password.and_then(|password| self.secret("email.password", password));
        (report.count() == before).then(|| Email {
            to: to.value.iter().map(|to| to.value.clone()).collect(),
            from: from.value.clone(),
            server: server.clone(),
            user: user.as_ref().map(|user| user.value.clone()),
            password,
        })
    }

    fn mail_address(&self, address: &Spanned<String>) {
        let parts = address.value.split_once('@');
        let plain = |text: &str| {
            let odd = |letter: char| letter.is_whitespace() || "@<>,;".contains(letter);
            !text.is_empty() && !text.contains(odd)
        };
        if !parts.is_some_and(|(name, host)| plain(name) && plain(host)) {
            self.context.report.problem(
                address.span,
                "this is no address of mail",
                "",
                "the address alone: `name@example.org`",
            );
        }
    }
}
