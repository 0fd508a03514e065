//! Taking up where an earlier run stopped: what is done is not repeated, what is not certain is.

use crate::fixture::{Fixture, PEOPLE, context};
use crate::stopping::stopped_at;
use weir_model::event::Checkpoint;
use weir_model::run::{Outcome, Step};
use weir_pipeline::holds::{self, NewHold};
use weir_pipeline::plan::{self, Plan};
use weir_pipeline::{JobReport, RunOptions, Selection, history};

/// A fleet whose staging job was stopped with its new copy live and no backup of it.
async fn stopped_after_swap() -> (Fixture, JobReport) {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.clock.set("2026-11-22T12:10:00Z");
    let stopped = stopped_at(&fixture, "staging/people", Checkpoint::Swapped).await;
    assert_eq!(stopped.outcome, Outcome::Interrupted);
    assert_eq!(live_run(&fixture), stopped.run);
    fixture.clock.set("2026-11-22T12:20:00Z");
    (fixture, stopped)
}

/// The run that put staging's live copy there, by its stamp.
pub(crate) fn live_run(fixture: &Fixture) -> String {
    let stamp = fixture.query("staging-people.db", "SELECT stamp FROM _weir_stamp");
    let stamp: serde_json::Value = serde_json::from_str(&stamp).unwrap();
    stamp["run"].as_str().unwrap().to_owned()
}

fn done_by(steps: &[Step]) -> Vec<(&str, Option<&str>)> {
    steps
        .iter()
        .map(|step| (step.operation.as_str(), step.done_by.as_deref()))
        .collect()
}

async fn planned(fixture: &Fixture, selection: &Selection, options: &RunOptions) -> Plan {
    plan::plan(&fixture.weir(), selection, options, &context())
        .await
        .unwrap()
}

/// Starts over: nothing of an earlier run is taken over.
fn assert_from_the_beginning(fixture: &Fixture, job: &JobReport) {
    assert!(job.error.is_none(), "{:?}", job.error);
    assert!(
        job.steps.iter().all(|step| step.done_by.is_none()),
        "{:?}",
        job.steps
    );
    assert_eq!(live_run(fixture), job.run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_has_swapped_is_not_repeated_because_its_backup_failed() {
    let (fixture, stopped) = stopped_after_swap().await;
    // A newer backup upstream does not matter before the deadline.
    fixture.run_well("production").await;
    let job = fixture.run_well("staging").await.jobs.remove(0);
    let by = Some(stopped.run.as_str());
    assert_eq!(
        done_by(&job.steps),
        [("restore", by), ("transform", by), ("backup", None)]
    );
    assert_eq!(live_run(&fixture), stopped.run, "nothing was swapped");
    let (before, after) = (&stopped.steps[0], &job.steps[0]);
    assert_eq!(
        (before.ended, before.rows, before.token, &before.backup),
        (after.ended, after.rows, after.token, &after.backup),
        "its own facts"
    );
    let record = history::run_record(&fixture.weir(), &job.run, &context())
        .await
        .unwrap();
    assert_eq!(record.started.continues.as_ref(), Some(&stopped.run));
    assert_eq!(record.ended.unwrap().outcome, Outcome::Succeeded);
    let log = history::log(&fixture.weir(), &job.run, &context())
        .await
        .unwrap();
    assert!(
        log.iter()
            .any(|line| line.contains("not repeated") && line.contains(&stopped.run)),
        "{log:?}"
    );
    // That job is done: the next one is a night of its own.
    fixture.clock.set("2026-11-22T12:30:00Z");
    let next = fixture.run_well("staging").await.jobs.remove(0);
    assert_from_the_beginning(&fixture, &next);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_run_takes_over_what_the_first_did() {
    let (fixture, first) = stopped_after_swap().await;
    let second = stopped_at(&fixture, "staging/people", Checkpoint::PartsStored).await;
    assert_eq!(second.outcome, Outcome::Interrupted);
    fixture.clock.set("2026-11-22T12:30:00Z");
    let third = fixture.run_well("staging").await.jobs.remove(0);
    assert_eq!(third.continues.as_ref(), Some(&second.run));
    let by = Some(first.run.as_str());
    assert_eq!(
        done_by(&third.steps),
        [("restore", by), ("transform", by), ("backup", None)]
    );
    assert_eq!(live_run(&fixture), first.run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_is_not_refreshed_by_taking_it_over() {
    let (fixture, stopped) = stopped_after_swap().await;
    fixture.run_well("staging").await;
    let status = fixture.all_bytes("stores/staging/_weir/status/staging");
    let status: serde_json::Value = serde_json::from_slice(&status[0].1).unwrap();
    let entries = status["entries"].as_array().unwrap();
    let restore = entries
        .iter()
        .find(|entry| entry["last"]["operation"] == "restore")
        .unwrap();
    assert_eq!(restore["run"], stopped.run);
    assert_eq!(restore["last_success"]["ended"], "2026-11-22T12:10:00Z");
    assert!(restore["success_before"].is_null(), "{restore}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_start_repeats_everything() {
    let (fixture, _) = stopped_after_swap().await;
    let options = RunOptions {
        from_start: true,
        ..RunOptions::default()
    };
    let selection = Selection::parse("staging/people", false);
    let job = fixture.run_with(&selection, &options).await.jobs.remove(0);
    assert_from_the_beginning(&fixture, &job);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_another_run_put_there_since_is_replaced() {
    let (fixture, _) = stopped_after_swap().await;
    let weir = fixture.weir();
    let (selection, options) = (
        Selection::parse("staging/people", false),
        RunOptions {
            operations: Some(vec![weir_config::OperationKind::Restore]),
            ..RunOptions::default()
        },
    );
    let restored = weir_pipeline::run::run(&weir, "restore", &selection, &options, &context())
        .await
        .unwrap();
    assert!(restored.first_error().is_none());
    let job = fixture.run_well("staging").await.jobs.remove(0);
    assert_from_the_beginning(&fixture, &job);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_rolled_back_is_restored_again() {
    let (fixture, first) = stopped_after_swap().await;
    let weir = fixture.weir();
    fixture.run_well("staging").await;
    fixture.clock.set("2026-11-22T12:30:00Z");
    let stopped = stopped_at(&fixture, "staging/people", Checkpoint::Swapped).await;
    assert_eq!(live_run(&fixture), stopped.run);
    weir_pipeline::rollback::rollback(&weir, "staging/people", &RunOptions::default(), &context())
        .await
        .unwrap();
    assert_eq!(live_run(&fixture), first.run);
    let job = fixture.run_well("staging").await.jobs.remove(0);
    assert_from_the_beginning(&fixture, &job);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_changed_or_whose_time_is_over_starts_at_the_beginning() {
    for (what, clock) in [
        ("a script", "2026-11-22T12:20:00Z"),
        ("the deadline", "2026-11-23T00:11:00Z"),
        ("the schedule", "2026-11-22T13:01:00Z"),
    ] {
        let (mut fixture, _) = stopped_after_swap().await;
        match what {
            "a script" => fixture.write("staging.sql", "DELETE FROM users WHERE id > 50;\n"),
            "the deadline" => fixture.config = fixture.config.replace("0 1 * * *", "0 5 * * *"),
            _ => fixture.config = fixture.config.replace("0 1 * * *", "0 13 * * *"),
        }
        fixture.clock.set(clock);
        let job = fixture.run_well("staging").await.jobs.remove(0);
        assert_from_the_beginning(&fixture, &job);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_very_run_has_backed_up_goes_downstream() {
    let (fixture, _) = stopped_after_swap().await;
    fixture.fill("production-people.db", 200);
    let selection = Selection::parse("production/people", true);
    let planned = planned(&fixture, &selection, &RunOptions::default()).await;
    assert!(planned.jobs[1].steps[0].done_by.is_none());
    let report = fixture.run_with(&selection, &RunOptions::default()).await;
    assert_from_the_beginning(&fixture, &report.jobs[1]);
    assert_eq!(
        fixture.query("staging-people.db", "SELECT count(*) FROM users"),
        "180"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_would_not_be_repeated() {
    let (fixture, stopped) = stopped_after_swap().await;
    let selection = Selection::parse("staging/people", false);
    let mut options = RunOptions::default();
    let steps = planned(&fixture, &selection, &options)
        .await
        .jobs
        .remove(0)
        .steps;
    let by: Vec<Option<&str>> = steps.iter().map(|step| step.done_by.as_deref()).collect();
    let run = Some(stopped.run.as_str());
    assert_eq!(by, [run, run, None]);
    assert!(steps[0].because[0].contains("--from-start"), "{steps:?}");

    options.from_start = true;
    let steps = planned(&fixture, &selection, &options)
        .await
        .jobs
        .remove(0)
        .steps;
    assert!(steps.iter().all(|step| step.done_by.is_none()), "{steps:?}");
}

/// Two databases in one job.
const TWO: &str = r#"apps:
  two:
    engine: sqlite
    databases: [people, orders]
    only: [production, staging]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn one_failed_database_leaves_out_its_own_chain_downstream_and_is_all_that_is_repeated() {
    let fixture = Fixture::new(TWO);
    let selection = Selection::parse("production/two", true);
    let report = fixture.run_with(&selection, &RunOptions::default()).await;
    let (upstream, downstream) = (&report.jobs[0], &report.jobs[1]);
    assert_eq!(upstream.outcome, Outcome::Failed, "orders is not there");
    let outcomes = |job: &JobReport| -> Vec<(String, Outcome)> {
        let steps = job.steps.iter();
        steps
            .map(|step| (step.database.clone(), step.outcome))
            .collect()
    };
    let expected = [
        ("people", Outcome::Succeeded),
        ("people", Outcome::Succeeded),
        ("orders", Outcome::Skipped),
        ("orders", Outcome::Skipped),
    ];
    assert_eq!(
        outcomes(downstream),
        expected.map(|(database, outcome)| (database.to_owned(), outcome))
    );
    let why = downstream.steps[2].failure.as_ref().unwrap();
    assert!(why.cause.contains("production/two"), "{why:?}");

    fixture.fill("production-orders.db", 5);
    fixture.clock.set("2026-11-22T12:10:00Z");
    let again = fixture.run_with(&selection, &RunOptions::default()).await;
    assert!(again.first_error().is_none(), "{:?}", again.first_error());
    for (before, after) in [(upstream, &again.jobs[0]), (downstream, &again.jobs[1])] {
        for step in &after.steps {
            let by = (step.database == "people").then_some(&before.run);
            assert_eq!(step.done_by.as_ref(), by, "{step:?}");
        }
    }
}

/// While its restore is held nobody looks whether the copy is still the one that was backed up.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_held_restore_a_backup_is_made_anew() {
    let fixture = Fixture::new(TWO);
    let down = Selection::parse("production/two", true);
    fixture.run_with(&down, &RunOptions::default()).await;
    fixture.fill("production-orders.db", 5);
    fixture.clock.set("2026-11-22T12:10:00Z");
    fixture.run_well("production/two").await;
    let hold = NewHold {
        place: "staging/two".to_owned(),
        operation: Some("restore".to_owned()),
        owner: "alice".to_owned(),
        reason: "penetration test".to_owned(),
        until: "2026-11-24T12:00:00Z".parse().unwrap(),
    };
    let weir = fixture.weir();
    holds::place(&weir, hold, &context()).await.unwrap();
    let staging = Selection::parse("staging/two", false);
    let planned = planned(&fixture, &staging, &RunOptions::default()).await;
    let planned = planned.jobs[0].steps.iter();
    let mut planned = planned.filter(|step| step.operation == "backup");
    assert!(planned.all(|step| step.done_by.is_none()));
    let job = fixture.run("staging/two").await.jobs.remove(0);
    let backup = job.steps.iter().find(|step| step.operation == "backup");
    let backup = backup.unwrap();
    assert_eq!(
        (backup.database.as_str(), &backup.done_by),
        ("people", &None)
    );
    assert_eq!(backup.outcome, Outcome::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_left_out_leaves_a_record_and_a_plan_says_so_before() {
    let fixture = Fixture::new(PEOPLE);
    std::fs::remove_file(fixture.path("production-people.db")).unwrap();
    let selection = Selection::parse("production/people", true);
    let options = RunOptions::default();
    let planned = planned(&fixture, &selection, &options).await;
    assert!(planned.jobs[0].steps[0].obstacle.is_some());
    for job in &planned.jobs[1..] {
        for step in &job.steps {
            assert!(
                step.left_out.is_some() && step.obstacle.is_none(),
                "{step:?}"
            );
        }
    }
    let report = fixture.run_with(&selection, &options).await;
    for job in &report.jobs[1..] {
        assert_eq!(job.outcome, Outcome::Skipped);
        let record = history::run_record(&fixture.weir(), &job.run, &context())
            .await
            .unwrap();
        let ended = record.ended.unwrap();
        assert_eq!(ended.outcome, Outcome::Skipped);
        assert!(ended.failure.unwrap().cause.contains("left out"));
        assert!(
            record
                .steps
                .iter()
                .all(|step| step.outcome == Outcome::Skipped)
        );
    }
}
