//! What publishing refuses, and a replica of what is published.

use crate::fixture::{Fixture, context};
use crate::publish::{ENVIRONMENTS, fleet, live, published};
use std::path::Path;
use weir_model::error::Kind;
use weir_model::run::Outcome;
use weir_pipeline::plan::plan;
use weir_pipeline::{RunOptions, Selection};

/// Rules that need all rows of a table: one deals values out anew, one removes orphans.
const SHUFFLED: &str = "weir-rules: 1
tables:
  users: {columns: {id: keep, email: email, name: shuffle}}
";
const FOLLOWING: &str = "weir-rules: 1
references: [{from: letters.user_id, to: users.id}]
tables:
  users: {rows: {keep: \"id < 10\"}, columns: {id: keep, email: email, name: name}}
  letters: {rows: {with: users}, columns: keep}
";

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_need_all_rows_of_a_table_are_not_published() {
    for fleet in [fleet(), live()] {
        let production = rusqlite::Connection::open(fleet.path("production-people.db")).unwrap();
        for (rules, cause) in [
            (SHUFFLED, "shuffle users.name"),
            (FOLLOWING, "remove the rows of letters without one in users"),
        ] {
            fleet.write("rules.yaml", rules);
            let report = fleet.run("production").await;
            let error = report.first_error().unwrap();
            assert_eq!(error.kind(), Kind::Sanitise, "{error}");
            assert!(error.to_string().contains(cause), "{error}");
            assert!(error.hint_text().unwrap().contains("sanitise on a restore"));
            let last = report.jobs[0].steps.last().unwrap();
            assert_eq!(last.outcome, Outcome::Failed);
            assert!(published(&fleet).await.is_empty());

            let selection = Selection::parse("production/people", false);
            let options = RunOptions::default();
            let planned = plan(&fleet.weir(), &selection, &options, &context()).await;
            let steps = &planned.unwrap().jobs[0].steps;
            let obstacle = steps.last().unwrap().obstacle.as_ref().unwrap();
            assert!(obstacle.cause.contains(cause), "{}", obstacle.cause);
            let letters =
                "CREATE TABLE IF NOT EXISTS letters (id INTEGER PRIMARY KEY, user_id INTEGER)";
            production.execute_batch(letters).unwrap();
        }
    }
}

/// An integration that takes what is published out of a folder of its own.
fn replicating(operations: &str) -> Fixture {
    let environments = ENVIRONMENTS.replace(
        "    reads: published\n",
        "    reads: published\n    replica: {store: stores/copies, wait: 1s, incomplete: previous}\n",
    );
    let apps = format!(
        r#"apps:
  people:
    engine: sqlite
    database: people
    in:
      production: {{operations: [backup, publish], sanitise: rules.yaml}}
      integration: {{operations: {operations}}}
"#
    );
    Fixture::with_environments(&environments, &apps)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let to = to.join(entry.file_name().unwrap());
        match entry.is_dir() {
            true => copy(&entry, &to),
            false => drop(std::fs::copy(&entry, &to).unwrap()),
        }
    }
}

async fn restores_clean_data(fleet: &Fixture) {
    let report = fleet.run_well("integration").await;
    let restored = report.jobs[0].steps.iter();
    let restored = restored
        .filter(|step| step.operation == "restore")
        .map(|step| step.sanitising.unwrap().to_string());
    assert_eq!(restored.collect::<Vec<_>>(), ["sanitised"]);
    let users = "SELECT count(*) FROM users";
    assert_eq!(fleet.query("integration-people.db", users), "100");
    let real = "SELECT count(*) FROM users WHERE email LIKE '%real.example' OR name LIKE 'Real%'";
    assert_eq!(fleet.query("integration-people.db", real), "0");
}

/// Takes a store away, so that whoever opens it fails.
fn take_away(fleet: &Fixture, store: &str) {
    std::fs::rename(
        fleet.path(store),
        fleet.path("away").join(store.replace('/', "-")),
    )
    .unwrap();
    fleet.write(store, "no store is here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_others_fill_from_the_clean_store_is_enough() {
    let fleet = replicating("[restore, backup]");
    std::fs::create_dir(fleet.path("away")).unwrap();
    fleet.run_well("production").await;
    copy(&fleet.path("stores/clean"), &fleet.path("stores/copies"));
    take_away(&fleet, "stores/production");
    take_away(&fleet, "stores/clean");
    restores_clean_data(&fleet).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_replicated_without_a_look_at_the_raw_store() {
    let fleet = replicating("[replicate, restore, backup]");
    std::fs::create_dir(fleet.path("away")).unwrap();
    fleet.run_well("production").await;
    take_away(&fleet, "stores/production");
    restores_clean_data(&fleet).await;
    // The copy is all that the next restore needs.
    take_away(&fleet, "stores/clean");
    std::fs::remove_file(fleet.path("integration-people.db")).unwrap();
    let options = RunOptions {
        operations: Some(vec![weir_config::OperationKind::Restore]),
        ..RunOptions::default()
    };
    let selection = Selection::parse("integration/people", false);
    let report = fleet.run_with(&selection, &options).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let users = "SELECT count(*) FROM users";
    assert_eq!(fleet.query("integration-people.db", users), "100");
}
