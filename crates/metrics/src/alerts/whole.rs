//! Rules about a whole job and a whole environment.

use super::rule;
use super::series::Series;
use crate::text::labels;
use serde_json::Value;
use std::collections::BTreeSet;
use weir_config::{Environment, Fleet, Job, OperationKind};

/// How long something may be held before somebody should look.
const HELD_SECONDS: u32 = 7 * 86_400;
/// How long records may be out of sight.
const OUT_OF_SIGHT_SECONDS: u64 = 900;

/// What is slow, near its deadline, or beyond its objectives.
pub(super) fn of_job(job: &Job, series: Series, rules: &mut Vec<Value>) {
    let place = format!("{}/{}", job.environment, job.app);
    let (address, known) = (&job.address, super::of_job(job));
    let mut add = |name, severity, expression: String, summary: String| {
        rules.push(rule((name, severity), &expression, None, &known, &summary));
    };
    add(
        "WeirSlow",
        "warning",
        series.slow(job),
        format!(
            "{address} takes more than twice as long as it ever did in 30 days. Look: weir runs {place}"
        ),
    );
    let most = job.deadline.value.duration().as_secs() / 4 * 3;
    add(
        "WeirNearDeadline",
        "warning",
        series.at_work_for(job, most),
        format!("{address} has used three quarters of its deadline. Look: weir runs {place}"),
    );
    let app = labels(&[("environment", &job.environment), ("app", &job.app)]);
    let objectives = &job.objectives;
    if let Some(point) = objectives
        .recovery_point
        .as_ref()
        .filter(|_| job.does(OperationKind::Backup))
    {
        let most = point.value.duration().as_secs();
        add(
            "WeirRecoveryPoint",
            "critical",
            format!("time() - min(weir_backup_as_of_timestamp_seconds{{{app}}}) > {most}"),
            format!(
                "The newest backup of {place} is older than its objective allows. Run it: weir run {address}"
            ),
        );
    }
    if let Some(time) = &objectives.recovery_time {
        let most = time.value.duration().as_secs();
        add(
            "WeirRecoveryTime",
            "warning",
            format!("max(weir_recovery_duration_seconds{{{app}}}) > {most}"),
            format!(
                "The newest restore of a backup of {place} took longer than its objective allows. Look: weir runs {place}"
            ),
        );
    }
    if let Some(age) = job.max_age.as_ref().filter(|_| job.writes_target()) {
        let most = age.value.duration().as_secs();
        add(
            "WeirDataOld",
            "warning",
            format!("time() - min(weir_data_as_of_timestamp_seconds{{{app}}}) > {most}"),
            format!("The data of {place} is older than its max_age. Run it: weir run {address}"),
        );
    }
}

/// What is held, out of sight, or missing.
pub(super) fn of_environment(
    fleet: &Fleet,
    environment: &Environment,
    series: Series,
    rules: &mut Vec<Value>,
) {
    let name = environment.name.as_str();
    let (here, of) = ([("environment", name)], labels(&[("environment", name)]));
    let mut add = |alert, severity, expression: String, seconds, summary: String| {
        rules.push(rule(
            (alert, severity),
            &expression,
            seconds,
            &here,
            &summary,
        ));
    };
    add(
        "WeirHeldLong",
        "info",
        format!("time() - weir_hold_start_timestamp_seconds{{{of}}} > {HELD_SECONDS}"),
        None,
        "{{ $labels.place }} has been held by {{ $labels.owner }} for more than a week. Look: weir holds".to_owned(),
    );
    add(
        "WeirUnreadable",
        "critical",
        format!("weir_environment_readable{{{of}}} == 0"),
        Some(OUT_OF_SIGHT_SECONDS),
        format!("The records of {name} cannot be read. Look: weir doctor {name}"),
    );
    // With a Pushgateway, pods may do all the work, and nobody serve.
    if series == Series::Served {
        add(
            "WeirNotServing",
            "critical",
            format!(
                "absent(weir_environment_readable{{{of}}}) or on () time() - max(weir_observed_timestamp_seconds) > {OUT_OF_SIGHT_SECONDS}"
            ),
            Some(OUT_OF_SIGHT_SECONDS),
            format!("No weir serve tells how {name} is. Look at the process of weir serve"),
        );
    }
    for (app, upstream) in without_a_job(fleet, environment) {
        let summary =
            format!("{app} has jobs in {upstream} and none in {name}. Look: weir config show");
        let of = [("environment", name), ("app", app)];
        let alert = ("WeirAppWithoutJob", "info");
        rules.push(rule(alert, "vector(1)", None, &of, &summary));
    }
}

/// Apps that upstream has and this environment has no job for.
fn without_a_job<'a>(
    fleet: &'a Fleet,
    environment: &'a Environment,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let apps = |name: &'a str| fleet.jobs_in(name).map(|job| job.app.as_str());
    let here: BTreeSet<&str> = apps(&environment.name).collect();
    let upstream = environment.upstream.as_ref();
    let upstream = upstream.map(|upstream| upstream.value.as_str());
    let there: BTreeSet<(&str, &str)> = upstream
        .into_iter()
        .flat_map(|name| apps(name).map(move |app| (app, name)))
        .collect();
    there
        .into_iter()
        .filter(move |(app, _)| !here.contains(app))
}
