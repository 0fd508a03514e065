//! Who routines, views, triggers and events run as: kept, mapped, or left to whoever restores.

use crate::catalog::StoredObject;
use crate::catalog::text::with_definer;
use crate::config::{Address, Session, literal};
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::MissingRoles;
use weir_model::error::{Error, Kind, Result};

/// What allows a user to name somebody else as definer, in the words of each flavour.
const ALLOWS: [&str; 5] = [
    "ALL PRIVILEGES",
    "SUPER",
    "SET USER",
    "SET_USER_ID",
    "SET_ANY_DEFINER",
];

/// Decides for each definer of the backup who it is on the target, and says it in every
/// statement.
pub(crate) async fn settle(
    session: &mut Session,
    address: &Address,
    objects: &mut [StoredObject],
) -> Result<()> {
    let named: BTreeSet<String> = objects
        .iter()
        .map(|object| object.definer.clone())
        .filter(|definer| !definer.is_empty())
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let own = current_user(session).await?;
    let may_name_others = may_name_others(session).await?;
    let mut settled: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut stripped = Vec::new();
    for definer in named {
        let wanted = mapped(address, &definer);
        let is_kept =
            wanted == own || (may_name_others && is_there(session, address, &wanted).await?);
        if !is_kept {
            stripped.push(definer.clone());
        }
        settled.insert(definer, is_kept.then_some(wanted));
    }
    if !stripped.is_empty() {
        refuse_missing(address, &stripped)?;
        session.context.note(format!(
            "{} cannot be definers on the target: what they define runs as {own} there",
            stripped.join(", ")
        ));
    }
    for object in objects {
        let Some(definer) = settled.get(&object.definer) else {
            continue;
        };
        let definer = definer.as_ref().unwrap_or(&own);
        object.create = with_definer(&object.create, Some(definer));
        object.definer.clone_from(definer);
    }
    Ok(())
}

/// The target's name for a definer: by its whole name or by its user's.
fn mapped(address: &Address, definer: &str) -> String {
    let plain = |text: &str| text.replace('`', "");
    let roles = address.policy.roles.iter();
    let (user, host) = definer.rsplit_once('@').unwrap_or((definer, ""));
    for (from, to) in roles {
        if *from == plain(definer) {
            return quoted(to, "");
        }
        if *from == plain(user) {
            return quoted(to, host);
        }
    }
    definer.to_owned()
}

/// `` `user`@`host` `` of a name as a configuration has it; `host` where it names none.
fn quoted(name: &str, host: &str) -> String {
    use crate::config::identifier;
    match name.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", identifier(user), identifier(host)),
        None if host.is_empty() => format!("{}@`%`", identifier(name)),
        None => format!("{}@{host}", identifier(name)),
    }
}

async fn current_user(session: &mut Session) -> Result<String> {
    let doing = "ask who this user is of";
    let row = session.row(doing, "SELECT CURRENT_USER()").await?;
    let name = row.map(|row| row.text(0)).transpose()?.unwrap_or_default();
    Ok(quoted(&name, ""))
}

async fn may_name_others(session: &mut Session) -> Result<bool> {
    let doing = "read the grants of this user of";
    let rows = session
        .rows(doing, "SHOW GRANTS FOR CURRENT_USER()")
        .await?;
    for row in rows {
        let grant = row.text(0)?;
        let global = grant
            .split(" ON *.*")
            .next()
            .filter(|before| before.len() < grant.len());
        if global.is_some_and(|granted| ALLOWS.iter().any(|word| granted.contains(word))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the target has an account; makes one that nobody can enter by where that is wanted.
async fn is_there(session: &mut Session, address: &Address, account: &str) -> Result<bool> {
    let plain = account.replace('`', "");
    let (user, host) = plain.rsplit_once('@').unwrap_or((&plain, ""));
    let sql = format!(
        "SELECT 1 FROM mysql.user WHERE User = {} AND Host = {}",
        literal(user),
        literal(host)
    );
    // Who may not look cannot know, and a definer who is not there fails at run time.
    let Ok(found) = session.row("look for a definer in", &sql).await else {
        return Ok(false);
    };
    if found.is_none() && address.policy.missing_roles == MissingRoles::Create {
        let sql = format!("CREATE USER IF NOT EXISTS {account} ACCOUNT LOCK");
        session.run("make a definer on", &sql).await?;
        return Ok(true);
    }
    Ok(found.is_some())
}

fn refuse_missing(address: &Address, missing: &[String]) -> Result<()> {
    if address.policy.missing_roles != MissingRoles::Fail {
        return Ok(());
    }
    let doing = format!("settle who defines what in {}", address.place());
    let cause = format!("{} cannot be definers there", missing.join(", "));
    Err(Error::new(Kind::Target, doing, cause).hint(
        "make the accounts and let this user name them (`weir doctor` prints the grant), map them in \
         `roles` of the app, or say `missing_roles: strip`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_named_as_statements_have_them() {
        assert_eq!(quoted("weir@%", ""), "`weir`@`%`");
        assert_eq!(quoted("app", "`10.0.0.1`"), "`app`@`10.0.0.1`");
        assert_eq!(quoted("app", ""), "`app`@`%`");
    }
}
