//! SIGKILL of a process that restores a group: what it leaves is mended.

use crate::fixture::{Fixture, context};
use crate::groups::{PAIR, fill, live, pair};
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use weir_model::event::Checkpoint;
use weir_pipeline::heal::heal;
use weir_pipeline::rollback::rollback;
use weir_pipeline::{RunOptions, Selection};
use weir_testkit::observe::Probe;

const FOLDER: &str = "WEIR_TEST_FOLDER";
const STATE: &str = "WEIR_TEST_STATE";

#[test]
#[ignore = "the other process of the tests below"]
fn victim() {
    let folder = std::path::PathBuf::from(std::env::var(FOLDER).unwrap());
    let state: Checkpoint = serde_json::from_str(&std::env::var(STATE).unwrap()).unwrap();
    let fixture = Fixture::join(&folder);
    fixture.clock.set("2026-11-22T12:10:00Z");
    let probe = Arc::new(Probe::default().kill_at(state));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (weir, options) = (fixture.weir(), RunOptions::default());
    let selection = Selection::parse("staging/@publishing", false);
    let context = probe.context();
    let ran = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
    let report = runtime.block_on(ran);
    panic!("{state:?} was passed nowhere: {report:?}");
}

/// A fleet whose staging holds an older moment than production's newest, and whose process dies at
/// `state`.
async fn killed_at(state: Checkpoint) -> Fixture {
    let fixture = pair(PAIR, 10);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fill(&fixture, 20);
    fixture.clock.set("2026-11-22T12:05:00Z");
    fixture.run_well("production").await;
    fixture.write("weir.yaml", &fixture.config);
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "groups_killed::victim"])
        .env(FOLDER, fixture.path(""))
        .env(STATE, serde_json::to_string(&state).unwrap())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.signal(), Some(9), "{state:?}: {told}");
    fixture.clock.set("2026-11-22T12:20:00Z");
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_swapped_without_the_rest_is_rolled_back() {
    let selection = Selection::parse("staging", false);
    for state in [
        Checkpoint::Verified,
        Checkpoint::Swapping,
        Checkpoint::Swapped,
    ] {
        let fixture = killed_at(state).await;
        let half = state == Checkpoint::Swapped;
        let left = if half { ["20", "10"] } else { ["10", "10"] };
        assert_eq!(live(&fixture), left, "{state:?}");
        for (dry_run, found) in [(true, half), (false, half), (false, false)] {
            let healing = heal(&fixture.weir(), &selection, dry_run, &context())
                .await
                .unwrap();
            let actions = healing.healed.iter().flat_map(|target| &target.actions);
            let told: Vec<&String> = actions.filter(|line| line.contains("without")).collect();
            assert_eq!(!told.is_empty(), found, "{state:?}, {dry_run}: {told:?}");
            assert!(healing.healed.iter().all(|target| target.failure.is_none()));
        }
        assert_eq!(live(&fixture), ["10", "10"], "{state:?}");
        fixture.run_well("staging").await;
        assert_eq!(live(&fixture), ["20", "20"], "{state:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_run_of_the_group_mends_first() {
    let fixture = killed_at(Checkpoint::Swapped).await;
    // It cannot restore: the newest backups are of different moments.
    fixture.run_well("production/forms").await;
    let report = fixture.run("staging/@publishing").await;
    assert!(report.first_error().is_some());
    assert_eq!(live(&fixture), ["10", "10"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_was_rolled_back_on_purpose_stays_so() {
    let fixture = pair(PAIR, 10);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fill(&fixture, 20);
    fixture.clock.set("2026-11-22T12:05:00Z");
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    let (weir, options) = (fixture.weir(), RunOptions::default());
    rollback(&weir, "staging/audit", &options, &context())
        .await
        .unwrap();
    assert_eq!(live(&fixture), ["10", "20"]);
    let staging = Selection::parse("staging", false);
    let healing = heal(&weir, &staging, false, &context()).await.unwrap();
    let actions = healing.healed.iter().flat_map(|target| &target.actions);
    assert_eq!(actions.count(), 0);
    assert_eq!(live(&fixture), ["10", "20"]);
}
