//! What a restore needs: to make a database, to rename the live one, and nothing in the way.

use super::{roles, settings, superuser};
use crate::config::{Address, PREVIOUS, Session, identifier, own_name};
use crate::stamp::{Known, look_up};
use crate::swap::{refuse_obstacles, unendable};
use weir_engine::Finding;
use weir_model::error::Result;

pub(super) async fn look(
    session: &Session,
    address: &Address,
    live: Option<&Known>,
    expected_bytes: u64,
) -> Result<Vec<Finding>> {
    let mut findings = vec![may_create(session, address).await?];
    findings.extend(roles::look(session, address).await?);
    match live {
        None => findings.push(Finding::note(format!(
            "database {} is not there yet: the first restore makes it",
            address.database
        ))),
        Some(live) => {
            findings.push(may_rename(session, address, live).await?);
            if let Err(error) = refuse_obstacles(session, address, live.oid, &session.context).await
            {
                let fix = error.hint_text().unwrap_or("look at the server").to_owned();
                findings.push(Finding::failure(error.cause(), fix));
            }
            if let Some(found) = unendable(session, live.oid).await? {
                findings.push(Finding::warning(found.what(address), found.fix(address)));
            }
        }
    }
    if let Some(live) = live {
        findings.extend(settings::look(session, address, live).await?);
        findings.extend(superuser::look(session, address).await?);
    }
    findings.extend(room(session, address, live, expected_bytes).await?);
    Ok(findings)
}

async fn may_create(session: &Session, address: &Address) -> Result<Finding> {
    let doing = "ask what may be done on";
    let sql =
        "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user";
    let may: bool = match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0)?,
        None => false,
    };
    Ok(match may {
        true => Finding::well(format!(
            "{} may make databases on {}",
            address.user,
            address.server()
        )),
        false => Finding::failure(
            format!(
                "{} may not make databases on {}",
                address.user,
                address.server()
            ),
            format!("ALTER ROLE {} CREATEDB;", identifier(&address.user)),
        ),
    })
}

async fn may_rename(session: &Session, address: &Address, live: &Known) -> Result<Finding> {
    let doing = "ask what may be done on";
    let sql =
        "SELECT pg_catalog.pg_has_role(datdba, 'USAGE') FROM pg_catalog.pg_database WHERE oid = $1";
    let may: bool = match session.row(doing, sql, &[&live.oid]).await? {
        Some(row) => session.get(doing, &row, 0)?,
        None => false,
    };
    let (database, user) = (&address.database, &address.user);
    Ok(match may {
        true => Finding::well(format!(
            "{database} belongs to {}, for whom {user} may act",
            live.owner
        )),
        false => Finding::failure(
            format!(
                "{database} belongs to {}, for whom {user} may not act",
                live.owner
            ),
            format!("GRANT {} TO {};", identifier(&live.owner), identifier(user)),
        ),
    })
}

/// Room that a server cannot tell: what a restore takes there is said, to be compared.
async fn room(
    session: &Session,
    address: &Address,
    live: Option<&Known>,
    expected_bytes: u64,
) -> Result<Vec<Finding>> {
    let live_bytes = size(session, live).await?;
    let previous = look_up(session, &own_name(PREVIOUS, &address.database)).await?;
    let freed = size(session, previous.as_ref()).await?;
    let copy = expected_bytes.max(live_bytes);
    let needed = copy.saturating_sub(freed);
    if let Some(folder) = local_folder(session, address).await? {
        let what_for = "a new copy beside the live one, which becomes the previous one,";
        return Ok(vec![Finding::room(&folder, needed, what_for)]);
    }
    Ok(vec![Finding::note(format!(
        "a restore takes {} MiB more on the server, for a copy beside the live one: a server does not tell \
         how much is free",
        needed >> 20
    ))])
}

async fn size(session: &Session, known: Option<&Known>) -> Result<u64> {
    let doing = "ask for the size of databases of";
    let sql = "SELECT pg_catalog.pg_database_size($1::oid)";
    let Some(known) = known else { return Ok(0) };
    // Who may not enter a database may not ask for its size.
    match session.row(doing, sql, &[&known.oid]).await {
        Ok(Some(row)) => session.get::<i64>(doing, &row, 0).map(i64::unsigned_abs),
        _ => Ok(0),
    }
}

/// The folder of the server's data, where it is of this machine and may be looked at.
async fn local_folder(session: &Session, address: &Address) -> Result<Option<std::path::PathBuf>> {
    if address.socket().is_none() {
        return Ok(None);
    }
    let doing = "ask where the data lie of";
    let sql = "SELECT pg_catalog.current_setting('data_directory', true)";
    let folder: Option<String> = match session.row(doing, sql, &[]).await {
        Ok(Some(row)) => session.get(doing, &row, 0)?,
        _ => None,
    };
    let folder = folder.map(std::path::PathBuf::from);
    Ok(folder.filter(|folder| folder.exists()))
}
