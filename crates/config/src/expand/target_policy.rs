//! What a restore does about what the target's server has otherwise, or lacks.

use std::collections::BTreeMap;

use super::fields::JobFields;
use crate::fleet::TargetPolicy;
use crate::located::Located;
use crate::raw::Missing;
use crate::value::{MissingExtensions, MissingRoles, MissingTablespaces, expand};
use crate::yaml::Spanned;

/// The policies of a job; a problem where its engine has no use for what is written.
pub(super) fn of(fields: &JobFields<'_>) -> Option<TargetPolicy> {
    let engine = fields.place.engine.value;
    refuse_useless(fields);
    if !engine.refers_to_roles() {
        return None;
    }
    Some(TargetPolicy {
        roles: roles(fields),
        missing_roles: missing(fields, "missing.roles", |missing| missing.roles.as_ref())
            .unwrap_or_else(|| {
                Located::default(MissingRoles::Strip, "what they own goes to the owner")
            }),
        missing_tablespaces: missing(fields, "missing.tablespaces", |missing| {
            missing.tablespaces.as_ref()
        })
        .unwrap_or_else(|| {
            Located::default(MissingTablespaces::Default, "the database's own is used")
        }),
        missing_extensions: missing(fields, "missing.extensions", |missing| {
            missing.extensions.as_ref()
        })
        .unwrap_or_else(|| Located::default(MissingExtensions::Fail, "a copy is whole")),
    })
}

/// A field of `missing`: the app's, else that of the defaults.
fn missing<T: Copy>(
    fields: &JobFields<'_>,
    field: &str,
    pick: impl Fn(&Missing) -> Option<&Spanned<T>>,
) -> Option<Located<T>> {
    let of_app = fields.of_app(field, |app| pick(&app.missing));
    if !fields.place.engine.value.refers_to_extensions() {
        return of_app;
    }
    of_app.or_else(|| {
        fields.of_defaults(&format!("postgres.{field}"), |defaults| {
            pick(&defaults.postgres.missing)
        })
    })
}

fn roles(fields: &JobFields<'_>) -> Option<Located<BTreeMap<String, String>>> {
    let written = fields.of_app("roles", |app| app.roles.as_ref())?;
    let mut roles = BTreeMap::new();
    for (source, target) in &written.value {
        if source.is_empty() || target.is_empty() {
            problem(fields, &written, "a role without a name");
        }
        match expand(target, fields.place.names()) {
            Ok(target) => {
                roles.insert(source.clone(), target);
            }
            Err(wrong) => problem(fields, &written, &wrong.message),
        }
    }
    Some(written.map(|_| roles))
}

fn problem<T>(fields: &JobFields<'_>, at: &Located<T>, message: &str) {
    let span = at.origin.span().unwrap_or_default();
    if !fields.context.report.is_known_at(span) {
        fields.context.report.problem(
            span,
            message,
            "",
            "for example `roles: {shop_owner: staging_shop_owner}`: the source's role, then the target's",
        );
    }
}

/// Refuses what is written for an engine that has no use for it.
fn refuse_useless(fields: &JobFields<'_>) {
    let (layers, engine) = (&fields.place.layers, fields.place.engine.value);
    let mut useless = Vec::new();
    if !engine.refers_to_roles() {
        let roles = layers.find("roles", |app| app.roles.as_ref());
        useless.extend(roles.map(|found| ("roles", found.span)));
        let roles = layers.find("missing.roles", |app| app.missing.roles.as_ref());
        useless.extend(roles.map(|found| ("missing", found.span)));
    }
    if !engine.refers_to_extensions() {
        let spaces = layers.find("missing.tablespaces", |app| {
            app.missing.tablespaces.as_ref()
        });
        useless.extend(spaces.map(|found| ("missing", found.span)));
        let extensions = layers.find("missing.extensions", |app| app.missing.extensions.as_ref());
        useless.extend(extensions.map(|found| ("missing", found.span)));
    }
    let (report, place) = (fields.context.report, fields.place);
    let (engines, hint) = match engine.refers_to_roles() {
        true => (
            "postgres",
            "remove it: databases of MySQL refer to accounts alone, `missing: {roles: …}`",
        ),
        false => (
            "postgres and mysql",
            "remove it: only databases of PostgreSQL and MySQL refer to roles of their server",
        ),
    };
    for (field, span) in useless {
        if !report.is_known_at(span) {
            report.problem(
                span,
                format!(
                    "`{field}` is for apps on {engines}, and `{}` is on {engine}",
                    place.app.value
                ),
                "would do nothing",
                hint,
            );
        }
    }
}
