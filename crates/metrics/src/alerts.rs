//! Prometheus rules from a configuration, so that no schedule is written down twice.

use crate::operation::engine_word;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use weir_config::{Fleet, Job, OperationKind};
use weir_model::error::Result;

/// How much later than expected is not yet late.
const SLACK: Duration = Duration::from_secs(3600);

/// What tells one operation's series from another's.
const KEY: &str = "database_engine, database_instance, database_db_name, operation";

/// The rules of one environment.
pub type Alerts = serde_json::Value;

/// One operation on one database, as its series name it.
struct Watched<'a> {
    job: &'a Job,
    database: &'a str,
    operation: OperationKind,
    /// How long after a success the next one is late; `None` by hand.
    late: Option<Duration>,
}

/// The rules that watch one environment. Its series do not name it: a Pushgateway and a
/// Prometheus belong to one environment. JSON is YAML, which is what Prometheus reads.
///
/// # Errors
/// `usage` when there is no such environment.
pub fn alerts(fleet: &Fleet, environment: &str) -> Result<Alerts> {
    fleet.environment(environment)?;
    let mut rules = Vec::new();
    for watched in watched(fleet, environment) {
        watched.rules(&mut rules);
    }
    rules.extend(without_a_job(fleet, environment));
    Ok(serde_json::json!({
        "groups": [{ "name": format!("weir-{environment}"), "rules": rules }],
    }))
}

/// Of several jobs that do the same to one database, the most frequent decides what is late.
fn watched<'a>(fleet: &'a Fleet, environment: &'a str) -> Vec<Watched<'a>> {
    let mut found: BTreeMap<_, Watched<'a>> = BTreeMap::new();
    for job in fleet.jobs_in(environment) {
        let late = job.schedule.value.cadence().map(|cadence| {
            cadence + job.deadline.value.duration() + job.jitter.value.duration() + SLACK
        });
        for (operation, database) in job.operations() {
            let next = Watched {
                job,
                database: &database.name,
                operation,
                late,
            };
            let instance = &job.instance.value;
            let key = (
                job.engine.value.name(),
                instance,
                &database.name,
                operation.name(),
            );
            match found.get(&key) {
                Some(known) if !next.is_due_more_often(known) => {}
                _ => {
                    found.insert(key, next);
                }
            }
        }
    }
    found.into_values().collect()
}

impl Watched<'_> {
    fn is_due_more_often(&self, other: &Self) -> bool {
        match (self.late, other.late) {
            (Some(own), Some(others)) => own < others,
            (own, _) => own.is_some(),
        }
    }

    fn rules(&self, rules: &mut Vec<serde_json::Value>) {
        let Self {
            job,
            database,
            operation,
            ..
        } = self;
        let (address, operation) = (&job.address, operation.name());
        let place = format!("{}/{}", job.environment, job.app);
        let what = format!("{operation} of {database} by {address}");
        let (labels, started, succeeded) = (
            self.selector(""),
            self.selector(",state=\"started\""),
            self.selector(",state=\"succeeded\""),
        );
        let moment = "db_backup_job_status_timestamp_seconds";
        rules.push(self.rule(
            "WeirFailed",
            "critical",
            &format!("db_backup_job_state{labels} == 0"),
            None,
            &format!("The {what} failed. Look: weir runs {place}"),
        ));
        let slow = job.deadline.value.duration().as_secs() / 4 * 3;
        rules.push(self.rule(
            "WeirSlow",
            "warning",
            &format!("time() - {moment}{started} > {slow} and on ({KEY}) db_backup_job_state{labels} == 1"),
            None,
            &format!("The {what} takes more than three quarters of its deadline. Look: weir runs {place}"),
        ));
        let Some(late) = self.late.map(|late| late.as_secs()) else {
            return;
        };
        rules.push(self.rule(
            "WeirLate",
            "critical",
            &format!("time() - {moment}{succeeded} > {late}"),
            None,
            &format!("The {what} has not succeeded since it was due. Run it: weir run {address}"),
        ));
        rules.push(self.rule(
            "WeirNeverSucceeded",
            "critical",
            &format!("absent({moment}{succeeded})"),
            Some(late),
            &format!("The {what} has never succeeded. Run it: weir run {address}"),
        ));
    }

    fn selector(&self, more: &str) -> String {
        format!(
            "{{database_engine={:?},database_instance={:?},database_db_name={:?},operation={:?}{more}}}",
            engine_word(self.job.engine.value),
            self.job.instance.value,
            self.database,
            self.operation.name(),
        )
    }

    fn rule(
        &self,
        name: &str,
        severity: &str,
        expression: &str,
        seconds: Option<u64>,
        summary: &str,
    ) -> serde_json::Value {
        let mut rule = serde_json::json!({
            "alert": name,
            "expr": expression,
            "labels": {
                "severity": severity,
                "environment": self.job.environment,
                "app": self.job.app,
                "weir_job": self.job.name,
                "database_db_name": self.database,
                "operation": self.operation.name(),
            },
            "annotations": { "summary": summary },
        });
        if let (Some(seconds), Some(rule)) = (seconds, rule.as_object_mut()) {
            rule.insert("for".to_owned(), format!("{seconds}s").into());
        }
        rule
    }
}

/// Apps that upstream has and this environment has no job for.
fn without_a_job(fleet: &Fleet, environment: &str) -> Vec<serde_json::Value> {
    let upstream = fleet.environment(environment).ok();
    let Some(upstream) = upstream.and_then(|it| it.upstream.as_ref()) else {
        return Vec::new();
    };
    let apps =
        |name| -> BTreeSet<&str> { fleet.jobs_in(name).map(|job| job.app.as_str()).collect() };
    let here = apps(environment);
    apps(&upstream.value)
        .into_iter()
        .filter(|app| !here.contains(app))
        .map(|app| {
            let summary = format!(
                "{app} has jobs in {} and none in {environment}. Look: weir config show",
                upstream.value
            );
            serde_json::json!({
                "alert": "WeirAppWithoutJob",
                "expr": "vector(1)",
                "labels": { "severity": "info", "environment": environment, "app": app },
                "annotations": { "summary": summary },
            })
        })
        .collect()
}
