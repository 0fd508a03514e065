//! What databases of tests are filled with is what the stock tools carry over: a difference behind
//! Weir is Weir's.

use crate::conformance::client::{Database, identifier};
use crate::conformance::fingerprint::{dump, fingerprint};
use crate::conformance::harness::MariadbHarness;
use crate::conformance::seeds::EVERYTHING;
use weir_testkit::conformance::{Harness as _, Seed};
use weir_testkit::mariadb::MariadbServer;

/// The stock tools make a copy of a database that looks the same.
fn assert_copied_by_stock_tools(seed: Seed) {
    let harness = MariadbHarness::default();
    let folder = tempfile::tempdir().unwrap();
    let [source, copy] = ["source", "copy"].map(|name| harness.endpoint(folder.path(), name));
    harness.seed(&source, seed);
    harness.seed(&copy, Seed::Empty);
    let (server, from, to) = (
        MariadbServer::shared(),
        Database::of(&source),
        Database::of(&copy),
    );
    // Under a lock of the table alone, the server does not find the sequences of its defaults.
    let unlocked = "--skip-add-locks";
    let options = [
        "--routines",
        "--events",
        "--triggers",
        "--hex-blob",
        unlocked,
    ];
    let text = dump(server, &from, &options);
    server.try_run(to.name(), &text).unwrap();
    let (before, after) = (fingerprint(server, &from), fingerprint(server, &to));
    // Its defaults still name the sequences of the source.
    let after = after.replace(&format!("{}.", identifier(from.name())), "");
    assert_eq!(first_difference(&before, &after), None);
}

/// The first lines that differ.
fn first_difference<'a>(one: &'a str, other: &'a str) -> Option<(&'a str, &'a str)> {
    one.lines()
        .zip(other.lines())
        .find(|(one, other)| one != other)
}

#[test]
fn everything_is_copied_by_the_stock_tools() {
    assert_copied_by_stock_tools(Seed::Everything);
}

#[test]
fn a_generation_is_copied_by_the_stock_tools() {
    assert_copied_by_stock_tools(Seed::Generation(7));
}

#[test]
fn every_change_of_schema_can_be_made_and_is_seen() {
    let harness = MariadbHarness::default();
    let folder = tempfile::tempdir().unwrap();
    let endpoint = harness.endpoint(folder.path(), "changed");
    harness.seed(&endpoint, Seed::Generation(1));
    let before = harness.fingerprint(&endpoint);
    for change in harness.schema_changes() {
        harness.seed(&endpoint, Seed::Generation(1));
        (change.apply)(&endpoint);
        assert_ne!(harness.fingerprint(&endpoint), before, "{}", change.name);
    }
}

#[test]
fn each_file_fills_a_database() {
    let server = MariadbServer::shared();
    server.create_database("each_file");
    for (file, sql) in EVERYTHING {
        server
            .try_run("each_file", sql)
            .unwrap_or_else(|said| panic!("{file}: {said}"));
    }
}
