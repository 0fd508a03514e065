//! Running scripts, statement by statement.

use super::refusal::{Reason, reason};
use crate::catalog::text::{Statement, Statements};
use crate::config::Session;
use weir_engine::Script;
use weir_model::error::{Error, Kind, Result};

/// Makes a session what one of the `mysql` client would be on this server, where scripts were
/// tried. Only what a backslash in quotes means is fixed: the text was read by it. One transaction
/// lasts until a statement that ends it by itself.
const SETTINGS: &str = "SET SESSION foreign_key_checks = 1, unique_checks = 1, \
    time_zone = @@GLOBAL.time_zone, autocommit = 0, \
    sql_mode = REPLACE(@@GLOBAL.sql_mode, 'NO_BACKSLASH_ESCAPES', '')";

/// A statement, and the script it is of.
pub(super) struct Scripted<'a> {
    script: &'a Script,
    pub(super) statement: Statement<'a>,
}

/// The statements of scripts, unless one would leave the shadow.
pub(super) fn read_all<'a>(scripts: &'a [Script], live: &str) -> Result<Vec<Scripted<'a>>> {
    let mut all = Vec::new();
    for script in scripts {
        for statement in Statements::of(&script.text) {
            if let Some(reason) = reason(statement.text, live) {
                return Err(refused(script, statement.line, reason));
            }
            all.push(Scripted { script, statement });
        }
    }
    Ok(all)
}

/// Runs them all, and ends the transaction.
pub(super) async fn run_all(session: &mut Session, statements: &[Scripted<'_>]) -> Result<()> {
    session.run("prepare the scripts in", SETTINGS).await?;
    for scripted in statements {
        run(session, scripted).await?;
    }
    session.run("end the scripts in", "COMMIT").await
}

async fn run(session: &mut Session, scripted: &Scripted<'_>) -> Result<()> {
    let ran = session.run("run a statement in", scripted.statement.text);
    ran.await.map_err(|error| match error.kind() {
        Kind::Interrupted | Kind::Deadline => error,
        _ => {
            let doing = place("run", scripted.script, scripted.statement.line);
            Error::new(Kind::Script, doing, error.cause())
                .hint("correct the script: the live copy is as it was; values are left out here on purpose")
        }
    })
}

fn refused(script: &Script, line: usize, reason: Reason) -> Error {
    Error::new(
        Kind::Script,
        place("read", script, line),
        reason.to_string(),
    )
    .hint("scripts run in the new copy alone: take the statement out")
}

fn place(doing: &str, script: &Script, line: usize) -> String {
    format!("{doing} script {}, line {line}", script.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(name: &str, text: &str) -> Script {
        Script {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_refusal_names_the_script_and_the_line_and_nothing_runs() {
        let scripts = [
            script("a.sql", "UPDATE t SET a = 'secret';"),
            script("b.sql", "DELETE FROM t;\n\n  USE other;"),
        ];
        let error = read_all(&scripts, "app").err().unwrap();
        assert_eq!(error.kind(), Kind::Script);
        assert_eq!(error.doing(), "read script b.sql, line 3");
        let scripts = [
            script("a.sql", "-- nothing\n"),
            script("b.sql", "DELETE FROM t;DELETE FROM u"),
        ];
        assert_eq!(read_all(&scripts, "app").unwrap().len(), 2);
    }
}
