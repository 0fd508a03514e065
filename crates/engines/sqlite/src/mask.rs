//! A clean copy: a new database, into which rows go through the masks.

mod affinity;
mod ahead;
mod plan;
mod rows;

pub(crate) use plan::{CleanTable, Plan};

use crate::config::{Database, Subject};
use rows::RowCopy;
use rusqlite::types::Value;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// Makes an empty database a clean copy of `raw`, which holds about `rows` rows. Returns what was
/// sent.
pub(crate) fn fill(
    raw: &Database,
    rows: u64,
    plan: &Plan,
    clean: &Database,
) -> Result<Vec<TableDigest>> {
    prepare(raw, clean)?;
    clean.run("begin to fill", "BEGIN")?;
    create(clean, &plan.tables_sql)?;
    let mut sent = Vec::new();
    let mut copier = RowCopy::new(raw, clean, rows);
    for (table, mask) in &plan.tables {
        sent.push(copier.table(table, mask.as_deref())?);
    }
    copy_sequences(raw, clean, plan).map_err(|error| {
        clean
            .subject
            .failure("copy AUTOINCREMENT numbers into", error)
    })?;
    create(clean, &plan.objects_sql)?;
    if plan.analyse {
        clean.run("gather statistics of", "ANALYZE main")?;
    }
    clean.run("fill", "COMMIT")?;
    Ok(sent)
}

/// Gives the new database the settings of the old one. It needs no journal: if it is not
/// finished, it is thrown away.
fn prepare(raw: &Database, clean: &Database) -> Result<()> {
    let number = |name: &str| -> Result<i64> {
        raw.value("read the settings of", &format!("PRAGMA main.{name}"))
    };
    let encoding: String = raw.value("read the settings of", "PRAGMA main.encoding")?;
    let sql = format!(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; \
         PRAGMA page_size = {}; PRAGMA encoding = '{encoding}'; PRAGMA auto_vacuum = {}; \
         PRAGMA user_version = {}; PRAGMA application_id = {}",
        number("page_size")?,
        number("auto_vacuum")?,
        number("user_version")?,
        number("application_id")?,
    );
    clean.run("prepare", &sql)
}

fn create(clean: &Database, statements: &[(String, String)]) -> Result<()> {
    for (name, sql) in statements {
        clean
            .connection
            .execute_batch(sql)
            .map_err(|error| masked_failure(&clean.subject, &format!("make {name} in"), error))?;
    }
    Ok(())
}

/// The next numbers of AUTOINCREMENT columns, so that no number is given twice.
fn copy_sequences(raw: &Database, clean: &Database, plan: &Plan) -> rusqlite::Result<()> {
    if !keeps_sequences(raw)? || !keeps_sequences(clean)? {
        return Ok(());
    }
    let mut read = raw
        .connection
        .prepare("SELECT seq FROM main.sqlite_sequence WHERE name = ?1")?;
    let with_rows = plan.tables.iter().filter(|(_, mask)| mask.is_some());
    for (CleanTable { name, .. }, _) in with_rows {
        let numbers: Vec<Value> = read
            .query_map([name], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let connection = &clean.connection;
        connection.execute("DELETE FROM main.sqlite_sequence WHERE name = ?1", [name])?;
        for number in numbers {
            connection.execute(
                "INSERT INTO main.sqlite_sequence(name, seq) VALUES (?1, ?2)",
                rusqlite::params![name, number],
            )?;
        }
    }
    Ok(())
}

fn keeps_sequences(database: &Database) -> rusqlite::Result<bool> {
    database.connection.query_row(
        "SELECT count(*) FROM main.sqlite_schema WHERE name = 'sqlite_sequence'",
        [],
        |row| row.get(0),
    )
}

/// A failure while masked rows are written: a broken constraint is the rules' doing.
pub(crate) fn masked_failure(subject: &Subject, doing: &str, error: rusqlite::Error) -> Error {
    if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) {
        return subject.failure(doing, error);
    }
    let doing = format!("{doing} {}", subject.path.display());
    Error::new(Kind::Sanitise, doing, crate::config::safe_message(&error)).hint(
        "a masked value breaks a constraint of the table: choose a rule for that column that \
         keeps values apart, or of the right type",
    )
}
