//! A backup of format version 1.0, as it was written on the day the format was fixed. It lies in
//! `tests/golden/v1-0` and is never written again: every later version restores it, for ever.

use crate::fixture::context;
use std::path::{Path, PathBuf};
use weir_model::manifest::{Manifest, canonical};
use weir_model::sanitising::State;
use weir_pipeline::{Engines, RunOptions, Selection, Settings, Weir};
use weir_store::{
    BackupName, Choice, Location, PublicKey, SignatureStatus, Store, read_manifest, read_pointer,
};

const KEY: &str = "weir-ed25519:GX9rI+FshTLGq8g4+s1ep4m+DHaykgM0A5v6iz02jWE=";
const BACKUP: &str = "people-sqlite/2026-11-22T120000Z-people";

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1-0")
}

fn manifest_bytes() -> Vec<u8> {
    std::fs::read(golden().join("store").join(BACKUP).join("manifest.json")).unwrap()
}

fn store() -> Store {
    Store::open(&Location {
        url: "store".to_owned(),
        base: golden(),
        ..Location::default()
    })
    .unwrap()
}

/// A fleet whose staging store is the golden one, and an integration that takes only clean data:
/// the mark in the manifest counts by its signature.
fn weir(folder: &Path) -> Weir {
    let config = format!(
        "weir: 1
environments:
  production: {{store: production}}
  staging: {{upstream: production, store: {}}}
  integration: {{upstream: staging, store: integration, trusts: [\"{KEY}\"], data: sanitised}}
defaults:
  sqlite: {{url: \"sqlite:{{environment}}.db\"}}
apps:
  people: {{engine: sqlite, database: people, schedule: by-hand}}
",
        golden().join("store").display()
    );
    let fleet = weir_config::parse(&config, "weir.yaml", folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    Weir::new(fleet, Engines::built_in(), Settings::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backup_of_version_1_0_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        operations: Some(vec![weir_config::OperationKind::Restore]),
        choice: Choice::Newest,
        ..RunOptions::default()
    };
    let selection = Selection::parse("integration/people", false);
    let weir = weir(folder.path());
    let report = weir_pipeline::run::run(&weir, "restore", &selection, &options, &context())
        .await
        .unwrap();
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let step = &report.jobs[0].steps[0];
    assert_eq!(
        step.backup.as_deref(),
        Some(format!("staging:{BACKUP}").as_str())
    );
    assert_eq!(step.rows, 4);
    assert_eq!(step.sanitising, Some(State::Own));

    let database = rusqlite::Connection::open(folder.path().join("integration.db")).unwrap();
    let mut rows = database
        .prepare("SELECT quote(id) || ' ' || quote(email) || ' ' || quote(score) || ' ' || quote(photo) FROM users ORDER BY id")
        .unwrap();
    let rows: Vec<String> = rows
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        rows,
        [
            "1 'ada@golden.example' 1.5 X'00FF'",
            "2 'grace ünï@golden.example' NULL NULL",
            "3 '' -2.0 X''",
        ]
    );
    let total: i64 = database
        .query_row("SELECT total FROM totals", [], |row| row.get(0))
        .unwrap();
    assert_eq!(total, 7);
}

#[tokio::test]
async fn its_manifest_digests_and_signature_are_read_as_they_were_written() {
    let key = PublicKey::parse(KEY).unwrap();
    let name = BackupName::parse(BACKUP).unwrap();
    let pointed = read_pointer(&store(), "people-sqlite", "people")
        .await
        .unwrap();
    assert_eq!(pointed.as_ref(), Some(&name));
    let read = read_manifest(&store(), &name, &[key])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.signature,
        SignatureStatus::Signed { key, trusted: true }
    );
    let digests: Vec<(&str, u64, String)> = read
        .manifest
        .tables
        .iter()
        .map(|table| (table.table.as_str(), table.rows, table.digest.to_string()))
        .collect();
    assert_eq!(
        digests,
        [
            (
                "users",
                3,
                "rows-v1:52158c169840956c9f57a6c2c7164e44".to_owned()
            ),
            (
                "orders",
                1,
                "rows-v1:aeb5ce1b9a0e4f73324751af0fb3f21d".to_owned()
            ),
        ]
    );
    assert_eq!(
        read.manifest.schema.to_string(),
        "schema-v1:642fb8dcfae55486ce0e1e6bc9a54433b458b2a279d438b695c958966d2eccba"
    );
}

#[test]
fn its_manifest_is_written_again_as_it_was_with_what_a_later_minor_adds() {
    let mut document: serde_json::Value = serde_json::from_slice(&manifest_bytes()).unwrap();
    document.as_object_mut().unwrap().remove("signature");
    document["added_by_a_later_minor"] = serde_json::json!({"kept": [1, null]});
    let manifest: Manifest = serde_json::from_value(document.clone()).unwrap();
    let again = serde_json::to_value(&manifest).unwrap();
    assert_eq!(canonical(&again), canonical(&document));
}
