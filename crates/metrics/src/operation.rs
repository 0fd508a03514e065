//! The series of one operation, by the names that dashboards and alerts already use.

use crate::text::quoted;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write as _;
use weir_config::EngineKind;

/// What a URL's path carries as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One operation on one database, at a moment of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The host or pod it runs on.
    pub instance: String,
    /// The kind of database, by [`engine_word`].
    pub engine: String,
    /// The app's database instance.
    pub database_instance: String,
    /// The database.
    pub database: String,
    /// `backup`, `restore`, `transform`…
    pub operation: String,
    /// What became of it.
    pub state: State,
    /// The moment, in seconds of Unix time.
    pub at: i64,
    /// How long it took, once it has ended.
    pub seconds: Option<i64>,
    /// The size of the backup, where it is known.
    pub bytes: Option<u64>,
}

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has begun.
    Started,
    /// It has ended well.
    Succeeded,
    /// It has not.
    Failed,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    fn number(self) -> i8 {
        match self {
            Self::Failed => 0,
            Self::Started => 1,
            Self::Succeeded => 2,
        }
    }
}

/// What is posted to a Pushgateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The path that names the group.
    pub path: String,
    /// The series, in the text format.
    pub body: String,
}

/// The word of a kind of database in labels.
#[must_use]
pub fn engine_word(engine: EngineKind) -> String {
    match engine {
        EngineKind::Mongodb => "mongo".to_owned(),
        other => other.name().to_owned(),
    }
}

impl Operation {
    /// The two pushes of this moment: one in a group for each state, one in a group of the
    /// operation that its states share.
    #[must_use]
    pub fn pushes(&self) -> [Push; 2] {
        [self.of_state(), self.of_operation()]
    }

    fn of_state(&self) -> Push {
        let state = self.state.word();
        let labels = format!("{},state={}", self.labels(), quoted(state));
        let mut body = gauge("db_backup_job_status_timestamp_seconds", &labels, self.at);
        if let Some(seconds) = self.seconds {
            body += &gauge("db_backup_job_duration_seconds", &labels, seconds);
        }
        Push {
            path: format!("{}{}", self.group(), segment("state", state)),
            body,
        }
    }

    /// The state has no type: dashboards know it as untyped, and a gateway refuses a second type.
    fn of_operation(&self) -> Push {
        let (labels, state) = (self.labels(), self.state.number());
        let mut body = format!("db_backup_job_state{{{labels}}} {state}\n");
        if let Some(bytes) = self.bytes {
            body += &gauge("db_backup_job_file_size_bytes", &labels, bytes);
        }
        Push {
            path: self.group(),
            body,
        }
    }

    fn of_database(&self) -> [(&'static str, &str); 4] {
        [
            ("database_engine", &self.engine),
            ("database_instance", &self.database_instance),
            ("database_db_name", &self.database),
            ("operation", &self.operation),
        ]
    }

    fn labels(&self) -> String {
        let mut labels = format!("instance={}", quoted(&self.instance));
        for (name, value) in self.of_database() {
            // Writing into a string cannot fail.
            let _ = write!(labels, ",{name}={}", quoted(value));
        }
        labels
    }

    fn group(&self) -> String {
        let segments = self.of_database().map(|(name, value)| segment(name, value));
        format!("/metrics/job/db-backup{}", segments.concat())
    }
}

fn gauge(name: &str, labels: &str, value: impl std::fmt::Display) -> String {
    format!("# TYPE {name} gauge\n{name}{{{labels}}} {value}\n")
}

/// A label in a group's path. A gateway takes what is empty or has a slash in Base64 only.
fn segment(name: &str, value: &str) -> String {
    if value.is_empty() {
        format!("/{name}@base64/=")
    } else if value.contains('/') {
        format!("/{name}@base64/{}", BASE64_URL_SAFE.encode(value))
    } else {
        format!("/{name}/{}", utf8_percent_encode(value, ESCAPED))
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, State, segment};

    fn backup(state: State) -> Operation {
        Operation {
            instance: "pod-1".into(),
            engine: "postgres".into(),
            database_instance: "shop-db".into(),
            database: "shop".into(),
            operation: "backup".into(),
            state,
            at: 1_767_225_600,
            seconds: None,
            bytes: None,
        }
    }

    const GROUP: &str = "/metrics/job/db-backup/database_engine/postgres/database_instance/shop-db/database_db_name/shop/operation/backup";
    const LABELS: &str = r#"instance="pod-1",database_engine="postgres",database_instance="shop-db",database_db_name="shop",operation="backup""#;

    #[test]
    fn what_begins_tells_its_moment_and_state() {
        let [state, operation] = backup(State::Started).pushes();
        assert_eq!(state.path, format!("{GROUP}/state/started"));
        assert_eq!(
            state.body,
            format!(
                "# TYPE db_backup_job_status_timestamp_seconds gauge\ndb_backup_job_status_timestamp_seconds{{{LABELS},state=\"started\"}} 1767225600\n"
            )
        );
        assert_eq!(operation.path, GROUP);
        assert_eq!(
            operation.body,
            format!("db_backup_job_state{{{LABELS}}} 1\n")
        );
    }

    #[test]
    fn what_has_ended_tells_how_long_and_how_much() {
        let ended = Operation {
            seconds: Some(90),
            bytes: Some(4096),
            ..backup(State::Succeeded)
        };
        let [state, operation] = ended.pushes();
        assert!(state.body.ends_with(&format!(
            "db_backup_job_duration_seconds{{{LABELS},state=\"succeeded\"}} 90\n"
        )));
        assert_eq!(
            operation.body,
            format!(
                "db_backup_job_state{{{LABELS}}} 2\n# TYPE db_backup_job_file_size_bytes gauge\ndb_backup_job_file_size_bytes{{{LABELS}}} 4096\n"
            )
        );
        let [_, failed] = backup(State::Failed).pushes();
        assert_eq!(failed.body, format!("db_backup_job_state{{{LABELS}}} 0\n"));
    }

    #[test]
    fn a_path_carries_every_name() {
        assert_eq!(segment("a", "b c"), "/a/b%20c");
        assert_eq!(segment("a", "x/y"), "/a@base64/eC95");
        assert_eq!(segment("a", ""), "/a@base64/=");
    }
}
