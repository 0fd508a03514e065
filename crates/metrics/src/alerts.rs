//! Prometheus rules from a configuration, so that no schedule is written down twice.

mod series;
mod whole;

use series::Series;
use std::collections::BTreeMap;
use std::time::Duration;
use weir_config::{Fleet, Job, OperationKind};
use weir_model::error::Result;

/// Prometheus rules as JSON, which is YAML, which is what Prometheus reads.
pub type Alerts = serde_json::Value;

/// One operation on one database, with the job that does it most often.
pub(crate) struct Watched<'a> {
    pub(crate) job: &'a Job,
    pub(crate) database: &'a str,
    pub(crate) operation: OperationKind,
    /// How long after a success the next one is late; `None` by hand.
    late: Option<Duration>,
}

/// The rules that watch one environment: by what runs push where the configuration names a
/// Pushgateway, which pods push to as well, else by what `weir serve` tells.
///
/// # Errors
/// `usage` when there is no such environment.
pub fn alerts(fleet: &Fleet, environment: &str) -> Result<Alerts> {
    let found = fleet.environment(environment)?;
    let series = match fleet.serve.pushgateway {
        Some(_) => Series::Pushed,
        None => Series::Served,
    };
    let mut rules = Vec::new();
    for watched in watched(fleet, environment) {
        watched.rules(series, &mut rules);
    }
    for job in fleet.jobs_in(environment) {
        whole::of_job(job, series, &mut rules);
    }
    whole::of_environment(fleet, found, series, &mut rules);
    Ok(serde_json::json!({
        "groups": [{ "name": format!("weir-{environment}"), "rules": rules }],
    }))
}

/// A run that starts at the last moment it may and takes as long as it may is not late.
fn late(job: &Job) -> Option<Duration> {
    let cadence = job.schedule.value.cadence()?;
    Some(cadence + job.start_within.value.duration() + job.deadline.value.duration())
}

/// Of several jobs that do the same to one database, the most frequent decides what is late.
fn watched<'a>(fleet: &'a Fleet, environment: &'a str) -> Vec<Watched<'a>> {
    let mut found: BTreeMap<_, Watched<'a>> = BTreeMap::new();
    for job in fleet.jobs_in(environment) {
        let late = late(job);
        for (operation, database) in job.operations() {
            let next = Watched {
                job,
                database: &database.name,
                operation,
                late,
            };
            let key = (job.app.as_str(), &database.name, operation.name());
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

    fn rules(&self, series: Series, rules: &mut Vec<serde_json::Value>) {
        let Self { job, database, .. } = self;
        let (address, operation) = (&job.address, self.operation.name());
        let place = format!("{}/{}", job.environment, job.app);
        let what = format!("{operation} of {database} by {address}");
        rules.push(self.rule(
            "WeirFailed",
            &series.failed(self),
            None,
            &format!("The {what} failed. Look: weir runs {place}"),
        ));
        let Some(late) = self.late.map(|late| late.as_secs()) else {
            return;
        };
        let run = format!("Run it: weir run {address}");
        rules.push(self.rule(
            "WeirLate",
            &series.late(self, late),
            None,
            &format!("The {what} has not succeeded since it was due. {run}"),
        ));
        rules.push(self.rule(
            "WeirNeverSucceeded",
            &series.never_succeeded(self),
            Some(late),
            &format!("The {what} has never succeeded. {run}"),
        ));
    }

    fn rule(
        &self,
        name: &str,
        expression: &str,
        seconds: Option<u64>,
        summary: &str,
    ) -> serde_json::Value {
        let mut labels = of_job(self.job);
        labels.extend([
            ("database_db_name", self.database),
            ("operation", self.operation.name()),
        ]);
        rule((name, "critical"), expression, seconds, &labels, summary)
    }
}

fn of_job(job: &Job) -> Vec<(&'static str, &str)> {
    vec![
        ("environment", &job.environment),
        ("app", &job.app),
        ("weir_job", &job.name),
    ]
}

/// One rule: its name and severity, what it fires for, and for how many seconds that must hold.
fn rule(
    (name, severity): (&str, &str),
    expression: &str,
    seconds: Option<u64>,
    labels: &[(&str, &str)],
    summary: &str,
) -> serde_json::Value {
    let labels: BTreeMap<&str, &str> = labels
        .iter()
        .copied()
        .chain([("severity", severity)])
        .collect();
    let mut rule = serde_json::json!({
        "alert": name,
        "expr": expression,
        "labels": labels,
        "annotations": { "summary": summary },
    });
    if let (Some(seconds), Some(rule)) = (seconds, rule.as_object_mut()) {
        rule.insert("for".to_owned(), format!("{seconds}s").into());
    }
    rule
}
