//! Groups of which one job fails, or does not come: none of their live copies is touched.

use crate::fixture::{Fixture, context};
use crate::groups::{PAIR, fill, live, pair};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_model::run::Outcome;
use weir_pipeline::{RunOptions, RunReport, Selection, run};
use weir_testkit::observe::Probe;

/// A fleet whose staging is of one moment, and whose production has gone on.
async fn gone_on(apps: &str) -> Fixture {
    let fixture = pair(apps, 10);
    fixture.run_well("production").await;
    fixture.run_well("staging/@publishing").await;
    fill(&fixture, 20);
    fixture.clock.set("2026-11-22T12:10:00Z");
    fixture.run_well("production").await;
    fixture.clock.set("2026-11-22T12:20:00Z");
    fixture
}

async fn run_watched(fixture: &Fixture, selection: &str, probe: Probe) -> RunReport {
    let (weir, options) = (fixture.weir(), RunOptions::default());
    let selection = Selection::parse(selection, false);
    let context = Arc::new(probe).context();
    let report = run::run(&weir, "run", &selection, &options, &context).await;
    report.unwrap()
}

fn causes(report: &RunReport) -> Vec<String> {
    let errors = report.jobs.iter().map(|job| job.error.as_ref());
    errors.map(|error| error.unwrap().to_string()).collect()
}

fn no_shadows(fixture: &Fixture) {
    for app in ["audit", "forms"] {
        let shadow = fixture.path(&format!("staging-{app}.db.weir-shadow"));
        assert!(!shadow.exists(), "{app}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_leaves_every_live_copy_of_its_group_as_it_was() {
    let fixture = gone_on(PAIR).await;
    let broken = PAIR.replace(
        "forms, group",
        "forms, in: {staging: {transform: forms.sql}}, group",
    );
    let config = fixture.config.replace(PAIR, &broken);
    fixture.write("forms.sql", "DELETE FROM nothing_of_this_name;\n");
    let fixture = Fixture { config, ..fixture };
    let report = fixture.run("staging/@publishing").await;
    let told = causes(&report);
    assert!(told[0].contains("without staging/forms"), "{told:?}");
    assert!(told[1].contains("forms.sql"), "{told:?}");
    assert_eq!(live(&fixture), ["10", "10"]);
    no_shadows(&fixture);
    // The backup of each comes after its restore.
    let steps = report.jobs.iter().flat_map(|job| &job.steps);
    let backups = steps.filter(|step| step.operation == "backup");
    assert!(backups.clone().count() == 2);
    assert!(
        backups
            .into_iter()
            .all(|step| step.outcome == Outcome::Skipped)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_fails_takes_back_those_before_it_and_says_what_is_where() {
    let fixture = gone_on(PAIR).await;
    let shadow = fixture.path("staging-forms.db.weir-shadow");
    let probe = Probe::default().at(Checkpoint::Swapped, move || {
        let _ = std::fs::remove_file(&shadow);
    });
    let report = run_watched(&fixture, "staging/@publishing", probe).await;
    assert_eq!(live(&fixture), ["10", "10"]);
    for told in causes(&report) {
        assert!(
            told.contains("staging/audit: as it was, rolled back"),
            "{told}"
        );
        assert!(told.contains("staging/forms: as it was"), "{told}");
    }
    no_shadows(&fixture);
    fixture.run_well("staging/@publishing").await;
    assert_eq!(live(&fixture), ["20", "20"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_cannot_be_taken_back_is_told() {
    let kept = PAIR.replace("audit, group", "audit, previous: none, group");
    let fixture = gone_on(&kept).await;
    let shadow = fixture.path("staging-forms.db.weir-shadow");
    let probe = Probe::default().at(Checkpoint::Swapped, move || {
        let _ = std::fs::remove_file(&shadow);
    });
    let report = run_watched(&fixture, "staging/@publishing", probe).await;
    assert_eq!(live(&fixture), ["20", "10"]);
    for told in causes(&report) {
        assert!(told.contains("staging/audit: the new copy of"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_never_comes_is_waited_for_until_the_deadline() {
    let hooked = "hooks: {backup: {before: [{command: [sleep, \"60\"]}]}}";
    let slow = PAIR
        .replace(
            "forms, group",
            &format!("forms, deadline: 60s, {hooked}, group"),
        )
        .replace("audit, group", "audit, deadline: 2s, group");
    let fixture = pair(&slow, 10);
    let began = Instant::now();
    let report = run_watched(&fixture, "production/@publishing", Probe::default()).await;
    let kinds: Vec<Kind> = report
        .jobs
        .iter()
        .map(|job| job.error.as_ref().unwrap().kind())
        .collect();
    assert_eq!(kinds, [Kind::Deadline, Kind::Deadline]);
    let _ = began.elapsed() < Duration::from_secs(50);
    let stored = fixture.all_bytes("stores/production");
    assert!(
        !stored
            .iter()
            .any(|(path, _)| path.ends_with("manifest.json"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_of_different_moments_are_refused_with_their_names() {
    let fixture = gone_on(PAIR).await;
    fixture.run_well("production/audit").await;
    let report = fixture.run("staging/@publishing").await;
    for job in &report.jobs {
        let error = job.error.as_ref().unwrap();
        assert_eq!(error.kind(), Kind::NoBackup);
        let told = error.to_string();
        assert!(
            told.contains("production:audit-sqlite/2026-11-22T122000Z-audit"),
            "{told}"
        );
        assert!(
            told.contains("production:forms-sqlite/2026-11-22T121000Z-forms"),
            "{told}"
        );
        let hint = error.hint_text().unwrap();
        assert!(hint.contains("weir run production/@publishing"), "{hint}");
    }
    assert_eq!(live(&fixture), ["10", "10"]);
    no_shadows(&fixture);
    // Each alone may still be restored.
    fixture.run_well("staging/audit").await;
    fixture.clock.set("2026-11-22T12:30:00Z");
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    assert_eq!(live(&fixture), ["20", "20"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_finds_a_target_taken_begins_no_work() {
    let fixture = gone_on(PAIR).await;
    let weir = fixture.weir();
    let jobs = ["staging/audit", "staging/forms"]
        .map(|job| (job.to_owned(), RunOptions::default(), context()));
    let (one, other) = tokio::join!(
        run::run_group(&weir, "run", &jobs),
        run::run_group(&weir, "run", &jobs),
    );
    let outcomes = [one.unwrap(), other.unwrap()].map(|reports| {
        let errors = reports
            .into_iter()
            .map(|report| report.error.map(|error| error.kind()));
        errors.collect::<Vec<_>>()
    });
    let refused = vec![Some(Kind::Locked), Some(Kind::Locked)];
    assert!(outcomes.contains(&vec![None, None]), "{outcomes:?}");
    assert!(outcomes.contains(&refused), "{outcomes:?}");
    assert_eq!(live(&fixture), ["20", "20"]);
}
