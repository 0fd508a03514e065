//! Where an environment publishes sanitised backups, and who reads them.

use crate::common::{problems, read};
use weir_config::{OperationKind, Reads};

const FLEET: &str = r#"weir: 1
environments:
  production: {store: s3://raw/p, clean: {store: s3://clean/p, keep: 14d}, schedule: "0 23 * * *"}
  staging: {store: s3://s, upstream: production}
  integration: {store: s3://i, upstream: production, reads: published, data: sanitised}
defaults:
  sqlite: {url: "{environment}/{database}.db"}
apps:
  shop:
    engine: sqlite
    database: shop
    in: {production: {operations: [backup, publish], sanitise: rules.yaml}}
"#;

fn changed(from: &str, to: &str) -> String {
    assert!(FLEET.contains(from), "{from}");
    FLEET.replace(from, to)
}

fn said(from: &str, to: &str) -> String {
    problems(&changed(from, to))
}

#[test]
fn a_clean_store_is_published_to_and_read() {
    let fleet = read(FLEET);
    let production = fleet.job("production/shop").unwrap();
    let operations = [OperationKind::Backup, OperationKind::Publish];
    assert_eq!(production.databases[0].operations, operations);
    let clean = &production.clean.as_ref().unwrap().value;
    assert_eq!(clean.store.location.to_string(), "s3://clean/p");
    assert_eq!(clean.keep.as_ref().unwrap().value.to_string(), "14d");
    let reads = |job: &str| {
        let source = fleet.job(job).unwrap().source.as_ref().unwrap();
        source.reads.value
    };
    assert_eq!(reads("staging/shop"), Reads::Backups);
    assert_eq!(reads("integration/shop"), Reads::Published);
    let shown = |job: &str, field: &str| {
        let lines = weir_config::show(fleet.job(job).unwrap());
        let line = lines.into_iter().find(|line| line.field == field);
        line.map(|line| (line.value, line.origin.to_string()))
    };
    let (value, origin) = shown("integration/shop", "reads").unwrap();
    assert_eq!(value, "published");
    assert!(origin.contains("weir.yaml:5"), "{origin}");
    assert_eq!(shown("production/shop", "clean").unwrap().0, "s3://clean/p");
    assert_eq!(shown("production/shop", "clean keep").unwrap().0, "14d");
    assert_eq!(shown("staging/shop", "clean"), None);
    let live = changed("[backup, publish]", "[publish-live]");
    let live = live.replace("  staging: {store: s3://s, upstream: production}\n", "");
    let live = read(&live);
    assert_eq!(
        live.job("production/shop").unwrap().databases[0].operations,
        [OperationKind::PublishLive]
    );
}

#[test]
fn who_reads_what_is_published_needs_no_key_of_the_raw_store() {
    let secret =
        |name: &str| format!("access_key_id: {{env: {name}}}, secret_access_key: {{env: {name}}}");
    let raw = format!("{{store: {{url: s3://raw/p, {}}}", secret("RAW"));
    let clean = format!("clean: {{store: {{url: s3://clean/p, {}}}", secret("CLEAN"));
    let text = FLEET
        .replace("{store: s3://raw/p", &raw)
        .replace("clean: {store: s3://clean/p", &clean);
    let needed = |environment: &str| -> Vec<String> {
        let needs = read(&text).secrets_of(environment);
        let needs = needs.iter().map(|need| need.secret.value.to_string());
        needs.collect()
    };
    let reading = needed("integration");
    assert_eq!(reading.len(), 1, "{reading:?}");
    assert!(reading[0].contains("CLEAN"), "{reading:?}");
    let copying = needed("staging");
    assert_eq!(copying.len(), 1, "{copying:?}");
    assert!(copying[0].contains("RAW"), "{copying:?}");
    assert_eq!(needed("production").len(), 2);
}

#[test]
fn nothing_raw_lies_in_a_clean_store() {
    for place in ["s3://raw/p", "s3://raw/p/clean", "s3://raw", "s3://s", "s3://s/x"] {
        let said = said("s3://clean/p", place);
        assert!(
            said.starts_with("weir.yaml:3:39: the clean store of production and the store of"),
            "{place}: {said}"
        );
    }
    read(&changed("s3://clean/p", "s3://raw/published"));
    let said = said(
        "upstream: production}",
        "upstream: production, clean: {store: s3://clean/p/x}}",
    );
    assert!(
        said.contains("the clean store of production and the clean store of staging overlap"),
        "{said}"
    );
}

#[test]
fn what_makes_no_sense_is_told() {
    let no_clean = changed("clean: {store: s3://clean/p, keep: 14d}, ", "");
    let told = problems(&no_clean);
    assert!(
        told.contains("a publish in production, which has no `clean` store"),
        "{told}"
    );
    let only_read = no_clean.replace("[backup, publish]", "[backup]");
    let told = problems(&only_read);
    assert!(
        told.contains("integration/shop reads what production publishes, and production has no `clean` store"),
        "{told}"
    );
    let cases = [
        (", sanitise: rules.yaml", "", "`shop` has no rules to be published by"),
        ("[backup, publish]", "[publish, backup]", "a `publish` before the backup"),
        ("[backup, publish]", "[publish]", "publishes `shop`, which no job backs up"),
        (
            "[backup, publish]",
            "[backup, publish, publish-live]",
            "`publish` and `publish-live` in one job",
        ),
        ("[backup, publish]", "[backup]", "where no job publishes it"),
        (
            "store: s3://raw/p,",
            "store: s3://raw/p, reads: published,",
            "`reads: published` in production, which has no upstream",
        ),
        ("reads: published", "reads: cleaned", "published"),
        (
            "reads: published",
            "reads: published, replica: s3://raw/p",
            "is the store of production's raw backups",
        ),
        ("keep: 14d", "recipients: []", "there is nobody to encrypt to"),
        ("keep: 14d", "recipients: [age1x]", "weir.yaml:3:"),
        ("{store: s3://clean/p, keep: 14d}", "{keep: 14d}", "store"),
    ];
    for (from, to, expected) in cases {
        let told = said(from, to);
        assert!(told.contains(expected), "{to}: {told}");
    }
    // Rules that apply on arrival must not apply once more to what was backed up.
    let twice = changed(
        "in: {production:",
        "sanitise: r.yaml\n    in: {staging: {operations: [restore, backup, publish]}, production:",
    );
    let twice = twice.replace(
        "staging: {store: s3://s,",
        "staging: {store: s3://s, clean: {store: s3://sc},",
    );
    let told = problems(&twice);
    assert!(told.contains("the rules of `sanitise` would apply twice"), "{told}");
    let apart = twice.replace(
        "operations: [restore, backup, publish]",
        "jobs: {main: {sanitise: {}, operations: [restore, backup]}, publish: {operations: [publish]}}",
    );
    read(&apart);
}
