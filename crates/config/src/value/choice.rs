//! Values that are one of a few words.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use weir_model::sanitising::State;

use super::Period;

/// What kind of server or file holds the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
    /// MongoDB and what speaks its protocol.
    Mongodb,
    /// OpenSearch or Elasticsearch.
    Opensearch,
    /// A bucket of an object store.
    Bucket,
}

impl EngineKind {
    /// The engine's name as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Mongodb => "mongodb",
            Self::Opensearch => "opensearch",
            Self::Bucket => "bucket",
        }
    }

    /// Whether what a database holds refers to roles of its server, or accounts.
    #[must_use]
    pub const fn refers_to_roles(self) -> bool {
        matches!(self, Self::Postgres | Self::Mysql)
    }

    /// Whether what a database holds refers to tablespaces and extensions of its server.
    #[must_use]
    pub const fn refers_to_extensions(self) -> bool {
        matches!(self, Self::Postgres)
    }
}

/// One operation of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    /// Database to store.
    Backup,
    /// Another environment's backup into the replica, store to store.
    Replicate,
    /// Another environment's backup into the database.
    Restore,
    /// A script, in the shadow of the restore before it.
    Transform,
    /// The environment's own backup back onto its own server. Only by hand.
    Recover,
    /// The newest backup to the clean store, sanitised; no database is asked.
    Publish,
    /// Database to clean store, sanitised; no raw backup is made.
    #[serde(rename = "publish-live")]
    PublishLive,
    /// The environment's own backup into a scratch copy, proven and thrown away.
    Drill,
}

impl OperationKind {
    /// The operation's name as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Replicate => "replicate",
            Self::Restore => "restore",
            Self::Transform => "transform",
            Self::Recover => "recover",
            Self::Publish => "publish",
            Self::PublishLive => "publish-live",
            Self::Drill => "drill",
        }
    }

    /// Whether it makes a sanitised backup in the clean store.
    #[must_use]
    pub const fn publishes(self) -> bool {
        matches!(self, Self::Publish | Self::PublishLive)
    }

    /// Whether it replaces the live copy of a database.
    #[must_use]
    pub const fn writes_target(self) -> bool {
        matches!(self, Self::Restore | Self::Recover)
    }
}

/// How clean the data of an app must be, or `own` when it is born where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// Anything may come.
    Raw,
    /// Only sanitised data may come.
    Sanitised,
    /// Born in this environment: nothing comes from upstream.
    Own,
}

impl From<Data> for State {
    fn from(data: Data) -> Self {
        match data {
            Data::Raw => Self::Raw,
            Data::Sanitised => Self::Sanitised,
            Data::Own => Self::Own,
        }
    }
}

/// What an environment accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AcceptedData {
    /// Anything.
    Raw,
    /// Only data that is sanitised, vouched for, or born there.
    Sanitised,
}

impl From<AcceptedData> for Data {
    fn from(data: AcceptedData) -> Self {
        match data {
            AcceptedData::Raw => Self::Raw,
            AcceptedData::Sanitised => Self::Sanitised,
        }
    }
}

/// Which backups of another environment are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// Those in its store.
    Backups,
    /// The sanitised ones in its clean store.
    Published,
}

/// What becomes of a restore when a newer backup never arrives whole in the replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Incomplete {
    /// It takes the newest one that is whole.
    Previous,
    /// It fails.
    Fail,
}

/// How far a backup is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verify {
    /// Rows and their digest.
    Full,
    /// Numbers of rows only.
    Counts,
}

/// How long the copy that a restore replaced is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previous {
    /// Until the next restore begins to load.
    UntilNext,
    /// Not at all.
    None,
    /// For this long.
    For(Period),
}

impl FromStr for Previous {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "until-next" => Ok(Self::UntilNext),
            "none" => Ok(Self::None),
            _ => text.parse().map(Self::For).map_err(|_| {
                "this is not a time to keep the previous copy\nhelp: `until-next`, `none`, or a duration such as `24h`"
                    .to_owned()
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Previous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "`until-next`, `none` or a duration")
    }
}

impl fmt::Display for Previous {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UntilNext => formatter.write_str("until-next"),
            Self::None => formatter.write_str("none"),
            Self::For(period) => period.fmt(formatter),
        }
    }
}

macro_rules! display_lowercase {
    ($($type:ty),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&format!("{self:?}").to_lowercase())
            }
        }
    )*};
}
display_lowercase!(EngineKind, Data, AcceptedData, Reads, Incomplete, Verify);

impl fmt::Display for OperationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
