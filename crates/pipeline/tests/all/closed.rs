//! A run that was taken for dead and closed while it worked on, as on a machine that was paused.

use crate::fixture::{Fixture, PEOPLE, context};
use std::path::Path;
use std::sync::Arc;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_model::run::{Ended, Outcome};
use weir_pipeline::{JobReport, RunOptions, Selection, history};
use weir_testkit::observe::Probe;

/// Closes every run below `state` that has no end, as a healer elsewhere does.
fn close_all(state: &Path) {
    for day in std::fs::read_dir(state.join("runs")).unwrap() {
        for run in std::fs::read_dir(day.unwrap().path()).unwrap() {
            let end = run.unwrap().path().join("ended.json");
            if !end.exists() {
                let ended = Ended {
                    at: "2026-11-22T12:00:00Z".parse().unwrap(),
                    outcome: Outcome::Interrupted,
                    written_by: Some(weir_store::this_process()),
                    failure: None,
                };
                std::fs::write(end, serde_json::to_vec(&ended).unwrap()).unwrap();
            }
        }
    }
}

/// Runs a job that is closed at `state`. It ends as interrupted, in its report and its records.
async fn closed_at(fixture: &Fixture, environment: &str, state: Checkpoint) -> JobReport {
    let records = fixture.path(&format!("stores/{environment}/_weir"));
    let probe = Arc::new(Probe::default().at(state, move || close_all(&records)));
    let selection = Selection::parse(&format!("{environment}/people"), false);
    let (weir, options) = (fixture.weir(), RunOptions::default());
    let context = probe.context();
    let report = weir_pipeline::run::run(&weir, "run", &selection, &options, &context).await;
    let job = report.unwrap().jobs.remove(0);
    assert_eq!(job.outcome, Outcome::Interrupted, "{state:?}");
    let error = job.error.as_ref().unwrap();
    assert_eq!(error.kind(), Kind::Interrupted, "{state:?}: {error}");
    let record = history::run_record(&weir, &job.run, &crate::fixture::context()).await;
    let ended = record.unwrap().ended.unwrap();
    assert_eq!(ended.outcome, Outcome::Interrupted, "{state:?}");
    job
}

fn summary(fixture: &Fixture, environment: &str) -> serde_json::Value {
    let files = fixture.all_bytes(&format!("stores/{environment}/_weir/status/{environment}"));
    let status: serde_json::Value = serde_json::from_slice(&files[0].1).unwrap();
    status["entries"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_swaps_nothing_and_leaves_nothing() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fixture.clock.set("2026-11-22T12:10:00Z");
    let before = summary(&fixture, "staging");
    for state in [Checkpoint::Leased, Checkpoint::Verified] {
        let live = std::fs::read(fixture.path("staging-people.db")).unwrap();
        let job = closed_at(&fixture, "staging", state).await;
        assert_eq!(job.steps[0].outcome, Outcome::Interrupted);
        let now = std::fs::read(fixture.path("staging-people.db")).unwrap();
        assert_eq!(live, now, "{state:?}");
        assert!(!fixture.path("staging-people.db.weir-shadow").exists());
        assert_eq!(summary(&fixture, "staging"), before, "{state:?}");
    }
    fixture.run_well("staging").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_had_swapped_is_live_but_no_success_of_its_own() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let job = closed_at(&fixture, "staging", Checkpoint::Swapped).await;
    assert_eq!(job.steps[2].outcome, Outcome::Interrupted, "no backup");
    assert!(
        !fixture.path("stores/staging/_weir/status/staging").exists() || {
            summary(&fixture, "staging").as_array().unwrap().is_empty()
        }
    );
    fixture.clock.set("2026-11-22T12:10:00Z");
    let next = fixture.run_well("staging").await.jobs.remove(0);
    assert_eq!(next.steps[0].done_by.as_ref(), Some(&job.run));
    assert_eq!(summary(&fixture, "staging")[0]["run"], job.run.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn its_backup_is_not_committed_and_one_that_was_is_whole_but_no_success() {
    let fixture = Fixture::new(PEOPLE);
    let list = async || {
        let weir = fixture.weir();
        let found = weir_pipeline::backups::list(&weir, "production", None, &context()).await;
        found.unwrap()
    };
    closed_at(&fixture, "production", Checkpoint::PartsStored).await;
    assert!(list().await.is_empty(), "neither a backup nor its parts");
    fixture.clock.set("2026-11-22T12:10:00Z");
    let job = closed_at(&fixture, "production", Checkpoint::ManifestStored).await;
    let backups = list().await;
    assert!(backups.len() == 1 && backups[0].whole, "{backups:?}");
    assert!(job.steps[0].backup.is_some(), "the step says what it made");
    let status = fixture.path("stores/production/_weir/status/production");
    let text = std::fs::read_to_string(status.join("people.json")).unwrap();
    assert!(!text.contains("\"succeeded\""), "{text}");
}
