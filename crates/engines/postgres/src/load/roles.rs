//! Who owns and may what: looked at before anything is made.

mod server;
mod statements;

pub(crate) use server::ServerRoles;
pub(crate) use statements::roles_of;

use super::lacking::{listed, refused};
use super::plan::Plan;
use crate::config::{Address, Session, identifier};
use crate::dump::archive::{Archive, Entry, Text};
use crate::stamp::look_up;
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::{Context, MissingRoles};
use weir_model::error::{Error, Result};

/// Gives the backup's roles the names that they have here, and compares them with those of the
/// server. What is missing is made, is replaced by the target's owner, or fails, as the policy says.
pub(super) async fn settle(
    session: &Session,
    address: &Address,
    plan: &mut Plan,
    context: &Context,
) -> Result<()> {
    let mut here = ServerRoles::read(session).await?;
    let policy = &address.policy;
    if let Some((cause, fix)) = lacks_mapped(&policy.roles, &here) {
        return Err(refused(session, &cause).hint(fix));
    }
    plan.are_roles_merged = are_merged(&plan.archive, &policy.roles);
    plan.archive.rename_roles(&policy.roles);
    let needed = Needed::of(&plan.archive);
    let missing = needed.missing(&here);
    match policy.missing_roles {
        MissingRoles::Create => create(session, &mut here, &missing, context).await?,
        MissingRoles::Fail if !missing.is_empty() => return Err(lacks(session, &missing)),
        MissingRoles::Strip | MissingRoles::Fail => {}
    }
    plan.fallback = fallback(session, address, &here).await?;
    let others: BTreeSet<String> = needed.others(&here);
    let is_asked_for = |role: &&String| {
        policy.missing_roles == MissingRoles::Fail || policy.roles.values().any(|to| to == *role)
    };
    let refused_ones: BTreeSet<&String> = others.iter().filter(is_asked_for).collect();
    if !refused_ones.is_empty() {
        return Err(may_not_act(session, refused_ones));
    }
    let missing = needed.missing(&here);
    plan.is_stripped = !missing.is_empty() || !others.is_empty();
    tell(&missing, &others, plan.fallback.as_deref(), context);
    for owner in missing.iter().chain(&others) {
        plan.owners.insert(owner.clone(), plan.fallback.clone());
    }
    plan.roles = here.into_names();
    plan.leave_roles_out(&missing);
    Ok(())
}

/// The roles that a backup needs.
struct Needed {
    /// Those that own something, or for whom something is done.
    acting: BTreeSet<String>,
    /// Those that something is given to, or is for.
    named: BTreeSet<String>,
}

impl Needed {
    fn of(archive: &Archive) -> Self {
        let entries = archive.entries.iter();
        let owners = entries.clone().filter_map(acting);
        Self {
            acting: owners.collect(),
            named: entries.flat_map(statements::named_by).collect(),
        }
    }

    fn missing(&self, here: &ServerRoles) -> BTreeSet<String> {
        let all = self.acting.union(&self.named);
        all.filter(|role| !here.has(role)).cloned().collect()
    }

    /// Those that are here, and for whom this user may not act.
    fn others(&self, here: &ServerRoles) -> BTreeSet<String> {
        let acting = self.acting.iter();
        acting
            .filter(|role| here.has(role) && !here.may_act_for(role))
            .cloned()
            .collect()
    }
}

/// Who owns what an entry makes, or whose later objects it is about.
fn acting(entry: &Entry) -> Option<String> {
    let owner = entry.owner.as_ref()?.as_str()?;
    let is_acting = entry.owner_statement(owner).is_some() || entry.is("DEFAULT ACL");
    (is_acting && !owner.is_empty()).then(|| owner.to_owned())
}

/// Whether two roles of the backup become one, so that grants to them do, too.
fn are_merged(archive: &Archive, names: &BTreeMap<String, String>) -> bool {
    let Needed { acting, named } = Needed::of(archive);
    let before: BTreeSet<&String> = acting.union(&named).collect();
    let after: BTreeSet<&String> = before
        .iter()
        .map(|role| names.get(*role).unwrap_or(role))
        .collect();
    after.len() < before.len()
}

impl Archive {
    /// Gives roles other names, wherever they stand: owners, grants, policies, user mappings.
    pub(crate) fn rename_roles(&mut self, names: &BTreeMap<String, String>) {
        for entry in &mut self.entries {
            if let Some(definition) = statements::renamed(entry, names) {
                entry.definition = Some(Text::from(definition));
            }
            let owner = entry.owner.as_ref().and_then(|owner| owner.as_str());
            if let Some(other) = owner.and_then(|owner| names.get(owner)) {
                entry.owner = Some(Text::from(other.as_str()));
            }
            rename_mapping(entry, names);
        }
    }
}

/// A user mapping has no name of its own but that of its role.
fn rename_mapping(entry: &mut Entry, names: &BTreeMap<String, String>) {
    let tag = entry.tag.as_ref().and_then(|tag| tag.as_str());
    let Some(rest) = tag.and_then(|tag| tag.strip_prefix("USER MAPPING ")) else {
        return;
    };
    let found = names
        .iter()
        .find_map(|(from, to)| Some((rest.strip_prefix(from.as_str())?, to)))
        .filter(|(rest, _)| rest.starts_with(" SERVER "));
    if let Some((rest, to)) = found.filter(|_| entry.is("USER MAPPING")) {
        entry.tag = Some(Text::from(format!("USER MAPPING {to}{rest}")));
    }
}

impl Plan {
    /// Takes missing roles out of policies, and leaves out what is for nobody else. A policy for
    /// nobody must not become one for everybody.
    fn leave_roles_out(&mut self, missing: &BTreeSet<String>) {
        for entry in &mut self.archive.entries {
            let text = entry.definition.as_ref().and_then(|text| text.as_str());
            let policy =
                text.and_then(|text| statements::policy_for(text, |role| !missing.contains(role)));
            if let Some(policy) = policy.filter(|_| entry.is("POLICY")) {
                entry.definition = Some(Text::from(policy));
            }
        }
        self.leave_out(|entry| {
            let is_for_roles = entry.is("POLICY") || entry.is("USER MAPPING");
            let roles = statements::named_by(entry);
            is_for_roles && !roles.is_empty() && roles.iter().all(|role| missing.contains(role))
        });
    }
}

/// What is wrong with the roles that others are mapped to, and what would fix it.
pub(crate) fn lacks_mapped(
    names: &BTreeMap<String, String>,
    here: &ServerRoles,
) -> Option<(String, String)> {
    let missing: BTreeSet<&String> = names.values().filter(|to| !here.has(to)).collect();
    (!missing.is_empty()).then(|| {
        let cause = format!(
            "`roles` of the app names roles that the server lacks: {}",
            listed(missing.iter().copied())
        );
        let fix = format!("{} or correct `roles` in weir.yaml", creating(missing));
        (cause, fix)
    })
}

async fn create(
    session: &Session,
    here: &mut ServerRoles,
    missing: &BTreeSet<String>,
    context: &Context,
) -> Result<()> {
    // Names that begin so are the server's own: one of another version has others.
    let wanted: BTreeSet<&String> = missing
        .iter()
        .filter(|role| !role.starts_with("pg_"))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let named = listed(wanted.iter().copied());
    let creating = creating(wanted.iter().copied());
    if !here.may_create {
        let user = identifier(&here.user);
        let cause =
            format!("the server lacks roles of the backup, and {user} may not make them: {named}");
        let fix = format!("ALTER ROLE {user} CREATEROLE; or make them: {creating}");
        return Err(refused(session, &cause).hint(fix));
    }
    for role in wanted {
        here.create(session, role).await?;
    }
    context.warn(format!(
        "roles of the backup were missing on this server and were made, to stay: {creating}"
    ));
    Ok(())
}

fn lacks(session: &Session, missing: &BTreeSet<String>) -> Error {
    let cause = format!("the server lacks roles of the backup: {}", listed(missing));
    let fix = format!(
        "{} or name others with `roles`, or say what happens with `missing: {{roles: …}}` in weir.yaml",
        creating(missing)
    );
    refused(session, &cause).hint(fix)
}

fn may_not_act(session: &Session, roles: BTreeSet<&String>) -> Error {
    let named = listed(roles);
    let cause = format!("this user may not act for the owners {named}");
    refused(session, &cause).hint(format!("GRANT {named} TO the user who restores"))
}

/// The statements that make roles.
fn creating<'a>(roles: impl IntoIterator<Item = &'a String>) -> String {
    let statements: Vec<String> = roles
        .into_iter()
        .map(|role| format!("CREATE ROLE {} NOLOGIN;", identifier(role)))
        .collect();
    statements.join(" ")
}

fn tell(
    missing: &BTreeSet<String>,
    others: &BTreeSet<String>,
    fallback: Option<&str>,
    context: &Context,
) {
    let instead = fallback.unwrap_or("the user who restores");
    if !missing.is_empty() {
        context.warn(format!(
            "roles of the backup are not on this server: {}; what they own goes to {instead}, grants, \
             policies and user mappings for them are left out. To keep them: {}",
            listed(missing),
            creating(missing)
        ));
    }
    if !others.is_empty() {
        let named = listed(others);
        context.warn(format!(
            "this user may not act for {named}; what they own goes to {instead}. To keep it: GRANT \
             {named} TO the user who restores"
        ));
    }
}

/// Whose the new copy's objects are where nobody better is here.
async fn fallback(
    session: &Session,
    address: &Address,
    here: &ServerRoles,
) -> Result<Option<String>> {
    let live = look_up(session, &address.database)
        .await?
        .map(|live| live.owner);
    let owner = address.owner.clone().or(live);
    Ok(owner.filter(|owner| here.may_act_for(owner)))
}
