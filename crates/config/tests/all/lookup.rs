//! Finding jobs, environments, what is downstream, and which secrets are needed.

use weir_model::error::Kind;

use crate::common::{read, with_apps};

const APPS: &str = "  a: {engine: sqlite, database: a}
  b: {engine: sqlite, database: b, jobs: {main: {}, extra: {schedule: by-hand}}}
  c: {engine: sqlite, database: c, from: staging/a, in: {integration: {}}}
";

#[test]
fn environments_come_after_their_upstream_and_know_their_children() {
    let fleet = read(&with_apps(APPS));
    let names: Vec<&str> = fleet
        .environments
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["production", "staging", "training", "integration"]);
    let children: Vec<&str> = fleet
        .children("production")
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(children, ["staging", "training"]);
    let state = &fleet.environment("staging").unwrap().state.value.location;
    assert_eq!(state.to_string(), "s3://s/_weir");
}

#[test]
fn a_job_is_found_by_its_address() {
    let fleet = read(&with_apps(APPS));
    assert_eq!(fleet.job("staging/a").unwrap().name, "main");
    assert_eq!(fleet.job("staging/a/main").unwrap().address, "staging/a");
    assert_eq!(fleet.job("staging/b/extra").unwrap().name, "extra");
}

#[test]
fn a_job_that_is_not_found_gets_a_suggestion() {
    let fleet = read(&with_apps(APPS));
    let wrong = fleet.job("stagin/a").unwrap_err();
    assert_eq!(wrong.kind(), Kind::Usage);
    assert_eq!(wrong.hint_text(), Some("did you mean `staging/a`?"));
    let several = fleet.job("staging/b").unwrap_err();
    assert_eq!(
        several.hint_text(),
        Some("name one of staging/b/extra, staging/b/main")
    );
    let environment = fleet.environment("produktion").unwrap_err();
    assert_eq!(environment.hint_text(), Some("did you mean `production`?"));
}

#[test]
fn downstream_jobs_come_in_the_order_they_must_run() {
    let fleet = read(&with_apps(APPS));
    let below = fleet.downstream_of("production", "a");
    let addresses: Vec<&str> = below.iter().map(|job| job.address.as_str()).collect();
    assert_eq!(
        addresses,
        ["staging/a", "training/a", "integration/a", "integration/c"]
    );
}

#[test]
fn only_the_secrets_of_the_environment_at_hand_are_needed() {
    let text = with_apps(APPS)
        .replace(
            "{store: s3://p,",
            "{store: {url: s3://p, access_key_id: {env: P_ID}, secret_access_key: {env: P_KEY}}, signing_key: {env: P_SIGN},",
        )
        .replace("{store: s3://i,", "{store: s3://i, masking_key: {file: \"{environment}.key\"},")
        .replace("defaults:\n", "defaults:\n  identity: {file: \"/run/{environment}.identity\"}\n")
        .replace("defaults:\n", "defaults:\n  password: {file: \"/run/{instance}\"}\n");
    let fleet = read(&text);
    let needs = |environment: &str| -> Vec<String> {
        let needs = fleet.secrets_of(environment);
        needs
            .iter()
            .map(|need| format!("{} for {}", need.secret.value, need.needed_by))
            .collect()
    };
    assert_eq!(
        needs("integration"),
        [
            "file /run/integration.identity for reading encrypted backups in integration",
            "file integration.key for masking in integration",
            "file /run/a-sqlite for integration/a",
            "file /run/b-sqlite for integration/b/extra",
            "file /run/c-sqlite for integration/c",
        ]
    );
    let staging = needs("staging");
    assert!(staging[0].starts_with("environment variable P_ID for the store of production"));
    assert!(!staging.iter().any(|need| need.contains("P_SIGN")));
}
