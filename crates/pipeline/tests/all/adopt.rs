//! Dumps that others made, taken into a store and restored from it.

use crate::fixture::{ENVIRONMENTS, Fixture, PEOPLE, context};
use std::path::{Path, PathBuf};
use weir_engine::Context;
use weir_model::error::{Error, Kind};
use weir_model::event::{Checkpoint, Event};
use weir_model::identity::Identity;
use weir_model::manifest::Proof;
use weir_model::run::Outcome;
use weir_model::sanitising::State;
use weir_pipeline::adopt::{AdoptReport, Foreign};
use weir_pipeline::{Choice, Selection, drill, plan};

/// What an operator says of a dump of another server's database.
fn foreign(file: PathBuf, taken_at: &str) -> Foreign {
    Foreign {
        files: vec![file],
        taken_at: Some(taken_at.parse().unwrap()),
        source: Identity::default().with("path", "db-1:/srv/people.db"),
        database: None,
    }
}

/// A copy of a database of the fixture, as `.backup` makes it.
fn copy(fixture: &Fixture, name: &str) -> PathBuf {
    let copy = fixture.path("copy.db");
    rusqlite::Connection::open(fixture.path(name))
        .unwrap()
        .backup("main", &copy, None::<fn(rusqlite::backup::Progress)>)
        .unwrap();
    copy
}

async fn adopt(fixture: &Fixture, address: &str, foreign: &Foreign) -> Result<AdoptReport, Error> {
    weir_pipeline::adopt::adopt(&fixture.weir(), address, foreign, false, &context()).await
}

async fn adopted(fixture: &Fixture, foreign: &Foreign) -> String {
    let report = adopt(fixture, "production/people", foreign).await.unwrap();
    assert!(report.run.first_error().is_none(), "{report:?}");
    report.adopted.unwrap().backup.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_dump_is_a_raw_backup_that_is_restored_and_drilled() {
    let fixture = Fixture::new(PEOPLE);
    let dump = foreign(
        copy(&fixture, "production-people.db"),
        "2026-11-20T23:00:00Z",
    );
    let backup = adopted(&fixture, &dump).await;
    assert_eq!(backup, "production:people-sqlite/2026-11-20T230000Z-people");

    let weir = fixture.weir();
    let shown = weir_pipeline::backups::show(&weir, &backup, &context())
        .await
        .unwrap();
    let manifest = shown.manifest;
    assert_eq!(manifest.proof, Proof::Adopted);
    assert_eq!(manifest.sanitising.state, State::Raw);
    assert_eq!((manifest.lineage, manifest.identity), (None, dump.source));
    assert_eq!(
        (manifest.created, manifest.data_as_of),
        (dump.taken_at.unwrap(), dump.taken_at.unwrap())
    );

    let selection = Selection::parse("staging/people", false);
    let planned = plan::plan(&weir, &selection, &Default::default(), &context()).await;
    let because = planned.unwrap().jobs[0].steps[0].because.join("\n");
    assert!(
        because.contains("adopted: others made it from path db-1:"),
        "{because}"
    );
    fixture.run_well("staging/people").await;
    let rows = fixture.query("staging-people.db", "SELECT count(*) FROM users");
    assert_eq!(rows, "90");
    let drilled = drill::drill(
        &weir,
        "production/people",
        None,
        &Choice::Newest,
        &context(),
    )
    .await;
    assert_eq!(drilled.unwrap().drills[0].rows, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_the_target_itself_is_never_restored_onto_it() {
    let fixture = Fixture::new(PEOPLE);
    fixture.fill("staging-people.db", 7);
    let weir = fixture.weir();
    let file = copy(&fixture, "staging-people.db");
    let dump = foreign(file, "2026-11-20T23:00:00Z");
    let unnamed = Foreign {
        source: Identity::default(),
        ..dump.clone()
    };
    let error = adopt(&fixture, "staging/people", &unnamed)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Usage, "{error:?}");
    // The hint names the database configured there: an operator pastes it.
    let hint = error.hint_text().unwrap();
    let fact = hint.split("--source path=").nth(1).unwrap();
    let path = fact.split_whitespace().next().unwrap();
    let own = Foreign {
        source: Identity::default().with("path", path),
        ..dump
    };
    adopted(&fixture, &own).await;
    let report = fixture.run("staging/people").await;
    let error = report.first_error().unwrap();
    assert_eq!(error.kind(), Kind::Guard, "{error:?}");
    drop(weir);
    assert_eq!(
        fixture.query("staging-people.db", "SELECT count(*) FROM users"),
        "7"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_for_clean_data_takes_an_adopted_dump_only_through_rules() {
    let direct = ENVIRONMENTS.replace("upstream: staging", "upstream: production");
    let direct = direct.replace("trusts: [\"STAGING\"]", "trusts: [\"PRODUCTION\"]");
    for (rules, state) in [
        ("", None),
        ("{sanitise: rules.yaml}", Some(State::Sanitised)),
    ] {
        let apps = format!(
            "apps:\n  people: {{engine: sqlite, database: people, in: {{integration: {rules}}}}}\n"
        );
        let fixture = Fixture::with_environments(&direct, &apps.replace(": }", ": {}}"));
        let dump = foreign(
            copy(&fixture, "production-people.db"),
            "2026-11-20T23:00:00Z",
        );
        adopted(&fixture, &dump).await;
        let report = fixture.run("integration/people").await;
        let error = report.first_error().map(Error::kind);
        assert_eq!(error, state.is_none().then_some(Kind::Guard), "{report:?}");
        assert_eq!(report.jobs[0].steps[0].sanitising, state);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_dump_leaves_no_backup_and_a_failed_record() {
    let fixture = Fixture::new(PEOPLE);
    let file = copy(&fixture, "production-people.db");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 4096]).unwrap();
    let dump = foreign(file, "2026-11-20T23:00:00Z");
    let report = adopt(&fixture, "production/people", &dump).await.unwrap();
    let error = report.run.first_error().unwrap();
    assert_eq!(error.kind(), Kind::Corrupt, "{error:?}");
    assert!(report.adopted.is_none());
    let step = &report.run.jobs[0].steps[0];
    assert_eq!(
        (step.operation.as_str(), step.outcome),
        ("adopt", Outcome::Failed)
    );
    assert_eq!(stored(&fixture), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_cannot_be_and_a_name_that_is_taken() {
    let fixture = Fixture::new(PEOPLE);
    let file = copy(&fixture, "production-people.db");
    for time in ["2026-11-22T12:00:01Z", "1969-12-31T23:59:59Z"] {
        let error = adopt(&fixture, "production/people", &foreign(file.clone(), time)).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{error:?}");
    }
    // A backup of this very second is there: the next one is free.
    fixture.run_well("production/people").await;
    let backup = adopted(&fixture, &foreign(file, "2026-11-22T12:00:00Z")).await;
    assert_eq!(backup, "production:people-sqlite/2026-11-22T120001Z-people");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_proves_the_dump_and_stores_nothing() {
    let fixture = Fixture::new(PEOPLE);
    let dump = foreign(
        copy(&fixture, "production-people.db"),
        "2026-11-20T23:00:00Z",
    );
    let weir = fixture.weir();
    let address = "production/people";
    let proven = weir_pipeline::adopt::adopt(&weir, address, &dump, true, &context()).await;
    let proven = proven.unwrap().adopted.unwrap();
    assert_eq!((proven.rows, proven.tables, proven.backup), (100, 1, None));
    std::fs::write(&dump.files[0], "no database").unwrap();
    let refused = weir_pipeline::adopt::adopt(&weir, address, &dump, true, &context()).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Corrupt);
    assert!(!fixture.path("stores/production").exists());
}

/// Stops the run once the parts are stored.
struct StopAtParts(weir_engine::Cancel);

impl weir_engine::Observer for StopAtParts {
    fn event(&self, event: &Event) {
        if matches!(
            event,
            Event::Checkpoint {
                checkpoint: Checkpoint::PartsStored
            }
        ) {
            self.0.cancel();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_that_is_stopped_leaves_nothing() {
    let fixture = Fixture::new(PEOPLE);
    let dump = foreign(
        copy(&fixture, "production-people.db"),
        "2026-11-20T23:00:00Z",
    );
    let cancel = weir_engine::Cancel::default();
    let observer = std::sync::Arc::new(StopAtParts(cancel.clone()));
    let context = Context::new(observer).with_cancel(cancel);
    let address = "production/people";
    let weir = fixture.weir();
    let report = weir_pipeline::adopt::adopt(&weir, address, &dump, false, &context).await;
    let run = report.unwrap().run;
    assert_eq!(run.jobs[0].outcome, Outcome::Interrupted);
    assert_eq!(stored(&fixture), Vec::<PathBuf>::new());
}

/// The objects in production's store, but for its state.
fn stored(fixture: &Fixture) -> Vec<PathBuf> {
    let files = fixture.all_bytes("stores/production").into_iter();
    let state = fixture.path("stores/production/_weir");
    let files = files.map(|(path, _)| path);
    files
        .filter(|path: &PathBuf| !Path::starts_with(path, &state))
        .collect()
}
