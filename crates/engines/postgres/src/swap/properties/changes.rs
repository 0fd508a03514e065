//! Giving a copy that was live before the properties of the one that is live now, and nothing that
//! it has already: what is the same needs no right to give it.

use super::{Grant, Properties, Setting, setting_name};
use crate::config::{Session, identifier};
use crate::stamp::Known;
use std::collections::{BTreeMap, BTreeSet};
use weir_model::error::Result;

/// Privileges by who has them, each with whether it may be passed on.
type Privileges<'a> = BTreeMap<&'a Option<String>, BTreeSet<(&'a str, bool)>>;

/// The statements that give the copy `from`, which is called `database`, what `live` has.
pub(crate) async fn changes(
    session: &Session,
    from: &Known,
    live: &Known,
    database: &str,
) -> Result<Vec<String>> {
    let had = Properties::read(session, Some(from.oid)).await?;
    let has = Properties::read(session, Some(live.oid)).await?;
    let quoted = identifier(database);
    let mut statements = Vec::new();
    if from.owner != live.owner {
        let owner = identifier(&live.owner);
        statements.push(format!("ALTER DATABASE {quoted} OWNER TO {owner}"));
    }
    if had.connection_limit != has.connection_limit {
        let limit = has.connection_limit;
        statements.push(format!("ALTER DATABASE {quoted} CONNECTION LIMIT {limit}"));
    }
    statements.extend(grants(&had.grants, &has.grants, &live.owner, &quoted));
    statements.extend(settings(&had.settings, &has.settings, &quoted));
    Ok(statements)
}

fn grants(had: &[Grant], has: &[Grant], owner: &str, database: &str) -> Vec<String> {
    let (had, has) = (privileges(had), privileges(has));
    let mut statements = Vec::new();
    for grantee in had.keys().chain(has.keys()).collect::<BTreeSet<_>>() {
        // An owner has everything anyway.
        if had.get(grantee) == has.get(grantee) || grantee.as_deref() == Some(owner) {
            continue;
        }
        let to = grantee
            .as_ref()
            .map_or_else(|| "PUBLIC".to_owned(), |name| identifier(name));
        statements.push(format!(
            "REVOKE ALL ON DATABASE {database} FROM {to} CASCADE"
        ));
        for (privilege, grantable) in has.get(grantee).into_iter().flatten() {
            let option = if *grantable { " WITH GRANT OPTION" } else { "" };
            statements.push(format!(
                "GRANT {privilege} ON DATABASE {database} TO {to}{option}"
            ));
        }
    }
    statements
}

fn privileges(grants: &[Grant]) -> Privileges<'_> {
    let mut privileges = Privileges::new();
    for grant in grants {
        let of_grantee = privileges.entry(&grant.grantee).or_default();
        of_grantee.insert((&grant.privilege, grant.grantable));
    }
    privileges
}

fn settings(had: &[Setting], has: &[Setting], database: &str) -> Vec<String> {
    let is_in = |list: &[Setting], setting: &Setting, with_value: bool| {
        list.iter().any(|other| {
            (&other.role, &other.name) == (&setting.role, &setting.name)
                && (!with_value || other.value == setting.value)
        })
    };
    let gone = had.iter().filter(|setting| !is_in(has, setting, false));
    let given = has.iter().filter(|setting| !is_in(had, setting, true));
    gone.map(|setting| {
        let name = setting_name(&setting.name);
        format!("ALTER {} RESET {name}", setting.of(database))
    })
    .chain(given.map(|setting| setting.statement(database)))
    .collect()
}
