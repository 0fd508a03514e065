//! The history goes once it is old, but for what something refers to; and how far a run is.

use crate::fixture::{Fixture, PEOPLE, context};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use weir_model::run::{Ended, Outcome, RunProgress, Started};
use weir_pipeline::history::{self, RunFilter};
use weir_pipeline::holds::{self, NewHold};
use weir_pipeline::prune::{HistoryReport, prune_history};
use weir_pipeline::{Engines, RunOptions, Selection, Settings, Weir};
use weir_testkit::s3::S3Server;
use weir_testkit::s3_faults::{Fault, Operation, Rule, When};

const JOB: &str = "production/people";
const STATE: &str = "stores/production/_weir";

/// Runs at its due time, as the schedule does.
async fn run_at(fixture: &Fixture, time: &str) -> Started {
    fixture.clock.set(time);
    let options = RunOptions {
        due: Some(time.parse().unwrap()),
        attempt: 1,
        ..RunOptions::default()
    };
    let selection = Selection::parse(JOB, false);
    let report = fixture.run_with(&selection, &options).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let run = history::run_record(&fixture.weir(), &report.jobs[0].run, &context()).await;
    run.unwrap().started
}

fn folder(fixture: &Fixture, run: &str) -> PathBuf {
    let day = format!("{}-{}-{}", &run[..4], &run[4..6], &run[6..8]);
    fixture.path(STATE).join("runs").join(day).join(run)
}

/// A copy of a run's first record, with another id.
fn copy_start(fixture: &Fixture, started: &Started, run: &str) -> PathBuf {
    let folder = folder(fixture, run);
    std::fs::create_dir_all(&folder).unwrap();
    let copy = Started {
        run: run.to_owned(),
        ..started.clone()
    };
    let record = serde_json::to_vec(&copy).unwrap();
    std::fs::write(folder.join("started.json"), record).unwrap();
    folder
}

async fn prune(fixture: &Fixture, dry_run: bool) -> HistoryReport {
    let weir = fixture.weir();
    let keep = weir.fleet().serve.keep_runs.value.duration();
    prune_history(&weir, "production", keep, dry_run, &context())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_needs_goes_and_what_something_refers_to_stays() {
    let fixture = Fixture::new(PEOPLE);
    let first = run_at(&fixture, "2026-01-01T23:00:00Z").await;
    let second = run_at(&fixture, "2026-01-02T23:00:00Z").await;
    let third = run_at(&fixture, "2026-01-03T23:00:00Z").await;
    let unfinished = copy_start(&fixture, &first, "20260102T230500Z-0a1b2c3d");
    let damaged = copy_start(&fixture, &first, "20260101T231000Z-0a1b2c3d");
    std::fs::write(damaged.join("started.json"), "{").unwrap();
    let half_gone = copy_start(&fixture, &first, "20260101T231500Z-0a1b2c3d");
    std::fs::rename(
        half_gone.join("started.json"),
        half_gone.join("log-1.jsonl"),
    )
    .unwrap();
    // The second is what the unfinished run continues.
    let continuing = Started {
        continues: Some(second.run.clone()),
        ..first.clone()
    };
    copy_start(&fixture, &continuing, "20260102T230500Z-0a1b2c3d");
    let new = NewHold {
        place: "production".to_owned(),
        operation: None,
        owner: "alice".to_owned(),
        reason: "a move".to_owned(),
        until: "2026-01-05T00:00:00Z".parse().unwrap(),
    };
    holds::place(&fixture.weir(), new, &context())
        .await
        .unwrap();

    fixture.clock.set("2026-06-30T00:00:00Z");
    let young = prune(&fixture, false).await;
    assert_eq!(
        (young.runs, young.claims, young.holds),
        (0, 0, 0),
        "{young:?}"
    );
    fixture.clock.set("2026-12-01T00:00:00Z");
    let before = fixture.all_bytes(STATE).len();
    for dry_run in [true, false] {
        let report = prune(&fixture, dry_run).await;
        assert_eq!(
            (report.runs, report.claims, report.holds),
            (2, 2, 1),
            "{report:?}"
        );
        let stays = &report.stays;
        assert_eq!(
            (stays.unfinished, stays.referred, stays.unreadable),
            (1, 2, 1),
            "{report:?}"
        );
        assert!(report.stopped.is_none());
        let untouched = fixture.all_bytes(STATE).len() == before;
        assert_eq!(untouched, dry_run);
    }
    for (path, there) in [
        (folder(&fixture, &first.run), false),
        (folder(&fixture, &second.run), true),
        (folder(&fixture, &third.run), true),
        (unfinished, true),
        (damaged, true),
        (half_gone, false),
    ] {
        let objects = std::fs::read_dir(&path).is_ok_and(|mut it| it.next().is_some());
        assert_eq!(objects, there, "{}", path.display());
    }
    let again = prune(&fixture, false).await;
    assert_eq!(
        (again.runs, again.claims, again.holds),
        (0, 0, 0),
        "{again:?}"
    );
    // One that cannot be read is told, and hides no other.
    let all = RunFilter {
        limit: 9,
        ..RunFilter::default()
    };
    let page = history::runs(&fixture.weir(), &all, &context())
        .await
        .unwrap();
    assert_eq!((page.runs.len(), page.unreadable.len()), (3, 1));
    assert!(page.unreadable[0].why.contains("started.json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_lets_nothing_be_removed_is_told_and_left() {
    let server = S3Server::start();
    let fixture = Fixture::in_buckets(&server);
    run_at(&fixture, "2026-01-01T23:00:00Z").await;
    run_at(&fixture, "2026-01-02T23:00:00Z").await;
    fixture.clock.set("2026-12-01T00:00:00Z");
    let refused = Fault::Refused {
        status: 403,
        code: "AccessDenied",
    };
    server
        .faults()
        .set(vec![Rule::new(Operation::Delete, When::Every, refused)]);
    let report = prune(&fixture, false).await;
    assert_eq!(report.runs, 0);
    let stopped = report.stopped.unwrap();
    assert!(!stopped.transient && stopped.kind == "store", "{stopped:?}");
    server.faults().heal();
    assert_eq!(prune(&fixture, false).await.runs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_by_how_they_ended_and_page_by_page() {
    let fixture = Fixture::new(PEOPLE);
    let mut runs = Vec::new();
    for day in ["01", "02", "03"] {
        runs.push(
            run_at(&fixture, &format!("2026-01-{day}T23:00:00Z"))
                .await
                .run,
        );
    }
    fixture.clock.set("2026-01-04T01:00:00Z");
    std::fs::remove_file(fixture.path("production-people.db")).unwrap();
    let failed = fixture.run(JOB).await.jobs.remove(0).run;
    let weir = fixture.weir();
    let of = async |filter: RunFilter| {
        let page = history::runs(&weir, &filter, &context()).await.unwrap();
        let ids: Vec<String> = page
            .runs
            .iter()
            .map(|run| run.started.run.clone())
            .collect();
        (ids, page.next)
    };
    let two = RunFilter {
        limit: 2,
        ..RunFilter::default()
    };
    let (page, next) = of(two.clone()).await;
    assert_eq!(page, [failed.clone(), runs[2].clone()]);
    let (page, next) = of(RunFilter {
        before: next,
        ..two.clone()
    })
    .await;
    assert_eq!(page, [runs[1].clone(), runs[0].clone()]);
    let (page, next) = of(RunFilter {
        before: next,
        ..two.clone()
    })
    .await;
    assert!(page.is_empty() && next.is_none());
    let (page, _) = of(RunFilter {
        ending: Some(history::Ending::Ended(Outcome::Failed)),
        app: Some("people".to_owned()),
        ..two
    })
    .await;
    assert_eq!(page, [failed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_a_run_is_can_be_read_while_it_works_and_its_tables_afterwards() {
    let fixture = Fixture::new(PEOPLE);
    let fleet = weir_config::parse(&fixture.config, "weir.yaml", fixture.path("")).unwrap();
    let settings = Settings {
        clock: Arc::clone(&fixture.clock) as _,
        progress_every: Duration::from_millis(1),
        ..Settings::default()
    };
    let weir = Weir::new(fleet, Engines::built_in(), settings);
    let selection = Selection::parse(JOB, false);
    let report =
        weir_pipeline::run::run(&weir, "run", &selection, &RunOptions::default(), &context()).await;
    let job = report.unwrap().jobs.remove(0);
    let tables = &job.steps[0].tables;
    assert_eq!((tables[0].name.as_str(), tables[0].rows), ("users", 100));
    let folder = folder(&fixture, &job.run);
    let told = std::fs::read(folder.join("progress.json")).unwrap();
    let told: RunProgress = serde_json::from_slice(&told).unwrap();
    assert!(told.step >= 1 && told.step <= told.steps && !told.does.is_empty());
    let ended = history::run_record(&weir, &job.run, &context())
        .await
        .unwrap();
    assert!(ended.progress.is_none(), "it has ended");
    let record: Ended =
        serde_json::from_slice(&std::fs::read(folder.join("ended.json")).unwrap()).unwrap();
    assert_eq!(record.outcome, Outcome::Succeeded);
    std::fs::remove_file(folder.join("ended.json")).unwrap();
    let working = history::run_record(&weir, &job.run, &context())
        .await
        .unwrap();
    assert_eq!(working.progress, Some(told.clone()));
    std::fs::write(folder.join("progress.json"), "{ half").unwrap();
    let working = history::run_record(&weir, &job.run, &context())
        .await
        .unwrap();
    assert!(working.progress.is_none() && working.unreadable.is_none());
}
