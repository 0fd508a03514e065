//! Publishing as it is planned, watched, interrupted and cleaned up after.

use crate::doctor::{found, look, warned};
use crate::fixture::{Fixture, context};
use crate::publish::{fleet, live, publish, published};
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use weir_model::event::Checkpoint;
use weir_pipeline::backups;
use weir_pipeline::prune::prune;
use weir_pipeline::status::status;
use weir_pipeline::verify::{self, Shelf};
use weir_pipeline::{Choice, RunOptions, Selection};
use weir_store::Identities;
use weir_testkit::observe::Probe;

const FOLDER: &str = "WEIR_TEST_FOLDER";
const STATE: &str = "WEIR_TEST_STATE";
const JOB: &str = "WEIR_TEST_JOB";

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
    let selection = Selection::parse(&std::env::var(JOB).unwrap(), false);
    let context = probe.context();
    let ran = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
    let report = runtime.block_on(ran);
    panic!("{state:?} was passed nowhere: {report:?}");
}

async fn kill_at(fixture: &Fixture, job: &str, state: Checkpoint) {
    fixture.write("weir.yaml", &fixture.config);
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "publish_watched::victim"])
        .env(FOLDER, fixture.path(""))
        .env(JOB, job)
        .env(STATE, serde_json::to_string(&state).unwrap())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.signal(), Some(9), "{state:?}: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_killed_publishing_left_counts_as_nothing_and_is_removed() {
    let states = [
        Checkpoint::Claimed,
        Checkpoint::PartsStored,
        Checkpoint::ManifestStored,
    ];
    for state in states {
        for mut fixture in [fleet(), live()] {
            if fixture.config.contains("[backup, publish]") {
                // Only the publishing is killed, not the backup before it.
                fixture.config = fixture.config.replace(
                    "{operations: [backup, publish], sanitise: rules.yaml}",
                    "{sanitise: rules.yaml, jobs: {main: {operations: [publish]}, \
                     raw: {operations: [backup], schedule: by-hand}}}",
                );
                fixture.run_well("production/people/raw").await;
            }
            let job = if fixture.config.contains("by-hand") {
                "production/people/main"
            } else {
                "production/people"
            };
            kill_at(&fixture, job, state).await;
            let whole = usize::from(state == Checkpoint::ManifestStored);
            let listed = published(&fixture).await;
            let counted = listed.iter().filter(|backup| backup.whole).count();
            assert_eq!(counted, whole, "{state:?}: {listed:?}");
            fixture.clock.set("2026-11-22T12:20:00Z");
            fixture.run_well(job).await;
            let listed = published(&fixture).await;
            assert_eq!(listed.len(), 1, "{state:?}: {listed:?}");
            assert!(listed[0].whole, "{state:?}");
            fixture.run_well("integration").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_would_be_published_and_changes_nothing() {
    let fixture = fleet();
    let plan = async || {
        let (weir, options, context) = (fixture.weir(), RunOptions::default(), context());
        let selection = Selection::parse("production/people", false);
        let plan = weir_pipeline::plan::plan(&weir, &selection, &options, &context);
        let mut plan = plan.await.unwrap();
        assert!(plan.first_obstacle().is_none(), "{plan:?}");
        plan.jobs.remove(0).steps.remove(1)
    };
    let first = plan().await;
    assert_eq!(first.operation, "publish");
    assert!(first.does.contains("stores/clean, sanitised"), "{first:?}");
    assert!(!fixture.path("stores/clean").exists());
    fixture.run_well("production").await;
    let again = plan().await.because.join("\n");
    assert!(
        again.contains("have published it already, as production/_clean:"),
        "{again}"
    );
    // What the rules do not cover is an obstacle.
    fixture.write("rules.yaml", "weir-rules: 1\ntables: {}\n");
    let (weir, options, context) = (fixture.weir(), RunOptions::default(), context());
    let selection = Selection::parse("production/people", false);
    let plan = weir_pipeline::plan::plan(&weir, &selection, &options, &context);
    let plan = plan.await.unwrap();
    assert_eq!(plan.first_obstacle().unwrap().kind, "sanitise");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_doctor_look_at_what_is_published() {
    let fixture = fleet();
    let facts = async || {
        let report = status(&fixture.weir(), None, &context()).await.unwrap();
        let due = report
            .questions
            .iter()
            .find(|question| question.id == "due");
        due.unwrap().facts.join("\n")
    };
    assert_eq!(facts().await, "production/people: nothing is published");
    let report = look(&fixture, Some("production")).await;
    warned(
        &report,
        "production/people",
        "publish",
        "nothing can be published yet",
    );

    fixture.clock.set(&jiff::Timestamp::now().to_string());
    fixture.run_well("production").await;
    assert!(
        facts()
            .await
            .starts_with("production/people: 1 backup published")
    );
    let report = look(&fixture, Some("production")).await;
    found(
        &report,
        "production",
        "clean store",
        "a second writer is refused",
    );
    found(&report, "production/people", "publish", "its rules fit");
    found(
        &report,
        "production/people",
        "publish",
        "its mark counts in integration",
    );
    assert_eq!(report.exit_code(), 0, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn published_backups_are_kept_for_as_long_as_the_clean_store_says() {
    let mut fixture = fleet();
    fixture.config = fixture.config.replace("keep: 14d", "keep: 2d");
    for day in 1..=6 {
        fixture.clock.set(&format!("2026-11-{day:02}T12:00:00Z"));
        fixture.run_well("production").await;
    }
    assert_eq!(published(&fixture).await.len(), 6);
    let report = prune(&fixture.weir(), "production", None, true, &context())
        .await
        .unwrap();
    assert!(report.run.first_error().is_none(), "{report:?}");
    let of = |published: bool| {
        let mut databases = report.databases.iter();
        databases
            .find(|found| found.published == published)
            .unwrap()
    };
    assert_eq!((of(false).goes.len(), of(false).younger), (0, 6));
    let gone = &of(true).goes;
    assert_eq!(gone.len(), 3, "{gone:?}");
    assert!(
        gone.iter()
            .all(|gone| gone.removed && gone.reference.starts_with("production/_clean:"))
    );
    assert_eq!(published(&fixture).await.len(), 3);
    let own = backups::list(&fixture.weir(), "production", None, &context()).await;
    assert_eq!(own.unwrap().len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_encrypted_to_its_own_recipients() {
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    let (raw, clean) = (Identities::generate(at), Identities::generate(at));
    let mut fixture = fleet();
    fixture.write("keys/raw", raw.file.as_str());
    fixture.write("keys/clean", clean.file.as_str());
    fixture.config = fixture
        .config
        .replace(
            "store: stores/clean,",
            &format!("store: stores/clean, recipients: [{}],", clean.recipient),
        )
        .replace(
            "    keep: 30d\n",
            &format!(
                "    keep: 30d\n    recipients: [{}]\n    identity: {{file: keys/raw}}\n",
                raw.recipient
            ),
        )
        .replace(
            "    reads: published\n",
            "    reads: published\n    identity: {file: keys/clean}\n",
        );
    fixture.run_well("production").await;
    let again = publish(&fixture).await;
    assert!(again.first_error().is_none());
    assert_eq!(published(&fixture).await.len(), 1);
    fixture.run_well("integration").await;
    let rows = fixture.query("integration-people.db", "SELECT count(*) FROM users");
    assert_eq!(rows, "100");
    // Who has only the key to the backups cannot read what is published.
    let read = async |shelf| {
        let (weir, choice, context) = (fixture.weir(), Choice::Newest, context());
        verify::verify(&weir, ("production/people", None), shelf, &choice, &context).await
    };
    assert_eq!(read(Shelf::Own).await.unwrap().len(), 1);
    let error = read(Shelf::Published).await.unwrap_err();
    assert_eq!(error.kind(), weir_model::error::Kind::Secret);
}
