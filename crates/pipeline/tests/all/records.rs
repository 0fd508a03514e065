//! What runs leave in the state store.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_model::run::{Outcome, Process, Started};
use weir_pipeline::history::{self, RunFilter};

fn all() -> RunFilter {
    RunFilter {
        limit: 100,
        ..RunFilter::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_run_is_recorded_with_its_steps_and_its_log() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.clock.set("2026-11-23T01:00:00Z");
    fixture.run_well("staging").await;
    let weir = fixture.weir();
    let runs = history::runs(&weir, &all(), &context()).await.unwrap();
    let environments: Vec<&str> = runs
        .iter()
        .map(|run| run.started.environment.as_str())
        .collect();
    assert_eq!(environments, ["staging", "production"], "newest first");
    assert_eq!(runs[0].steps.len(), 3);
    assert_eq!(runs[0].ended.as_ref().unwrap().outcome, Outcome::Succeeded);
    let log = history::log(&weir, &runs[0].started.run).await.unwrap();
    assert!(
        log.iter().any(|line| line.contains("swap the shadow in")),
        "{log:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_recorded_with_its_kind_and_what_to_do() {
    let fixture = Fixture::new(PEOPLE);
    let report = fixture.run("staging").await;
    let weir = fixture.weir();
    let run = history::run_record(&weir, &report.jobs[0].run)
        .await
        .unwrap();
    let failure = run.ended.unwrap().failure.unwrap();
    assert_eq!(failure.kind, "no-backup");
    assert!(failure.hint.is_some());
    assert_eq!(run.steps[1].outcome, Outcome::Skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_records_of_a_dead_run_are_closed_by_the_next() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let weir = fixture.weir();
    // The records of a run whose process has ended without a word.
    let dead = dead_process();
    let runs = history::runs(&weir, &all(), &context()).await.unwrap();
    let started = Started {
        run: weir_store::new_run_id("2026-11-22T12:30:00Z".parse().unwrap()).unwrap(),
        by: dead,
        ..runs[0].started.clone()
    };
    let folder = fixture
        .path("stores/production/_weir/runs/2026-11-22")
        .join(&started.run);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("started.json"),
        serde_json::to_vec(&started).unwrap(),
    )
    .unwrap();
    let run = history::run_record(&weir, &started.run).await.unwrap();
    assert!(run.dead && run.ended.is_none());

    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    let run = history::run_record(&fixture.weir(), &started.run)
        .await
        .unwrap();
    let ended = run.ended.unwrap();
    assert_eq!(ended.outcome, Outcome::Interrupted);
    assert!(ended.written_by.is_some());
}

/// A process of this machine that has ended.
fn dead_process() -> Process {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    Process {
        pid,
        ..weir_store::this_process()
    }
}
