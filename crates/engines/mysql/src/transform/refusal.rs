//! What a script must not do.

mod tables;

use crate::catalog::text::{Kind, Token, tokens, unqualified};
use std::fmt;

/// Why a statement is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// It begins or ends a transaction, or changes when one ends.
    Transaction,
    /// It is not for the server but for the `mysql` client.
    ClientCommand,
    /// It makes, changes or removes a database, or enters one.
    Database,
    /// It names the live database.
    Live,
    /// It changes something in another database.
    OtherDatabase,
    /// It changes the server's settings, or ends what runs there.
    System,
    /// It changes who may do what, or who the session is.
    Accounts,
    /// It reads or writes a file of the server's.
    Files,
    /// It takes locks that would outlive it.
    Locks,
    /// It runs text that is not in the script.
    Hidden,
    /// It changes what a backslash in quotes means.
    Quoting,
    /// It takes what it does out of the binary log.
    BinaryLog,
    /// It turns checks off whose rows nobody looks at again.
    Unchecked,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Transaction => {
                "the script leaves its transaction: it begins or ends one of its own, or changes when one ends"
            }
            Self::ClientCommand => "the script holds a command to the mysql client",
            Self::Database => {
                "the script leaves the shadow: it enters, makes, changes or removes a database"
            }
            Self::Live => {
                "the script leaves the shadow: it names the live database; leave its name out"
            }
            Self::OtherDatabase => "the script leaves the shadow: it changes another database",
            Self::System => "the script leaves the shadow: it changes the server",
            Self::Accounts => "the script leaves the shadow: it changes accounts or who it runs as",
            Self::Files => "the script leaves the shadow: it reads or writes a file of the server's",
            Self::Locks => "the script locks tables, which ends its transaction",
            Self::Hidden => "the script runs text that cannot be read beforehand",
            Self::Quoting => {
                "the script changes what a backslash in quotes means, by which its own text is read"
            }
            Self::Unchecked => "the script turns off checks that nothing makes up for",
            Self::BinaryLog => "the script hides from the binary log, and replicas would differ",
        })
    }
}

/// First words that are enough to refuse a statement.
const FIRST_WORDS: [(&str, Reason); 51] = [
    ("IF", Reason::Hidden),
    ("FOR", Reason::Hidden),
    ("WHILE", Reason::Hidden),
    ("LOOP", Reason::Hidden),
    ("REPEAT", Reason::Hidden),
    ("CASE", Reason::Hidden),
    ("BEGIN", Reason::Transaction),
    ("START", Reason::Transaction),
    ("COMMIT", Reason::Transaction),
    ("ROLLBACK", Reason::Transaction),
    ("SAVEPOINT", Reason::Transaction),
    ("RELEASE", Reason::Transaction),
    ("XA", Reason::Transaction),
    ("SOURCE", Reason::ClientCommand),
    ("SYSTEM", Reason::ClientCommand),
    ("TEE", Reason::ClientCommand),
    ("PAGER", Reason::ClientCommand),
    ("CONNECT", Reason::ClientCommand),
    ("CHARSET", Reason::ClientCommand),
    ("DELIMITER", Reason::ClientCommand),
    ("USE", Reason::Database),
    ("GRANT", Reason::Accounts),
    ("REVOKE", Reason::Accounts),
    ("LOAD", Reason::Files),
    ("IMPORT", Reason::Files),
    ("LOCK", Reason::Locks),
    ("UNLOCK", Reason::Locks),
    ("HANDLER", Reason::Locks),
    ("PREPARE", Reason::Hidden),
    ("EXECUTE", Reason::Hidden),
    ("DEALLOCATE", Reason::Hidden),
    ("SHUTDOWN", Reason::System),
    ("RESTART", Reason::System),
    ("KILL", Reason::System),
    ("INSTALL", Reason::System),
    ("UNINSTALL", Reason::System),
    ("FLUSH", Reason::System),
    ("RESET", Reason::System),
    ("CHANGE", Reason::System),
    ("STOP", Reason::System),
    ("PURGE", Reason::System),
    ("BACKUP", Reason::System),
    ("BINLOG", Reason::System),
    ("CLONE", Reason::System),
    ("CACHE", Reason::System),
    ("EGO", Reason::ClientCommand),
    ("GO", Reason::ClientCommand),
    ("NOTEE", Reason::ClientCommand),
    ("NOPAGER", Reason::ClientCommand),
    ("QUIT", Reason::ClientCommand),
    ("EXIT", Reason::ClientCommand),
];

/// What CREATE, ALTER, DROP and RENAME must not be about.
const OBJECTS: [(&str, Reason); 8] = [
    ("DATABASE", Reason::Database),
    ("SCHEMA", Reason::Database),
    ("USER", Reason::Accounts),
    ("ROLE", Reason::Accounts),
    ("SERVER", Reason::System),
    ("TABLESPACE", Reason::System),
    ("LOGFILE", Reason::System),
    ("INSTANCE", Reason::System),
];

/// What SET must not set, wherever it stands in a list.
const SETTINGS: [(&str, Reason); 11] = [
    ("CHECK_CONSTRAINT_CHECKS", Reason::Unchecked),
    ("UNIQUE_CHECKS", Reason::Unchecked),
    ("GLOBAL", Reason::System),
    ("PERSIST", Reason::System),
    ("PERSIST_ONLY", Reason::System),
    ("PASSWORD", Reason::Accounts),
    ("ROLE", Reason::Accounts),
    ("AUTOCOMMIT", Reason::Transaction),
    ("COMPLETION_TYPE", Reason::Transaction),
    ("SQL_LOG_BIN", Reason::BinaryLog),
    ("CHARACTER_SET_CLIENT", Reason::Quoting),
];

/// Why a statement is refused, if it is; `live` is the database that must stay as it is.
pub(super) fn reason(statement: &str, live: &str) -> Option<Reason> {
    let seen: Vec<Token<'_>> = tokens(statement)
        .filter(|token| !token.is_blank())
        .collect();
    let names_live = unqualified(statement, live) != statement || tables::names(&seen, live);
    match reason_of(&seen) {
        None | Some(Reason::OtherDatabase) if names_live => Some(Reason::Live),
        reason => reason,
    }
}

fn reason_of(seen: &[Token<'_>]) -> Option<Reason> {
    let word = |at: usize| {
        let token = seen.get(at).filter(|token| token.kind == Kind::Word);
        token.map_or(String::new(), |token| token.text.to_ascii_uppercase())
    };
    let named = |list: &[(&str, Reason)], word: &str| {
        let mut list = list.iter();
        list.find(|(known, _)| *known == word)
            .map(|(_, reason)| *reason)
    };
    if seen.iter().any(|token| token.is_symbol("\\")) {
        return Some(Reason::ClientCommand);
    }
    let first = word(0);
    if let Some(reason) = named(&FIRST_WORDS, &first) {
        return Some(reason);
    }
    if writes_a_file(seen) {
        return Some(Reason::Files);
    }
    if runs_hidden_text(seen) {
        return Some(Reason::Hidden);
    }
    match first.as_str() {
        "SET" if word(1) == "STATEMENT" => {
            let behind = seen.iter().position(|token| token.is("FOR"))? + 1;
            reason_of(seen.get(behind..)?)
        }
        // What is explained may be done as well; what has a name for a query may go on to change.
        "ANALYZE" | "EXPLAIN" | "DESCRIBE" | "DESC" | "WITH" => {
            let changes = ["UPDATE", "DELETE", "INSERT", "REPLACE"];
            let at = seen
                .iter()
                .position(|token| changes.iter().any(|word| token.is(word)));
            at.and_then(|at| reason_of(seen.get(at..)?))
        }
        "SET" => set(seen, &|word| named(&SETTINGS, word)),
        "CREATE" | "ALTER" | "DROP" | "RENAME" => {
            // OR REPLACE, and what else may stand before the word that counts.
            let at = if word(1) == "OR" { 3 } else { 1 };
            named(&OBJECTS, &word(at)).or_else(|| tables::other_database(seen))
        }
        _ => tables::other_database(seen),
    }
}

/// Whether text is run somewhere in it, e.g. in the body of a procedure.
fn runs_hidden_text(seen: &[Token<'_>]) -> bool {
    seen.windows(3).any(|three| {
        matches!(three, [one, two, three]
            if one.is("EXECUTE") && two.is("IMMEDIATE")
                || one.is("PREPARE") && two.name().is_some() && three.is("FROM"))
    })
}

/// Whether it is `SELECT … INTO OUTFILE` or `DUMPFILE`.
fn writes_a_file(seen: &[Token<'_>]) -> bool {
    seen.windows(2).any(|pair| {
        matches!(pair, [into, file]
            if into.is("INTO") && (file.is("OUTFILE") || file.is("DUMPFILE")))
    })
}

fn set(seen: &[Token<'_>], named: &dyn Fn(&str) -> Option<Reason>) -> Option<Reason> {
    let quoting = |token: &Token<'_>| {
        token
            .text
            .to_ascii_uppercase()
            .contains("NO_BACKSLASH_ESCAPES")
    };
    if seen.iter().any(quoting) {
        return Some(Reason::Quoting);
    }
    // What is set stands behind SET, a comma, a scope, or the signs of a system variable.
    let mut is_target = true;
    for (at, token) in seen.iter().enumerate().skip(1) {
        let is_users = token.kind == Kind::Symbol
            && token.text == "@"
            && !seen.get(at + 1).is_some_and(|next| next.is_symbol("@"))
            && !seen
                .get(at.saturating_sub(1))
                .is_some_and(|before| before.is_symbol("@"));
        if token.is_symbol(",") {
            is_target = true;
        } else if token.is_symbol("=") || is_users {
            is_target = false;
        } else if is_target && token.kind == Kind::Word {
            let word = token.text.to_ascii_uppercase();
            if let Some(reason) = named(&word) {
                return Some(reason);
            }
            // NAMES and CHARACTER SET change how text is read, too.
            if matches!(word.as_str(), "NAMES" | "CHARACTER") && !is_unicode(seen) {
                return Some(Reason::Quoting);
            }
        }
    }
    None
}

/// Whether a character set is named in which this text means what it says.
fn is_unicode(seen: &[Token<'_>]) -> bool {
    seen.iter().any(|token| {
        let set = token.text.trim_matches(['\'', '"']).to_ascii_lowercase();
        set.starts_with("utf8") || set == "default"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_shadow_or_its_transaction_is_refused() {
        for (statement, expected) in [
            ("begin", Reason::Transaction),
            ("START /* x */ TRANSACTION", Reason::Transaction),
            ("Commit and chain", Reason::Transaction),
            ("ROLLBACK TO a", Reason::Transaction),
            ("XA START 'x'", Reason::Transaction),
            ("SET autocommit=0", Reason::Transaction),
            ("SET @a = 1, @@session.autocommit = 1", Reason::Transaction),
            (
                "SET STATEMENT max_statement_time=1 FOR COMMIT",
                Reason::Transaction,
            ),
            ("SELECT 1 \\G", Reason::ClientCommand),
            ("source other.sql", Reason::ClientCommand),
            ("USE other", Reason::Database),
            ("CREATE OR REPLACE DATABASE a", Reason::Database),
            ("drop schema a", Reason::Database),
            ("ALTER DATABASE CHARACTER SET latin1", Reason::Database),
            ("UPDATE app.t SET a = 1", Reason::Live),
            ("INSERT INTO t SELECT * FROM `app` . `t`", Reason::Live),
            ("UPDATE other.t SET a = 1", Reason::OtherDatabase),
            (
                "UPDATE t JOIN other.x ON x.a = t.a SET x.a = 1",
                Reason::OtherDatabase,
            ),
            ("ANALYZE UPDATE other.x SET a = 1", Reason::OtherDatabase),
            ("DELETE q FROM t JOIN other.x q", Reason::OtherDatabase),
            ("CREATE INDEX i ON other.x (a)", Reason::OtherDatabase),
            ("CREATE VIEW other.v AS SELECT 1", Reason::OtherDatabase),
            ("DROP VIEW IF EXISTS v, other.v", Reason::OtherDatabase),
            (
                "CREATE PROCEDURE p() UPDATE other.x SET a = 1",
                Reason::OtherDatabase,
            ),
            ("UPDATE t JOIN APP.users u SET u.a = 1", Reason::Live),
            ("UPDATE t, app.users u SET u.x = 1, t.app = 2", Reason::Live),
            ("CREATE INDEX i ON app.t (app)", Reason::Live),
            ("IF 1 THEN DELETE FROM t; END IF", Reason::Hidden),
            (
                "CREATE PROCEDURE p() EXECUTE IMMEDIATE 'DROP TABLE app.t'",
                Reason::Hidden,
            ),
            ("SET check_constraint_checks = 0", Reason::Unchecked),
            ("DELETE FROM mysql.user", Reason::OtherDatabase),
            (
                "UPDATE LOW_PRIORITY IGNORE other.t SET a = 1",
                Reason::OtherDatabase,
            ),
            ("RENAME TABLE t TO other.t", Reason::OtherDatabase),
            ("/*!50003 GRANT ALL ON *.* TO a */", Reason::Accounts),
            ("CREATE USER a", Reason::Accounts),
            ("SET PASSWORD = 'x'", Reason::Accounts),
            ("set global max_connections = 1", Reason::System),
            ("SET @@GLOBAL.max_connections = 1", Reason::System),
            ("SET @x = 1, PERSIST max_connections = 1", Reason::System),
            ("KILL 1", Reason::System),
            ("FLUSH TABLES", Reason::System),
            ("INSTALL SONAME 'x'", Reason::System),
            ("LOAD DATA INFILE 'x' INTO TABLE t", Reason::Files),
            ("SELECT * INTO OUTFILE 'x' FROM t", Reason::Files),
            ("LOCK TABLES t WRITE", Reason::Locks),
            ("HANDLER t OPEN", Reason::Locks),
            ("EXECUTE IMMEDIATE 'x'", Reason::Hidden),
            ("PREPARE s FROM 'x'", Reason::Hidden),
            (
                "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'",
                Reason::Quoting,
            ),
            ("SET NAMES latin1", Reason::Quoting),
            ("SET sql_log_bin = 0", Reason::BinaryLog),
        ] {
            assert_eq!(reason(statement, "app"), Some(expected), "{statement}");
        }
    }

    #[test]
    fn nothing_else_is_refused() {
        for statement in [
            "UPDATE users u JOIN logins l ON u.id = l.user SET u.email = CONCAT('anon-', u.id), l.ip = NULL",
            "INSERT INTO t (a) VALUES ('COMMIT; USE app.t')",
            "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE t.a = 2",
            "DELETE a FROM t AS a WHERE a.id = 1",
            "UPDATE app SET app.a = 1 WHERE app.id IN (SELECT t.id FROM t)",
            "DELETE t.* FROM t JOIN u ON u.id = t.id AND t.a = u.a",
            "ALTER TABLE t ADD KEY k (a), ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES u (id)",
            "CREATE VIEW v AS SELECT t.a, u.b FROM t JOIN u ON u.id = t.id",
            "EXPLAIN SELECT * FROM t",
            "SELECT * FROM t FOR UPDATE",
            "INSERT INTO t SELECT * FROM other.t",
            "CREATE TABLE `use` (a int)",
            "CREATE TABLE u LIKE t",
            "DROP TABLE IF EXISTS t",
            "ALTER TABLE t DROP COLUMN global",
            "SET @global = 1, foreign_key_checks = 0",
            "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
            "SET SESSION group_concat_max_len = 1000000",
            "SET STATEMENT max_statement_time=1 FOR UPDATE t SET a = 1",
            "SELECT id INTO @x FROM information_schema.tables LIMIT 1",
            "CREATE TEMPORARY TABLE a AS SELECT 1",
            "CALL p(1)",
            "TRUNCATE TABLE t",
            "WITH x AS (SELECT 1) SELECT * FROM x",
        ] {
            assert_eq!(reason(statement, "app"), None, "{statement}");
        }
    }
}
