//! Made-up rows held against a CHECK, in a database in memory.

use crate::config::{Database, Place, QUOTES, quoted};
use rusqlite::params_from_iter;
use weir_engine::{Context, Replacement, Trial, Tried};
use weir_model::error::{Error, Kind, Result};

/// The column's own collation is not known here: only what is true in both of these is true.
const COLLATIONS: [&str; 2] = ["BINARY", "NOCASE"];

/// Whether rows satisfy a CHECK.
pub(crate) fn satisfies(place: &Place, trial: &Trial, context: &Context) -> Result<Tried> {
    let trial = match trial.harmless(QUOTES) {
        Ok(trial) => trial,
        Err(why) => return Ok(Tried::Unanswered(why)),
    };
    let database = Database::in_memory(place.live(), Kind::Source, context)?;
    let mut answers = Vec::new();
    for collation in COLLATIONS {
        match answers_by(&database, &trial, collation) {
            Ok(found) => answers.push(found),
            Err(error) => return unanswered(&database, error),
        }
    }
    Ok(match answers.as_slice() {
        [one, other] if one == other => Tried::Satisfied(one.clone()),
        _ => Tried::Unanswered("it depends on the collation".to_owned()),
    })
}

fn unanswered(database: &Database, error: rusqlite::Error) -> Result<Tried> {
    let error: Error = database.subject.failure("try values for", error);
    match error.kind() {
        Kind::Interrupted | Kind::Deadline => Err(error),
        _ => Ok(Tried::Unanswered(
            "SQLite cannot evaluate it by itself".to_owned(),
        )),
    }
}

fn answers_by(database: &Database, trial: &Trial, collation: &str) -> rusqlite::Result<Vec<bool>> {
    let connection = &database.connection;
    let columns = trial.columns.iter().map(|column| {
        let name = quoted(&column.name);
        format!("{name} {} COLLATE {collation}", column.data_type)
    });
    let columns: Vec<String> = columns.collect();
    connection.execute_batch(&format!(
        "DROP TABLE IF EXISTS made_up; CREATE TABLE made_up ({})",
        columns.join(", ")
    ))?;
    let places = vec!["?"; columns.len()].join(", ");
    let mut insert = connection.prepare(&format!("INSERT INTO made_up VALUES ({places})"))?;
    for row in &trial.rows {
        insert.execute(params_from_iter(row.iter().map(value)))?;
    }
    let sql = format!(
        "SELECT CASE WHEN ({0}) THEN 1 WHEN ({0}) IS NULL THEN 1 ELSE 0 END FROM made_up \
         ORDER BY rowid",
        trial.expression
    );
    let mut statement = connection.prepare(&sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn value(value: &Replacement) -> rusqlite::types::Value {
    use rusqlite::types::Value;
    match value {
        Replacement::Null => Value::Null,
        Replacement::Integer(number) => Value::Integer(*number),
        Replacement::Real(number) => Value::Real(*number),
        Replacement::Text(text) => Value::Text(text.clone()),
        Replacement::Blob(bytes) => Value::Blob(bytes.clone()),
    }
}
