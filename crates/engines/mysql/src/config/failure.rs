//! What a server's error means, and what to do about it. Its message may quote a value of a row,
//! so only what cannot is passed on.

use mysql_async::{DriverError, Error as Failed, IoError, ServerError};
use weir_model::error::{Error, Kind};

/// The numbers of errors that are acted on.
pub(crate) mod numbers {
    /// A transaction waited too long for a lock, or a statement for a table.
    pub(crate) const LOCK_WAIT_TIMEOUT: u16 = 1205;
    /// Two transactions waited for each other.
    pub(crate) const DEADLOCK: u16 = 1213;
    /// A file of a table's triggers that the server cannot read.
    pub(crate) const DAMAGED_TRIGGERS: u16 = 1343;
    /// A table that is not there.
    pub(crate) const NO_SUCH_TABLE: u16 = 1146;
}

/// Errors whose messages name objects, users and states, and never a value of a row.
const NAMES_ONLY: [u16; 40] = [
    1044, 1045, 1049, 1050, 1051, 1054, 1061, 1091, 1103, 1109, 1114, 1115, 1142, 1143, 1146, 1193,
    1205, 1213, 1227, 1267, 1273, 1290, 1304, 1305, 1347, 1356, 1359, 1360, 1370, 1410, 1412, 1418,
    1419, 1449, 1465, 1537, 1539, 1698, 3118, 4078,
];

/// A database that is worked on, for whom errors are told.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// `database on host:port`.
    pub(crate) place: String,
    /// The kind of the errors it causes.
    pub(crate) kind: Kind,
}

impl Subject {
    /// The error of a call; `doing` is followed by the place.
    // Taken by value, so that it can stand in `map_err`.
    #[allow(clippy::needless_pass_by_value)]
    pub(crate) fn failure(&self, doing: &str, error: Failed) -> Error {
        let doing = format!("{doing} {}", self.place);
        match &error {
            Failed::Server(error) => self.told(doing, error),
            Failed::Driver(DriverError::NoClientSslFlagFromServer) => {
                Error::new(self.kind, doing, "the server offers no TLS")
                    .hint("set up TLS on the server, or say `ssl-mode=DISABLED` in `url` of the app")
            }
            Failed::Driver(DriverError::ConnectionClosed) => self.lost(doing, "the connection was lost"),
            Failed::Driver(DriverError::PacketTooLarge) => {
                Error::new(self.kind, doing, "a packet is larger than the server takes")
                    .hint("raise `max_allowed_packet` of the server")
            }
            Failed::Driver(_) => {
                // Some of the driver's words quote packets.
                Error::new(self.kind, doing, "the driver did not understand the server")
                    .hint("see whether `url` leads to a MySQL or MariaDB server, and its log")
            }
            Failed::Io(IoError::Tls(error)) => Error::new(self.kind, doing, chain(error))
                .hint("check `ssl-mode` and `ssl-ca` in `url` of the app against the server's certificate"),
            Failed::Io(error) => self.lost(doing, &chain(error)),
            Failed::Other(_) | Failed::Url(_) => {
                Error::new(self.kind, doing, "the connection could not be prepared")
                    .hint("check `url` of the app")
            }
        }
    }

    fn lost(&self, doing: String, cause: &str) -> Error {
        Error::new(self.kind, doing, cause)
            .hint("check `url` of the app, that the server is reached from here, and its log")
            .transient()
    }

    fn told(&self, doing: String, error: &ServerError) -> Error {
        let failed = Error::new(self.kind, doing, safe_message(error));
        match error.code {
            1045 | 1698 => failed.hint("check the user in `url` and `password` of the app"),
            1044 | 1142 | 1143 | 1227 | 1370 | 1410 | 1419 => {
                failed.hint("`weir doctor` prints the grants that are missing")
            }
            1049 => failed.hint("check the database in `url` of the app"),
            1040 | 1203 | 1226 | 1053 | 1317 | 1927 => failed
                .hint("see the server's log; run again when it takes connections")
                .transient(),
            numbers::LOCK_WAIT_TIMEOUT | numbers::DEADLOCK => failed
                .hint("see who holds it in SHOW PROCESSLIST, then run again")
                .transient(),
            1412 => failed
                .hint("its definition was changed while it was read: run again")
                .transient(),
            1021 | 1114 | 1041 => failed.hint("make room on the server, then run again"),
            1153 => failed.hint("raise `max_allowed_packet` of the server"),
            1290 => failed.hint("the server is set not to do this: see its settings"),
            _ => failed.hint("see the server's log: what it says there may hold values of rows"),
        }
    }
}

/// The server's number of an error that was told as `refused with N`, so that callers can act on
/// it.
pub(crate) fn code(error: &Error) -> Option<u16> {
    let cause = error.cause();
    let number = cause.rsplit_once("(error ")?.1;
    number.strip_suffix(')')?.parse().ok()
}

/// What the server says, without anything that could be a value of a row.
fn safe_message(error: &ServerError) -> String {
    let number = error.code;
    if NAMES_ONLY.contains(&number) {
        return format!("{} (error {number})", error.message);
    }
    match meaning(number) {
        Some(meaning) => format!("the server refused it: {meaning} (error {number})"),
        None => format!("the server refused it (error {number})"),
    }
}

fn meaning(code: u16) -> Option<&'static str> {
    Some(match code {
        1062 | 1586 => "a value that must be unique stands twice",
        1048 | 1364 => "a value is missing",
        1216 | 1217 | 1451 | 1452 | 1761 | 1834 => "a foreign key points to nothing",
        1264 | 1292 | 1366 | 1406 | 1426 | 1690 | 1441 | 1265 => "a value does not fit",
        3819 | 4025 => "a check failed",
        1064 | 1149 => "a syntax error",
        1317 => "the statement was cancelled",
        1644 => "a trigger or routine raised an error",
        1153 => "a packet is larger than the server takes",
        1194 | 1712 | 1932 => "the server found its data damaged",
        1040 => "too many connections",
        1053 => "the server is shutting down",
        1927 => "the connection was killed",
        _ => return None,
    })
}

/// An error and its causes; those of input and output and of TLS hold no value.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let told = cause.to_string();
        if !said.contains(&told) {
            said.push_str(": ");
            said.push_str(&told);
        }
        source = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: u16, message: &str) -> Error {
        let subject = Subject {
            place: "app on db:3306".to_owned(),
            kind: Kind::Target,
        };
        let error = ServerError {
            code,
            message: message.to_owned(),
            state: "HY000".to_owned(),
        };
        subject.failure("load", Failed::Server(error))
    }

    #[test]
    fn a_value_is_never_told_and_the_number_always() {
        let error = failed(1062, "Duplicate entry 'alice@example.org' for key 'email'");
        assert!(!format!("{error} {error:?}").contains("alice"));
        assert_eq!(code(&error), Some(1062));
        assert_eq!(
            code(&failed(1205, "Lock wait timeout exceeded")),
            Some(1205)
        );
        assert_eq!(code(&failed(9999, "whatever")), Some(9999));
    }
}
