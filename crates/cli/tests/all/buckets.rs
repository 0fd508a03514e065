//! The real binary with its stores in buckets of an S3-compatible server.

use crate::fleet::{Fleet, PASSWORD, number};
use weir_testkit::s3::S3Server;

/// The usual fleet, with a prefix of the server's bucket for each environment.
fn fleet(server: &S3Server) -> Fleet {
    let fleet = Fleet::new();
    let file = fleet.path().join("weir.yaml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for environment in ["production", "staging", "integration"] {
        let store = format!(
            "store: {{url: \"s3://{}/{environment}\", endpoint: \"{}\", region: us-east-1, \
             access_key_id: {{env: WEIR_TEST_KEY}}, secret_access_key: {{file: s3.secret}}}}",
            server.bucket, server.endpoint
        );
        text = text.replace(&format!("store: store/{environment}"), &store);
    }
    assert!(!text.contains("store: store/"), "{text}");
    std::fs::write(file, text).unwrap();
    std::fs::write(fleet.path().join("s3.secret"), &server.secret).unwrap();
    fleet
}

fn run(fleet: &Fleet, server: &S3Server, words: &str) -> crate::command::Ended {
    let ended = crate::command::finish(
        fleet
            .command(words)
            .env("WEIR_TEST_KEY", &server.access_key),
    );
    for secret in [server.secret.as_str(), PASSWORD] {
        assert!(!ended.all().contains(secret), "{}", ended.all());
    }
    ended
}

#[test]
fn data_flows_down_through_buckets_in_several_pieces() {
    let server = S3Server::start();
    let fleet = fleet(&server);
    // More than one piece of an upload and several frames.
    fleet.grow(20);
    let backup = run(&fleet, &server, "backup production/shop");
    assert_eq!(backup.code, 0, "{}", backup.all());
    let restore = run(&fleet, &server, "restore staging/shop");
    assert_eq!(restore.code, 0, "{}", restore.all());
    let staging = fleet.database("staging");
    assert_eq!(number(&staging, "SELECT count(*) FROM ballast"), 20);
    let verify = run(&fleet, &server, "verify production/shop");
    assert_eq!(verify.code, 0, "{}", verify.all());
    let pull = run(&fleet, &server, "backups list production --json");
    let backups = pull.json();
    assert_eq!(backups["backups"].as_array().unwrap().len(), 1);
    assert!(!fleet.path().join("store").exists());
}

#[test]
fn a_refused_key_is_said_and_never_shown() {
    let server = S3Server::start();
    let fleet = fleet(&server);
    let wrong = "canary-not-the-secret-4711";
    std::fs::write(fleet.path().join("s3.secret"), wrong).unwrap();
    let ended = run(&fleet, &server, "backup production/shop");
    assert_ne!(ended.code, 0, "{}", ended.all());
    assert!(!ended.all().contains(wrong), "{}", ended.all());
    assert!(ended.all().contains("access key"), "{}", ended.all());
}
