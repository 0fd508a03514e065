//! The databases of an app, and what each of them has of its own.

use super::layers::Layers;
use super::place::Place;
use super::{Context, source};
use crate::located::Located;
use crate::problem::Span;
use crate::report::Report;
use crate::value::Names;
use crate::yaml::{Spanned, unknown_help};

/// The names of an app's databases: its own, else those of the app it comes from.
pub(super) fn names(
    context: &Context<'_>,
    name: &Spanned<String>,
    environment: &str,
    layers: &Layers<'_>,
) -> Option<Vec<Located<String>>> {
    let found = layers.first(|app| {
        (app.database.is_some() || app.databases.is_some())
            .then_some((&app.database, &app.databases))
    });
    let report = context.report;
    let Some(((one, several), path)) = found else {
        return inherited(context, name, environment, layers);
    };
    let located = |database: &Spanned<String>, field: &str| Located {
        value: database.value.clone(),
        origin: report.origin(database.span, format!("{path}.{field}")),
    };
    let names: Vec<Located<String>> = match (one, several) {
        (Some(one), Some(_)) => {
            report.problem(
                one.span,
                "`database` and `databases` are both given",
                "",
                "keep one of them: `databases: [a, b]` for several",
            );
            return None;
        }
        (Some(one), None) => vec![located(one, "database")],
        (None, Some(several)) => {
            if several.value.is_empty() {
                report.problem(
                    several.span,
                    "the list of databases is empty",
                    "",
                    "name at least one",
                );
                return None;
            }
            several
                .value
                .iter()
                .map(|name| located(name, "databases"))
                .collect()
        }
        (None, None) => return None,
    };
    check(report, &names).then_some(names)
}

fn inherited(
    context: &Context<'_>,
    name: &Spanned<String>,
    environment: &str,
    layers: &Layers<'_>,
) -> Option<Vec<Located<String>>> {
    if let Some(from) = layers.located("from", |app| app.from.as_ref()) {
        return source::named(context, environment, &from).map(|place| place.databases);
    }
    context.report.problem(
        name.span,
        format!("the app `{}` has no database", name.value),
        "",
        "add `database: NAME`, or `databases: [NAME, NAME]`",
    );
    None
}

fn check(report: &Report, names: &[Located<String>]) -> bool {
    for (index, name) in names.iter().enumerate() {
        let span = name.origin.span().unwrap_or_default();
        if name.value.is_empty() {
            report.problem(
                span,
                "the database has no name",
                "",
                "give its name on the server",
            );
            return false;
        }
        let twice = names
            .iter()
            .take(index)
            .any(|other| other.value == name.value);
        if twice {
            named_twice(report, &name.value, span);
            return false;
        }
    }
    true
}

pub(super) fn named_twice(report: &Report, name: &str, span: Span) {
    report.problem(
        span,
        format!("the database `{name}` is named twice"),
        "second time",
        "name each database once",
    );
}

/// The address of a database.
pub(super) fn url(
    context: &Context<'_>,
    place: &Place<'_>,
    database: &str,
) -> Option<Located<String>> {
    let report = context.report;
    let Some(template) = written_url(context, place) else {
        let (name, engine) = (place.app, place.engine.value.name());
        report.problem(
            name.span,
            format!("nothing says at which address the app `{}` is", name.value),
            "",
            format!(
                "add `url: …` here, or for all of its engine `defaults: {{{engine}: {{url: …}}}}`"
            ),
        );
        return None;
    };
    if !check_url(report, &template) {
        return None;
    }
    let names = Names {
        database: Some(database),
        ..place.names()
    };
    report.expanded(&template, names)
}

fn written_url(context: &Context<'_>, place: &Place<'_>) -> Option<Located<String>> {
    if let Some(own) = place.layers.located("url", |app| app.url.as_ref()) {
        return Some(own);
    }
    let engine = place.engine.value;
    let default = context.config.defaults.url(engine)?;
    let path = format!("defaults.{}.url", engine.name());
    let origin = context.report.origin(default.span, path);
    Some(origin.with(default.value.clone()))
}

fn check_url(report: &Report, url: &Located<String>) -> bool {
    let span = url.origin.span().unwrap_or_default();
    if has_password(&url.value) {
        report.problem(
            span,
            "a password must not stand in an address",
            "",
            "remove it and say where it comes from: `password: {env: NAME}`, {file: PATH} or {command: […]}",
        );
        return false;
    }
    if url.value.is_empty() {
        report.problem(
            span,
            "the address is empty",
            "",
            "give the address of the database",
        );
        return false;
    }
    true
}

fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| {
        rest.split(['/', '?', '#']).next().unwrap_or("")
    });
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || url.to_lowercase().contains("password=")
}

/// Whether `database` is one of the app's; a problem if not.
pub(super) fn known(report: &Report, database: &Spanned<String>, place: &Place<'_>) -> bool {
    let names: Vec<&str> = place
        .databases
        .iter()
        .map(|name| name.value.as_str())
        .collect();
    let known = names.contains(&database.value.as_str());
    if !known {
        report.problem(
            database.span,
            format!("unknown database `{}`", database.value),
            "not a database of the app",
            unknown_help(&database.value, &names, "databases of the app"),
        );
    }
    known
}

#[cfg(test)]
mod tests {
    use super::has_password;

    #[test]
    fn finds_passwords_in_addresses() {
        assert!(has_password("postgres://weir:x@db/app"));
        assert!(has_password("mysql://db/app?Password=x"));
        assert!(!has_password("postgres://weir@db:5432/app"));
        assert!(!has_password("data/production:1.db"));
    }
}
