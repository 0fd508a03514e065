//! Copies of upstream's backups for other recipients than upstream's own.

use crate::fixture::{ENVIRONMENTS, Fixture, PEOPLE, context};
use weir_config::OperationKind;
use weir_model::error::{Error, Kind};
use weir_model::run::Outcome;
use weir_pipeline::plan::Plan;
use weir_pipeline::{RunOptions, RunReport, Selection};
use weir_store::{Identities, NewIdentity};

const COPIES: &str = "stores/copies/production";

fn identity() -> NewIdentity {
    Identities::generate("2026-11-22T12:00:00Z".parse().unwrap())
}

/// Staging copies production's backups for `readers`, and reads with the key in `keys/age`.
fn copying(readers: &NewIdentity, recipients: &str) -> Fixture {
    let replica = format!(
        "    upstream: production\n    replica: {{store: {COPIES}, recipients: [\"{}\"]}}\n    \
         identity: {{file: keys/age}}\n",
        readers.recipient
    );
    let environments = ENVIRONMENTS
        .replacen("    upstream: production\n", &replica, 1)
        .replacen(
            "    store: stores/production\n",
            &format!("    store: stores/production\n{recipients}"),
            1,
        );
    let apps = PEOPLE.replace(
        "staging: {transform: staging.sql}",
        "staging: {transform: staging.sql, operations: [replicate, restore, transform, backup]}",
    );
    let fixture = Fixture::with_environments(&environments, &apps);
    fixture.write("keys/age", readers.file.as_str());
    fixture
}

async fn replicate(fixture: &Fixture) -> RunReport {
    let options = RunOptions {
        operations: Some(vec![OperationKind::Replicate]),
        ..RunOptions::default()
    };
    let selection = Selection::parse("staging/people", false);
    fixture.run_with(&selection, &options).await
}

async fn plan(fixture: &Fixture) -> Plan {
    let (weir, selection) = (fixture.weir(), Selection::parse("staging/people", false));
    let (options, context) = (RunOptions::default(), context());
    let plan = weir_pipeline::plan::plan(&weir, &selection, &options, &context);
    plan.await.unwrap()
}

fn kind(report: &RunReport) -> Option<Kind> {
    report.first_error().map(Error::kind)
}

#[tokio::test]
async fn staging_copies_for_its_own_key_and_restores_from_the_copy() {
    let readers = identity();
    let fixture = copying(&readers, "");
    fixture.run_well("production").await;
    let plan = plan(&fixture).await;
    let because = plan.jobs[0].steps[0].because.join("\n");
    assert!(because.contains(&readers.recipient), "{because}");
    assert!(because.contains("signed by this environment"), "{because}");

    let report = fixture.run_well("staging").await;
    let steps = &report.jobs[0].steps;
    assert_eq!(
        steps[0].backup, steps[1].backup,
        "what was copied is restored"
    );
    let copies = fixture.all_bytes(COPIES);
    let parts = copies
        .iter()
        .filter(|(path, _)| path.extension().is_none_or(|ending| ending != "json"));
    for (path, bytes) in parts {
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"), "{path:?}");
    }
    // What is there is proven, and nothing is written.
    let again = replicate(&fixture).await;
    assert_eq!(kind(&again), None);
    assert!(fixture.all_bytes(COPIES) == copies);
    // What came through the copy is known as any other.
    fixture.run_well("integration").await;
}

#[tokio::test]
async fn a_key_that_reads_no_original_is_found_before_anything_is_copied() {
    let (producer, readers) = (identity(), identity());
    let recipients = format!("    recipients: [\"{}\"]\n", producer.recipient);
    let fixture = copying(&readers, &recipients);
    fixture.run_well("production").await;
    let plan = plan(&fixture).await;
    assert_eq!(plan.first_obstacle().unwrap().kind, Kind::Secret.slug());
    assert_eq!(kind(&replicate(&fixture).await), Some(Kind::Secret));
    assert!(!fixture.path(COPIES).exists());

    let both = format!("{}{}", producer.file.as_str(), readers.file.as_str());
    fixture.write("keys/age", &both);
    fixture.run_well("staging").await;
}

#[tokio::test]
async fn a_copy_for_a_key_that_was_replaced_since_stays_until_the_next_backup() {
    let (old, new) = (identity(), identity());
    let mut fixture = copying(&old, "");
    fixture.run_well("production").await;
    assert_eq!(kind(&replicate(&fixture).await), None);
    fixture.config = fixture.config.replace(&old.recipient, &new.recipient);
    let report = replicate(&fixture).await;
    let error = report.first_error().unwrap();
    assert_eq!(error.kind(), Kind::Config, "{error}");
    assert!(error.cause().contains(&old.recipient), "{error}");

    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production").await;
    assert_eq!(kind(&replicate(&fixture).await), None);
}

/// A mark counts in a copy as it does in the original, and never for more.
#[tokio::test]
async fn a_mark_counts_in_a_copy_that_was_encrypted_anew() {
    let readers = identity();
    let replica = format!(
        "    upstream: staging\n    replica: {{store: {COPIES}, recipients: [\"{}\"]}}\n    \
         identity: {{file: keys/age}}\n",
        readers.recipient
    );
    let masking = "    masking_key: {file: keys/masking}\n";
    let trusts = "    trusts: [\"PRODUCTION\"]\n";
    let environments = ENVIRONMENTS
        .replace(masking, "")
        .replacen(trusts, &format!("{trusts}{masking}"), 1)
        .replacen("    upstream: staging\n", &replica, 1);
    let apps = "apps:
  people:
    engine: sqlite
    database: people
    in:
      staging: {sanitise: rules.yaml}
      integration: {operations: [replicate, restore]}
";
    for trusted in [true, false] {
        let environments = match trusted {
            true => environments.clone(),
            false => environments.replace("[\"STAGING\"]", "[\"PRODUCTION\"]"),
        };
        let fixture = Fixture::with_environments(&environments, apps);
        fixture.write("keys/age", readers.file.as_str());
        fixture.run_well("production").await;
        fixture.run_well("staging").await;
        let report = fixture.run("integration").await;
        assert_eq!(report.jobs[0].steps[0].outcome, Outcome::Succeeded);
        assert_eq!(kind(&report), (!trusted).then_some(Kind::Untrusted));
    }
}
