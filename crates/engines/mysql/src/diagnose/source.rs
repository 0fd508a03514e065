//! What a backup needs: to read every table and every definition, at one moment.

use super::grants::{self, Grants};
use crate::config::{Address, OWN, Session, literal, pattern};
use weir_engine::Finding;
use weir_model::error::{Error, Result};

/// What a backup does in the schema itself.
const NEEDED: [&str; 4] = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"];
/// How many names are told.
const TOLD: usize = 5;

pub(super) async fn look(session: &mut Session, address: &Address) -> Result<Vec<Finding>> {
    let granted = Grants::read(session).await?;
    let database = &address.database;
    let missing = missing(session, &granted, database).await?;
    let what_for = format!("read all of {database}");
    let mut findings = vec![grants::told(session, address, &missing, database, &what_for).await?];
    findings.extend(routines(session, address, &granted).await?);
    findings.push(snapshot(session, address, &granted).await?);
    findings.extend(without_snapshot(session, database).await?);
    Ok(findings)
}

/// Fails where this user does not see the whole database: a server hides what somebody may not
/// see, and a backup without it would look whole.
pub(crate) async fn refuse_partial(session: &mut Session, address: &Address) -> Result<()> {
    let granted = Grants::read(session).await?;
    let (user, database) = (&address.user, &address.database);
    let mut lacks = missing(session, &granted, database).await?;
    let (sees_routines, grant) = sees_routines(session, &granted);
    if !sees_routines {
        lacks.push(grant.to_owned());
    }
    if lacks.is_empty() {
        return Ok(());
    }
    let doing = format!("read all of {}", address.place());
    let cause = format!(
        "{user} does not see all of it: it lacks {}",
        lacks.join(", ")
    );
    Err(Error::new(session.subject.kind, doing, cause)
        .hint("`weir doctor` prints the grants to paste"))
}

/// Whether what routines of others do is seen, and what grants that.
fn sees_routines(session: &Session, granted: &Grants) -> (bool, &'static str) {
    match session.server.is_mariadb() {
        true => (
            granted.on_table("SELECT", "mysql", "proc"),
            "SELECT ON mysql.proc",
        ),
        false => (
            granted.on_server("SHOW_ROUTINE") || granted.on_server("SELECT"),
            "SHOW_ROUTINE ON *.*",
        ),
    }
}

/// What is missing; SELECT may also be granted table by table.
async fn missing(session: &mut Session, granted: &Grants, database: &str) -> Result<Vec<String>> {
    let mut missing = granted.missing(&NEEDED, database);
    if missing.iter().any(|one| one == "SELECT") {
        let tables = tables(session, database, "").await?;
        let may_read = |table: &String| granted.on_table("SELECT", database, table);
        if !tables.is_empty() && tables.iter().all(may_read) {
            missing.retain(|one| one != "SELECT");
        }
    }
    Ok(missing)
}

/// Bodies of routines, which only their definers may read otherwise.
async fn routines(
    session: &mut Session,
    address: &Address,
    granted: &Grants,
) -> Result<Option<Finding>> {
    let (may, grant) = sees_routines(session, granted);
    let fix = format!("GRANT {grant} TO");
    if may {
        return Ok(None);
    }
    let sql = format!(
        "SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {} \
         AND ROUTINE_DEFINITION IS NULL",
        literal(&address.database)
    );
    let hidden = session.row("look at the routines of", &sql).await?;
    let hidden = hidden.map_or(Ok(0), |row| row.number(0))?;
    let account = grants::account(session).await?;
    let user = &address.user;
    Ok(Some(match hidden {
        // A routine may be hidden altogether.
        0 => Finding::failure(
            format!("{user} sees only the routines that it may run or has made"),
            format!("{fix} {account};"),
        ),
        _ => Finding::failure(
            format!("{user} may not read what {hidden} routines do"),
            format!("{fix} {account};"),
        ),
    }))
}

/// By which means several connections would see one moment.
async fn snapshot(session: &mut Session, address: &Address, granted: &Grants) -> Result<Finding> {
    let is_mariadb = session.server.is_mariadb();
    let sql = "SHOW GLOBAL VARIABLES WHERE Variable_name = 'log_bin' AND Value = 'ON'";
    let logs = session.row("ask for the settings of", sql).await?.is_some();
    let reload = granted.on_server("RELOAD");
    let monitors = granted.on_server("BINLOG MONITOR") || granted.on_server("SUPER");
    let lock = granted.in_schema("LOCK TABLES", &address.database);
    let how = match (is_mariadb, reload, lock) {
        (true, true, _) => "while commits wait for a moment (BACKUP STAGE BLOCK_COMMIT)",
        (true, ..) if logs && monitors => {
            "without any lock: MariaDB's binary log says where each one is"
        }
        (false, true, _) => {
            "while everything that writes waits for a moment (FLUSH TABLES WITH READ LOCK)"
        }
        (_, false, true) => "while writers of its tables wait for a moment (LOCK TABLES)",
        _ => {
            let account = grants::account(session).await?;
            return Ok(Finding::warning(
                "a backup is read by one connection alone, which is slow",
                format!("GRANT RELOAD ON *.* TO {account};"),
            ));
        }
    };
    Ok(Finding::well(format!(
        "several connections see one moment {how}"
    )))
}

/// Tables that no snapshot covers.
async fn without_snapshot(session: &mut Session, database: &str) -> Result<Option<Finding>> {
    let others = "AND ENGINE NOT IN ('InnoDB', 'ROCKSDB', 'TokuDB')";
    let mut names = tables(session, database, others).await?;
    if names.is_empty() {
        return Ok(None);
    }
    let count = names.len();
    names.truncate(TOLD);
    let first = names.first().cloned().unwrap_or_default();
    Ok(Some(Finding::warning(
        format!(
            "{count} tables know no transactions, so their writers wait for as long as a backup reads \
             them: {}",
            names.join(", ")
        ),
        format!(
            "ALTER TABLE {} ENGINE = InnoDB;",
            crate::config::qualified(database, &first)
        ),
    )))
}

/// Names of the tables that meet a condition.
async fn tables(session: &mut Session, database: &str, and: &str) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
         AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_NAME NOT LIKE {} {and} \
         ORDER BY TABLE_NAME",
        literal(database),
        pattern(OWN)
    );
    let rows = session.rows("list the tables of", &sql).await?;
    rows.iter().map(|row| row.text(0)).collect()
}
