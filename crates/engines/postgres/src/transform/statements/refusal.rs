//! What a script must not do.

use std::fmt;

/// A statement that is refused.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::transform) struct Refusal {
    /// The line it begins in, from 1.
    pub(in crate::transform) line: usize,
    /// Why.
    pub(in crate::transform) reason: Reason,
}

/// Why a statement is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transform) enum Reason {
    /// It begins or ends a transaction, or sets or leaves a savepoint.
    Transaction,
    /// It is not for the server but for `psql`.
    MetaCommand,
    /// It makes, changes or removes a database.
    Database,
    /// It changes the server's settings.
    System,
    /// It copies rows from or to somewhere else.
    Copy,
    /// It changes who the session is.
    SessionAuthorization,
    /// It loads a library into the server.
    Load,
    /// It changes what a backslash in quotes means.
    Quoting,
}

impl Reason {
    pub(super) fn at(self, line: usize) -> Refusal {
        Refusal { line, reason: self }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Transaction => {
                "the script leaves its transaction: it begins or ends one of its own, or uses a savepoint"
            }
            Self::MetaCommand => "the script holds a command to psql, which begins with a backslash",
            Self::Database => "the script leaves the shadow: it makes, changes or removes a database",
            Self::System => "the script leaves the shadow: it changes the server's settings",
            Self::Copy => "the script leaves the shadow: COPY reads or writes what is not in it",
            Self::SessionAuthorization => "the script changes who its session is",
            Self::Load => "the script leaves the shadow: it loads a library into the server",
            Self::Quoting => {
                "the script changes standard_conforming_strings, by which its own text is read"
            }
        })
    }
}

/// Why a statement with those first words, in capitals, is refused.
pub(super) fn reason(words: &[&str]) -> Option<Reason> {
    // SET may say for how long, but SESSION AUTHORIZATION is not that.
    let set = match words {
        ["SET", "SESSION" | "LOCAL", rest @ ..] if rest.first() != Some(&"AUTHORIZATION") => rest,
        ["SET" | "RESET", rest @ ..] => rest,
        _ => &[],
    };
    match set {
        ["SESSION", "AUTHORIZATION", ..] | ["SESSION_AUTHORIZATION", ..] => {
            return Some(Reason::SessionAuthorization);
        }
        ["STANDARD_CONFORMING_STRINGS", ..] => return Some(Reason::Quoting),
        _ => {}
    }
    match words {
        [
            "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE",
            ..,
        ]
        | ["START" | "PREPARE", "TRANSACTION", ..] => Some(Reason::Transaction),
        ["CREATE" | "ALTER" | "DROP", "DATABASE", ..] => Some(Reason::Database),
        ["ALTER", "SYSTEM", ..] => Some(Reason::System),
        // Whatever it says further on: a file, a program, or the connection.
        ["COPY", ..] => Some(Reason::Copy),
        ["LOAD", ..] => Some(Reason::Load),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::statements;
    use super::*;

    #[test]
    fn what_leaves_the_transaction_or_the_shadow_is_refused_with_its_line() {
        let cases = [
            ("begin", Reason::Transaction),
            ("START /* x */ TRANSACTION", Reason::Transaction),
            ("Commit and chain", Reason::Transaction),
            ("END", Reason::Transaction),
            ("ROLLBACK TO a", Reason::Transaction),
            ("ROLLBACK PREPARED 'a'", Reason::Transaction),
            ("ABORT", Reason::Transaction),
            ("SAVEPOINT a", Reason::Transaction),
            ("RELEASE a", Reason::Transaction),
            ("PREPARE TRANSACTION 'a'", Reason::Transaction),
            ("\\connect other", Reason::MetaCommand),
            ("SELECT 1 \\gexec", Reason::MetaCommand),
            ("CREATE DATABASE a", Reason::Database),
            ("ALTER DATABASE a RENAME TO b", Reason::Database),
            ("DROP DATABASE a", Reason::Database),
            ("ALTER SYSTEM SET a = 1", Reason::System),
            ("COPY t FROM STDIN", Reason::Copy),
            ("COPY (SELECT 1; ) TO PROGRAM 'x'", Reason::Copy),
            ("SET SESSION AUTHORIZATION a", Reason::SessionAuthorization),
            (
                "SET LOCAL SESSION AUTHORIZATION a",
                Reason::SessionAuthorization,
            ),
            (
                "SET session session authorization a",
                Reason::SessionAuthorization,
            ),
            (
                "SET session_authorization = a",
                Reason::SessionAuthorization,
            ),
            ("RESET SESSION AUTHORIZATION", Reason::SessionAuthorization),
            ("LOAD 'x'", Reason::Load),
            (
                "SET LOCAL standard_conforming_strings = off",
                Reason::Quoting,
            ),
        ];
        for (statement, reason) in cases {
            let text = format!("SELECT 1;\n\n  {statement}");
            assert_eq!(statements(&text), Err(reason.at(3)), "{statement}");
        }
    }

    #[test]
    fn the_first_refusal_is_told_and_nothing_else_is_refused() {
        let text = "COPY t FROM STDIN;\n1\t\\N\n\\.\n";
        assert_eq!(statements(text), Err(Reason::Copy.at(1)));
        let fine = "PREPARE a AS SELECT 1; SET SESSION a.b = 1; SET ROLE a; SET CONSTRAINTS ALL DEFERRED; \
                    CREATE TABLE commit(a int); \"begin\"; ALTER TABLE t ADD COLUMN system int; \
                    RESET ALL; SELECT '\\connect', $$ \\d $$ -- \\d";
        assert_eq!(statements(fine).unwrap().len(), 9);
    }
}
