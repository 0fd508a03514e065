//! Runs that the schedule starts: one due time is one run, whoever starts it.

use crate::fixture::{Fixture, PEOPLE, context};
use jiff::Timestamp;
use weir_model::error::{Error, Kind};
use weir_model::run::Outcome;
use weir_pipeline::history::{self, RunFilter};
use weir_pipeline::{RunOptions, Selection, schedule};

const JOB: &str = "production/people";

fn due(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn scheduled(time: &str, attempt: u32) -> RunOptions {
    RunOptions {
        due: Some(due(time)),
        attempt,
        ..RunOptions::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_schedulers_one_runs_the_job_and_its_record_says_when_it_was_due() {
    let fixture = Fixture::new(PEOPLE);
    let selection = Selection::parse(JOB, false);
    let options = scheduled("2026-11-22T12:00:00Z", 1);
    let runs = (0..4).map(|_| fixture.run_with(&selection, &options));
    let reports = futures::future::join_all(runs).await;
    let jobs: Vec<_> = reports.iter().map(|report| &report.jobs[0]).collect();
    let ran = |wanted: Outcome| jobs.iter().filter(|job| job.outcome == wanted).count();
    assert_eq!((ran(Outcome::Succeeded), ran(Outcome::Skipped)), (1, 3));
    assert!(jobs.iter().all(|job| job.error.is_none()));
    let weir = fixture.weir();
    let all = RunFilter {
        limit: 9,
        ..RunFilter::default()
    };
    let runs = history::runs(&weir, &all, &context()).await.unwrap().runs;
    assert_eq!(runs.len(), 1, "who was not the first leaves no run");
    let started = &runs[0].started;
    assert_eq!(
        (started.due, started.attempt, &started.requested_by),
        (Some(due("2026-11-22T12:00:00Z")), 1, &None)
    );
    let handled = schedule::newest(&weir, JOB, &context())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(handled.run.as_ref(), Some(&started.run));
    assert_eq!(handled.outcome, Some(Outcome::Succeeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_of_a_due_time_is_told_and_stays() {
    let fixture = Fixture::new(PEOPLE);
    let weir = fixture.weir();
    assert_eq!(
        schedule::newest(&weir, JOB, &context()).await.unwrap(),
        None
    );
    let why = Error::new(Kind::Deadline, "start production/people", "9 h too late");
    let missed = (due("2026-11-22T12:00:00Z"), 1);
    for ours in [true, false] {
        let settled = schedule::settle(&weir, JOB, missed, &why, &context()).await;
        assert_eq!(settled.unwrap(), ours);
    }
    let handled = schedule::newest(&weir, JOB, &context())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (handled.outcome, &handled.run),
        (Some(Outcome::Skipped), &None)
    );
    assert_eq!(handled.failure.unwrap().cause, "9 h too late");
    let selection = Selection::parse(JOB, false);
    let missed = scheduled("2026-11-22T12:00:00Z", 1);
    let report = fixture.run_with(&selection, &missed).await;
    assert_eq!(
        report.jobs[0].outcome,
        Outcome::Skipped,
        "not even once it is decided"
    );

    std::fs::remove_file(fixture.path("production-people.db")).unwrap();
    let failing = scheduled("2026-11-22T12:00:00Z", 2);
    fixture.run_with(&selection, &failing).await;
    let handled = schedule::newest(&weir, JOB, &context())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (handled.attempt, handled.outcome),
        (2, Some(Outcome::Failed))
    );
    assert!(handled.ended.is_some() && handled.failure.is_some());
}

/// Puts a claim of a process there, for a run that has left no record.
fn claimed(fixture: &Fixture, by: &weir_model::run::Process) {
    let claim = serde_json::json!({
        "run": "20261122T120000Z-0a1b2c3d", "by": by, "at": "2026-11-22T12:00:01Z", "nonce": "0",
    });
    let folder = fixture.path("stores/production/_weir/schedule/production/people/main");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("20261122T120000Z-0001.json");
    std::fs::write(file, claim.to_string()).unwrap();
}

async fn newest_outcome(fixture: &Fixture) -> Option<Outcome> {
    let newest = schedule::newest(&fixture.weir(), JOB, &context()).await;
    let newest = newest.unwrap().unwrap();
    assert_eq!(newest.due, due("2026-11-22T12:00:00Z"));
    newest.outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn who_claims_a_due_time_and_dies_is_not_waited_for() {
    let fixture = Fixture::new(PEOPLE);
    let mut dead = weir_store::this_process();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    dead.pid = child.id();
    child.wait().unwrap();
    claimed(&fixture, &dead);
    assert_eq!(newest_outcome(&fixture).await, Some(Outcome::Interrupted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claimed_run_that_could_not_be_recorded_is_waited_for_until_its_deadline() {
    let fixture = Fixture::new(PEOPLE);
    claimed(&fixture, &weir_store::this_process());
    assert_eq!(newest_outcome(&fixture).await, None);
    fixture.clock.set("2026-11-25T12:00:00Z");
    assert_eq!(newest_outcome(&fixture).await, Some(Outcome::Interrupted));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_was_cut_off_is_none_that_failed() {
    let fixture = Fixture::new(PEOPLE);
    let mut dead = weir_store::this_process();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    dead.pid = child.id();
    child.wait().unwrap();
    claimed(&fixture, &dead);
    std::fs::remove_file(fixture.path("production-people.db")).unwrap();
    let selection = Selection::parse(JOB, false);
    for (attempt, failures) in [(2, 1), (3, 2)] {
        let options = scheduled("2026-11-22T12:00:00Z", attempt);
        fixture.run_with(&selection, &options).await;
        let newest = schedule::newest(&fixture.weir(), JOB, &context()).await;
        let newest = newest.unwrap().unwrap();
        assert_eq!((newest.attempt, newest.failures), (attempt, failures));
    }
}
