//! Whether what was encrypted can be read by somebody, found before the night.

use crate::doctor::{failed, found, look};
use crate::fixture::{ENVIRONMENTS, Fixture, PEOPLE};
use weir_store::{Identities, NewIdentity};

fn identity() -> NewIdentity {
    Identities::generate("2026-11-22T12:00:00Z".parse().unwrap())
}

/// Production encrypts to `written`; `readers` is what environments say of their identity.
fn encrypting(written: &NewIdentity, readers: [&str; 2]) -> Fixture {
    let [production, staging] = readers;
    let recipients = format!("    recipients: [\"{}\"]\n", written.recipient);
    let environments = ENVIRONMENTS
        .replacen(
            "    store: stores/production\n",
            &format!("    store: stores/production\n{recipients}{production}"),
            1,
        )
        .replacen(
            "    store: stores/staging\n",
            &format!("    store: stores/staging\n{staging}"),
            1,
        );
    let fixture = Fixture::with_environments(&environments, PEOPLE);
    fixture.write("keys/age", written.file.as_str());
    fixture.write("keys/another", identity().file.as_str());
    fixture
}

const OWN: &str = "    identity: {file: keys/age}\n";
const ANOTHERS: &str = "    identity: {file: keys/another}\n";

#[tokio::test]
async fn an_identity_that_reads_the_newest_backup_is_proven() {
    let fixture = encrypting(&identity(), [OWN, OWN]);
    fixture.run_well("production").await;
    let report = look(&fixture, None).await;
    found(&report, "production/people", "backup", "can be read");
    found(&report, "staging/people", "restore", "would be restored");
}

#[tokio::test]
async fn a_lost_key_and_anothers_key_are_said_before_the_night() {
    let lost = encrypting(&identity(), ["", ""]);
    lost.run_well("production").await;
    let report = look(&lost, Some("production")).await;
    let nobody = failed(
        &report,
        "production/people",
        "backup",
        "nobody here can read it",
    );
    assert_eq!(nobody.kind, Some("secret"));

    let wrong = encrypting(&identity(), ["", ANOTHERS]);
    wrong.run_well("production").await;
    let report = look(&wrong, Some("staging")).await;
    let other = failed(&report, "staging/people", "restore", "");
    assert_eq!(other.kind, Some("secret"));
}
