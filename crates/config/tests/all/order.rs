//! What may not be meant about when jobs are due.

use weir_config::order_warnings;

use crate::common::{example, read};

/// Warnings about three environments with these fields, and one app with those.
fn warnings(production: &str, staging: &str, app: &str) -> Vec<String> {
    let text = format!(
        "weir: 1\nenvironments:\n  production: {{store: s3://p, {production}}}\n  staging: {{store: s3://s, upstream: production, {staging}}}\ndefaults:\n  sqlite: {{url: \"{{environment}}/{{database}}.db\"}}\napps:\n  a: {{engine: sqlite, database: a{app}}}\n  b: {{engine: sqlite, database: b}}\n"
    );
    let of_a = order_warnings(&read(&text)).into_iter();
    of_a.filter(|found| found.job.ends_with("/a"))
        .map(|found| format!("{} {}", found.job, found.message))
        .collect()
}

const NIGHTLY: &str = "schedule: \"0 23 * * *\"";

#[test]
fn nothing_is_said_about_a_night_in_order() {
    assert_eq!(warnings(NIGHTLY, "schedule: \"0 1 * * 1-5\"", ""), [""; 0]);
    // It waits for what comes soon.
    assert_eq!(
        warnings("schedule: \"30 1 * * *\"", "schedule: \"0 1 * * *\"", ""),
        [""; 0]
    );
    assert_eq!(warnings("keep: 8d", "keep: 8d", ""), [""; 0]);
}

#[test]
fn downstream_before_upstream() {
    assert_eq!(
        warnings("schedule: \"43 4 * * *\"", "schedule: \"43 1 * * 0\"", ""),
        [
            "staging/a is due 3h before production/a, whose backups it takes: what it takes is 21h old"
        ]
    );
    // Every day is after a weekly backup, if not on every day soon.
    let weekly = "schedule: \"43 4 * * 0\"";
    assert_eq!(warnings(weekly, "schedule: \"43 1 * * *\"", ""), [""; 0]);
}

#[test]
fn a_target_that_can_never_be_fresh() {
    assert_eq!(
        warnings(NIGHTLY, "schedule: \"0 9 * * *\", max_age: 8h", ""),
        [
            "staging/a can never stay within its `max_age` of 8h: its data is at least 10h old when it arrives"
        ]
    );
    assert_eq!(
        warnings(NIGHTLY, "schedule: \"0 1 * * *\", max_age: 24h", ""),
        [
            "staging/a can never stay within its `max_age` of 24h: its data is at least 26h old before the next arrives"
        ]
    );
    assert_eq!(
        warnings(NIGHTLY, "schedule: \"0 1 * * *\", max_age: 26h", ""),
        [""; 0]
    );
}

#[test]
fn a_backup_that_is_gone_before_it_is_taken() {
    assert_eq!(
        warnings(
            "schedule: \"0 23 * * 5\", keep: 8d, deadline: 1h",
            "schedule: \"0 1 1 * *\"",
            ""
        ),
        [""; 0]
    );
    let rare = "schedule: \"0 23 1 * *\", keep: 31d";
    assert_eq!(
        warnings(rare, "schedule: \"0 22 1 * *\"", ", wait: 1s"),
        [
            "staging/a is due 1h before production/a, whose backups it takes: what it takes is 30d23h old"
        ]
    );
}

#[test]
fn a_job_after_one_that_is_due_later() {
    let found = warnings(
        NIGHTLY,
        "schedule: \"0 1 * * *\"",
        ", in: {production: {schedule: \"0 22 * * *\", after: [b]}}",
    );
    assert_eq!(
        found,
        [
            "production/a starts after production/b, which is due 1h later: it goes by the run of 23h before"
        ]
    );
}

#[test]
fn a_group_of_one() {
    let found = warnings("", "", ", group: lonely");
    // By hand nothing is due, and nothing said.
    assert_eq!(found, [""; 0]);
    let found = warnings(NIGHTLY, "", ", group: lonely");
    assert_eq!(found, ["production/a is alone in the group `lonely`"]);
}

#[test]
fn the_example_fleet_has_the_order_that_its_cron_offsets_give() {
    let found = order_warnings(&read(&example("publishing-fleet/weir.yaml")));
    let told: Vec<String> = found
        .into_iter()
        .map(|found| format!("{} {}", found.job, found.message))
        .collect();
    assert_eq!(
        told,
        [
            "staging/ckan is due 3h before production/ckan, whose backups it takes: what it takes is 21h old",
            "staging/transition is due 2h before production/transition, whose backups it takes: what it takes is 22h old",
        ]
    );
}
