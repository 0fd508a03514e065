//! What a restore refuses, with the live copy as it was.

use crate::fixture::{ENVIRONMENTS, Fixture, PEOPLE, context};
use weir_model::error::Kind;
use weir_model::sanitising::State;
use weir_pipeline::RunOptions;

async fn refused(fixture: &Fixture, selection: &str) -> (Kind, String) {
    let report = fixture.run(selection).await;
    let error = report.first_error().expect("must be refused");
    (error.kind(), format!("{error:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_onto_its_own_source_is_refused() {
    let fixture = Fixture::new(
        "apps:
  people:
    engine: sqlite
    database: people
    only: [production, staging]
    in: {staging: {url: \"sqlite:keys/../production-people.db\", operations: [restore]}}
",
    );
    fixture.run_well("production").await;
    let before = fixture.all_bytes("production-people.db");
    let (kind, text) = refused(&fixture, "staging/people").await;
    assert_eq!(kind, Kind::Guard, "{text}");
    assert!(text.contains("own source"), "{text}");
    assert_eq!(before, fixture.all_bytes("production-people.db"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hard_link_or_symbolic_link_to_the_source_is_still_the_source() {
    for link in [
        std::fs::hard_link::<_, _> as fn(_, _) -> _,
        std::os::unix::fs::symlink,
    ] {
        let fixture = Fixture::new(PEOPLE);
        fixture.run_well("production").await;
        link(
            fixture.path("production-people.db"),
            fixture.path("staging-people.db"),
        )
        .unwrap();
        let (kind, text) = refused(&fixture, "staging/people").await;
        assert_eq!(kind, Kind::Guard, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_data_does_not_enter_an_environment_that_takes_only_clean_data() {
    let fixture = Fixture::new("apps:\n  people: {engine: sqlite, database: people}\n");
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    let (kind, text) = refused(&fixture, "integration/people").await;
    assert_eq!(kind, Kind::Guard, "{text}");
    assert!(text.contains("sanitise"), "{text}");
    assert!(!fixture.path("integration-people.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_counts_until_its_date() {
    let fixture = Fixture::new(
        "apps:
  people:
    engine: sqlite
    database: people
    in: {integration: {vouched: {by: Ada, until: 2026-11-30, why: a trial}}}
",
    );
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fixture.run_well("integration").await;
    fixture.clock.set("2026-12-01T03:00:00Z");
    let (kind, text) = refused(&fixture, "integration/people").await;
    assert_eq!(kind, Kind::Guard, "{text}");
    assert!(text.contains("2026-11-30"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanitised_mark_counts_only_under_a_trusted_signature() {
    // Staging sanitises; integration takes it as it is, if it trusts staging.
    let apps = "apps:
  people:
    engine: sqlite
    database: people
    in: {staging: {sanitise: rules.yaml}}
";
    let trusting = ENVIRONMENTS.replace(
        "    signing_key: {file: keys/staging}",
        "    signing_key: {file: keys/staging}\n    masking_key: {file: keys/masking}",
    );
    let fixture = Fixture::with_environments(&trusting, apps);
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
    for unsure in [
        trusting.replace("    trusts: [\"STAGING\"]\n", ""),
        trusting.replace("    signing_key: {file: keys/staging}\n", ""),
    ] {
        let fixture = Fixture::with_environments(&unsure, apps);
        fixture.run_well("production").await;
        fixture.run_well("staging").await;
        let (kind, text) = refused(&fixture, "integration/people").await;
        assert_eq!(kind, Kind::Untrusted, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclassified_column_stops_the_run_before_data_moves() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fixture.run_well("integration").await;
    let database = rusqlite::Connection::open(fixture.path("production-people.db")).unwrap();
    database
        .execute_batch("ALTER TABLE users ADD COLUMN phone TEXT")
        .unwrap();
    drop(database);
    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    let before = fixture.all_bytes("integration-people.db");
    let (kind, text) = refused(&fixture, "integration/people").await;
    assert_eq!(kind, Kind::Sanitise, "{text}");
    assert!(text.contains("phone"), "{text}");
    assert_eq!(before, fixture.all_bytes("integration-people.db"));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_rows_after_the_scripts_keep_the_old_copy() {
    let fixture = Fixture::new(
        "apps:
  people:
    engine: sqlite
    database: people
    only: [production, staging]
    expect: {users: {min: 95}}
    in: {staging: {transform: staging.sql}}
",
    );
    fixture.run_well("production").await;
    let (kind, text) = refused(&fixture, "staging/people").await;
    assert_eq!(kind, Kind::Verify, "{text}");
    assert!(text.contains("90 rows") && text.contains("95"), "{text}");
    assert!(!fixture.path("staging-people.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hops_down_production_is_still_a_source() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    std::os::unix::fs::symlink(
        fixture.path("production-people.db"),
        fixture.path("integration-people.db"),
    )
    .unwrap();
    let before = fixture.all_bytes("production-people.db");
    let (kind, text) = refused(&fixture, "integration/people").await;
    assert_eq!(kind, Kind::Guard, "{text}");
    assert_eq!(before, fixture.all_bytes("production-people.db"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_stamped_elsewhere_was_not_born_here() {
    let fixture = Fixture::new(
        "apps:
  people:
    engine: sqlite
    database: people
    in: {integration: {data: own}}
",
    );
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    fixture.fill("integration-people.db", 3);
    let own = fixture.run_well("integration").await;
    assert_eq!(own.jobs[0].steps[0].sanitising, Some(State::Own));
    // Somebody copies staging's file over it.
    std::fs::copy(
        fixture.path("staging-people.db"),
        fixture.path("integration-people.db"),
    )
    .unwrap();
    fixture.clock.set("2026-11-22T13:00:00Z");
    let copied = fixture.run_well("integration").await;
    assert_eq!(copied.jobs[0].steps[0].sanitising, Some(State::Raw));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_does_not_bring_back_a_copy_nobody_cleaned() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    // What was there before Weir came.
    fixture.fill("integration-people.db", 7);
    fixture.run_well("integration").await;
    let weir = fixture.weir();
    let refused = weir_pipeline::rollback::rollback(
        &weir,
        "integration/people",
        &RunOptions::default(),
        &context(),
    )
    .await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Guard);
    let count = fixture.query("integration-people.db", "SELECT count(*) FROM users");
    assert_eq!(count, "90");
}
