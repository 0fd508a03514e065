//! The whole chain with every store in buckets of an S3-compatible server.

use crate::fixture::{Fixture, context};
use weir_model::run::Outcome;
use weir_pipeline::history::{self, RunFilter};
use weir_pipeline::{RunOptions, Selection};
use weir_testkit::s3::S3Server;

#[tokio::test(flavor = "multi_thread")]
async fn data_flows_down_through_buckets() {
    let server = S3Server::start();
    let fixture = Fixture::in_buckets(&server);
    let selection = Selection::parse("production/people", true);
    for people in ["90", "18"] {
        let report = fixture.run_with(&selection, &RunOptions::default()).await;
        assert!(report.first_error().is_none(), "{:?}", report.first_error());
        let count = fixture.query("integration-people.db", "SELECT count(*) FROM users");
        assert_eq!(count, people);
        fixture.fill("production-people.db", 20);
        fixture.clock.set("2026-11-22T13:00:00Z");
    }
    let real = "SELECT count(*) FROM users WHERE email LIKE '%real%' OR name LIKE 'Real%'";
    assert_eq!(fixture.query("integration-people.db", real), "0");

    let weir = fixture.weir();
    let all = RunFilter {
        limit: 100,
        ..RunFilter::default()
    };
    let runs = history::runs(&weir, &all, &context()).await.unwrap().runs;
    assert_eq!(runs.len(), 6);
    for run in &runs {
        assert_eq!(run.ended.as_ref().unwrap().outcome, Outcome::Succeeded);
    }
    let status = weir_pipeline::status::status(&weir, None, &context()).await;
    let status = status.unwrap();
    assert_eq!(status.exit_code(), 0, "{:#?}", status.questions);
    let rolled_back = weir_pipeline::rollback::rollback(
        &weir,
        "integration/people",
        &RunOptions::default(),
        &context(),
    )
    .await;
    assert_eq!(rolled_back.unwrap().len(), 1);
    assert_eq!(
        fixture.query("integration-people.db", "SELECT count(*) FROM users"),
        "90"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_damaged_in_the_bucket_leaves_the_live_copy_as_it_was() {
    let server = S3Server::start();
    let fixture = Fixture::in_buckets(&server);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    let before = std::fs::read(fixture.path("staging-people.db")).unwrap();
    for entry in walk(&server.objects().join("production")) {
        let part = entry.to_string_lossy().contains("-people/");
        if part && !entry.ends_with("manifest.json") {
            let mut bytes = std::fs::read(&entry).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(entry, bytes).unwrap();
        }
    }
    fixture.clock.set("2026-11-22T13:00:00Z");
    let report = fixture.run("staging").await;
    let error = report.first_error().expect("must be caught");
    assert_eq!(error.kind(), weir_model::error::Kind::Corrupt, "{error:?}");
    assert_eq!(
        before,
        std::fs::read(fixture.path("staging-people.db")).unwrap()
    );
    assert!(!fixture.path("staging-people.db.weir-shadow").exists());
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_without_a_lifecycle_is_pruned() {
    let server = S3Server::start();
    let mut fixture = Fixture::in_buckets(&server);
    fixture.config = fixture.config.replacen("keep: 30d", "keep: 1d", 1);
    for day in ["20", "21", "22"] {
        fixture.clock.set(&format!("2026-11-{day}T12:00:00Z"));
        fixture.run_well("production/people").await;
    }
    fixture.clock.set("2026-11-22T13:00:00Z");
    let weir = fixture.weir();
    let pruned = weir_pipeline::prune::prune(&weir, "production", None, true, &context()).await;
    let pruned = pruned.unwrap();
    assert!(pruned.run.first_error().is_none(), "{pruned:?}");
    let gone = pruned.databases[0]
        .goes
        .iter()
        .filter(|verdict| verdict.removed);
    assert_eq!(gone.count(), 2);
    let list = weir_pipeline::backups::list(&weir, "production", None, &context()).await;
    let list = list.unwrap();
    assert_eq!(list.len(), 1, "{list:?}");
    assert!(list[0].whole);
    fixture.run_well("staging/people").await;
}
