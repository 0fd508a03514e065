//! Production → staging → integration, with what each hop does to the data.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_model::run::Outcome;
use weir_model::sanitising::State;
use weir_pipeline::{RunOptions, Selection};

#[tokio::test(flavor = "multi_thread")]
async fn data_flows_down_transformed_and_sanitised() {
    let fixture = Fixture::new(PEOPLE);
    let selection = Selection::parse("production/people", true);
    let report = fixture.run_with(&selection, &RunOptions::default()).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let steps: Vec<(String, String)> = report
        .jobs
        .iter()
        .flat_map(|job| {
            job.steps
                .iter()
                .map(|step| (job.environment.clone(), step.operation.clone()))
        })
        .collect();
    let expected = [
        ("production", "backup"),
        ("staging", "restore"),
        ("staging", "transform"),
        ("staging", "backup"),
        ("integration", "restore"),
        ("integration", "backup"),
    ];
    assert_eq!(
        steps,
        expected.map(|(environment, step)| (environment.to_owned(), step.to_owned()))
    );
    assert_eq!(
        fixture.query("staging-people.db", "SELECT count(*) FROM users"),
        "90"
    );
    assert_eq!(
        fixture.query("staging-people.db", "SELECT email FROM users WHERE id = 7"),
        "person7@real.example"
    );
    assert_eq!(
        fixture.query("integration-people.db", "SELECT count(*) FROM users"),
        "90"
    );
    let real = "SELECT count(*) FROM users WHERE email LIKE '%real%' OR name LIKE 'Real%'";
    assert_eq!(fixture.query("integration-people.db", real), "0");
    assert!(
        !fixture
            .all_bytes("integration-people.db")
            .iter()
            .any(|(_, bytes)| bytes.windows(12).any(|window| window == b"real.example"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_age_of_data_is_that_of_the_first_snapshot() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.clock.set("2026-11-23T01:00:00Z");
    fixture.run_well("staging").await;
    fixture.clock.set("2026-11-23T03:00:00Z");
    let report = fixture.run_well("integration").await;
    let backup = report.jobs[0].steps.last().unwrap();
    assert_eq!(backup.operation, "backup");
    assert_eq!(
        backup.data_as_of,
        Some("2026-11-22T12:00:00Z".parse().unwrap())
    );
    assert_eq!(backup.sanitising, Some(State::Sanitised));
    let weir = fixture.weir();
    let details = weir_pipeline::backups::show(&weir, backup.backup.as_ref().unwrap(), &context())
        .await
        .unwrap();
    let hops: Vec<String> = details
        .manifest
        .lineage
        .unwrap()
        .into_iter()
        .map(|hop| hop.environment)
        .collect();
    assert_eq!(hops, ["production", "staging"]);
    assert_eq!(
        details.manifest.sanitising.ruleset.unwrap().name,
        "rules.yaml"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_put_there_by_someone_else_has_no_lineage_and_is_raw() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fixture.run_well("integration").await;
    // Somebody copies production's file over the sanitised one.
    std::fs::copy(
        fixture.path("production-people.db"),
        fixture.path("integration-people.db"),
    )
    .unwrap();
    let weir = fixture.weir();
    let options = RunOptions {
        operations: Some(vec![weir_config::OperationKind::Backup]),
        ..RunOptions::default()
    };
    let selection = Selection::parse("integration/people", false);
    let report = weir_pipeline::run::run(&weir, "backup", &selection, &options, &context())
        .await
        .unwrap();
    assert_eq!(report.jobs[0].steps[0].sanitising, Some(State::Raw));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_database_failing_does_not_stop_the_others_and_fails_the_job() {
    let fixture = Fixture::new(
        "apps:\n  several: {engine: sqlite, databases: [people, absent, others], only: [production]}\n",
    );
    fixture.fill("production-others.db", 3);
    let report = fixture.run("production/several").await;
    let outcomes: Vec<(&str, Outcome)> = report.jobs[0]
        .steps
        .iter()
        .map(|step| (step.database.as_str(), step.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("people", Outcome::Succeeded),
            ("absent", Outcome::Failed),
            ("others", Outcome::Succeeded)
        ]
    );
    assert_eq!(report.jobs[0].outcome, Outcome::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_upstream_leaves_its_downstream_out() {
    let fixture = Fixture::new(PEOPLE);
    fixture.write("staging.sql", "DELETE FROM nowhere;");
    let selection = Selection::parse("production", true);
    let report = fixture.run_with(&selection, &RunOptions::default()).await;
    let outcomes: Vec<Outcome> = report.jobs.iter().map(|job| job.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Succeeded, Outcome::Failed, Outcome::Skipped]
    );
    assert!(
        !fixture.path("staging-people.db").exists(),
        "nothing half done is left"
    );
    assert!(!fixture.path("integration-people.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_puts_the_replaced_copy_back_and_can_be_undone() {
    let fixture = Fixture::new(PEOPLE);
    let count = || fixture.query("staging-people.db", "SELECT count(*) FROM users");
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fixture.fill("production-people.db", 20);
    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    assert_eq!(count(), "18");
    for expected in ["90", "18"] {
        let weir = fixture.weir();
        weir_pipeline::rollback::rollback(
            &weir,
            "staging/people",
            &RunOptions::default(),
            &context(),
        )
        .await
        .unwrap();
        assert_eq!(count(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_changes_nothing_and_says_what_a_run_would_do() {
    let fixture = Fixture::new(PEOPLE);
    let weir = fixture.weir();
    let selection = Selection::parse("production", true);
    let plan = weir_pipeline::plan::plan(&weir, &selection, &RunOptions::default(), &context())
        .await
        .unwrap();
    assert!(
        plan.first_obstacle().is_none(),
        "{:?}",
        plan.first_obstacle()
    );
    assert_eq!(
        plan.jobs.iter().map(|job| job.steps.len()).sum::<usize>(),
        6
    );
    assert!(!fixture.path("staging-people.db").exists());
    assert!(
        !fixture.path("stores").exists(),
        "a plan makes no folder either"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_names_its_target_and_puts_the_own_backup_back() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.fill("production-people.db", 1);
    let url = format!(
        "sqlite://{}",
        fixture.path("production-people.db").display()
    );
    let selection = Selection::parse("production/people", false);
    for (named, people) in [("sqlite:///elsewhere.db", "1"), (url.as_str(), "100")] {
        let options = RunOptions {
            operations: Some(vec![weir_config::OperationKind::Recover]),
            recover_onto: Some(named.to_owned()),
            ..RunOptions::default()
        };
        let report = fixture.run_with(&selection, &options).await;
        assert_eq!(
            report.first_error().is_some(),
            named != url,
            "{:?}",
            report.first_error()
        );
        let count = fixture.query("production-people.db", "SELECT count(*) FROM users");
        assert_eq!(count, people);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_previous_copy_goes_when_its_time_is_over() {
    for (kept, remains) in [("1s", false), ("24h", true)] {
        let fixture = Fixture::new(&format!(
            "apps:\n  people: {{engine: sqlite, database: people, only: [production, staging], previous: {kept}}}\n"
        ));
        fixture.run_well("production").await;
        fixture.run_well("staging").await;
        fixture.clock.set("2026-11-22T13:00:00Z");
        fixture.run_well("staging").await;
        let previous = fixture.path("staging-people.db.weir-previous");
        let made = std::fs::metadata(&previous).unwrap().modified().unwrap();
        let old = made - std::time::Duration::from_secs(3_600);
        std::fs::File::open(&previous)
            .unwrap()
            .set_modified(old)
            .unwrap();
        let options = RunOptions {
            operations: Some(vec![weir_config::OperationKind::Backup]),
            ..RunOptions::default()
        };
        let report = fixture
            .run_with(&Selection::parse("staging/people", false), &options)
            .await;
        assert!(report.first_error().is_none(), "{:?}", report.first_error());
        assert_eq!(previous.exists(), remains, "kept for {kept}");
    }
}
