//! Drills: a backup recovered into a scratch copy, proven and thrown away.

use crate::fixture::{Fixture, PEOPLE, context};
use std::path::PathBuf;
use std::sync::Arc;
use weir_engine::{Cancel, Context, Observer};
use weir_model::error::Kind;
use weir_model::event::{Checkpoint, Event};
use weir_model::run::Outcome;
use weir_pipeline::drill::{DrillReport, drill};
use weir_pipeline::status::{StatusReport, Verdict, status};
use weir_pipeline::{Choice, Selection, history};

/// A context whose folder for scratch files is the fixture's own.
fn in_scratch(fixture: &Fixture, mut context: Context) -> Context {
    let scratch = fixture.path("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    context.scratch = scratch;
    context
}

async fn drilled(fixture: &Fixture, job: &str, choice: &Choice, context: Context) -> DrillReport {
    let context = in_scratch(fixture, context);
    drill(&fixture.weir(), job, None, choice, &context)
        .await
        .unwrap()
}

async fn production(fixture: &Fixture) -> DrillReport {
    drilled(fixture, "production/people", &Choice::Newest, context()).await
}

fn assert_nothing_in_scratch(fixture: &Fixture) {
    let left: Vec<_> = std::fs::read_dir(fixture.path("scratch"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Every file at and beside the live copy.
fn live_files(fixture: &Fixture) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(fixture.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

async fn recoverable(fixture: &Fixture) -> (Verdict, String) {
    let report: StatusReport = status(&fixture.weir(), None, &context()).await.unwrap();
    let question = &report.questions[0];
    let causes = question.exceptions.iter().map(|found| found.cause.clone());
    let told = question.facts.iter().cloned().chain(causes);
    (question.verdict, told.collect::<Vec<_>>().join("\n"))
}

fn damage(fixture: &Fixture) {
    let (part, mut bytes) = fixture
        .all_bytes("stores/production")
        .into_iter()
        .find(|(path, _)| path.ends_with("database.sqlite.zst"))
        .unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(part, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_proven_and_recorded_and_the_live_copy_never_hears_of_it() {
    let fixture = Fixture::new(PEOPLE);
    let backup = fixture.run_well("production").await;
    fixture.clock.set("2026-11-22T14:00:00Z");
    let before = live_files(&fixture);
    // An application has the live copy for itself.
    let live = rusqlite::Connection::open(fixture.path("production-people.db")).unwrap();
    live.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let report = production(&fixture).await;
    live.execute_batch("ROLLBACK").unwrap();
    drop(live);

    assert!(report.run.first_error().is_none(), "{report:?}");
    let proven = &report.drills[0];
    assert_eq!(
        Some(&proven.backup),
        backup.jobs[0].steps[0].backup.as_ref()
    );
    assert_eq!(proven.data_as_of, "2026-11-22T12:00:00Z".parse().unwrap());
    assert_eq!(proven.rows, 100);
    assert!(proven.recovery_seconds > 0.0);
    assert_eq!(live_files(&fixture), before);
    assert_nothing_in_scratch(&fixture);

    let job = &report.run.jobs[0];
    let run = history::run_record(&fixture.weir(), &job.run, &context())
        .await
        .unwrap();
    assert_eq!(run.started.verb, "drill");
    assert_eq!(run.ended.unwrap().outcome, Outcome::Succeeded);
    let step = &run.steps[0];
    assert_eq!(step.operation, "drill");
    assert_eq!(step.backup.as_ref(), Some(&proven.backup));
    let took = step.ended.duration_since(step.began).as_secs_f64();
    assert!((took - proven.recovery_seconds).abs() < 1e-6, "{took}");
    let log = history::log(&fixture.weir(), &job.run, &context())
        .await
        .unwrap();
    assert!(
        log.iter()
            .any(|line| line.contains("drop the scratch copy"))
    );
    assert!(!log.iter().any(|line| line.contains("swap")), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_is_a_proof_for_what_nothing_downstream_restores() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let (_, told) = recoverable(&fixture).await;
    assert!(told.contains("never proven"), "{told}");
    production(&fixture).await;
    fixture.clock.set("2026-11-22T14:30:00Z");
    let (verdict, told) = recoverable(&fixture).await;
    assert_eq!(verdict, Verdict::Good);
    assert!(told.contains("last proven by a drill 2 h"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_fails_the_drill_and_status_says_so_until_one_succeeds() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    damage(&fixture);
    let report = production(&fixture).await;
    assert_eq!(report.run.first_error().unwrap().kind(), Kind::Corrupt);
    assert!(report.drills.is_empty());
    let step = &report.run.jobs[0].steps[0];
    assert_eq!(step.outcome, Outcome::Failed);
    assert!(step.backup.is_some(), "which one must be told");
    assert_nothing_in_scratch(&fixture);
    let (verdict, told) = recoverable(&fixture).await;
    assert_eq!(verdict, Verdict::Notice);
    assert!(told.contains("its last drill failed"), "{told}");
    assert!(told.contains("never proven"), "{told}");

    fixture.clock.set("2026-11-22T15:00:00Z");
    fixture.run_well("production").await;
    production(&fixture).await;
    let (verdict, told) = recoverable(&fixture).await;
    assert_eq!(verdict, Verdict::Good, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_backup_can_be_drilled_by_time_and_by_name() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.fill("production-people.db", 7);
    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    let at = Choice::At("2026-11-22T12:30:00Z".parse().unwrap());
    let by_time = drilled(&fixture, "production/people", &at, context()).await;
    assert_eq!(by_time.drills[0].rows, 100);
    let (_, key) = by_time.drills[0].backup.split_once(':').unwrap();
    let named = Choice::Named(key.to_owned());
    let by_name = drilled(&fixture, "production/people", &named, context()).await;
    assert_eq!(by_name.drills[0].rows, 100);
    assert_eq!(production(&fixture).await.drills[0].rows, 7);
}

/// Asks for a stop as soon as a state is reached.
struct StopAt(Checkpoint, Cancel);

impl Observer for StopAt {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Checkpoint { checkpoint } if *checkpoint == self.0) {
            self.1.cancel();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_stopped_at_any_state_leaves_no_raw_copy() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let states = [
        Checkpoint::ShadowCreated,
        Checkpoint::RowsLoaded,
        Checkpoint::ReadBack,
        Checkpoint::ScriptsRun,
    ];
    for state in states {
        let cancel = Cancel::default();
        let observer = Arc::new(StopAt(state, cancel.clone()));
        let context = Context::new(observer).with_cancel(cancel);
        let report = drilled(&fixture, "production/people", &Choice::Newest, context).await;
        let job = &report.run.jobs[0];
        assert_eq!(job.outcome, Outcome::Interrupted, "{state:?}");
        let run = history::run_record(&fixture.weir(), &job.run, &crate::fixture::context())
            .await
            .unwrap();
        assert_eq!(run.ended.unwrap().outcome, Outcome::Interrupted);
        assert_nothing_in_scratch(&fixture);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_drill_has_left_goes_with_the_next_or_with_healing() {
    use std::os::unix::fs::DirBuilderExt as _;
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let context = in_scratch(&fixture, context());
    let left = context
        .scratch
        .join("weir-drill-20261122T120000Z-0a1b2c3d-1");
    let leave = || {
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&left)
            .unwrap();
        std::fs::write(left.join("scratch.db.weir-shadow"), "raw").unwrap();
    };
    leave();
    production(&fixture).await;
    assert!(!left.exists());
    leave();
    for (dry_run, stays) in [(true, true), (false, false)] {
        let selection = Selection::parse("production/people", false);
        weir_pipeline::heal::heal(&fixture.weir(), &selection, dry_run, &context)
            .await
            .unwrap();
        assert_eq!(left.exists(), stays);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_in_an_environment_of_its_own_is_drilled_from_its_own_backup() {
    let fixture = Fixture::new(PEOPLE);
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
    let report = drilled(&fixture, "integration/people", &Choice::Newest, context()).await;
    let proven = &report.drills[0];
    assert!(proven.backup.starts_with("integration:"), "{proven:?}");
    assert_eq!(proven.rows, 90);
    let none = drilled(
        &fixture,
        "staging/people",
        &Choice::At("2001-01-01T00:00:00Z".parse().unwrap()),
        context(),
    )
    .await;
    assert_eq!(none.run.first_error().unwrap().kind(), Kind::NoBackup);
    assert_nothing_in_scratch(&fixture);
}

/// One app that is drilled by a job of its own.
const DRILLED: &str = r#"apps:
  people:
    engine: sqlite
    database: people
    only: [production]
    jobs:
      main: {}
      drill: {operations: [drill], schedule: "0 12 * * 6"}
"#;

async fn drill_job(fixture: &Fixture) -> weir_pipeline::JobReport {
    let context = in_scratch(fixture, context());
    let selection = Selection::parse("production/people/drill", false);
    let options = weir_pipeline::RunOptions::default();
    let weir = fixture.weir();
    let report = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
    report.await.unwrap().jobs.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_is_a_job_proves_as_the_verb_does() {
    let fixture = Fixture::new(DRILLED);
    let backup = fixture.run_well("production/people/main").await;
    fixture.clock.set("2026-11-28T12:00:00Z");
    let before = live_files(&fixture);
    let job = drill_job(&fixture).await;
    assert!(job.error.is_none(), "{:?}", job.error);
    let [step] = job.steps.as_slice() else {
        panic!("{:?}", job.steps);
    };
    assert_eq!(step.operation, "drill");
    assert_eq!(step.backup, backup.jobs[0].steps[0].backup);
    assert_eq!(step.rows, 100);
    assert!(step.bytes > 0);
    // Measured: the clock of the test stands still.
    assert!(step.ended > step.began);
    assert_eq!(live_files(&fixture), before);
    assert_nothing_in_scratch(&fixture);
    let (verdict, told) = recoverable(&fixture).await;
    assert_eq!(verdict, Verdict::Good, "{told}");
    assert!(told.contains("last proven by a drill"), "{told}");

    damage(&fixture);
    fixture.clock.set("2026-12-05T12:00:00Z");
    let job = drill_job(&fixture).await;
    assert_eq!(job.error.unwrap().kind(), Kind::Corrupt);
    assert_eq!(job.steps[0].outcome, Outcome::Failed);
    assert_nothing_in_scratch(&fixture);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_drill_says_what_it_would_recover() {
    let fixture = Fixture::new(DRILLED);
    fixture.run_well("production/people/main").await;
    let selection = Selection::parse("production/people/drill", false);
    let options = weir_pipeline::RunOptions::default();
    let (weir, context) = (fixture.weir(), context());
    let plan = weir_pipeline::plan::plan(&weir, &selection, &options, &context);
    let step = plan.await.unwrap().jobs.remove(0).steps.remove(0);
    assert!(step.obstacle.is_none(), "{step:?}");
    assert_eq!(
        step.does,
        "recover production/people into a scratch copy, prove it and drop it"
    );
    assert!(!step.because.is_empty());
}
