//! A database with every kind of object, name and value, moved by Weir and by the stock tools.

use crate::conformance::client::Database;
use crate::support::{backup, name_of, restore, with_setting};
use std::path::{Path, PathBuf};
use weir_model::manifest::Manifest;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::postgres::PostgresServer;

/// The parts of a backup alone, as somebody without Weir would copy them out of the store.
pub(crate) fn copied_parts(setting: &Setting, manifest: &Manifest) -> PathBuf {
    let stored = setting.shelf().objects().join(&manifest.backup);
    let folder = setting.folder().join("copied");
    std::fs::create_dir(&folder).unwrap();
    for part in &manifest.parts {
        std::fs::copy(stored.join(&part.name), folder.join(&part.name)).unwrap();
    }
    folder
}

fn listing(folder: &Path) -> String {
    let program = PostgresServer::shared().clients.join("pg_restore");
    let mut command = std::process::Command::new(program);
    let output = command.arg("--list").arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Backs up a database of everything and restores it. What was stored, and what the database and
/// its copy look like.
pub(crate) async fn everything_moved(setting: &Setting) -> (Manifest, String, String) {
    let source = setting.seeded("source", Seed::Everything);
    let expected = setting.harness().fingerprint(&source);
    let manifest = backup(setting, &source).await;
    let target = setting.endpoint("target");
    let plan = Plan::with_token(1);
    restore(setting, &manifest, &target, &plan).await.unwrap();
    let found = setting.harness().fingerprint(&target);
    (manifest, expected, found)
}

#[test]
fn a_restored_copy_of_everything_dumps_as_its_source_does() {
    with_setting(|setting| async move {
        let (_, expected, found) = everything_moved(&setting).await;
        assert!(found == expected);
    });
}

#[test]
fn stock_pg_restore_makes_the_same_of_the_stored_parts() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let expected = setting.harness().fingerprint(&source);
        let manifest = backup(&setting, &source).await;
        let folder = copied_parts(&setting, &manifest);
        let target = setting.seeded("target", Seed::Empty);
        let arguments = ["--exit-on-error", "-j2", folder.to_str().unwrap()];
        let server = PostgresServer::shared();
        let said = server.run("pg_restore", &name_of(&target), &arguments);
        said.expect("restore the parts with the stock tool");
        assert!(setting.harness().fingerprint(&target) == expected);
    });
}

#[test]
fn stock_pg_restore_lists_what_the_stored_parts_hold() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let manifest = backup(&setting, &source).await;
        let listing = listing(&copied_parts(&setting, &manifest));
        let data = Database::of(&source).rows(
            "SELECT format('TABLE DATA %s %s ', relnamespace::regnamespace, relname) FROM pg_class
             WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'",
        );
        assert!(data.len() > 20);
        for row in data {
            assert!(listing.contains(&row[0]), "{} is not listed", row[0]);
        }
        for kind in ["SEQUENCE SET", "BLOBS", "MATERIALIZED VIEW DATA"] {
            assert!(listing.contains(kind), "{kind} is not listed");
        }
    });
}
