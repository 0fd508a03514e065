//! Running scripts, statement by statement.

use super::statements::{Refusal, Statement, statements};
use crate::config::Session;
use weir_engine::Script;
use weir_model::error::{Error, Kind, Result};

/// Runs all scripts in one transaction. Returns the tables of which rows were changed or removed,
/// or columns dropped, as statements name them.
pub(super) async fn run_all(
    session: &Session,
    search_path: Option<&str>,
    scripts: &[Script],
) -> Result<Vec<String>> {
    // What a script is made of is looked at first: none runs when a later one cannot.
    let mut all = Vec::new();
    for script in scripts {
        let found = statements(&script.text).map_err(|refusal| refused(script, &refusal))?;
        all.extend(found.into_iter().map(|statement| (script, statement)));
    }
    let path = search_path.map(|path| format!("SET search_path = {path};"));
    session
        .run("prepare the scripts in", &path.unwrap_or_default())
        .await?;
    let dropped = dropped_columns(session).await?;
    session.run("begin the scripts in", "BEGIN").await?;
    for (script, statement) in &all {
        run(session, script, statement).await?;
    }
    let deferred = session
        .run("check the constraints of", "SET CONSTRAINTS ALL IMMEDIATE")
        .await;
    deferred.map_err(|error| {
        Error::new(Kind::Script, "end the scripts", error.cause())
            .hint("a script leaves rows that break a constraint: correct it")
    })?;
    let mut changed = changed_tables(session).await?;
    session.run("end the scripts in", "COMMIT").await?;
    for table in dropped_columns(session).await? {
        if !dropped.contains(&table) && !changed.contains(&table.0) {
            changed.push(table.0);
        }
    }
    Ok(changed)
}

async fn run(session: &Session, script: &Script, statement: &Statement<'_>) -> Result<()> {
    let ran = session.run_one("run a statement in", statement.text).await;
    ran.map_err(|error| match error.kind() {
        Kind::Interrupted | Kind::Deadline => error,
        _ => {
            let doing = format!("run script {}, line {}", script.name, statement.line);
            Error::new(Kind::Script, doing, error.cause())
                .hint("correct the script: the live copy is as it was; values are left out here on purpose")
        }
    })
}

fn refused(script: &Script, refusal: &Refusal) -> Error {
    let doing = format!("read script {}, line {}", script.name, refusal.line);
    Error::new(Kind::Script, doing, refusal.reason.to_string())
        .hint("scripts run in one transaction in the new copy: take the statement out")
}

/// Tables of which this transaction has changed or removed rows: all of them where the server
/// does not count.
async fn changed_tables(session: &Session) -> Result<Vec<String>> {
    let doing = "ask what the scripts changed in";
    let sql = "SELECT pg_catalog.format('%I.%I', schemaname, relname) \
               FROM pg_catalog.pg_stat_xact_user_tables WHERE n_tup_upd > 0 OR n_tup_del > 0 \
               OR NOT pg_catalog.current_setting('track_counts')::boolean ORDER BY 1";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter().map(|row| session.get(doing, row, 0)).collect()
}

/// Columns that were dropped and whose values are still in the files, each with its table.
async fn dropped_columns(session: &Session) -> Result<Vec<(String, i16)>> {
    let doing = "ask what the scripts changed in";
    let sql = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), a.attnum \
               FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE a.attisdropped AND c.relkind = 'r' ORDER BY 1, 2";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter()
        .map(|row| Ok((session.get(doing, row, 0)?, session.get(doing, row, 1)?)))
        .collect()
}
