//! Publishing sanitised backups, and environments that read nothing else.

use crate::fixture::{Fixture, context};
use weir_config::OperationKind;
use weir_model::error::Kind;
use weir_model::run::Outcome;
use weir_pipeline::backups;
use weir_pipeline::{RunOptions, RunReport, Selection};

/// Production publishes; integration takes nothing else.
pub(crate) const ENVIRONMENTS: &str = r#"weir: 1
environments:
  production:
    store: stores/production
    clean: {store: stores/clean, keep: 14d}
    signing_key: {file: keys/production}
    masking_key: {file: keys/masking}
    schedule: "0 23 * * *"
    keep: 30d
  integration:
    upstream: production
    store: stores/integration
    signing_key: {file: keys/integration}
    trusts: ["PRODUCTION"]
    data: sanitised
    reads: published
    schedule: "0 3 * * *"
    keep: 8d
defaults:
  sqlite: {url: "sqlite:{environment}-{database}.db"}
"#;

const APPS: &str = r#"apps:
  people:
    engine: sqlite
    database: people
    in:
      production: {operations: [backup, publish], sanitise: rules.yaml}
"#;

pub(crate) fn fleet() -> Fixture {
    Fixture::with_environments(ENVIRONMENTS, APPS)
}

pub(crate) fn live() -> Fixture {
    Fixture::with_environments(
        ENVIRONMENTS,
        &APPS.replace("[backup, publish]", "[publish-live]"),
    )
}

pub(crate) async fn published(fleet: &Fixture) -> Vec<backups::BackupEntry> {
    backups::list_published(&fleet.weir(), "production", None, &context())
        .await
        .unwrap()
}

pub(crate) async fn publish(fleet: &Fixture) -> RunReport {
    let options = RunOptions {
        operations: Some(vec![OperationKind::Publish]),
        ..RunOptions::default()
    };
    fleet
        .run_with(&Selection::parse("production/people", false), &options)
        .await
}

/// Whether nothing is left in the clean store.
fn is_empty(fleet: &Fixture) -> bool {
    !fleet.path("stores/clean").exists() || fleet.all_bytes("stores/clean").is_empty()
}

fn nothing_real_in(fleet: &Fixture, folder: &str) {
    let values = ["real.example", "Real Person"];
    for (path, bytes) in fleet.all_bytes(folder) {
        let content = match zstd::decode_all(&bytes[..]) {
            Ok(content) => content,
            Err(_) => bytes,
        };
        for value in values {
            let found = content
                .windows(value.len())
                .any(|window| window == value.as_bytes());
            assert!(!found, "{value} in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_all_that_arrives() {
    let fleet = fleet();
    let report = fleet.run_well("production").await;
    let steps = &report.jobs[0].steps;
    assert_eq!(steps.len(), 2);
    let backup = steps[0].backup.clone().unwrap();
    let clean = steps[1].backup.clone().unwrap();
    assert_eq!(clean, backup.replace("production:", "production/_clean:"));
    assert_eq!(steps[1].sanitising.unwrap().to_string(), "sanitised");
    assert_eq!(steps[1].rows, 100);
    nothing_real_in(&fleet, "stores/clean");

    let raw = backups::show(&fleet.weir(), &backup, &context())
        .await
        .unwrap();
    let shown = backups::show(&fleet.weir(), &clean, &context())
        .await
        .unwrap();
    assert_eq!(shown.signature, raw.signature);
    let (raw, clean) = (raw.manifest, shown.manifest);
    assert_eq!(clean.environment, raw.environment);
    assert_eq!(clean.lineage, raw.lineage);
    assert_eq!(clean.identity, raw.identity);
    assert_eq!(
        (clean.created, clean.data_as_of),
        (raw.created, raw.data_as_of)
    );
    assert_eq!(clean.schema, raw.schema);
    let mark = clean.sanitising.ruleset.unwrap();
    assert_eq!((mark.masked, mark.kept), (2, 1));

    // The raw store is out of reach, and nobody misses it.
    std::fs::rename(fleet.path("stores/production"), fleet.path("away")).unwrap();
    let report = fleet.run_well("integration").await;
    let restored = &report.jobs[0].steps[0];
    assert_eq!(restored.backup.as_deref(), Some(shown.reference.as_str()));
    assert_eq!(restored.sanitising.unwrap().to_string(), "sanitised");
    assert!(!fleet.path("stores/production").exists());
    let real = "SELECT count(*) FROM users WHERE email LIKE '%real.example' OR name LIKE 'Real%'";
    assert_eq!(fleet.query("integration-people.db", real), "0");
    assert_eq!(
        fleet.query("integration-people.db", "SELECT count(*) FROM users"),
        "100"
    );
    // What is clean stays clean one hop further.
    assert_eq!(
        report.jobs[0].steps[1].sanitising.unwrap().to_string(),
        "sanitised"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_backup_is_published_once_by_the_same_rules() {
    let fleet = fleet();
    fleet.run_well("production").await;
    let before = fleet.all_bytes("stores/clean");
    fleet.clock.set("2026-11-22T13:00:00Z");
    let again = publish(&fleet).await;
    assert!(again.first_error().is_none(), "{:?}", again.first_error());
    assert_eq!(fleet.all_bytes("stores/clean"), before);
    assert_eq!(published(&fleet).await.len(), 1);
    // Other rules make another backup, which is the newest then.
    fleet.write(
        "rules.yaml",
        "weir-rules: 1\ntables:\n  users:\n    columns: {id: keep, email: email, name: \"null\"}\n",
    );
    let other = publish(&fleet).await;
    assert!(other.first_error().is_none(), "{:?}", other.first_error());
    let published = published(&fleet).await;
    assert_eq!(published.len(), 2);
    let newest = other.jobs[0].steps[0].backup.clone().unwrap();
    assert_eq!(published[0].reference, newest);
    fleet.run_well("integration").await;
    let named = "SELECT count(*) FROM users WHERE name IS NOT NULL";
    assert_eq!(fleet.query("integration-people.db", named), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_published_without_a_raw_backup() {
    let fleet = live();
    let report = fleet.run_well("production").await;
    assert_eq!(report.jobs[0].steps.len(), 1);
    nothing_real_in(&fleet, "stores");
    fleet.run_well("integration").await;
    assert_eq!(
        fleet.query("integration-people.db", "SELECT count(*) FROM users"),
        "100"
    );
    assert_eq!(
        backups::list(&fleet.weir(), "production", None, &context())
            .await
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_do_not_cover_everything_publish_nothing() {
    for fleet in [fleet(), live()] {
        fleet.write(
            "rules.yaml",
            "weir-rules: 1\ntables:\n  users:\n    columns: {id: keep}\n",
        );
        let report = fleet.run("production").await;
        let error = report.first_error().unwrap();
        assert_eq!(error.kind(), Kind::Sanitise, "{error}");
        let steps = &report.jobs[0].steps;
        assert_eq!(steps.last().unwrap().outcome, Outcome::Failed);
        assert!(is_empty(&fleet));
        let error = fleet.run("integration").await;
        assert_eq!(error.first_error().unwrap().kind(), Kind::NoBackup);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_the_backup_is_found_and_nothing_is_published() {
    let fleet = fleet();
    let options = RunOptions {
        operations: Some(vec![OperationKind::Backup]),
        ..RunOptions::default()
    };
    fleet
        .run_with(&Selection::parse("production/people", false), &options)
        .await;
    for (path, mut bytes) in fleet.all_bytes("stores/production/people-sqlite") {
        if path.extension().is_some_and(|ending| ending == "zst") {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(path, bytes).unwrap();
        }
    }
    let report = publish(&fleet).await;
    assert_eq!(report.first_error().unwrap().kind(), Kind::Corrupt);
    assert!(published(&fleet).await.is_empty());
    assert!(is_empty(&fleet));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_nobody_trusted_signed_does_not_let_a_copy_in() {
    let fleet = Fixture::with_environments(
        &ENVIRONMENTS.replace("    signing_key: {file: keys/production}\n", ""),
        APPS,
    );
    fleet.run_well("production").await;
    let report = fleet.run("integration").await;
    assert_eq!(report.first_error().unwrap().kind(), Kind::Untrusted);
    assert!(!fleet.path("integration-people.db").exists());
}
