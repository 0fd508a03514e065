//! What opens a store, and that it fits the kind of store.

use super::Context;
use super::environments::secret;
use crate::fleet::StoreAccess;
use crate::problem::Span;
use crate::raw::{Store, StoreTable};
use crate::value::{Cloud, Location, Secret};
use crate::yaml::Spanned;

/// A store with its credentials, or nothing where one of them cannot be expanded.
pub(super) fn access(
    context: &Context<'_>,
    environment: &str,
    store: &Store,
) -> Option<StoreAccess> {
    let table = match store {
        Store::Place(location) => return Some(StoreAccess::at(location.clone())),
        Store::Table(table) => table,
    };
    check_table(context, table);
    let key = |written: &Option<Spanned<Secret>>| match written {
        None => Some(None),
        Some(_) => {
            secret(context, environment, written.as_ref(), "store").map(|key| Some(key.value))
        }
    };
    let text = |written: &Option<Spanned<String>>| written.as_ref().map(|text| text.value.clone());
    Some(StoreAccess {
        location: table.url.clone(),
        endpoint: text(&table.endpoint),
        region: text(&table.region),
        access_key_id: key(&table.access_key_id)?,
        secret_access_key: key(&table.secret_access_key)?,
        service_account_key: key(&table.service_account_key)?,
        account: text(&table.account),
        account_key: key(&table.account_key)?,
        timeout: table.timeout.as_ref().map(|timeout| timeout.value),
    })
}

fn check_table(context: &Context<'_>, table: &StoreTable) {
    let cloud = match &table.url {
        Location::Bucket { cloud, .. } => Some(*cloud),
        Location::Folder(_) => None,
    };
    check_endpoint(context, table, cloud);
    if let Some(timeout) = table.timeout.as_ref().filter(|_| cloud.is_none()) {
        context.report.problem(
            timeout.span,
            "a folder has no timeout",
            "",
            "leave `timeout` out: only a store behind a network can fall silent",
        );
    }
    for (field, of, span) in fields_of_one_cloud(table) {
        let Some(span) = span.filter(|_| cloud != Some(of)) else {
            continue;
        };
        let what = cloud.map_or("a folder".to_owned(), |cloud| {
            format!("`{}://`", cloud.scheme())
        });
        context.report.problem(
            span,
            format!("`{field}` does not go with {what}"),
            "",
            format!("it is for `{}://`: {}", of.scheme(), fits(cloud)),
        );
    }
}

fn check_endpoint(context: &Context<'_>, table: &StoreTable, cloud: Option<Cloud>) {
    let Some(endpoint) = &table.endpoint else {
        return;
    };
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| endpoint.value.starts_with(scheme));
    if cloud.is_none() || !web {
        context.report.problem(
            endpoint.span,
            "this endpoint leads nowhere",
            "",
            "an endpoint is an http:// or https:// address, and only a bucket has one",
        );
    }
}

/// The fields that only one cloud has, and where they are written.
fn fields_of_one_cloud(table: &StoreTable) -> [(&'static str, Cloud, Option<Span>); 6] {
    let secret = |written: &Option<Spanned<Secret>>| written.as_ref().map(|found| found.span);
    let text = |written: &Option<Spanned<String>>| written.as_ref().map(|found| found.span);
    [
        ("region", Cloud::S3, text(&table.region)),
        ("access_key_id", Cloud::S3, secret(&table.access_key_id)),
        (
            "secret_access_key",
            Cloud::S3,
            secret(&table.secret_access_key),
        ),
        (
            "service_account_key",
            Cloud::Google,
            secret(&table.service_account_key),
        ),
        ("account", Cloud::Azure, text(&table.account)),
        ("account_key", Cloud::Azure, secret(&table.account_key)),
    ]
}

fn fits(cloud: Option<Cloud>) -> &'static str {
    match cloud {
        Some(Cloud::S3) => "here give `access_key_id` and `secret_access_key`, or neither",
        Some(Cloud::Google) => {
            "here give `service_account_key`, or nothing for the machine's own identity"
        }
        Some(Cloud::Azure) => {
            "here give `account` and `account_key`, or only `account` for the machine's own identity"
        }
        None => "remove it",
    }
}
