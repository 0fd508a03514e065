//! Who owns and may what: looked at before anything is made.

use super::grants::statements;
use super::plan::Plan;
use crate::config::{Address, Session, leading_name};
use crate::stamp::look_up;
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Compares what the backup needs with what the server has. Roles that are missing, or that this
/// user may not act for, are replaced by the target's owner; extensions cannot be.
pub(super) async fn settle(address: &Address, plan: &mut Plan, context: &Context) -> Result<()> {
    let session = Session::maintenance(address, Kind::Target, context).await?;
    extensions(&session, plan).await?;
    plan.tablespaces = names(
        &session,
        "SELECT spcname::text FROM pg_catalog.pg_tablespace",
    )
    .await?;
    tablespaces(plan, context);
    let roles = roles(&session).await?;
    let fallback = fallback(&session, address, &roles).await?;
    plan.fallback.clone_from(&fallback);
    let mut missing = BTreeSet::new();
    let owners: BTreeSet<String> = plan
        .archive
        .entries
        .iter()
        .filter_map(|entry| Some(entry.owner.as_ref()?.as_str()?.to_owned()))
        .filter(|owner| !owner.is_empty())
        .collect();
    for owner in owners {
        if !roles.get(&owner).copied().unwrap_or_default() {
            plan.owners.insert(owner.clone(), fallback.clone());
            missing.insert(owner);
        }
    }
    plan.roles = roles.into_keys().collect();
    for role in granted(plan) {
        if !plan.roles.contains(&role) {
            missing.insert(role);
        }
    }
    plan.is_stripped = !missing.is_empty();
    if plan.is_stripped {
        tell(&missing, plan, fallback.as_deref(), context);
    }
    Ok(())
}

fn tell(missing: &BTreeSet<String>, plan: &Plan, fallback: Option<&str>, context: &Context) {
    let (here, nowhere): (Vec<_>, Vec<_>) =
        missing.iter().partition(|role| plan.roles.contains(*role));
    let instead = fallback.unwrap_or("the user who restores");
    if !nowhere.is_empty() {
        let roles: Vec<String> = nowhere
            .iter()
            .map(|role| crate::config::identifier(role))
            .collect();
        context.warn(format!(
            "roles of the backup are not on this server: {}; what they own goes to {instead}, grants to \
             them are left out. To keep them: {}",
            roles.join(", "),
            roles.iter().map(|role| format!("CREATE ROLE {role} NOLOGIN;")).collect::<Vec<_>>().join(" ")
        ));
    }
    if !here.is_empty() {
        let roles: Vec<String> = here
            .iter()
            .map(|role| crate::config::identifier(role))
            .collect();
        context.warn(format!(
            "this user may not act for {}; what they own goes to {instead}. To keep it: GRANT {} TO \
             the user who restores",
            roles.join(", "),
            roles.join(", ")
        ));
    }
}

/// Whose the new copy's objects are where nobody better is here.
async fn fallback(
    session: &Session,
    address: &Address,
    roles: &BTreeMap<String, bool>,
) -> Result<Option<String>> {
    let live = look_up(session, &address.database)
        .await?
        .map(|live| live.owner);
    let owner = address.owner.clone().or(live);
    Ok(owner.filter(|owner| roles.get(owner).copied().unwrap_or_default()))
}

/// The roles of the server, each with whether this user may give things to it.
async fn roles(session: &Session) -> Result<BTreeMap<String, bool>> {
    let doing = "read the roles of";
    // From 16 on, being a member is not enough to act for a role.
    let sql = "SELECT rolname::text, pg_catalog.pg_has_role(oid, CASE WHEN \
               pg_catalog.current_setting('server_version_num')::int >= 160000 \
               THEN 'SET' ELSE 'MEMBER' END) FROM pg_catalog.pg_roles";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter()
        .map(|row| Ok((session.get(doing, row, 0)?, session.get(doing, row, 1)?)))
        .collect()
}

/// The roles that grants name.
fn granted(plan: &Plan) -> BTreeSet<String> {
    let entries = plan.archive.entries.iter();
    let grants = entries.filter(|entry| entry.is("ACL") || entry.is("DEFAULT ACL"));
    grants
        .filter_map(|entry| entry.definition.as_ref()?.as_str())
        .flat_map(statements)
        .flat_map(roles_of)
        .collect()
}

/// The roles that a statement about grants names, as `pg_dump` writes it.
pub(super) fn roles_of(statement: &str) -> Vec<String> {
    let statement = statement.trim_end().trim_end_matches(';');
    let mut roles = Vec::new();
    if let Some(role) = statement.strip_prefix("SET SESSION AUTHORIZATION ") {
        roles.push(unquoted(role));
    }
    if let Some(rest) = statement.strip_prefix("ALTER DEFAULT PRIVILEGES FOR ROLE ") {
        roles.extend(leading_name(rest).map(|(role, _)| role));
    }
    let statement = statement
        .strip_suffix(" WITH GRANT OPTION")
        .unwrap_or(statement);
    let begins = ["GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES "];
    if begins.iter().any(|begin| statement.starts_with(begin))
        && let Some((_, role)) = statement
            .rsplit_once(" TO ")
            .or_else(|| statement.rsplit_once(" FROM "))
        && role != "PUBLIC"
    {
        roles.push(unquoted(role));
    }
    roles
}

/// A name that stands alone.
fn unquoted(name: &str) -> String {
    match leading_name(name) {
        Some((name, "")) => name,
        _ => name.to_owned(),
    }
}

fn tablespaces(plan: &Plan, context: &Context) {
    let needed: BTreeSet<String> = plan
        .archive
        .entries
        .iter()
        .filter_map(|entry| Some(entry.tablespace.as_ref()?.to_string()))
        .filter(|name| !name.is_empty() && !plan.tablespaces.contains(name))
        .collect();
    for name in needed {
        context.warn(format!(
            "tablespace {name} is not on this server: what lies there goes into the database's own"
        ));
    }
}

async fn extensions(session: &Session, plan: &Plan) -> Result<()> {
    let sql = "SELECT name::text FROM pg_catalog.pg_available_extensions";
    let available = names(session, sql).await?;
    let missing: Vec<String> = plan
        .archive
        .entries
        .iter()
        .filter(|entry| entry.is("EXTENSION"))
        .filter_map(|entry| entry.tag.as_ref().map(ToString::to_string))
        .filter(|name| !available.contains(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let cause = format!("the server has no extension {}", missing.join(", "));
    Err(Error::new(
        Kind::Target,
        format!("restore into {}", session.subject.place),
        cause,
    )
    .hint(
        "install it on the server (a package named like postgresql-15-NAME, or postgresql-contrib)",
    ))
}

async fn names(session: &Session, sql: &str) -> Result<BTreeSet<String>> {
    let doing = "look at what there is on";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter().map(|row| session.get(doing, row, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_of_grants_are_found() {
        let cases: [(&str, &[&str]); 6] = [
            ("GRANT SELECT ON TABLE public.t TO reader;\n", &["reader"]),
            (
                "GRANT ALL ON SCHEMA s TO \"Odd \"\"one\" WITH GRANT OPTION;\n",
                &["Odd \"one"],
            ),
            ("REVOKE ALL ON TABLE public.t FROM PUBLIC;\n", &[]),
            ("SET SESSION AUTHORIZATION giver;\n", &["giver"]),
            ("RESET SESSION AUTHORIZATION;\n", &[]),
            (
                "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA s GRANT SELECT ON TABLES  TO reader;\n",
                &["maker", "reader"],
            ),
        ];
        for (statement, expected) in cases {
            assert_eq!(roles_of(statement), expected, "{statement}");
        }
    }
}
