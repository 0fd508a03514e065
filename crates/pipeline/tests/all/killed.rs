//! SIGKILL of the real process at every state a job passes, then the job again.

use crate::fixture::{Fixture, PEOPLE, context};
use crate::resume::live_run;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use weir_model::event::Checkpoint;
use weir_model::run::Outcome;
use weir_pipeline::heal::heal;
use weir_pipeline::history::{self, RunFilter};
use weir_pipeline::{RunOptions, Selection};
use weir_testkit::observe::Probe;

const FOLDER: &str = "WEIR_TEST_FOLDER";
const STATE: &str = "WEIR_TEST_STATE";

/// Runs staging's job in another process, which dies of SIGKILL at `state`; returns its run.
async fn kill_at(fixture: &Fixture, state: Checkpoint) -> String {
    fixture.write("weir.yaml", &fixture.config);
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "killed::victim"])
        .env(FOLDER, fixture.path(""))
        .env(STATE, serde_json::to_string(&state).unwrap())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.signal(), Some(9), "{state:?}: {told}");
    let filter = RunFilter {
        environment: Some("staging".to_owned()),
        limit: 1,
        ..RunFilter::default()
    };
    let mut runs = history::runs(&fixture.weir(), &filter, &context()).await;
    runs.as_mut().unwrap().runs.remove(0).started.run
}

#[test]
#[ignore = "the other process of the test below"]
fn victim() {
    let folder = std::path::PathBuf::from(std::env::var(FOLDER).unwrap());
    let state: Checkpoint = serde_json::from_str(&std::env::var(STATE).unwrap()).unwrap();
    let fixture = Fixture::join(&folder);
    fixture.clock.set("2026-11-22T12:10:00Z");
    let probe = Arc::new(Probe::default().kill_at(state));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (weir, options) = (fixture.weir(), RunOptions::default());
    let selection = Selection::parse("staging/people", false);
    let context = probe.context();
    let ran = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
    let report = runtime.block_on(ran);
    panic!("{state:?} was passed nowhere: {report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_done_when_the_process_was_killed_is_not_repeated() {
    for state in Checkpoint::ALL {
        let fixture = Fixture::new(PEOPLE);
        fixture.run_well("production").await;
        // Only a copy that is there already can be kept aside.
        fixture.fill("staging-people.db", 3);
        let killed = kill_at(&fixture, state).await;
        let backup = matches!(
            state,
            Checkpoint::Claimed
                | Checkpoint::SnapshotOpened
                | Checkpoint::PartsStored
                | Checkpoint::ManifestStored
        );
        let swapped = backup || state == Checkpoint::Swapped;
        fixture.clock.set("2026-11-22T12:20:00Z");
        let job = fixture.run_well("staging").await.jobs.remove(0);
        assert_eq!(job.continues.as_ref(), Some(&killed), "{state:?}");
        let by: Vec<Option<&String>> = job.steps.iter().map(|step| step.done_by.as_ref()).collect();
        let restored = swapped.then_some(&killed);
        let backed_up = (state == Checkpoint::ManifestStored).then_some(&killed);
        assert_eq!(by, [restored, restored, backed_up], "{state:?}");
        let live = if swapped { &killed } else { &job.run };
        assert_eq!(&live_run(&fixture), live, "{state:?}");
        let weir = fixture.weir();
        let backups = weir_pipeline::backups::list(&weir, "staging", None, &context()).await;
        let whole = backups.unwrap().iter().filter(|one| one.whole).count();
        assert_eq!(whole, 1, "{state:?}");
        let record = history::run_record(&weir, &killed, &context())
            .await
            .unwrap();
        assert_eq!(record.ended.unwrap().outcome, Outcome::Interrupted);
        let shadow = fixture.path("staging-people.db.weir-shadow");
        assert!(!shadow.exists(), "{state:?}");
        assert_eq!(
            fixture.query("staging-people.db", "SELECT count(*) FROM users"),
            "90"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn healing_closes_the_dead_run_and_says_until_when_it_is_continued() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let killed = kill_at(&fixture, Checkpoint::Swapped).await;
    fixture.clock.set("2026-11-22T12:20:00Z");
    let selection = Selection::parse("staging/people", false);
    for (dry_run, found) in [(true, 1), (false, 1), (false, 0)] {
        let healing = heal(&fixture.weir(), &selection, dry_run, &context()).await;
        let closed = healing.unwrap().closed;
        assert_eq!(closed.len(), found, "{closed:?}");
        for dead in closed {
            assert_eq!(dead.run, killed);
            // Its deadline, twelve hours after it began, comes before it is due again.
            let until: jiff::Timestamp = "2026-11-23T00:10:00Z".parse().unwrap();
            assert_eq!(dead.continued_until, Some(until));
        }
    }
    let job = fixture.run_well("staging").await.jobs.remove(0);
    assert_eq!(job.steps[0].done_by, Some(killed));
}
