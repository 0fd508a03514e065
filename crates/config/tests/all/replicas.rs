//! Where an environment reads the backups of others.

use crate::common::{problems, read, with_change};
use std::time::Duration;
use weir_config::{Fleet, Incomplete, Replica};

const APPS: &str = "apps:
  shop: {engine: sqlite, database: shop}
";

fn staging(with: &str) -> String {
    let text = with_change("{store: s3://s,", &format!("{{store: s3://s, {with},"));
    format!("{text}{APPS}")
}

/// Where the job reads the backups it takes, if not in their environment's own store.
fn replica(fleet: &Fleet, job: &str) -> Option<Replica> {
    let source = fleet.job(job).unwrap().source.as_ref().unwrap();
    source.replica.as_ref().map(|found| found.value.clone())
}

#[test]
fn upstreams_backups_are_read_where_they_arrive() {
    let fleet = read(&staging("replica: s3://s/_from/production"));
    let found = replica(&fleet, "staging/shop").unwrap();
    assert_eq!(found.store.location.to_string(), "s3://s/_from/production");
    assert_eq!(found.wait.duration(), Duration::from_secs(900));
    assert_eq!(found.incomplete, Incomplete::Previous);
    // What is further down reads staging's own store.
    assert_eq!(replica(&fleet, "integration/shop"), None);
    let fleet = read(&staging(
        "replica: {store: {url: s3://copies/p, endpoint: \"http://minio\"}, wait: 2h, incomplete: fail}",
    ));
    let found = replica(&fleet, "staging/shop").unwrap();
    assert_eq!(found.store.endpoint.as_deref(), Some("http://minio"));
    assert_eq!(
        (found.wait.to_string().as_str(), found.incomplete),
        ("2h", Incomplete::Fail)
    );
    let shown = weir_config::show(fleet.job("staging/shop").unwrap());
    let line = shown.iter().find(|line| line.field == "replica").unwrap();
    assert_eq!(line.value, "s3://copies/p, wait 2h, then fail");
}

#[test]
fn an_app_that_replicates_reads_its_own_copies_of_any_ancestor() {
    let apps = "apps:
  shop: {engine: sqlite, database: shop, in: {staging: {operations: [replicate, restore, backup]}}}
  till:
    engine: sqlite
    database: till
    in: {integration: {from: production/till, operations: [replicate, restore]}}
  other: {engine: sqlite, database: other}
";
    let fleet = read(&format!("{}{apps}", crate::common::ENVIRONMENTS));
    let place = |job: &str| replica(&fleet, job).map(|found| found.store.location.to_string());
    assert_eq!(
        place("staging/shop").as_deref(),
        Some("s3://s/_from/production")
    );
    assert_eq!(
        place("integration/till").as_deref(),
        Some("s3://i/_from/production")
    );
    assert_eq!(
        (place("staging/till"), place("staging/other")),
        (None, None)
    );
}

#[test]
fn only_who_copies_needs_the_secrets_of_upstreams_store() {
    let secret =
        |name: &str| format!("access_key_id: {{env: {name}}}, secret_access_key: {{env: {name}}}");
    let text = staging(&format!(
        "replica: {{store: {{url: s3://c, {}}}}}",
        secret("COPIES")
    ))
    .replace(
        "{store: s3://p,",
        &format!("{{store: {{url: s3://p, {}}},", secret("UPSTREAM")),
    );
    let needed = |text: &str| -> Vec<String> {
        let needs = read(text).secrets_of("staging");
        needs
            .iter()
            .map(|need| need.secret.value.to_string())
            .collect()
    };
    let reading = needed(&text);
    assert_eq!(reading.len(), 1, "{reading:?}");
    assert!(reading[0].contains("COPIES"), "{reading:?}");
    let copying = text.replace(
        "database: shop}",
        "database: shop, in: {staging: {operations: [replicate, restore, backup]}}}",
    );
    assert_eq!(needed(&copying).len(), 2);
}

#[test]
fn copies_never_lie_among_other_backups() {
    for place in [
        "s3://s",
        "s3://s/production",
        "s3://s/_weir/production",
        "s3://i",
        "s3://t",
    ] {
        let said = problems(&staging(&format!("replica: {place}")));
        assert!(
            said.starts_with("weir.yaml:4:37: copies of production among other backups"),
            "{place}: {said}"
        );
        assert!(said.contains("`s3://s/_from/production`"), "{said}");
    }
    // Upstream's own store may be read with credentials of one's own, but not copied onto itself.
    read(&staging("replica: s3://p"));
    let text = staging("replica: s3://p").replace(
        "database: shop}",
        "database: shop, in: {staging: {operations: [replicate, restore, backup]}}}",
    );
    let said = problems(&text);
    assert!(
        said.contains("staging/shop copies backups onto themselves"),
        "{said}"
    );
}

#[test]
fn what_makes_no_sense_is_told() {
    let root = with_change("{store: s3://p,", "{store: s3://p, replica: s3://x,");
    let said = problems(&format!("{root}{APPS}"));
    assert!(
        said.contains("a replica in production, which has no upstream"),
        "{said}"
    );
    let said = problems(&staging("replica: {store: s3://x, incomplete: sometimes}"));
    assert!(said.contains("previous") && said.contains("fail"), "{said}");
    let said = problems(&staging("replica: {wait: 1h}"));
    assert!(said.contains("store"), "{said}");
    let operations = |chain: &str| {
        let app = format!("database: shop, in: {{staging: {{operations: [{chain}]}}}}}}");
        problems(&staging("replica: s3://x").replace("database: shop}", &app))
    };
    let said = operations("restore, replicate, backup");
    assert!(said.contains("a `replicate` after the restore"), "{said}");
    let app = "apps:\n  shop: {engine: sqlite, database: shop, operations: [replicate]}\n";
    let said = problems(&format!("{}{app}", crate::common::ENVIRONMENTS));
    assert!(
        said.contains("a replicate in production, which has no upstream"),
        "{said}"
    );
}
