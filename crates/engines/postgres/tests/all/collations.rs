//! Collations of another version than the source's server had.

use crate::conformance::client::identifier;
use crate::support::{administrate, backup, diagnosed, filled, name_of, one, with_setting};
use std::sync::Arc;
use weir_engine::{Endpoint, Purpose};
use weir_model::manifest::Manifest;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::observe::Probe;

async fn warnings_of_a_restore(
    setting: &Setting,
    manifest: &Manifest,
    target: &Endpoint,
    token: u64,
) -> String {
    let (probe, plan) = (Arc::new(Probe::default()), Plan::with_token(token));
    let context = setting.watched(&probe);
    let done = setting.restore(manifest, target, &plan, &context).await;
    done.unwrap();
    probe.warnings().join("\n")
}

#[test]
fn another_version_is_told_before_data_moves() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE t(x text COLLATE \"en-x-icu\"); INSERT INTO t VALUES ('a')",
        );
        let manifest = backup(&setting, &source).await;
        let version =
            "SELECT pg_collation_actual_version(oid) FROM pg_collation WHERE collname = 'en-x-icu'";
        let version = one(&source, version);
        assert_eq!(manifest.collations["icu en"], version);
        let target = setting.seeded("target", Seed::Empty);
        assert!(
            !warnings_of_a_restore(&setting, &manifest, &target, 1)
                .await
                .contains("collation")
        );

        let folder = setting.shelf().objects().join(&manifest.backup);
        let path = folder.join("manifest.json");
        let text = std::fs::read_to_string(&path).unwrap();
        let other = text.replace(&format!("\"{version}\""), "\"0.1\"");
        std::fs::write(&path, other).unwrap();
        let warnings = warnings_of_a_restore(&setting, &manifest, &target, 2).await;
        let expected =
            format!("collation icu en is of version {version} on this server and was 0.1");
        assert!(warnings.contains(&expected), "{warnings}");
        assert_eq!(one(&target, "SELECT x FROM t"), "a");
    });
}

#[test]
fn a_library_that_was_replaced_beneath_a_database_is_found() {
    with_setting(|setting| async move {
        let target = setting.endpoint("target");
        let name = identifier(&name_of(&target));
        administrate(&format!(
            "CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' COLLATION_VERSION '0.1'"
        ));
        for purpose in [Purpose::Source, Purpose::Target] {
            let found = format!("{:?}", diagnosed(&setting, &target, purpose).await);
            assert!(found.contains("REFRESH COLLATION VERSION"), "{found}");
        }
    });
}
