//! The same where the stores are buckets: their rules, and servers that do not keep theirs.

use crate::doctor::{close, failed, found, look, look_for, warned, worst};
use crate::fixture::Fixture;
use std::time::{Duration, Instant};
use weir_pipeline::doctor::Verdict;
use weir_testkit::s3::S3Server;

/// The usual fleet with its stores in a bucket.
fn in_buckets(server: &S3Server) -> Fixture {
    let fixture = Fixture::in_buckets(server);
    close(&fixture);
    fixture
}

fn lifecycle(rules: &str) -> String {
    format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>")
}

fn rule(prefix: &str, more: &str) -> String {
    format!(
        "<Rule><ID>{prefix}all</ID><Status>Enabled</Status><Filter><Prefix>{prefix}</Prefix>\
         </Filter>{more}</Rule>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifecycle_is_held_against_what_is_configured() {
    const ABORT: &str = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2\
                         </DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    let server = S3Server::start();
    let fixture = in_buckets(&server);
    let expire = |days: u32| format!("<Expiration><Days>{days}</Days></Expiration>{ABORT}");
    let archive = "<Transition><Days>7</Days><StorageClass>GLACIER</StorageClass></Transition>";
    server.answer("object-lock", 404, "");
    server.answer("versioning", 200, "<VersioningConfiguration/>");
    // keep is 30 days and a backup is due each day.
    for (rules, verdict, words) in [
        (rule("", &expire(8)), Verdict::Failure, "`keep` is 30 d"),
        (
            rule("production/", &expire(0)),
            Verdict::Failure,
            "the next backup comes after",
        ),
        (
            rule("", &expire(40)),
            Verdict::Warning,
            "also removes the state",
        ),
        (rule("", ABORT), Verdict::Warning, "ever removes a backup"),
        (
            rule("staging/", &expire(40)),
            Verdict::Warning,
            "ever removes a backup",
        ),
        (
            rule("", &format!("{archive}{}", expire(40))),
            Verdict::Warning,
            "GLACIER after 7 days",
        ),
        (
            rule("", "<Expiration><Days>40</Days></Expiration>"),
            Verdict::Warning,
            "never finished",
        ),
        (
            rule("production/people-sqlite/", &expire(40)),
            Verdict::Warning,
            "ever removes a backup",
        ),
    ] {
        server.answer("lifecycle", 200, &lifecycle(&rules));
        let report = look(&fixture, Some("production")).await;
        let check = found(&report, "production", "lifecycle", words);
        assert_eq!(check.verdict, verdict, "{check:?}");
        let expected = if verdict == Verdict::Failure { 20 } else { 0 };
        assert_eq!(report.exit_code(), expected, "{:#?}", worst(&report));
    }
    server.answer(
        "lifecycle",
        404,
        "<Error><Code>NoSuchLifecycleConfiguration</Code></Error>",
    );
    let none = look(&fixture, Some("production")).await;
    let none = warned(&none, "production", "lifecycle", "ever removes a backup");
    assert!(
        none.fix.as_ref().unwrap().contains("weir prune"),
        "{none:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_and_versions_are_told_and_what_is_not_permitted_is_a_note() {
    let server = S3Server::start();
    let fixture = in_buckets(&server);
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
                <DefaultRetention><Mode>COMPLIANCE</Mode><Days>120</Days></DefaultRetention></Rule>\
                </ObjectLockConfiguration>";
    server.answer("object-lock", 200, lock);
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    server.answer("versioning", 200, versioning);
    server.answer("lifecycle", 403, "<Error><Code>AccessDenied</Code></Error>");
    let report = look(&fixture, Some("production")).await;
    warned(&report, "production", "lock", "longer than `keep` (30 d)");
    warned(
        &report,
        "production",
        "lock",
        "leases and records in the state",
    );
    let note = found(
        &report,
        "production",
        "lifecycle",
        "s3:GetLifecycleConfiguration",
    );
    assert_eq!(note.verdict, Verdict::Note);
    server.answer("lifecycle", 200, &lifecycle(""));
    let report = look(&fixture, Some("production")).await;
    warned(
        &report,
        "production",
        "lifecycle",
        "every older version for ever",
    );
    let shown = format!("{report:?}");
    assert!(
        !shown.contains(&server.secret) && !shown.contains("X-Amz"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_lets_a_second_writer_in_is_a_failure() {
    let server = S3Server::start();
    let fixture = in_buckets(&server);
    let report = look(&fixture, Some("production")).await;
    assert_eq!(
        found(&report, "production", "state", "is refused").verdict,
        Verdict::Ok
    );
    server.ignore_conditions();
    let report = look(&fixture, Some("production")).await;
    failed(
        &report,
        "production",
        "state",
        "replace what was to be created only once",
    );
    assert_eq!(report.exit_code(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_or_does_not_answer_is_told_in_time() {
    let server = S3Server::start();
    let mut fixture = in_buckets(&server);
    fixture.config = fixture
        .config
        .replace("s3://backups/production", "s3://nowhere/production");
    let report = look(&fixture, Some("production")).await;
    failed(&report, "production", "store", "the bucket does not exist");

    // Taken and held, so that whoever connects is never answered.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    fixture.config = fixture.config.replace(&server.endpoint, &endpoint);
    let began = Instant::now();
    let report = look_for(&fixture, Some("production"), Duration::from_secs(1)).await;
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    let hung = failed(&report, "production", "store", "no answer within 1 s");
    assert_eq!(hung.kind, Some("deadline"));
    found(&report, "production/people", "database", "is read by");
}
