//! The environments with their values.

mod public_keys;

use super::Context;
use super::publishing;
use super::stores::access;
use crate::fleet::{Clean, Environment, Replica, StoreAccess};
use crate::located::{Located, Origin};
use crate::problem::Span;
use crate::raw::{self, Store};
use crate::report::Report;
use crate::value::{AcceptedData, Names, Reads, Secret, Timezone, WebAddress, expand as template};
use crate::yaml::Spanned;

pub(super) fn expand(context: &Context<'_>, name: &str) -> Option<Environment> {
    let (key, raw) = context.config.environments.get_key_value(name)?;
    let at = Written { context, name };
    let signing_key = secret(context, name, raw.signing_key.as_ref(), "signing_key");
    let defaults = &context.config.defaults;
    let masking_key = secret(context, name, raw.masking_key.as_ref(), "masking_key")
        .or_else(|| default_secret(context, name, defaults.masking_key.as_ref(), "masking_key"));
    let identity = secret(context, name, raw.identity.as_ref(), "identity")
        .or_else(|| default_secret(context, name, defaults.identity.as_ref(), "identity"));
    let trusts: Vec<Located<String>> = raw
        .trusts
        .iter()
        .flatten()
        .filter_map(|key| at.field("trusts", Some(key)))
        .collect();
    let recipients: Vec<Located<String>> = raw
        .recipients
        .iter()
        .flat_map(|written| &written.value)
        .filter_map(|key| at.field("recipients", Some(key)))
        .collect();
    public_keys::check(context.report, raw);
    publishing::check_reads(context, name);
    let store = store(&at, key, raw.store.as_ref())?;
    let state = match &raw.state {
        Some(state) => at
            .origin("state", state.span)
            .with(access(context, name, &state.value)?),
        None => beside(&store.value),
    };
    Some(Environment {
        name: name.to_owned(),
        heartbeat: secret(context, name, raw.heartbeat.as_ref(), "heartbeat"),
        defined: context
            .report
            .origin(key.span, format!("environments.{name}")),
        store,
        state,
        upstream: at.field("upstream", raw.upstream.as_ref()),
        replica: match &raw.replica {
            Some(written) => Some(at.origin("replica", written.span).with(replica(
                context,
                name,
                &written.value,
            )?)),
            None => None,
        },
        reads: reads(context, name),
        clean: match &raw.clean {
            Some(written) => Some(
                at.origin("clean", written.span)
                    .with(clean(&at, &written.value)?),
            ),
            None => None,
        },
        timezone: timezone(context, name),
        keep: at.field("keep", raw.keep.as_ref()),
        data: at.field("data", raw.data.as_ref()).unwrap_or_else(|| {
            Located::default(
                AcceptedData::Raw,
                "nothing says what the environment accepts",
            )
        }),
        signing_key,
        trusts,
        recipients,
        identity,
        masking_key,
    })
}

/// Gives the fields of one environment their origin.
struct Written<'a> {
    context: &'a Context<'a>,
    name: &'a str,
}

impl Written<'_> {
    fn origin(&self, field: &str, span: Span) -> Origin {
        let path = format!("environments.{}.{field}", self.name);
        self.context.report.origin(span, path)
    }

    fn field<T: Clone>(&self, field: &str, written: Option<&Spanned<T>>) -> Option<Located<T>> {
        let written = written?;
        Some(self.origin(field, written.span).with(written.value.clone()))
    }
}

fn store(
    at: &Written<'_>,
    key: &Spanned<String>,
    written: Option<&Spanned<Store>>,
) -> Option<Located<StoreAccess>> {
    let Some(written) = written else {
        at.context.report.problem(
            key.span,
            format!("the environment `{}` has no store", at.name),
            "",
            "add `store: s3://BUCKET/PREFIX` or `store: FOLDER`",
        );
        return None;
    };
    let access = access(at.context, at.name, &written.value)?;
    Some(at.origin("store", written.span).with(access))
}

fn beside(store: &StoreAccess) -> Located<StoreAccess> {
    let state = StoreAccess {
        location: store.location.join("_weir"),
        ..store.clone()
    };
    Located::default(state, "_weir in the store")
}

fn replica(context: &Context<'_>, environment: &str, written: &raw::Replica) -> Option<Replica> {
    Some(match written {
        raw::Replica::Place(location) => {
            let store = Store::Place(location.clone());
            Replica::of(access(context, environment, &store)?)
        }
        raw::Replica::Table(table) => {
            let plain = Replica::of(access(context, environment, &table.store.value)?);
            Replica {
                wait: table.wait.unwrap_or(plain.wait),
                incomplete: table.incomplete.unwrap_or(plain.incomplete),
                recipients: table
                    .recipients
                    .iter()
                    .flat_map(|written| &written.value)
                    .map(|key| key.value.clone())
                    .collect(),
                ..plain
            }
        }
    })
}

fn clean(at: &Written<'_>, written: &raw::Clean) -> Option<Clean> {
    let recipients = written.recipients.iter().flat_map(|keys| &keys.value);
    Some(Clean {
        store: access(at.context, at.name, &written.store.value)?,
        recipients: recipients
            .filter_map(|key| at.field("clean.recipients", Some(key)))
            .collect(),
        keep: at.field("clean.keep", written.keep.as_ref()),
    })
}

/// Which backups of other environments an environment takes.
pub(super) fn reads(context: &Context<'_>, environment: &str) -> Located<Reads> {
    let raw = context.config.environments.get(environment);
    match raw.and_then(|raw| raw.reads.as_ref()) {
        Some(written) => Located {
            value: written.value,
            origin: context
                .report
                .origin(written.span, format!("environments.{environment}.reads")),
        },
        None => Located::default(Reads::Backups, "nothing says which backups are read"),
    }
}

/// The time zone of an environment's schedules.
pub(super) fn timezone(context: &Context<'_>, environment: &str) -> Located<Timezone> {
    let raw = context.config.environments.get(environment);
    let own = raw
        .and_then(|raw| raw.timezone.as_ref())
        .map(|zone| (zone, format!("environments.{environment}.timezone")));
    let default = || {
        let zone = context.config.defaults.timezone.as_ref()?;
        Some((zone, "defaults.timezone".to_owned()))
    };
    match own.or_else(default) {
        Some((zone, path)) => Located {
            value: zone.value.clone(),
            origin: context.report.origin(zone.span, path),
        },
        None => Located::default(Timezone::utc(), "nothing names a time zone"),
    }
}

/// A secret of an environment, in which only the environment's name may stand as a template.
pub(super) fn secret(
    context: &Context<'_>,
    environment: &str,
    written: Option<&Spanned<Secret>>,
    field: &str,
) -> Option<Located<Secret>> {
    let written = written?;
    let path = format!("environments.{environment}.{field}");
    let names = Names {
        environment: Some(environment),
        ..Names::default()
    };
    expanded_secret(context.report, written, path, names)
}

fn default_secret(
    context: &Context<'_>,
    environment: &str,
    written: Option<&Spanned<Secret>>,
    field: &str,
) -> Option<Located<Secret>> {
    let names = Names {
        environment: Some(environment),
        ..Names::default()
    };
    expanded_secret(context.report, written?, format!("defaults.{field}"), names)
}

/// An address, or the reference to the secret that holds it, with its templates replaced.
pub(super) fn expanded_address(
    report: &Report,
    written: &WebAddress,
    span: Span,
    names: Names<'_>,
) -> Option<WebAddress> {
    match written {
        WebAddress::Url(url) => match template(url, names) {
            Ok(url) => Some(WebAddress::Url(url)),
            Err(wrong) => {
                report.problem(span, wrong.message, "", wrong.help);
                None
            }
        },
        WebAddress::Secret(secret) => {
            let written = Spanned {
                value: secret.clone(),
                span,
            };
            let secret = expanded_secret(report, &written, String::new(), names)?;
            Some(WebAddress::Secret(secret.value))
        }
    }
}

/// A reference to a secret with its templates replaced.
pub(super) fn expanded_secret(
    report: &Report,
    written: &Spanned<Secret>,
    path: String,
    names: Names<'_>,
) -> Option<Located<Secret>> {
    let value = match &written.value {
        Secret::Env(name) => template(name, names).map(Secret::Env),
        Secret::File(path) => template(path, names).map(Secret::File),
        Secret::Command(words) => words
            .iter()
            .map(|word| template(word, names))
            .collect::<Result<_, _>>()
            .map(Secret::Command),
    };
    let origin: Origin = report.origin(written.span, path);
    match value {
        Ok(value) => Some(Located { value, origin }),
        Err(wrong) => {
            report.problem(written.span, wrong.message, "", wrong.help);
            None
        }
    }
}
