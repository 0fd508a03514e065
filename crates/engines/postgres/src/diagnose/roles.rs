//! Roles that a restore needs by the configuration. Those of a backup are looked at by the restore
//! itself, before data moves.

use crate::config::{Address, Session, identifier};
use crate::load::{ServerRoles, lacks_mapped};
use std::collections::BTreeSet;
use weir_engine::{Finding, MissingRoles};
use weir_model::error::Result;

pub(super) async fn look(session: &Session, address: &Address) -> Result<Vec<Finding>> {
    let here = ServerRoles::read(session).await?;
    let policy = &address.policy;
    let mut findings = Vec::new();
    if let Some((cause, fix)) = lacks_mapped(&policy.roles, &here) {
        findings.push(Finding::failure(cause, fix));
    }
    if let Some(owner) = address.owner.as_ref().filter(|owner| !here.has(owner)) {
        findings.push(Finding::failure(
            format!("`owner` of the app is {owner}, which the server lacks"),
            format!("CREATE ROLE {} NOLOGIN;", identifier(owner)),
        ));
    }
    let wanted: BTreeSet<&String> = address.owner.iter().chain(policy.roles.values()).collect();
    let user = &here.user;
    for role in wanted {
        if here.has(role) && !here.may_act_for(role) {
            findings.push(Finding::failure(
                format!("{user} may not act for {role}, which may own what is restored"),
                format!("GRANT {} TO {};", identifier(role), identifier(user)),
            ));
        }
    }
    if policy.missing_roles == MissingRoles::Create && !here.may_create {
        findings.push(Finding::warning(
            format!(
                "{user} may not make roles: a restore whose backup names one that is missing fails"
            ),
            format!("ALTER ROLE {} CREATEROLE;", identifier(user)),
        ));
    }
    Ok(findings)
}
