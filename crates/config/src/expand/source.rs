//! Whom a job restores from.

use super::Context;
use super::place::Place;
use crate::located::{Located, Origin};
use crate::problem::Span;
use crate::yaml::{listed, unknown_help};

/// `ENVIRONMENT/APP`, or `APP` in the upstream environment.
fn split<'b>(
    context: &Context<'b>,
    from: &'b str,
    environment: &str,
) -> Option<(&'b str, &'b str)> {
    match from.split_once('/') {
        Some(parts) => Some(parts),
        None => Some((context.tree.upstream(environment)?, from)),
    }
}

/// The source of a restore in `place`: what `from` says, else the same app upstream.
pub(super) fn resolve<'a>(
    context: &Context<'a>,
    place: &Place<'a>,
    from: Option<&Located<String>>,
    operations: &Origin,
) -> Option<Place<'a>> {
    match from {
        Some(from) => named(context, place.environment, from),
        None => upstream(context, place, operations),
    }
}

fn upstream<'a>(
    context: &Context<'a>,
    place: &Place<'a>,
    operations: &Origin,
) -> Option<Place<'a>> {
    let name = &place.app.value;
    let upstream = context.tree.upstream(place.environment)?;
    if context.broken.apps.contains(name) {
        return None;
    }
    let before = context.report.count();
    let source = Place::of(context, name, upstream);
    if source.is_none() && context.report.count() == before {
        context.report.problem(
            operations.span().unwrap_or(place.app.span),
            format!("`{name}` is not in {upstream}, so {} cannot restore it", place.environment),
            "",
            format!(
                "`in: {{{}: {{data: own}}}}` if its data is born there, `from: ENVIRONMENT/APP` for another source, or `only: […]` to leave it out",
                place.environment
            ),
        );
    }
    source
}

/// The place that `from` names for a restore into `environment`; none, and a problem, if it is none.
pub(super) fn named<'a>(
    context: &Context<'a>,
    environment: &str,
    from: &Located<String>,
) -> Option<Place<'a>> {
    let report = context.report;
    let span = from.origin.span().unwrap_or_default();
    let Some((source, app)) = split(context, &from.value, environment) else {
        report.problem(
            span,
            format!(
                "{environment} has no upstream to take `{}` from",
                from.value
            ),
            "",
            "set `from` under `in:` for the environments that have an upstream",
        );
        return None;
    };
    let ancestor = ancestor(context, environment, source, span)?;
    if !context.config.apps.contains_key(app) && !context.broken.apps.contains(app) {
        let apps: Vec<&str> = context
            .config
            .apps
            .keys()
            .map(|name| name.value.as_str())
            .collect();
        report.problem(
            span,
            format!("unknown app `{app}`"),
            "not an app",
            unknown_help(app, &apps, "apps"),
        );
        return None;
    }
    let before = report.count();
    let found = Place::of(context, app, ancestor);
    if found.is_none() && report.count() == before && !context.broken.apps.contains(app) {
        report.problem(
            span,
            format!("the app `{app}` is not in {source}"),
            "",
            "restore from an environment the app is in",
        );
    }
    found
}

/// The environment `source`, if data may flow from it to `environment`; a problem if not.
fn ancestor<'a>(
    context: &Context<'a>,
    environment: &str,
    source: &str,
    span: Span,
) -> Option<&'a str> {
    let report = context.report;
    let environments: Vec<&str> = context.tree.order().collect();
    if !environments.contains(&source) {
        report.problem(
            span,
            format!("unknown environment `{source}`"),
            "not an environment",
            unknown_help(source, &environments, "environments"),
        );
        return None;
    }
    if source == environment {
        report.problem(
            span,
            format!("{environment} cannot restore from itself"),
            "",
            "to put an environment's own backup back, use a job with `operations: [recover]` and `schedule: by-hand`",
        );
        return None;
    }
    let found = context
        .tree
        .ancestors(environment)
        .find(|name| *name == source);
    if found.is_none() {
        let upstream: Vec<&str> = context.tree.ancestors(environment).collect();
        report.problem(
            span,
            format!("{source} is not upstream of {environment}"),
            "",
            format!(
                "data only flows downstream: restore from {}",
                listed(&upstream)
            ),
        );
    }
    found
}

/// What `database` is called in the source: the same, or what stands at the same place in the list.
pub(super) fn database_name(
    place: &Place<'_>,
    source: &Place<'_>,
    database: &str,
) -> Option<String> {
    if source.databases.iter().any(|name| name.value == database) {
        return Some(database.to_owned());
    }
    if source.databases.len() != place.databases.len() {
        return None;
    }
    place
        .databases
        .iter()
        .zip(&source.databases)
        .find(|(own, _)| own.value == database)
        .map(|(_, theirs)| theirs.value.clone())
}
