//! What a restore needs: to make a schema beside the live one, to rename tables between the two, and
//! nothing in the way.

use super::grants::{self, Grants};
use super::settings;
use crate::config::{Address, Host, SHADOW, Session, literal, own_name};
use crate::swap::refuse_obstacles;
use std::path::PathBuf;
use weir_engine::Finding;
use weir_model::error::Result;

/// What a restore does in both schemas.
const NEEDED: [&str; 17] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "INDEX",
    "REFERENCES",
    "LOCK TABLES",
    "CREATE VIEW",
    "SHOW VIEW",
    "TRIGGER",
    "EVENT",
    "CREATE ROUTINE",
    "ALTER ROUTINE",
    "EXECUTE",
];

pub(super) async fn look(
    session: &mut Session,
    address: &Address,
    exists: bool,
    expected_bytes: u64,
) -> Result<Vec<Finding>> {
    let granted = Grants::read(session).await?;
    let database = &address.database;
    let shadow = own_name(SHADOW, database);
    let mut findings = Vec::new();
    for (schema, what_for) in [
        (database, format!("put copies live in {database}")),
        (&shadow, format!("build copies beside it, in {shadow}")),
    ] {
        let missing = granted.missing(&NEEDED, schema);
        findings.push(grants::told(session, address, &missing, schema, &what_for).await?);
    }
    findings.extend(others_definers(session, address, &granted).await?);
    findings.extend(settings::look(session, address, &granted).await?);
    if !granted.on_server("PROCESS") {
        let account = grants::account(session).await?;
        findings.push(Finding::warning(
            format!(
                "{} can neither tell who stands in the way of a swap nor see foreign keys of databases that are \
                 hidden from it, which would follow the replaced tables",
                address.user
            ),
            format!("GRANT PROCESS ON *.* TO {account};"),
        ));
    }
    match exists {
        false => findings.push(Finding::note(format!(
            "database {database} is not there yet: the first restore makes it"
        ))),
        true => {
            if let Err(error) = refuse_obstacles(session, address).await {
                let fix = error.hint_text().unwrap_or("look at the server").to_owned();
                findings.push(Finding::failure(error.cause(), fix));
            }
        }
    }
    findings.push(room(session, address, expected_bytes).await?);
    Ok(findings)
}

/// Views, routines, triggers and events run as whoever the backup names.
async fn others_definers(
    session: &mut Session,
    address: &Address,
    granted: &Grants,
) -> Result<Option<Finding>> {
    let (own, privileges): (&str, &[&str]) = match session.server.is_mariadb() {
        true => ("SET USER", &["SET USER", "SUPER"]),
        false if session.server.version >= (8, 2, 0) => {
            ("SET_ANY_DEFINER", &["SET_ANY_DEFINER", "SUPER"])
        }
        false => ("SET_USER_ID", &["SET_USER_ID", "SUPER"]),
    };
    if privileges.iter().any(|one| granted.on_server(one)) {
        return Ok(None);
    }
    let account = grants::account(session).await?;
    Ok(Some(Finding::warning(
        format!(
            "{} may not make views, triggers, routines and events that run as somebody else",
            address.user
        ),
        format!("GRANT {own} ON *.* TO {account};"),
    )))
}

/// Room that a server does not tell: what a restore takes there is said, to be compared.
async fn room(session: &mut Session, address: &Address, expected_bytes: u64) -> Result<Finding> {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS UNSIGNED), CAST(COALESCE(SUM(IF( \
         TABLE_NAME LIKE '\\_weir\\_%', DATA_LENGTH + INDEX_LENGTH, 0)), 0) AS UNSIGNED) \
         FROM information_schema.TABLES WHERE TABLE_SCHEMA = {}",
        literal(&address.database)
    );
    let row = session.row("ask for the size of", &sql).await?;
    let (all, freed) = match row {
        Some(row) => (row.number(0)?, row.number(1)?),
        None => (0, 0),
    };
    let copy = expected_bytes.max(all.saturating_sub(freed));
    let needed = copy.saturating_sub(freed);
    if let Some(folder) = local_folder(session, address).await? {
        let what_for = "a new copy beside the live one, which becomes the previous one,";
        return Ok(Finding::room(&folder, needed, what_for));
    }
    Ok(Finding::note(format!(
        "a restore takes {} MiB more on the server, for a copy beside the live one: a server does not tell \
         how much is free",
        needed >> 20
    )))
}

/// The folder of the server's data, where it is of this machine and may be looked at.
async fn local_folder(session: &mut Session, address: &Address) -> Result<Option<PathBuf>> {
    if !matches!(address.host, Host::Socket(_)) {
        return Ok(None);
    }
    let row = session
        .row("ask where the data lie of", "SELECT @@datadir")
        .await?;
    let folder = row.map(|row| row.text(0)).transpose()?.map(PathBuf::from);
    Ok(folder.filter(|folder| folder.exists()))
}
