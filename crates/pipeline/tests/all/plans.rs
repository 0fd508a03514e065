//! A plan refuses what a run would refuse.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_config::OperationKind;
use weir_model::error::Kind;
use weir_pipeline::plan::{Plan, plan};
use weir_pipeline::{RunOptions, Selection};

async fn planned(fixture: &Fixture, selection: &str, operation: OperationKind) -> Plan {
    let options = RunOptions {
        operations: Some(vec![operation]),
        ..RunOptions::default()
    };
    let selection = Selection::parse(selection, false);
    plan(&fixture.weir(), &selection, &options, &context())
        .await
        .unwrap()
}

fn obstacle(plan: &Plan) -> &str {
    &plan.first_obstacle().expect("must have an obstacle").kind
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_the_job_has_not_is_an_obstacle() {
    let fixture = Fixture::new(PEOPLE);
    let plan = planned(&fixture, "production/people", OperationKind::Restore).await;
    assert_eq!(obstacle(&plan), "usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_onto_a_target_not_named_is_an_obstacle() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let plan = planned(&fixture, "production/people", OperationKind::Recover).await;
    assert_eq!(obstacle(&plan), "guard");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_says_what_is_lost_before_it_is() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.fill("production-people.db", 120);
    fixture.clock.set("2026-11-22T14:00:00Z");
    let live = fixture.path("production-people.db");
    let options = RunOptions {
        operations: Some(vec![OperationKind::Recover]),
        recover_onto: Some(format!("sqlite://{}", live.display())),
        ..RunOptions::default()
    };
    let told = async || {
        let selection = Selection::parse("production/people", false);
        let plan = plan(&fixture.weir(), &selection, &options, &context()).await;
        let plan = plan.unwrap();
        assert!(plan.first_obstacle().is_none(), "{plan:?}");
        plan.jobs[0].steps[0].because.join("\n")
    };
    let lost = told().await;
    assert!(
        lost.contains("after 2026-11-22T12:00:00Z, 2 h ago"),
        "{lost}"
    );
    assert!(
        lost.contains("table users: 120 rows now, 100 in the backup"),
        "{lost}"
    );
    // What cannot be read, and what is gone, is why there is a recovery.
    std::fs::write(&live, "no database any more").unwrap();
    assert!(told().await.contains("the live copy cannot be read"));
    std::fs::remove_file(&live).unwrap();
    assert!(told().await.contains("no database is there now"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_what_no_restore_of_the_plan_makes_is_an_obstacle() {
    let fixture = Fixture::new(PEOPLE);
    let plan = planned(&fixture, "staging/people", OperationKind::Backup).await;
    assert_eq!(obstacle(&plan), "source");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_without_a_job_is_no_plan() {
    let fixture =
        Fixture::new("apps:\n  people: {engine: sqlite, database: people, only: [production]}\n");
    let selection = Selection::parse("staging", false);
    let refused = plan(
        &fixture.weir(),
        &selection,
        &RunOptions::default(),
        &context(),
    )
    .await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Usage);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_this_build_lacks_is_said_before_any_secret_is_asked_for() {
    let fixture = Fixture::new(
        "apps:
  shop:
    engine: opensearch
    database: articles
    url: https://weir@db.internal
    password: {file: keys/not-there}
    only: [production]
",
    );
    let selection = Selection::parse("production", false);
    let plan = plan(
        &fixture.weir(),
        &selection,
        &RunOptions::default(),
        &context(),
    )
    .await;
    assert_eq!(obstacle(&plan.unwrap()), "unsupported");
}
