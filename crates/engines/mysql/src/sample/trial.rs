//! Made-up rows held against a CHECK, in a transaction that only reads.

use crate::config::{Address, QUOTES, Session, identifier};
use weir_engine::{Context, Replacement, Trial, Tried};
use weir_model::error::{Error, Kind, Result};

/// The column's own collation is not known here: only what is true in both of these is true.
const COLLATIONS: [&str; 2] = ["utf8mb4_bin", "utf8mb4_general_ci"];
/// Rows of one statement.
const AT_ONCE: usize = 100;

/// Whether rows satisfy a CHECK.
pub(crate) async fn satisfies(
    address: &Address,
    trial: &Trial,
    context: &Context,
) -> Result<Tried> {
    let trial = match trial.harmless(QUOTES) {
        Ok(trial) => trial,
        Err(why) => return Ok(Tried::Unanswered(why)),
    };
    let mut session = Session::open(address, Kind::Source, context).await?;
    begin(&mut session).await?;
    let answers = answers(&mut session, &trial).await;
    session.close().await;
    let answers = match answers {
        Ok(answers) => answers,
        Err(error) if is_a_stop(&error) => return Err(error),
        Err(_) => {
            let why = "the server cannot evaluate it by itself";
            return Ok(Tried::Unanswered(why.to_owned()));
        }
    };
    Ok(match answers.as_slice() {
        [one, other] if one == other => Tried::Satisfied(one.clone()),
        _ => Tried::Unanswered("it depends on the collation".to_owned()),
    })
}

fn is_a_stop(error: &Error) -> bool {
    matches!(error.kind(), Kind::Interrupted | Kind::Deadline)
}

async fn answers(session: &mut Session, trial: &Trial) -> Result<Vec<Vec<bool>>> {
    let mut answers = Vec::new();
    for collation in COLLATIONS {
        answers.push(answers_by(session, trial, collation).await?);
    }
    Ok(answers)
}

async fn begin(session: &mut Session) -> Result<()> {
    let limit = match session.server.is_mariadb() {
        true => "SET SESSION max_statement_time = 10",
        false => "SET SESSION max_execution_time = 10000",
    };
    session.run("try values on", limit).await?;
    let begin = "START TRANSACTION READ ONLY";
    session.run("try values on", begin).await
}

async fn answers_by(session: &mut Session, trial: &Trial, collation: &str) -> Result<Vec<bool>> {
    let mut answers = Vec::with_capacity(trial.rows.len());
    for rows in trial.rows.chunks(AT_ONCE) {
        let selects = rows.iter().enumerate().map(|(number, row)| {
            let values = trial.columns.iter().zip(row).map(|(column, value)| {
                let made = expression(value, &column.data_type, collation);
                format!("{made} AS {}", identifier(&column.name))
            });
            let values: Vec<String> = values.collect();
            format!("SELECT {number} AS `made_up_row`, {}", values.join(", "))
        });
        let selects: Vec<String> = selects.collect();
        let sql = format!(
            "SELECT IFNULL(({}), 1) <> 0 FROM ({}) made_up ORDER BY `made_up_row`",
            trial.expression,
            selects.join(" UNION ALL ")
        );
        for row in session.rows("try values on", &sql).await? {
            answers.push(row.number(0)? != 0);
        }
    }
    Ok(answers)
}

/// A value of a column's type. In bytes, so that nothing gets out of its quotes.
fn expression(value: &Replacement, data_type: &str, collation: &str) -> String {
    let text = match value {
        Replacement::Null => return "NULL".to_owned(),
        Replacement::Integer(number) => number.to_string(),
        Replacement::Real(number) => number.to_string(),
        Replacement::Text(text) => text.clone(),
        Replacement::Blob(bytes) => return bytes_of(bytes),
    };
    let bytes = bytes_of(text.as_bytes());
    let lower = data_type.trim().to_ascii_lowercase();
    let end = lower.find(|letter: char| !letter.is_ascii_alphanumeric());
    let base = lower.get(..end.unwrap_or(lower.len())).unwrap_or_default();
    let text = format!("CONVERT({bytes} USING utf8mb4)");
    match base {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" => {
            let sign = if lower.contains("unsigned") {
                "UNSIGNED"
            } else {
                "SIGNED"
            };
            format!("CAST({text} AS {sign})")
        }
        "decimal" | "numeric" => {
            let digits = lower.find('(').zip(lower.find(')'));
            let digits = digits.and_then(|(from, to)| lower.get(from..=to));
            format!("CAST({text} AS DECIMAL{})", digits.unwrap_or_default())
        }
        "float" | "double" | "real" => format!("({text} + 0e0)"),
        "date" => format!("CAST({text} AS DATE)"),
        "datetime" | "timestamp" => format!("CAST({text} AS DATETIME(6))"),
        "time" => format!("CAST({text} AS TIME(6))"),
        "binary" | "varbinary" | "blob" | "tinyblob" | "mediumblob" | "longblob" => bytes,
        _ => format!("({text} COLLATE {collation})"),
    }
}

fn bytes_of(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("x'{}'", digits.collect::<String>())
}
