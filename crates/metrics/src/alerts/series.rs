//! What the rules ask, of pushed series and of those that `weir serve` tells.

use super::Watched;
use crate::operation::engine_word;
use crate::text::labels;
use weir_config::Job;

/// Which series the rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    /// Those that runs push. They do not name the environment: a Pushgateway belongs to one.
    Pushed,
    /// Those of `/metrics`.
    Served,
}

const MOMENT: &str = "db_backup_job_status_timestamp_seconds";

/// How much slower than ever before in the window is slow.
const SLOWER: u32 = 2;
/// Shorter runs are never slow.
const LEAST_SECONDS: u32 = 600;
/// How far back a job's own history is looked at.
const WINDOW: &str = "30d";

impl Series {
    pub(super) fn failed(self, watched: &Watched<'_>) -> String {
        let of = self.selector(watched, "");
        match self {
            Self::Pushed => format!("min(db_backup_job_state{{{of}}}) == 0"),
            Self::Served => format!("max(weir_operation_failed{{{of}}}) == 1"),
        }
    }

    pub(super) fn late(self, watched: &Watched<'_>, seconds: u64) -> String {
        let success = self.success(watched);
        let late = format!("time() - max({success}) > {seconds}");
        match self {
            Self::Pushed => late,
            Self::Served => {
                let of = self.selector(watched, "");
                format!("{late} unless max(weir_operation_held{{{of}}}) == 1")
            }
        }
    }

    pub(super) fn never_succeeded(self, watched: &Watched<'_>) -> String {
        let never = format!("absent({})", self.success(watched));
        match self {
            Self::Pushed => never,
            Self::Served => {
                let environment = labels(&[("environment", &watched.job.environment)]);
                let of = self.selector(watched, "");
                format!(
                    "{never} and on () weir_environment_readable{{{environment}}} == 1 \
                     unless on () max(weir_operation_held{{{of}}}) == 1"
                )
            }
        }
    }

    /// Whether something has been at work for longer than so many seconds, by job.
    pub(super) fn at_work_for(self, job: &Job, seconds: u64) -> String {
        match self {
            Self::Pushed => format!("max({}) > {seconds}", pushed_at_work(job)),
            Self::Served => format!("{} > {seconds}", served_at_work(job)),
        }
    }

    /// Whether something has been at work for much longer than it ever took.
    pub(super) fn slow(self, job: &Job) -> String {
        let known = match self {
            Self::Pushed => {
                let of = of_instance(job, Some("succeeded"));
                format!(
                    "max by ({PUSHED_KEY}) (max_over_time(db_backup_job_duration_seconds{{{of}}}[{WINDOW}]))"
                )
            }
            Self::Served => {
                let of = of_job(job);
                format!(
                    "sum(max by (database, operation) (max_over_time(weir_operation_duration_seconds{{{of}}}[{WINDOW}])))"
                )
            }
        };
        let usual = format!("clamp_min({SLOWER} * {known}, {LEAST_SECONDS})");
        match self {
            Self::Pushed => format!("count({} > {usual}) > 0", pushed_at_work(job)),
            Self::Served => format!("{} > {usual}", served_at_work(job)),
        }
    }

    fn success(self, watched: &Watched<'_>) -> String {
        match self {
            Self::Pushed => {
                let of = self.selector(watched, ",state=\"succeeded\"");
                format!("{MOMENT}{{{of}}}")
            }
            Self::Served => {
                let of = self.selector(watched, "");
                format!("weir_operation_last_success_timestamp_seconds{{{of}}}")
            }
        }
    }

    fn selector(self, watched: &Watched<'_>, more: &str) -> String {
        let Watched { job, database, .. } = watched;
        let engine = engine_word(job.engine.value);
        let place = match self {
            Self::Pushed => [
                ("database_engine", engine.as_str()),
                ("database_instance", &job.instance.value),
                ("database_db_name", database),
            ],
            Self::Served => [
                ("environment", job.environment.as_str()),
                ("app", &job.app),
                ("database", database),
            ],
        };
        let operation = labels(&[("operation", watched.operation.name())]);
        format!("{},{operation}{more}", labels(&place))
    }
}

/// What tells one operation's pushed series from another's.
const PUSHED_KEY: &str = "database_db_name, operation";

/// How long each operation on the job's instance has been at work.
fn pushed_at_work(job: &Job) -> String {
    let (of, begun) = (of_instance(job, None), of_instance(job, Some("started")));
    format!(
        "(time() - max by ({PUSHED_KEY}) ({MOMENT}{{{begun}}}) \
         and max by ({PUSHED_KEY}) (db_backup_job_state{{{of}}}) == 1)"
    )
}

fn served_at_work(job: &Job) -> String {
    let of = of_job(job);
    format!("time() - min(weir_job_start_timestamp_seconds{{{of}}})")
}

fn of_instance(job: &Job, state: Option<&str>) -> String {
    let engine = engine_word(job.engine.value);
    let mut pairs = vec![
        ("database_engine", engine.as_str()),
        ("database_instance", job.instance.value.as_str()),
    ];
    pairs.extend(state.map(|state| ("state", state)));
    labels(&pairs)
}

fn of_job(job: &Job) -> String {
    labels(&[
        ("environment", &job.environment),
        ("app", &job.app),
        ("weir_job", &job.name),
    ])
}
