//! Extensions and tablespaces that the target lacks.

use crate::conformance::client::{Database, identifier};
use crate::conformance::harness::PostgresHarness;
use crate::support::{
    administrate, backup, filled, name_of, one, refused, restore, with_harness, with_setting,
};
use weir_engine::{Endpoint, MissingExtensions, MissingTablespaces, TargetPolicy};
use weir_model::error::Kind;
use weir_testkit::conformance::{Harness as _, Plan, Seed};

#[test]
fn an_extension_that_is_missing_fails_or_is_left_out() {
    // From 17 on there is no adminpack.
    let newer = PostgresHarness { major: Some(18) };
    with_harness(newer, |setting| async move {
        let older = PostgresHarness::default();
        let source = older.endpoint(&setting.databases(), "extended");
        older.seed(&source, Seed::Empty);
        Database::of(&source).run([
            "CREATE EXTENSION adminpack; COMMENT ON EXTENSION adminpack IS 'for people';
             CREATE TABLE t AS SELECT 1 AS x",
        ]);
        let manifest = backup(&setting, &source).await;
        let mut target = setting.seeded("target", Seed::Empty);
        let plan = Plan::with_token(1);
        let done = restore(&setting, &manifest, &target, &plan).await;
        let error = refused(done, Kind::Target);
        assert!(error.cause().contains("adminpack"), "{error:?}");
        assert!(
            error.hint_text().unwrap().contains("leave-out"),
            "{error:?}"
        );

        target.policy.missing_extensions = MissingExtensions::LeaveOut;
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        assert_eq!(one(&target, "SELECT x FROM t"), "1");
    });
}

#[test]
fn a_tablespace_that_is_missing_is_told_or_fails() {
    with_setting(|setting| async move {
        administrate(
            "SET allow_in_place_tablespaces = on; CREATE TABLESPACE lost_space LOCATION ''",
        );
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE t(x integer) TABLESPACE lost_space; INSERT INTO t VALUES (1)",
        );
        let manifest = backup(&setting, &source).await;
        let name = identifier(&name_of(&source));
        administrate(&format!("DROP DATABASE {name}"));
        administrate("DROP TABLESPACE lost_space");
        let plan = Plan::with_token(1);
        let target = Endpoint {
            policy: TargetPolicy {
                missing_tablespaces: MissingTablespaces::Fail,
                ..TargetPolicy::default()
            },
            ..setting.seeded("target", Seed::Empty)
        };
        let done = restore(&setting, &manifest, &target, &plan).await;
        let error = refused(done, Kind::Target);
        assert!(error.cause().contains("lost_space"), "{error:?}");
        let fix = "CREATE TABLESPACE \"lost_space\" LOCATION";
        assert!(error.hint_text().unwrap().contains(fix), "{error:?}");

        let target = Endpoint {
            policy: TargetPolicy::default(),
            ..target
        };
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        assert_eq!(one(&target, "SELECT x FROM t"), "1");
    });
}
