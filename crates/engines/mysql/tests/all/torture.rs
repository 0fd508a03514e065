//! A database with every kind of object, name and value, moved by Weir and by the stock tools.

use crate::conformance::client::Database;
use crate::support::{
    assert_same, backup, copied_parts, filled, name_of, one, restore, restored_by_hand,
    with_setting,
};
use std::process::Command;
use weir_engine::Endpoint;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::mariadb::MariadbServer;

/// What the stock tools do not carry over as it is.
const EXACT: &str = include_str!("../fixtures/exact.sql");

async fn moved(setting: &Setting, source: &Endpoint) -> Endpoint {
    let manifest = backup(setting, source).await;
    let target = setting.endpoint("target");
    let plan = Plan::with_token(1);
    restore(setting, &manifest, &target, &plan).await.unwrap();
    target
}

#[test]
fn a_restored_copy_of_everything_dumps_as_its_source_does() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let target = moved(&setting, &source).await;
        let fingerprint = |endpoint| setting.harness().fingerprint(endpoint);
        assert_same(&fingerprint(&target), &fingerprint(&source));
    });
}

/// The bits of the numbers, and the days as they are told.
fn exact_values(endpoint: &Endpoint) -> String {
    let sql = "SELECT id, CAST(f AS DOUBLE), CAST(u AS DOUBLE) FROM single_precision ORDER BY id; \
               SELECT id, d, t FROM no_days ORDER BY id";
    format!("{:?}", Database::of(endpoint).rows(sql))
}

#[test]
fn single_precision_and_days_of_no_month_survive_to_the_last_bit() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", EXACT);
        let target = moved(&setting, &source).await;
        assert_eq!(exact_values(&target), exact_values(&source));
    });
}

#[test]
fn the_servers_own_client_makes_the_same_of_the_stored_files() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let manifest = backup(&setting, &source).await;
        let folder = copied_parts(&setting, &manifest);
        let target = setting.seeded("target", Seed::Empty);
        restored_by_hand(&folder, &target);
        let fingerprint = |endpoint| setting.harness().fingerprint(endpoint);
        assert_same(&fingerprint(&target), &fingerprint(&source));
    });
}

#[test]
fn myloader_makes_the_same_of_the_stored_files() {
    with_setting(|setting| async move {
        // What this old version of it can say: no sequences, history, packages.
        let source = setting.seeded("source", Seed::Generation(3));
        let manifest = backup(&setting, &source).await;
        let folder = copied_parts(&setting, &manifest);
        let target = setting.seeded("target", Seed::Empty);
        let server = MariadbServer::shared();
        let mut loader = Command::new("myloader");
        loader.arg("--directory").arg(&folder);
        loader.arg("--socket").arg(server.socket());
        loader.args([
            "--user",
            &server.owner,
            "--threads",
            "2",
            "--overwrite-tables",
        ]);
        loader.args(["--database", &name_of(&target)]);
        let output = loader.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(
            !said.contains("CRITICAL") && !said.contains("rror"),
            "{said}"
        );
        let fingerprint = |endpoint| setting.harness().fingerprint(endpoint);
        assert_same(&fingerprint(&target), &fingerprint(&source));
    });
}

#[test]
fn names_of_tables_and_databases_as_long_as_they_get_are_moved() {
    with_setting(|setting| async move {
        // The harness ends names in 13 letters of its own.
        let long = "n".repeat(64 - 13);
        let source = setting.seeded(&long, Seed::Everything);
        let manifest = backup(&setting, &source).await;
        let target = setting.endpoint(&long.replace('n', "m"));
        for token in [1, 2] {
            let plan = Plan::with_token(token);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
        }
        let fingerprint = |endpoint| setting.harness().fingerprint(endpoint);
        assert_same(&fingerprint(&target), &fingerprint(&source));
        assert_eq!(one(&target, "SELECT COUNT(*) FROM by_hash"), "100");
    });
}
