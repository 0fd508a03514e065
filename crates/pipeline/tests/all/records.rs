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
    let runs = history::runs(&weir, &all(), &context()).await.unwrap().runs;
    let environments: Vec<&str> = runs
        .iter()
        .map(|run| run.started.environment.as_str())
        .collect();
    assert_eq!(environments, ["staging", "production"], "newest first");
    assert_eq!(runs[0].steps.len(), 3);
    assert_eq!(runs[0].ended.as_ref().unwrap().outcome, Outcome::Succeeded);
    let log = history::log(&weir, &runs[0].started.run, &context())
        .await
        .unwrap();
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
    let run = history::run_record(&weir, &report.jobs[0].run, &context())
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
    let started = die(&fixture).await;
    let run = history::run_record(&weir, &started.run, &context())
        .await
        .unwrap();
    assert!(run.dead && run.ended.is_none());

    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    let run = history::run_record(&fixture.weir(), &started.run, &context())
        .await
        .unwrap();
    let ended = run.ended.unwrap();
    assert_eq!(ended.outcome, Outcome::Interrupted);
    assert!(ended.written_by.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_run_stored_of_a_backup_is_removed_by_the_next() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let started = die(&fixture).await;
    let name = "people-sqlite/2026-11-22T123000Z-people";
    let claim = serde_json::json!({
        "run": started.run, "by": started.by, "at": "2026-11-22T12:30:00Z", "nonce": "0",
    });
    fixture.write(
        &format!("stores/production/_weir/claims/{name}.json"),
        &claim.to_string(),
    );
    let folder = fixture.path("stores/production").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("database.sqlite.zst"), "half").unwrap();
    std::fs::write(folder.join("database.sqlite.zst#1"), "half").unwrap();
    let unfinished = fixture.path("stores/production/_weir/status/people.json#1");
    std::fs::write(&unfinished, "{").unwrap();
    let recent = fixture.path("stores/production/_weir/status/people.json#2");
    std::fs::write(&recent, "{").unwrap();
    let earlier = std::time::SystemTime::now() - std::time::Duration::from_secs(120);
    let file = std::fs::File::options()
        .write(true)
        .open(&unfinished)
        .unwrap();
    file.set_modified(earlier).unwrap();

    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    assert!(!folder.exists(), "the parts of the dead run are gone");
    assert!(!unfinished.exists(), "an old unfinished write is gone");
    assert!(recent.exists(), "somebody may be at a recent one");
    let weir = fixture.weir();
    let left = weir_pipeline::backups::list(&weir, "production", None, &context())
        .await
        .unwrap();
    assert_eq!(left.iter().filter(|backup| backup.whole).count(), 2);
}

/// The records of a run whose process has ended without a word.
async fn die(fixture: &Fixture) -> Started {
    let weir = fixture.weir();
    let runs = history::runs(&weir, &all(), &context()).await.unwrap().runs;
    let started = Started {
        run: weir_store::new_run_id("2026-11-22T12:30:00Z".parse().unwrap()).unwrap(),
        by: dead_process(),
        ..runs[0].started.clone()
    };
    let folder = fixture
        .path("stores/production/_weir/runs/2026-11-22")
        .join(&started.run);
    std::fs::create_dir_all(&folder).unwrap();
    let record = serde_json::to_vec(&started).unwrap();
    std::fs::write(folder.join("started.json"), record).unwrap();
    started
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
