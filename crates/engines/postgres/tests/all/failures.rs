//! What a shell pipeline of dump, restore and clean-up gets wrong in the night, each as it must
//! end here.

use crate::conformance::client::{Database, identifier};
use crate::support::{
    Target, administrate, assert_no_backup, backup, entered_by, filled, name_of, one, previous,
    refused, restore, through_a_proxy, with_setting,
};
use std::sync::{Arc, Mutex};
use weir_engine::{Endpoint, Engine as _};
use weir_engine_postgres::PostgresEngine;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::observe::Probe;
use weir_testkit::proxy::{Direction, Toxic};

/// A table of two megabytes.
const LARGE: &str = "CREATE TABLE large AS
    SELECT id, repeat(md5(id::text), 8) AS filler FROM generate_series(1, 8000) id";

#[test]
fn a_dump_that_is_cut_off_is_a_failure_and_no_backup() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let (proxy, through) = through_a_proxy(&source);
        let bytes = 1 << 20;
        for toxic in [Toxic::CutAfter { bytes }, Toxic::ResetAfter { bytes }] {
            proxy.set(Direction::Down, toxic);
            let dumped = setting.backup(&through, &setting.context()).await;
            refused(dumped, Kind::Source);
            assert_no_backup(&setting, "source").await;
        }
        proxy.heal();
        backup(&setting, &through).await;
    });
}

#[test]
fn a_dump_whose_sessions_are_ended_is_a_failure_and_no_backup() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let database = Database::of(&source);
        let ends = move || {
            database.maintenance().run([format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                database.name()
            )]);
        };
        let probe = Arc::new(Probe::default().at(Checkpoint::SnapshotOpened, ends));
        let dumped = setting.backup(&source, &setting.watched(&probe)).await;
        assert!(refused(dumped, Kind::Source).is_transient());
        assert_no_backup(&setting, "source").await;
    });
}

#[test]
fn a_dump_of_a_database_that_is_not_there_is_a_failure_and_no_backup() {
    with_setting(|setting| async move {
        let source = setting.endpoint("source");
        let dumped = setting.backup(&source, &setting.context()).await;
        refused(dumped, Kind::Source);
        assert_no_backup(&setting, "source").await;
    });
}

#[test]
fn a_cleaning_script_that_fails_is_a_failure_and_nothing_raw_is_live() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        let plan = Plan::with_token(1)
            .script("UPDATE people SET e_mail = 'x';\nUPDATE people SET name = 'x';");
        let restored = restore(&setting, &manifest, &target.endpoint, &plan).await;
        let error = refused(restored, Kind::Script);
        assert!(error.doing().contains("line 1"), "{error:?}");
        target.assert_untouched(&setting, "a failed script").await;
    });
}

/// Editions, of which some are restricted by rows of another table.
fn editions(restriction: &str) -> String {
    format!(
        "CREATE TABLE editions(id integer PRIMARY KEY, title text);
         CREATE TABLE restrictions(edition integer);
         CREATE TABLE links(edition integer REFERENCES editions);
         INSERT INTO editions VALUES (1, 'open'), (2, 'secret');
         INSERT INTO restrictions VALUES ({restriction});
         INSERT INTO links VALUES (2);"
    )
}

#[test]
fn a_cleaning_script_never_does_only_its_later_statements() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", &editions("2"));
        let manifest = backup(&setting, &source).await;
        let target = Target::of(&setting, filled(&setting, "target", &editions("1")));
        // The first is held back by a key that came later; the second alone would open the secret.
        let plan = Plan::with_token(1).script(
            "DELETE FROM editions WHERE id IN (SELECT edition FROM restrictions);\nDELETE FROM restrictions;",
        );
        let restored = restore(&setting, &manifest, &target.endpoint, &plan).await;
        let error = refused(restored, Kind::Script);
        assert!(error.cause().contains("links_edition_fkey"), "{error:?}");
        target.assert_untouched(&setting, "a failed script").await;
        assert_eq!(
            one(&target.endpoint, "SELECT edition FROM restrictions"),
            "1"
        );
    });
}

#[test]
fn a_foreign_key_that_does_not_hold_stops_the_restore() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        Database::of(&source).run([
            "SET session_replication_role = replica; UPDATE notes SET person = 4711 WHERE id = 0",
        ]);
        let manifest = backup(&setting, &source).await;
        let target = Target::seeded(&setting, 2);
        let plan = Plan::with_token(1);
        let restored = restore(&setting, &manifest, &target.endpoint, &plan).await;
        let error = refused(restored, Kind::Target);
        assert!(error.cause().contains("notes_person_fkey"), "{error:?}");
        assert!(!format!("{error:?}").contains("4711"), "{error:?}");
        target.assert_untouched(&setting, "a broken key").await;
    });
}

#[test]
fn a_role_that_is_missing_is_told_and_its_objects_go_to_the_owner_of_the_target() {
    administrate("CREATE ROLE left_the_company; CREATE ROLE owns_the_target");
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        Database::of(&source).run([
            "ALTER TABLE notes OWNER TO left_the_company",
            "GRANT SELECT ON people TO left_the_company",
        ]);
        let manifest = backup(&setting, &source).await;
        setting.harness().seed(&source, Seed::Empty);
        administrate("DROP ROLE left_the_company");
        let target = setting.seeded("target", Seed::Generation(2));
        let name = identifier(&name_of(&target));
        administrate(&format!("ALTER DATABASE {name} OWNER TO owns_the_target"));

        let probe = Arc::new(Probe::default());
        let (context, plan) = (setting.watched(&probe), Plan::with_token(1));
        setting
            .restore(&manifest, &target, &plan, &context)
            .await
            .unwrap();
        let warnings = probe.warnings().join("\n");
        assert!(
            warnings.contains("CREATE ROLE \"left_the_company\" NOLOGIN"),
            "{warnings}"
        );
        let owner = "SELECT relowner::regrole FROM pg_class WHERE relname = 'notes'";
        assert_eq!(one(&target, owner), "owns_the_target");
        let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated";
        assert_eq!(one(&target, keys), "1");
    });
}

#[test]
fn a_swap_that_fails_leaves_owner_and_connections_and_no_raw_copy() {
    administrate("CREATE ROLE owns_it");
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let endpoint = setting.seeded("target", Seed::Generation(2));
        let name = identifier(&name_of(&endpoint));
        administrate(&format!("ALTER DATABASE {name} OWNER TO owns_it"));
        let target = Target::of(&setting, endpoint.clone());
        // It comes when everything was looked at.
        let database = Database::of(&endpoint);
        let probe = Probe::default().at(Checkpoint::PreviousKept, move || {
            database.run([
                "BEGIN; INSERT INTO notes VALUES (99); PREPARE TRANSACTION 'at the last moment'",
            ]);
        });
        let (context, plan) = (setting.watched(&Arc::new(probe)), Plan::with_token(1));
        let restored = setting.restore(&manifest, &endpoint, &plan, &context).await;
        let error = refused(restored, Kind::Swap);
        assert!(error.cause().contains("at the last moment"), "{error:?}");
        Database::of(&endpoint).run(["ROLLBACK PREPARED 'at the last moment'"]);
        target.assert_untouched(&setting, "a failed swap").await;
        let state = "SELECT datdba::regrole || ' ' || datallowconn FROM pg_database WHERE datname = current_database()";
        assert_eq!(one(&endpoint, state), "owns_it true");
    });
}

#[test]
fn a_database_is_not_there_because_one_with_its_name_inside_is() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let (target, other) = (setting.endpoint("shop"), setting.endpoint("draft_shop"));
        setting.harness().seed(&other, Seed::Generation(2));
        let untouched = Target::of(&setting, other);
        let context = setting.context();
        assert!(!PostgresEngine.exists(&target, &context).await.unwrap());
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        assert!(PostgresEngine.exists(&target, &context).await.unwrap());
        untouched
            .assert_untouched(&setting, "a restore of another")
            .await;
    });
}

#[test]
fn an_application_finds_its_settings_and_its_way_in_after_a_restore() {
    administrate("CREATE ROLE shop_application LOGIN");
    with_setting(|setting| async move {
        let schema = |number| {
            format!("CREATE SCHEMA shop; CREATE TABLE shop.t AS SELECT {number} AS x;
            GRANT USAGE ON SCHEMA shop TO shop_application; GRANT SELECT ON shop.t TO shop_application")
        };
        let source = filled(&setting, "source", &schema(1));
        let manifest = backup(&setting, &source).await;
        let target = filled(&setting, "target", &schema(2));
        let name = identifier(&name_of(&target));
        administrate(&format!(
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO shop_application;
             ALTER DATABASE {name} SET search_path TO shop"
        ));
        let by_application = entered_by(&target, "shop_application");
        assert_eq!(one(&by_application, "SELECT x FROM t"), "2");
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        assert_eq!(one(&by_application, "SELECT x FROM t"), "1");
    });
}

/// What an application sees of the people in the live copy.
fn seen(endpoint: &Endpoint) -> String {
    let sql = "SELECT string_agg(DISTINCT split_part(email, '@', 2), ' ') FROM people";
    let rows = Database::of(endpoint).patiently(sql);
    rows.expect("an application is let in")[0][0].clone()
}

#[test]
fn raw_rows_are_never_live_before_the_script_and_the_copy_before_is_kept() {
    with_setting(|setting: Setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = setting.seeded("target", Seed::Generation(2));
        let found = Arc::new(Mutex::new(Vec::new()));
        let (finds, endpoint) = (Arc::clone(&found), target.clone());
        let probe = Probe::default().at_each(move || finds.lock().unwrap().push(seen(&endpoint)));
        let context = setting.watched(&Arc::new(probe));
        let plan = Plan::with_token(1)
            .script("UPDATE people SET email = 'person-' || id || '@clean.example';");
        setting
            .restore(&manifest, &target, &plan, &context)
            .await
            .unwrap();
        let mut found = found.lock().unwrap().clone();
        found.dedup();
        assert_eq!(found, ["generation-2.example", "clean.example"]);
        let kept = previous(&target).rows("SELECT min(generation) FROM items");
        assert_eq!(kept[0][0], "2");
    });
}
