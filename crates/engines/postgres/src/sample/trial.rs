//! Made-up rows held against a CHECK, in a transaction that only reads.

use crate::config::{Address, Session, identifier};
use tokio_postgres::types::ToSql;
use weir_engine::{Context, Quotes, Replacement, Trial, TrialColumn, Tried};
use weir_model::error::{Error, Kind, Result};

/// How the transaction is bounded. Names without a schema mean the server's own, and a backslash in a
/// text is nothing but one.
const BEGIN: &str = "BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'; \
     SET LOCAL search_path = pg_catalog; SET LOCAL standard_conforming_strings = on";

/// Whether rows satisfy a CHECK.
pub(crate) async fn satisfies(
    address: &Address,
    trial: &Trial,
    context: &Context,
) -> Result<Tried> {
    let trial = match trial.harmless(Quotes::default()) {
        Ok(trial) => trial,
        Err(why) => return Ok(Tried::Unanswered(why)),
    };
    let mut types = trial.columns.iter().map(|column| &column.data_type);
    if types.any(String::is_empty) {
        return Ok(Tried::Unanswered("a type cannot be read".to_owned()));
    }
    // The database knows its own types; before the first restore there may be none.
    let session = match Session::open(address, Kind::Source, context).await {
        Err(error) if !is_a_stop(&error) => {
            Session::maintenance(address, Kind::Source, context).await?
        }
        opened => opened?,
    };
    session.run("try values on", BEGIN).await?;
    match answers(&session, &trial).await {
        Err(error) if is_a_stop(&error) => Err(error),
        Err(_) => Ok(Tried::Unanswered(
            "the server cannot evaluate it by itself".to_owned(),
        )),
        Ok(answers) => Ok(Tried::Satisfied(answers)),
    }
}

fn is_a_stop(error: &Error) -> bool {
    matches!(error.kind(), Kind::Interrupted | Kind::Deadline)
}

async fn answers(session: &Session, trial: &Trial) -> Result<Vec<bool>> {
    let doing = "try values on";
    let columns: Vec<Vec<Option<String>>> = (0..trial.columns.len())
        .map(|at| trial.rows.iter().map(|row| text(row.get(at))).collect())
        .collect();
    let parameters: Vec<&(dyn ToSql + Sync)> = columns
        .iter()
        .map(|values| values as &(dyn ToSql + Sync))
        .collect();
    let sql = statement(&trial.columns, &trial.expression);
    let rows = session.rows(doing, &sql, &parameters).await?;
    rows.iter().map(|row| session.get(doing, row, 0)).collect()
}

/// The statement that asks about a list of values for each column.
fn statement(columns: &[TrialColumn], expression: &str) -> String {
    let casts = columns.iter().enumerate().map(|(at, column)| {
        let name = identifier(&column.name);
        format!("CAST(x.c{at} AS {}) AS {name}", column.data_type)
    });
    let lists = (1..=columns.len()).map(|number| format!("${number}::text[]"));
    let names = (0..columns.len()).map(|at| format!("c{at}, "));
    format!(
        "SELECT coalesce(({expression}), true) FROM (SELECT x.made_up_row, {} \
         FROM unnest({}) WITH ORDINALITY AS x({}made_up_row)) AS made_up ORDER BY made_up_row",
        casts.collect::<Vec<_>>().join(", "),
        lists.collect::<Vec<_>>().join(", "),
        names.collect::<String>()
    )
}

/// A value as the server reads it.
fn text(value: Option<&Replacement>) -> Option<String> {
    match value? {
        Replacement::Null => None,
        Replacement::Integer(number) => Some(number.to_string()),
        Replacement::Real(number) => Some(number.to_string()),
        Replacement::Text(text) => Some(text.clone()),
        Replacement::Blob(bytes) => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            Some(format!("\\x{}", digits.collect::<String>()))
        }
    }
}
