//! The defaults as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::missing::Missing;
use super::{Hooks, Objectives};
use crate::value::{EngineKind, Period, PeriodOrNone, Previous, Secret, Stale, Timezone};
use crate::yaml::Spanned;

/// What holds for every app that does not say otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Defaults {
    /// Name of an app's server, also the folder of its backups. Templates: `{environment}`, `{app}`, `{engine}`. Default: `{app}-{engine}`.
    pub(crate) instance: Option<Spanned<String>>,
    /// The password of the database user. Templates: all but `{database}`.
    pub(crate) password: Option<Spanned<Secret>>,
    /// The key of the pseudonyms, for environments without their own. Template: `{environment}`.
    pub(crate) masking_key: Option<Spanned<Secret>>,
    /// The `age` identities, for environments without their own. Template: `{environment}`.
    pub(crate) identity: Option<Spanned<Secret>>,
    /// How long a run may take. Default: `12h`.
    #[schemars(with = "Option<String>")]
    pub(crate) deadline: Option<Spanned<Period>>,
    /// How late after it is due a run may still start. Later it is missed, and said so. Default: `8h`.
    #[schemars(with = "Option<String>")]
    pub(crate) start_within: Option<Spanned<Period>>,
    /// Runs start up to this much after they are due, each job by an amount of its own, so that not all start at once. Default: `0s`.
    #[schemars(with = "Option<String>")]
    pub(crate) jitter: Option<Spanned<PeriodOrNone>>,
    /// How often a run that failed for a passing reason is tried again before its deadline, with pauses of 1, 5, 15 and 15 minutes and so on. Default: `2`.
    pub(crate) retry: Option<Spanned<u32>>,
    /// How long after it is due a run waits for upstream's backup, and for the jobs that `after` names. Default: `2h`.
    #[schemars(with = "Option<String>")]
    pub(crate) wait: Option<Spanned<PeriodOrNone>>,
    /// What becomes of it then: `run` takes the newest backup there is and says so, `skip` leaves the run out, `fail` fails it. Default: `fail`.
    pub(crate) stale: Option<Spanned<Stale>>,
    /// What runs before and after the job and its operations. Default: none.
    pub(crate) hooks: Hooks,
    /// What restores, drills and `weir status` are measured against. Default: none.
    pub(crate) objectives: Objectives,
    /// How long the copy that a restore replaced is kept: `until-next`, `none` or a duration. Default: `until-next`.
    #[schemars(with = "Option<String>")]
    pub(crate) previous: Option<Spanned<Previous>>,
    /// Time zone of the schedules, by its IANA name. Default: `UTC`.
    #[schemars(with = "Option<String>")]
    pub(crate) timezone: Option<Spanned<Timezone>>,
    /// For apps on PostgreSQL.
    pub(crate) postgres: PostgresDefaults,
    /// For apps on MySQL or MariaDB.
    pub(crate) mysql: EngineDefaults,
    /// For apps on SQLite.
    pub(crate) sqlite: EngineDefaults,
    /// For apps on MongoDB.
    pub(crate) mongodb: EngineDefaults,
    /// For apps on OpenSearch or Elasticsearch.
    pub(crate) opensearch: EngineDefaults,
    /// For buckets.
    pub(crate) bucket: EngineDefaults,
}

/// What holds for every app on one engine.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EngineDefaults {
    /// Address of a database, without a password; for SQLite the path of its file. All templates.
    pub(crate) url: Option<Spanned<String>>,
}

/// What holds for every app on PostgreSQL.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PostgresDefaults {
    /// Address of a database, without a password. All templates.
    pub(crate) url: Option<Spanned<String>>,
    /// What a restore does when the backup names roles, tablespaces or extensions that the target's server lacks.
    pub(crate) missing: Missing,
}

impl Defaults {
    /// The address of databases of an engine.
    pub(crate) fn url(&self, engine: EngineKind) -> Option<&Spanned<String>> {
        let defaults = match engine {
            EngineKind::Postgres => return self.postgres.url.as_ref(),
            EngineKind::Mysql => &self.mysql,
            EngineKind::Sqlite => &self.sqlite,
            EngineKind::Mongodb => &self.mongodb,
            EngineKind::Opensearch => &self.opensearch,
            EngineKind::Bucket => &self.bucket,
        };
        defaults.url.as_ref()
    }
}
