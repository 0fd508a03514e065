//! An app as it is written, at the top or within `in`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::job::{AcknowledgedClone, Bounds, Job, Voucher};
use super::missing::Missing;
use super::{Hooks, Objectives};
use crate::value::{
    Data, EngineKind, OperationKind, PerDatabase, Period, PeriodOrNone, Previous, Secret, Stale,
    Timezone, Verify, WrittenSchedule,
};
use crate::yaml::Spanned;

/// One app: what owns data.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct App {
    /// What holds the data: `postgres`, `mysql`, `sqlite`, `mongodb`, `opensearch` or `bucket`. Required, here or through `like`.
    pub(crate) engine: Option<Spanned<EngineKind>>,
    /// The app's one database. This or `databases`; with `from` the default is the other app's.
    pub(crate) database: Option<Spanned<String>>,
    /// The app's databases. Each has its own chain of operations: one failing does not stop the others.
    pub(crate) databases: Option<Spanned<Vec<Spanned<String>>>>,
    /// Another app whose fields, also those under its `in`, hold here unless given here.
    pub(crate) like: Option<Spanned<String>>,
    /// Whom to restore from: `ENVIRONMENT/APP` of any environment upstream, or `APP` in the upstream environment. Default: the same app upstream. An app with `from` at its top is only in the environments under its `in` (or in `only`).
    pub(crate) from: Option<Spanned<String>>,
    /// The only environments the app is in. Default: all.
    pub(crate) only: Option<Spanned<Vec<Spanned<String>>>>,
    /// Address of a database, without a password; for SQLite the path of its file. All templates. Default: the one of its engine under `defaults`.
    pub(crate) url: Option<Spanned<String>>,
    /// Name of the app's server, also the folder of its backups. Templates: `{environment}`, `{app}`, `{engine}`. Default: `{app}-{engine}`.
    pub(crate) instance: Option<Spanned<String>>,
    /// The password of the database user. Templates: all but `{database}`.
    pub(crate) password: Option<Spanned<Secret>>,
    /// The role that owns the database after a restore. Templates: all but `{database}`. Default: as it was.
    pub(crate) owner: Option<Spanned<String>>,
    /// The target's role for a role of the source, for each that has another name there; on MySQL, accounts. For apps on PostgreSQL and MySQL. Templates in the target's role: all but `{database}`. Default: the same names.
    pub(crate) roles: Option<Spanned<BTreeMap<String, String>>>,
    /// What a restore does when the backup names roles, tablespaces or extensions that the target's server lacks. For apps on PostgreSQL; of MySQL, for roles alone, which are accounts.
    pub(crate) missing: Missing,
    /// When the job runs: a cron line of five fields, or `by-hand`. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) schedule: Option<Spanned<WrittenSchedule>>,
    /// Time zone of the schedule, by its IANA name. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) timezone: Option<Spanned<Timezone>>,
    /// How long a run may take. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) deadline: Option<Spanned<Period>>,
    /// How late after it is due a run may still start. Later it is missed, and said so. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) start_within: Option<Spanned<Period>>,
    /// Runs start up to this much after they are due, each job by an amount of its own, so that not all start at once. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) jitter: Option<Spanned<PeriodOrNone>>,
    /// How often a run that failed for a passing reason is tried again before its deadline, with pauses of 1, 5, 15 and 15 minutes and so on. Default: the environment's.
    pub(crate) retry: Option<Spanned<u32>>,
    /// How long after it is due a run waits for upstream's backup, and for the jobs that `after` names. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) wait: Option<Spanned<PeriodOrNone>>,
    /// What becomes of it then: `run` takes the newest backup there is and says so, `skip` leaves the run out, `fail` fails it. Default: the environment's.
    pub(crate) stale: Option<Spanned<Stale>>,
    /// What runs before and after the job and its operations. Default: the environment's.
    pub(crate) hooks: Hooks,
    /// What restores, drills and `weir status` are measured against. Default: the environment's.
    pub(crate) objectives: Objectives,
    /// The jobs that must have ended well before this one starts, each `APP` of the same environment, `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`: it waits for their last due run, for up to `wait`, and then does as `stale` says. An app stands for its jobs that run by themselves, drills aside. Default: none.
    pub(crate) after: Option<Spanned<Vec<Spanned<String>>>>,
    /// Jobs of one environment with the same group back up at one moment and swap together, so that their data fits together. Their schedules are the same.
    pub(crate) group: Option<Spanned<String>>,
    /// How old the data may be before `weir status` complains. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) max_age: Option<Spanned<Period>>,
    /// How long the copy that a restore replaced is kept: `until-next`, `none` or a duration. Default: `until-next`.
    #[schemars(with = "Option<String>")]
    pub(crate) previous: Option<Spanned<Previous>>,
    /// How long a backup is expected to stay in the store. Default: the environment's.
    #[schemars(with = "Option<String>")]
    pub(crate) keep: Option<Spanned<Period>>,
    /// What the job does, in order: `backup`, `replicate`, `restore`, `transform`, `publish`, `publish-live`, `recover`, `drill`. Default: `[restore, backup]`, with `transform` in between if there is a script; `[backup]` where there is no upstream or the data is `own`.
    pub(crate) operations: Option<Spanned<Vec<Spanned<OperationKind>>>>,
    /// Script to run in the shadow of the restore: one path for every database, or a map from database to path (`{}` is none).
    pub(crate) transform: Option<Spanned<PerDatabase>>,
    /// Rules file for sanitising: one path for every database, or a map from database to path (`{}` is none).
    pub(crate) sanitise: Option<Spanned<PerDatabase>>,
    /// What may come here: `raw`, `sanitised`, or `own` for data born in the environment, not restored from upstream. Default: the environment's.
    pub(crate) data: Option<Spanned<Data>>,
    /// Who accepts the data as it is although it is not sanitised, and until when.
    pub(crate) vouched: Option<Spanned<Voucher>>,
    /// Bounds for the numbers of rows after scripts have run, by table.
    pub(crate) expect: Option<Spanned<BTreeMap<String, Bounds>>>,
    /// How far a backup is verified: `full` (rows and digests) or `counts`. Default: `full`.
    pub(crate) verify: Option<Spanned<Verify>>,
    /// Says that the target server is a clone of the source server, naming both.
    pub(crate) clone: Option<Spanned<AcknowledgedClone>>,
    /// The app's jobs by name, in place of the one called `main`. `{}` is a job that takes everything from the app.
    pub(crate) jobs: Option<Spanned<BTreeMap<Spanned<String>, Job>>>,
    /// What differs in an environment: any field of an app but `in`, `like` and `only`.
    #[serde(rename = "in")]
    #[schemars(with = "BTreeMap<String, Override>")]
    pub(crate) in_environments: BTreeMap<Spanned<String>, App>,
}

/// The schema of an app within `in`: the fields that choose environments or other apps are not there.
struct Override;

impl JsonSchema for Override {
    fn schema_name() -> Cow<'static, str> {
        "Override".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = App::json_schema(generator);
        schema.insert(
            "description".to_owned(),
            "What differs for the app in one environment.".into(),
        );
        if let Some(properties) = schema
            .get_mut("properties")
            .and_then(serde_json::Value::as_object_mut)
        {
            for field in ["in", "like", "only"] {
                properties.shift_remove(field);
            }
        }
        schema
    }
}
