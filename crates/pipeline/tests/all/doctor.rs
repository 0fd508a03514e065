//! What would stop a run is found before the night.

use crate::fixture::{Fixture, PEOPLE, context};
use std::time::{Duration, Instant};
use weir_pipeline::doctor::{self, Check, DoctorReport, Verdict};

pub(crate) async fn look(fixture: &Fixture, what: Option<&str>) -> DoctorReport {
    look_for(fixture, what, doctor::DEADLINE).await
}

/// Looks at another time than the machine's.
async fn look_at(fixture: &Fixture, what: &str, time: &str) -> DoctorReport {
    fixture.clock.set(time);
    let (weir, context) = (fixture.weir(), context());
    doctor::doctor(&weir, Some(what), doctor::DEADLINE, &context)
        .await
        .unwrap()
}

pub(crate) async fn look_for(
    fixture: &Fixture,
    what: Option<&str>,
    deadline: Duration,
) -> DoctorReport {
    // The stores' clock is the machine's.
    fixture.clock.set(&jiff::Timestamp::now().to_string());
    let weir = fixture.weir();
    doctor::doctor(&weir, what, deadline, &context())
        .await
        .unwrap()
}

pub(crate) fn found<'a>(
    report: &'a DoctorReport,
    place: &str,
    about: &str,
    words: &str,
) -> &'a Check {
    report
        .checks
        .iter()
        .find(|check| check.place == place && check.about == about && check.what.contains(words))
        .unwrap_or_else(|| panic!("no {about} of {place} with {words:?}: {:#?}", report.checks))
}

/// The same, that says what to do.
fn told<'a>(
    report: &'a DoctorReport,
    (place, about, words): (&str, &str, &str),
    verdict: Verdict,
) -> &'a Check {
    let check = found(report, place, about, words);
    assert_eq!(check.verdict, verdict, "{check:?}");
    assert!(
        check.fix.as_ref().is_some_and(|fix| !fix.is_empty()),
        "{check:?}"
    );
    check
}

pub(crate) fn failed<'a>(
    report: &'a DoctorReport,
    place: &str,
    about: &str,
    words: &str,
) -> &'a Check {
    told(report, (place, about, words), Verdict::Failure)
}

pub(crate) fn warned<'a>(
    report: &'a DoctorReport,
    place: &str,
    about: &str,
    words: &str,
) -> &'a Check {
    told(report, (place, about, words), Verdict::Warning)
}

pub(crate) fn worst(report: &DoctorReport) -> Vec<&Check> {
    let bad = report.checks.iter();
    bad.filter(|check| check.verdict >= Verdict::Warning)
        .collect()
}

async fn well(fixture: &Fixture) {
    fixture.clock.set(&jiff::Timestamp::now().to_string());
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
}

/// Keys and what is made by a test are open to the group at most.
pub(crate) fn close(fixture: &Fixture) {
    use std::os::unix::fs::PermissionsExt as _;
    for key in std::fs::read_dir(fixture.path("keys")).unwrap() {
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(key.unwrap().path(), mode).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_in_order_has_nothing_to_say_and_is_left_as_it_was() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    let before = fixture.all_bytes("");
    let report = look(&fixture, None).await;
    assert_eq!(report.exit_code(), 0, "{:#?}", worst(&report));
    assert!(worst(&report).is_empty(), "{:#?}", worst(&report));
    assert!(fixture.all_bytes("") == before, "something was changed");
    for (place, about, words) in [
        ("production", "secret", "signing in production"),
        ("production", "state", "a second writer is refused"),
        ("production", "clock", "agree"),
        ("production/people", "backup", "is whole"),
        ("production/people", "database", "can be read"),
        ("integration/people", "restore", "as sanitised data"),
        ("fleet", "clone", "no two of 3 databases"),
    ] {
        let words = if about == "database" {
            "is read by"
        } else {
            words
        };
        assert_eq!(found(&report, place, about, words).verdict, Verdict::Ok);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_night_missing_backups_are_no_failure() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    let report = look(&fixture, None).await;
    assert_eq!(report.exit_code(), 0, "{:#?}", worst(&report));
    warned(&report, "production", "store", "is not there yet");
    assert!(
        !fixture.path("stores").exists(),
        "looking must make no store"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_cannot_be_read_or_are_open_or_end_are_told() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    use std::os::unix::fs::PermissionsExt as _;
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(fixture.path("keys/masking"), open).unwrap();
    std::fs::remove_file(fixture.path("keys/staging")).unwrap();
    let report = look(&fixture, None).await;
    let masking = warned(&report, "integration", "secret", "by every user");
    assert!(masking.fix.as_ref().unwrap().starts_with("chmod 600 "));
    // The host has no secret of staging at all: that environment is not its business…
    let elsewhere = found(&report, "staging", "secret", "not readable from here");
    assert_eq!(elsewhere.verdict, Verdict::Note);
    assert_eq!(report.exit_code(), 0, "{:#?}", worst(&report));
    // …unless it is told that it is.
    let named = look(&fixture, Some("staging")).await;
    failed(&named, "staging", "secret", "keys/staging");
    assert_eq!(named.exit_code(), 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_soon_is_told_and_never_shown() {
    let mut fixture = Fixture::new(PEOPLE);
    close(&fixture);
    let soon = jiff::Timestamp::now().as_second() + 3 * 86_400 + 60;
    use base64::Engine as _;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = claims.encode(format!("{{\"exp\":{soon}}}"));
    let token = format!("e30.{claims}.c2lnbmF0dXJl");
    fixture.write("keys/password", &token);
    close(&fixture);
    fixture.config = fixture.config.replace(
        "defaults:\n",
        "defaults:\n  password: {file: keys/password}\n",
    );
    let report = look(&fixture, Some("production/people")).await;
    warned(&report, "production", "secret", "ends in 3 days");
    assert!(!format!("{report:?}").contains(&claims));
    let late = look_at(&fixture, "production", "2036-01-01T00:00:00Z").await;
    failed(&late, "production", "secret", "ended on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_hangs_fails_alone_and_in_time() {
    let mut fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    fixture.config = fixture.config.replace(
        "defaults:\n",
        "defaults:\n  password: {command: [sleep, \"600\"]}\n",
    );
    let began = Instant::now();
    let report = look_for(&fixture, Some("production"), Duration::from_secs(1)).await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    failed(
        &report,
        "production",
        "secret",
        "command sleep 600 did not give it in time",
    );
    let others = found(&report, "production", "state", "a second writer is refused");
    assert_eq!(others.verdict, Verdict::Ok);
    let database = found(&report, "production/people", "database", "not looked at");
    assert_eq!(database.verdict, Verdict::Note);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_told() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    let early = jiff::Timestamp::now() - Duration::from_secs(600);
    let report = look_at(&fixture, "production", &early.to_string()).await;
    warned(&report, "production", "clock", "behind that of");
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_that_are_one_are_named() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    std::fs::remove_file(fixture.path("integration-people.db")).unwrap();
    std::os::unix::fs::symlink(
        fixture.path("production-people.db"),
        fixture.path("integration-people.db"),
    )
    .unwrap();
    let report = look(&fixture, None).await;
    let clone = failed(
        &report,
        "integration/people",
        "clone",
        "production/people and",
    );
    assert_eq!(clone.kind, Some("guard"));
    assert_eq!(report.exit_code(), 33);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_or_old_or_distrusted_backup_is_told() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    for (path, _) in fixture.all_bytes("stores/production") {
        if path.ends_with("database.sqlite.zst") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let report = look(&fixture, Some("production")).await;
    failed(&report, "production/people", "backup", "no whole backup");
    assert_eq!(report.exit_code(), 21);

    let late = jiff::Timestamp::now() + Duration::from_secs(3 * 86_400);
    let report = look_at(&fixture, "staging", &late.to_string()).await;
    warned(&report, "staging/people", "backup", "one is due every");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_backup_that_was_damaged_is_found_by_reading_it() {
    let fixture = Fixture::new(PEOPLE);
    close(&fixture);
    well(&fixture).await;
    for (path, mut bytes) in fixture.all_bytes("stores/production") {
        if path.ends_with("database.sqlite.zst") {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(path, bytes).unwrap();
        }
    }
    let report = look(&fixture, Some("production")).await;
    failed(
        &report,
        "production/people",
        "backup",
        "database.sqlite.zst",
    );
    assert_eq!(report.exit_code(), 22);
}
