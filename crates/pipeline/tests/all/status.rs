//! The Monday-morning questions.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_pipeline::status::{CellState, StatusReport, Verdict, status};

async fn ask(fixture: &Fixture) -> StatusReport {
    status(&fixture.weir(), None, &context()).await.unwrap()
}

fn verdict(report: &StatusReport, id: &str) -> Verdict {
    report
        .questions
        .iter()
        .find(|question| question.id == id)
        .unwrap()
        .verdict
}

fn causes(report: &StatusReport, id: &str) -> String {
    let question = report
        .questions
        .iter()
        .find(|question| question.id == id)
        .unwrap();
    question
        .exceptions
        .iter()
        .map(|exception| {
            format!(
                "{} {}: {}\n",
                exception.place, exception.step, exception.cause
            )
        })
        .collect()
}

async fn run_all(fixture: &Fixture) {
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_come_in_the_order_that_matters() {
    let fixture = Fixture::new(PEOPLE);
    let ids: Vec<&str> = ask(&fixture)
        .await
        .questions
        .iter()
        .map(|question| question.id)
        .collect();
    assert_eq!(
        ids,
        [
            "recoverable",
            "broken",
            "raw",
            "due",
            "running",
            "age",
            "odd"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_never_ran_says_so() {
    let fixture = Fixture::new(PEOPLE);
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 60, "nothing can be recovered");
    assert!(causes(&report, "due").contains("staging/people restore: never ran"));
    assert!(
        report.matrix[0]
            .cells
            .values()
            .all(|cell| cell.state == CellState::NeverRan)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_ran_is_well() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 0, "{:#?}", report.questions);
    assert!(
        report.matrix[0]
            .cells
            .values()
            .all(|cell| cell.state == CellState::Well)
    );
    let facts = &report.questions[0].facts;
    assert!(facts[0].contains("last proven by a restore"), "{facts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_that_did_not_happen_is_late() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    fixture.clock.set("2026-11-25T12:00:00Z");
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 63);
    assert!(causes(&report, "due").contains("production/people backup: has not run since"));
    assert_eq!(report.matrix[0].cells["staging"].state, CellState::Late);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_with_its_cause_and_the_command_to_paste() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    fixture.write("staging.sql", "DELETE FROM nowhere;");
    fixture.run("staging").await;
    let report = ask(&fixture).await;
    assert!(
        causes(&report, "due").contains("staging.sql"),
        "{}",
        causes(&report, "due")
    );
    let due = &report.questions[3].exceptions[0];
    assert_eq!(due.command, "weir run staging/people");
    assert!(due.serving.contains("raw data from"), "{}", due.serving);
    assert_eq!(report.matrix[0].cells["staging"].state, CellState::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_in_a_clean_environment_are_raw_data_where_it_must_not_be() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    std::fs::copy(
        fixture.path("production-people.db"),
        fixture.path("integration-people.db.weir-shadow"),
    )
    .unwrap();
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 62);
    assert_eq!(verdict(&report, "raw"), Verdict::Bad);
    assert_eq!(verdict(&report, "broken"), Verdict::Good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sudden_loss_of_rows_is_odd() {
    let fixture = Fixture::new(PEOPLE);
    fixture.fill("production-people.db", 1_000);
    fixture.run_well("production").await;
    fixture.fill("production-people.db", 10);
    fixture.clock.set("2026-11-22T23:30:00Z");
    fixture.run_well("production").await;
    let report = ask(&fixture).await;
    assert!(causes(&report, "odd").contains("10 rows, 1000 the time before"));
}
