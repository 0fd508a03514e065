//! Settings of the live database that a new copy is given again, and this user may not give.

use crate::config::{Address, Session, identifier, server_major};
use crate::stamp::Known;
use weir_engine::Finding;
use weir_model::error::Result;

/// The first server on which a role is altered by who may pass it on, and nobody else.
const ADMIN_OPTION: u32 = 16;
/// The first server on which the right to set a parameter can be granted.
const GRANTABLE_PARAMETERS: u32 = 15;

pub(super) async fn look(
    session: &Session,
    address: &Address,
    live: &Known,
) -> Result<Vec<Finding>> {
    let major = server_major(session).await?;
    let mut findings = roles(session, address, live, major).await?;
    findings.extend(parameters(session, address, live, major).await?);
    Ok(findings)
}

/// Settings of other roles in the database.
async fn roles(
    session: &Session,
    address: &Address,
    live: &Known,
    major: u32,
) -> Result<Vec<Finding>> {
    let doing = "look at the settings of the live database of";
    let sql = "SELECT r.rolname::text, r.rolsuper FROM pg_catalog.pg_db_role_setting s \
               JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
               JOIN pg_catalog.pg_roles me ON me.rolname = current_user \
               WHERE s.setdatabase = $1 AND NOT me.rolsuper AND r.oid <> me.oid \
               AND (r.rolsuper OR NOT me.rolcreaterole OR $2 \
               AND NOT pg_catalog.pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')) ORDER BY 1";
    let needs_admin = major >= ADMIN_OPTION;
    let rows = session.rows(doing, sql, &[&live.oid, &needs_admin]).await?;
    let user = identifier(&address.user);
    rows.iter()
        .map(|row| {
            let role: String = session.get(doing, row, 0)?;
            let is_superuser: bool = session.get(doing, row, 1)?;
            let fix = match (is_superuser, needs_admin) {
                (true, _) => format!("it needs a superuser: restore as one, or take it away: ALTER ROLE {} IN DATABASE {} RESET ALL;", identifier(&role), identifier(&address.database)),
                (false, true) => format!("ALTER ROLE {user} CREATEROLE; GRANT {} TO {user} WITH ADMIN OPTION;", identifier(&role)),
                (false, false) => format!("ALTER ROLE {user} CREATEROLE;"),
            };
            let what = format!(
                "role {role} has settings in {}, which {} may not set again for a new copy",
                address.database, address.user
            );
            Ok(Finding::failure(what, fix))
        })
        .collect()
}

/// Parameters that only superusers set.
async fn parameters(
    session: &Session,
    address: &Address,
    live: &Known,
    major: u32,
) -> Result<Vec<Finding>> {
    let doing = "look at the settings of the live database of";
    let may_set = match major >= GRANTABLE_PARAMETERS {
        true => "pg_catalog.has_parameter_privilege(p.name, 'SET')",
        false => "false",
    };
    let sql = format!(
        "SELECT DISTINCT p.name::text FROM pg_catalog.pg_db_role_setting s, \
         pg_catalog.unnest(s.setconfig) c, pg_catalog.pg_settings p, pg_catalog.pg_roles me \
         WHERE s.setdatabase = $1 AND p.name = pg_catalog.split_part(c, '=', 1) \
         AND p.context IN ('superuser', 'superuser-backend') \
         AND me.rolname = current_user AND NOT me.rolsuper AND NOT {may_set} ORDER BY 1"
    );
    let rows = session.rows(doing, &sql, &[&live.oid]).await?;
    let user = identifier(&address.user);
    rows.iter()
        .map(|row| {
            let name: String = session.get(doing, row, 0)?;
            let what = format!(
                "{} has a setting of {name}, which {} may not set again for a new copy",
                address.database, address.user
            );
            let fix = match major >= GRANTABLE_PARAMETERS {
                true => format!("GRANT SET ON PARAMETER {name} TO {user};"),
                false => format!(
                    "it needs a superuser: restore as one, or take it away: ALTER DATABASE {} RESET {name};",
                    identifier(&address.database)
                ),
            };
            Ok(Finding::failure(what, fix))
        })
        .collect()
}
