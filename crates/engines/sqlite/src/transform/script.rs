use super::permission::Refusal;
use super::statements::statements;
use crate::config::{Database, safe_message};
use rusqlite::ErrorCode;
use weir_engine::Script;
use weir_model::error::{Error, Kind, Result};

/// Runs a script's statements in turn, up to the first that fails.
pub(super) fn run(shadow: &Database, script: &Script, refusal: &Refusal) -> Result<()> {
    for statement in statements(&script.text) {
        shadow
            .subject
            .context
            .check(&format!("run {}", script.name))?;
        execute(shadow, statement.sql)
            .map_err(|error| failure(shadow, script, statement.line, refusal, error))?;
        // An ON CONFLICT ROLLBACK or RAISE(ROLLBACK) ends the transaction without being asked
        // for; it is also an error, but one a later version of SQLite could tell differently.
        if shadow.connection.is_autocommit() {
            return Err(left_transaction(script, statement.line));
        }
    }
    Ok(())
}

fn execute(shadow: &Database, sql: &str) -> rusqlite::Result<()> {
    let mut statement = shadow.connection.prepare(sql)?;
    let mut rows = statement.raw_query();
    // What a script selects is not looked at, let alone kept.
    while rows.next()?.is_some() {}
    Ok(())
}

fn failure(
    shadow: &Database,
    script: &Script,
    line: usize,
    refusal: &Refusal,
    error: rusqlite::Error,
) -> Error {
    let doing = format!("run {}, line {line}, in", script.name);
    let refused = refusal.lock().ok().and_then(|mut reason| reason.take());
    let cause = match (refused, error.sqlite_error_code()) {
        (Some(reason), _) => reason,
        (
            None,
            Some(
                ErrorCode::Unknown
                | ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::AuthorizationForStatementDenied,
            )
            | None,
        ) => safe_message(&error),
        (None, Some(_)) => return shadow.subject.failure(&doing, error),
    };
    Error::new(
        Kind::Script,
        format!("run {}, line {line}", script.name),
        cause,
    )
    .hint("correct the script; the live copy is untouched")
}

fn left_transaction(script: &Script, line: usize) -> Error {
    Error::new(
        Kind::Script,
        format!("run {}, line {line}", script.name),
        "the script leaves its transaction",
    )
    .hint("take out what rolls the transaction back; the live copy is untouched")
}
