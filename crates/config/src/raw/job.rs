//! A job, and the small tables of an app, as they are written.

use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::{Hooks, Objectives};
use crate::value::{
    OperationKind, PerDatabase, Period, PeriodOrNone, Stale, Timezone, WrittenSchedule,
};
use crate::yaml::Spanned;

/// One of several jobs of an app. What it does not give is the app's.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Job {
    /// What the job does, in order. Default: the app's.
    pub(crate) operations: Option<Spanned<Vec<Spanned<OperationKind>>>>,
    /// When the job runs: a cron line of five fields, or `by-hand`. Default: the app's.
    #[schemars(with = "Option<String>")]
    pub(crate) schedule: Option<Spanned<WrittenSchedule>>,
    /// Time zone of the schedule. Default: the app's.
    #[schemars(with = "Option<String>")]
    pub(crate) timezone: Option<Spanned<Timezone>>,
    /// How long a run may take. Default: the app's.
    #[schemars(with = "Option<String>")]
    pub(crate) deadline: Option<Spanned<Period>>,
    /// How late after it is due a run may still start. Later it is missed, and said so. Default: the app's.
    #[schemars(with = "Option<String>")]
    pub(crate) start_within: Option<Spanned<Period>>,
    /// Runs start up to this much after they are due, each job by an amount of its own, so that not all start at once. Default: the app's.
    #[schemars(with = "Option<String>")]
    pub(crate) jitter: Option<Spanned<PeriodOrNone>>,
    /// How often a run that failed for a passing reason is tried again before its deadline, with pauses of 1, 5, 15 and 15 minutes and so on. Default: the app's.
    pub(crate) retry: Option<Spanned<u32>>,
    /// How long after it is due a run waits for upstream's backup, and for the jobs that `after` names. Default: the app's.
    #[schemars(with = "Option<String>")]
    pub(crate) wait: Option<Spanned<PeriodOrNone>>,
    /// What becomes of it then: `run` takes the newest backup there is and says so, `skip` leaves the run out, `fail` fails it. Default: the app's.
    pub(crate) stale: Option<Spanned<Stale>>,
    /// What runs before and after the job and its operations. Default: the app's.
    pub(crate) hooks: Hooks,
    /// What restores, drills and `weir status` are measured against. Default: the app's.
    pub(crate) objectives: Objectives,
    /// The jobs that must have ended well before this one starts, each `APP` of the same environment, `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`: it waits for their last due run, for up to `wait`, and then does as `stale` says. An app stands for its jobs that run by themselves, drills aside. Default: the app's.
    pub(crate) after: Option<Spanned<Vec<Spanned<String>>>>,
    /// Those of the app's databases that the job is about. Default: all.
    pub(crate) databases: Option<Spanned<Vec<Spanned<String>>>>,
    /// Whom to restore from. Default: as the app says.
    pub(crate) from: Option<Spanned<String>>,
    /// Script to run in the shadow of the restore. Default: the app's.
    pub(crate) transform: Option<Spanned<PerDatabase>>,
    /// Rules file for sanitising. Default: the app's.
    pub(crate) sanitise: Option<Spanned<PerDatabase>>,
}

/// Bounds for a number of rows.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The fewest rows allowed.
    pub min: Option<u64>,
    /// The most rows allowed.
    pub max: Option<u64>,
}

/// Says that the target server is a clone of the source server. It counts only while both are the same servers.
#[derive(Debug, Clone, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgedClone {
    /// Identity of the source server, as `weir plan` prints it.
    pub source: String,
    /// Identity of the target server, as `weir plan` prints it.
    pub target: String,
}

/// Who accepts data that is not sanitised.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Voucher {
    /// The person who accepts it.
    pub(crate) by: String,
    /// The last day on which it counts, for example `2026-12-31`.
    #[serde(deserialize_with = "date")]
    #[schemars(with = "String")]
    pub(crate) until: Date,
    /// Why it is accepted.
    pub(crate) why: String,
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    deserializer.deserialize_str(DateVisitor)
}

struct DateVisitor;

impl Visitor<'_> for DateVisitor {
    type Value = Date;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a date such as 2026-12-31")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(|_| {
            E::custom("this is not a date\nhelp: year, month and day, for example 2026-12-31")
        })
    }
}
