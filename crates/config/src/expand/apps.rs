//! What apps say about environments and about each other, and where each app is.

use super::layers::{Layers, chain};
use super::{Broken, Context};
use crate::raw::{App, Config};
use crate::report::Report;
use crate::yaml::{Spanned, unknown_help};

/// Checks references; an app whose references are wrong is not expanded, nor is one like it.
pub(super) fn check(config: &Config, report: &Report, broken: &mut Broken) {
    let mut apps: Vec<&str> = config.apps.keys().map(|name| name.value.as_str()).collect();
    let unread: Vec<String> = broken.apps.iter().cloned().collect();
    apps.extend(unread.iter().map(String::as_str));
    apps.sort_unstable();
    apps.dedup();
    let environments: Vec<&str> = config
        .environments
        .keys()
        .map(|name| name.value.as_str())
        .collect();
    let mut wrong = Vec::new();
    for (name, app) in &config.apps {
        let before = report.count();
        check_environments(report, app, &environments);
        check_overrides(report, app);
        check_like(config, report, name, app, &apps);
        // The chain ends at an app that is like one before it.
        let circular = chain(config, &name.value).last().is_some_and(|(_, last)| {
            last.like
                .as_ref()
                .is_some_and(|like| apps.contains(&like.value.as_str()))
        });
        if report.count() > before || circular {
            wrong.push(name.value.clone());
        }
    }
    broken.apps.extend(wrong);
    let unreadable: Vec<String> = config
        .apps
        .keys()
        .filter(|name| {
            chain(config, &name.value)
                .iter()
                .any(|(link, app)| broken.apps.contains(*link) || likes_broken(app, broken))
        })
        .map(|name| name.value.clone())
        .collect();
    broken.apps.extend(unreadable);
}

fn likes_broken(app: &App, broken: &Broken) -> bool {
    app.like
        .as_ref()
        .is_some_and(|like| broken.apps.contains(&like.value))
}

fn check_environments(report: &Report, app: &App, environments: &[&str]) {
    let only = app.only.iter().flat_map(|only| &only.value);
    for name in app.in_environments.keys().chain(only) {
        if !environments.contains(&name.value.as_str()) {
            report.problem(
                name.span,
                format!("unknown environment `{}`", name.value),
                "not an environment",
                unknown_help(&name.value, environments, "environments"),
            );
        }
    }
}

/// Fields that choose environments or other apps make no sense for a single environment.
fn check_overrides(report: &Report, app: &App) {
    for within in app.in_environments.values() {
        let nested = within.in_environments.keys().next().map(|name| name.span);
        let like = within.like.as_ref().map(|like| like.span);
        let only = within.only.as_ref().map(|only| only.span);
        for (field, span) in [("in", nested), ("like", like), ("only", only)] {
            if let Some(span) = span {
                report.problem(
                    span,
                    format!("`{field}` cannot be set for one environment"),
                    "",
                    format!("move `{field}` up to the app, or remove it"),
                );
            }
        }
    }
}

fn check_like(config: &Config, report: &Report, name: &Spanned<String>, app: &App, apps: &[&str]) {
    let Some(like) = &app.like else { return };
    if !apps.contains(&like.value.as_str()) {
        report.problem(
            like.span,
            format!("unknown app `{}`", like.value),
            "not an app",
            unknown_help(&like.value, apps, "apps"),
        );
        return;
    }
    let chain = chain(config, &name.value);
    let closes = chain
        .last()
        .and_then(|(_, last)| last.like.as_ref())
        .is_some_and(|last| last.value == name.value);
    let mut names: Vec<&str> = chain.iter().map(|(link, _)| *link).collect();
    // Each app of a circle sees it; the first by name reports it.
    if closes && names.iter().min() == Some(&name.value.as_str()) {
        names.push(&name.value);
        report.problem(
            like.span,
            format!(
                "apps are like each other in a circle: {}",
                names.join(" → ")
            ),
            "",
            "one of them must say its fields itself",
        );
    }
}

/// Whether `app` is in `environment`: where `only` says so; where `in` says so if all of it comes
/// `from` elsewhere; else everywhere.
pub(super) fn is_in(context: &Context<'_>, name: &Spanned<String>, environment: &str) -> bool {
    let layers = Layers::of(context, name_in(context, name), environment);
    if let Some(only) = layers.anywhere(|app| app.only.as_ref()) {
        return only.value.iter().any(|only| only.value == environment);
    }
    let Some(from) = layers.anywhere(|app| app.from.as_ref()) else {
        return true;
    };
    let links = chain(context.config, name_in(context, name));
    if links.iter().all(|(_, app)| app.in_environments.is_empty()) {
        context.report.problem(
            from.span,
            format!("nothing says in which environments `{}` is", name.value),
            "",
            "an app with `from` names its environments: `in: {ENVIRONMENT: {}}` or `only: [ENVIRONMENT]`",
        );
        return false;
    }
    links
        .iter()
        .any(|(_, app)| app.in_environments.contains_key(environment))
}

/// The name as the configuration holds it, so that layers may borrow it.
fn name_in<'a>(context: &Context<'a>, name: &Spanned<String>) -> &'a str {
    context
        .config
        .apps
        .get_key_value(name.value.as_str())
        .map_or("", |(known, _)| known.value.as_str())
}
