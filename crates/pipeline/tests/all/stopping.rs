//! Runs that are told to stop, or cannot begin: what they leave and what their records say.

use crate::fixture::{Fixture, PEOPLE, context};
use std::sync::Arc;
use weir_engine::{Cancel, Context, Observer};
use weir_model::error::Kind;
use weir_model::event::{Checkpoint, Event};
use weir_model::run::Outcome;
use weir_pipeline::{JobReport, RunOptions, Selection, history};

/// Asks for a stop as soon as a state is reached, as Ctrl-C at that moment would.
struct StopAt {
    checkpoint: Checkpoint,
    cancel: Cancel,
}

impl Observer for StopAt {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Checkpoint { checkpoint } if *checkpoint == self.checkpoint) {
            self.cancel.cancel();
        }
    }
}

pub(crate) async fn stopped_at(
    fixture: &Fixture,
    selection: &str,
    checkpoint: Checkpoint,
) -> JobReport {
    let cancel = Cancel::default();
    let observer = StopAt {
        checkpoint,
        cancel: cancel.clone(),
    };
    let context = Context::new(Arc::new(observer)).with_cancel(cancel);
    let selection = Selection::parse(selection, false);
    let (weir, options) = (fixture.weir(), RunOptions::default());
    let report = weir_pipeline::run::run(&weir, "run", &selection, &options, &context).await;
    report.unwrap().jobs.remove(0)
}

async fn recorded(fixture: &Fixture, report: &JobReport) -> Outcome {
    let run = history::run_record(&fixture.weir(), &report.run, &context()).await;
    run.unwrap().ended.expect("must have ended").outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_stopped_before_its_manifest_leaves_no_parts() {
    let fixture = Fixture::new(PEOPLE);
    let report = stopped_at(&fixture, "production/people", Checkpoint::PartsStored).await;
    assert_eq!(report.outcome, Outcome::Interrupted);
    assert_eq!(recorded(&fixture, &report).await, Outcome::Interrupted);
    let parts: Vec<_> = fixture
        .all_bytes("stores/production")
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !path.to_string_lossy().contains("_weir"))
        .collect();
    assert!(parts.is_empty(), "{parts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_whole_is_recorded_as_one_whenever_the_stop_comes() {
    let fixture = Fixture::new(PEOPLE);
    let report = stopped_at(&fixture, "production/people", Checkpoint::ManifestStored).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert!(report.steps[0].backup.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_stopped_at_any_state_leaves_no_shadow_and_no_lease() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    let states = [
        Checkpoint::Leased,
        Checkpoint::ShadowCreated,
        Checkpoint::RowsLoaded,
        Checkpoint::ReadBack,
        Checkpoint::ScriptsRun,
        Checkpoint::Verified,
        Checkpoint::Swapping,
    ];
    let before = std::fs::read(fixture.path("staging-people.db")).unwrap();
    for state in states {
        let report = stopped_at(&fixture, "staging/people", state).await;
        assert_eq!(report.outcome, Outcome::Interrupted, "{state:?}");
        assert_eq!(recorded(&fixture, &report).await, Outcome::Interrupted);
        assert_eq!(report.steps.len(), 3, "{state:?}");
        let shadow = fixture.path("staging-people.db.weir-shadow");
        assert!(!shadow.exists(), "{state:?}");
        let now = std::fs::read(fixture.path("staging-people.db")).unwrap();
        assert_eq!(before, now, "{state:?}");
    }
    fixture.run_well("staging").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_could_not_begin_is_recorded_with_its_reason() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    std::fs::remove_file(fixture.path("keys/masking")).unwrap();
    let report = fixture.run("integration").await;
    assert_eq!(report.first_error().unwrap().kind(), Kind::Secret);
    assert_eq!(
        recorded(&fixture, &report.jobs[0]).await,
        Outcome::Failed,
        "the run must be in the history"
    );
    let status = weir_pipeline::status::status(&fixture.weir(), None, &context())
        .await
        .unwrap();
    let due = &status.questions[3].exceptions;
    assert_eq!(due.len(), 1, "{due:#?}");
    assert!(due[0].cause.contains("keys/masking"), "{}", due[0].cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_of_another_run_does_not_stop_the_nights_work() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let folder = fixture.path("stores/production/_weir/runs/2026-11-22/20261122T113000Z-0a1b2c3d");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("started.json"), "{").unwrap();
    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_fleet_can_be_stopped() {
    let fixture = Fixture::new(PEOPLE);
    // A store that takes the connection and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let config = fixture.config.replace(
        "    store: stores/production\n",
        &format!("    store: {{url: \"s3://b\", endpoint: \"http://{address}\", region: x, access_key_id: {{env: HOME}}, secret_access_key: {{env: HOME}}}}\n"),
    );
    let fixture = Fixture { config, ..fixture };
    let cancel = Cancel::default();
    let context = context().with_cancel(cancel.clone());
    let weir = fixture.weir();
    let asked = std::thread::spawn(move || {
        let connection = silent.accept().unwrap();
        cancel.cancel();
        connection
    });
    let stopped = weir_pipeline::status::status(&weir, None, &context).await;
    assert_eq!(stopped.unwrap_err().kind(), Kind::Interrupted);
    drop(asked.join().unwrap());
}
