//! What a server's error means, and what to do about it. Its message may quote a value of a row,
//! so only what cannot is passed on.

use super::tls;
use tokio_postgres::error::{DbError, SqlState};
use weir_model::error::{Error, Kind};

/// Errors whose messages name objects, roles and states, and never a value of a row.
const NAMES_ONLY: [SqlState; 26] = [
    SqlState::UNDEFINED_TABLE,
    SqlState::UNDEFINED_COLUMN,
    SqlState::UNDEFINED_OBJECT,
    SqlState::UNDEFINED_DATABASE,
    SqlState::UNDEFINED_PSTATEMENT,
    SqlState::DUPLICATE_TABLE,
    SqlState::DUPLICATE_COLUMN,
    SqlState::DUPLICATE_OBJECT,
    SqlState::DUPLICATE_DATABASE,
    SqlState::DUPLICATE_SCHEMA,
    SqlState::INVALID_SCHEMA_NAME,
    SqlState::INVALID_CATALOG_NAME,
    SqlState::INSUFFICIENT_PRIVILEGE,
    SqlState::INVALID_PASSWORD,
    SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
    SqlState::OBJECT_IN_USE,
    SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::DISK_FULL,
    SqlState::OUT_OF_MEMORY,
    SqlState::FEATURE_NOT_SUPPORTED,
];

/// A database that is worked on, for whom errors are told.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// `database` on `host:port`.
    pub(crate) place: String,
    /// The kind of the errors it causes.
    pub(crate) kind: Kind,
}

impl Subject {
    /// The error of a call; `doing` is followed by the place.
    // Taken by value, so that it can stand in `map_err`.
    #[allow(clippy::needless_pass_by_value)]
    pub(crate) fn failure(&self, doing: &str, error: tokio_postgres::Error) -> Error {
        let doing = format!("{doing} {}", self.place);
        if let Some(error) = error.as_db_error() {
            return self.told(doing, error);
        }
        let lost = error.is_closed() || error.to_string().starts_with("error communicating");
        let failed = Error::new(self.kind, doing, connection_message(&error));
        if let Some(hint) = tls::hint(&error) {
            return failed.hint(hint);
        }
        if lost {
            return failed
                .hint("see the server's log; run again when it is reached")
                .transient();
        }
        failed
            .hint("check `url` and `password` of the app, and that the server is reached from here")
    }

    fn told(&self, doing: String, error: &DbError) -> Error {
        let code = error.code();
        let failed = Error::new(self.kind, doing, safe_message(error));
        match code {
            &SqlState::INVALID_PASSWORD => {
                failed.hint("check `password` of the app, and pg_hba.conf on the server")
            }
            &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => failed.hint(
                "check the user, `sslmode` and `sslcert` in `url` of the app against pg_hba.conf on the server",
            ),
            &SqlState::INSUFFICIENT_PRIVILEGE => {
                failed.hint("`weir doctor` prints the grants that are missing")
            }
            &SqlState::INVALID_CATALOG_NAME => {
                failed.hint("check the database in `url` of the app")
            }
            &SqlState::TOO_MANY_CONNECTIONS | &SqlState::CANNOT_CONNECT_NOW => failed
                .hint("run again when the server takes connections")
                .transient(),
            &SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN => failed
                .hint("somebody ended the connection or the server: see its log, then run again")
                .transient(),
            &SqlState::DISK_FULL => failed.hint("make room on the server, then run again"),
            _ => failed.hint("see the server's log: what it says there may hold values of rows"),
        }
    }
}

/// What the server says, without anything that could be a value of a row.
pub(crate) fn safe_message(error: &DbError) -> String {
    let mut said = format!("the server refused it with {}", error.code().code());
    if is_raised(error) {
        return said;
    }
    if NAMES_ONLY.contains(error.code()) {
        return error.message().to_owned();
    }
    let names = [
        ("table", error.table()),
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("type", error.datatype()),
    ];
    for (what, name) in names {
        if let Some(name) = name {
            said.push_str(&format!(", {what} {name}"));
        }
    }
    if let Some(meaning) = meaning(error.code()) {
        said.push_str(&format!(" ({meaning})"));
    }
    said
}

/// Whether somebody's routine raised the error: then all of it is whatever was written there.
fn is_raised(error: &DbError) -> bool {
    error.file().is_some_and(|file| file.starts_with("pl"))
}

fn meaning(code: &SqlState) -> Option<&'static str> {
    Some(match code.code() {
        "23502" => "a value is missing",
        "23503" => "a foreign key points to nothing",
        "23505" => "a value that must be unique stands twice",
        "23514" => "a check failed",
        "42601" => "a syntax error",
        "40001" | "40P01" => "another transaction was in the way",
        "57014" => "the statement was cancelled",
        "XX001" | "XX002" => "the server found its data damaged",
        code if code.starts_with("22") => "a value does not fit",
        code if code.starts_with("08") => "the connection failed",
        _ => return None,
    })
}

/// The driver's own errors hold no value; their causes say why a server was not reached.
fn connection_message(error: &tokio_postgres::Error) -> String {
    let mut said = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_said = cause.to_string();
        if !said.contains(&cause_said) {
            said.push_str(": ");
            said.push_str(&cause_said);
        }
        source = cause.source();
    }
    said
}
