//! What belongs to a target stays as it is when a copy takes its place, and what belongs to a copy
//! comes along.

use crate::conformance::client::{Database, identifier};
use crate::conformance::harness::shadow;
use crate::support::{backup, filled, name_of, one, restore, until, with_setting};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use weir_engine::Endpoint;
use weir_model::event::Checkpoint;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::mariadb::MariadbServer;
use weir_testkit::observe::Probe;

async fn moved(setting: &Setting, source: &Endpoint, target: &Endpoint, token: u64) {
    let manifest = backup(setting, source).await;
    let plan = Plan::with_token(token);
    restore(setting, &manifest, target, &plan).await.unwrap();
}

/// Names and kinds of what a dump leaves out unless it is asked for it.
const CODE: &str = "SELECT routine_type, routine_name FROM information_schema.routines \
        WHERE routine_schema = DATABASE() UNION ALL \
    SELECT 'EVENT', CONCAT_WS(' ', event_name, status) FROM information_schema.events \
        WHERE event_schema = DATABASE() UNION ALL \
    SELECT 'TRIGGER', trigger_name FROM information_schema.triggers \
        WHERE trigger_schema = DATABASE() ORDER BY 1, 2";
const COLLATION: &str = "SELECT CONCAT_WS(' ', default_character_set_name, default_collation_name) \
     FROM information_schema.schemata WHERE schema_name = DATABASE()";

#[test]
fn collation_routines_and_events_are_the_sources_whatever_the_target_had() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let target = setting.seeded("target", Seed::Generation(1));
        let name = identifier(&name_of(&target));
        MariadbServer::shared().run(&format!(
            "ALTER DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_polish_ci"
        ));
        moved(&setting, &source, &target, 1).await;
        for sql in [CODE, COLLATION] {
            let [found, expected] = [&target, &source].map(|found| Database::of(found).rows(sql));
            assert_eq!(found, expected);
            assert!(!found.is_empty());
        }
    });
}

#[test]
fn grants_on_a_target_survive_its_restores_and_rollbacks() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        let target = setting.seeded("target", Seed::Generation(2));
        let name = identifier(&name_of(&target));
        let user = format!("`grants-{}`@`%`", &name_of(&target)[7..]);
        let server = MariadbServer::shared();
        server.run(&format!(
            "CREATE USER {user}; GRANT SELECT ON {name}.* TO {user}; GRANT INSERT (id) ON {name}.notes TO {user}; \
             GRANT DELETE ON {name}.items TO {user} WITH GRANT OPTION; GRANT SELECT ON {name}.authors TO {user}; \
             GRANT EXECUTE ON PROCEDURE {name}.look TO {user}; GRANT EXECUTE ON FUNCTION {name}.one TO {user}"
        ));
        let grants = || server.query(&format!("SHOW GRANTS FOR {user}"));
        let before = grants();
        assert!(before.contains("EXECUTE ON PROCEDURE"), "{before}");
        moved(&setting, &source, &target, 1).await;
        assert_eq!(grants(), before);
        let context = setting.context();
        let token = weir_model::stamp::Token(2);
        let rolled = setting.engine().rollback(&target, token, &context).await;
        rolled.unwrap();
        assert_eq!(grants(), before);
        server.run(&format!("DROP USER {user}"));
    });
}

/// An event that leaves its traces where it lives, every second.
const TICKING: &str = "
    CREATE TABLE ticks(id INT AUTO_INCREMENT PRIMARY KEY);
    INSERT INTO ticks VALUES (1);
    CREATE EVENT ticking ON SCHEDULE EVERY 1 SECOND DO INSERT INTO ticks VALUES ();";

fn ticks(database: &Database) -> u64 {
    database.rows("SELECT COUNT(*) FROM ticks")[0][0]
        .parse()
        .unwrap()
}

#[test]
fn an_event_runs_in_the_live_copy_and_never_in_one_that_is_built() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", TICKING);
        until("the event runs", || ticks(&Database::of(&source)) > 2);
        let manifest = backup(&setting, &source).await;
        Database::of(&source).run("ALTER EVENT ticking DISABLE");
        let target = setting.endpoint("target");
        let same = Arc::new(AtomicBool::new(false));
        let (seen, endpoint) = (Arc::clone(&same), target.clone());
        let expected = manifest.tables.iter().find(|table| table.table == "ticks");
        let expected = expected.unwrap().rows;
        let probe = Probe::default().at(Checkpoint::Verified, move || {
            // Two seconds are enough for an event of every second to show.
            let shadow = shadow(&endpoint);
            shadow.rows("SELECT SLEEP(2)");
            seen.store(ticks(&shadow) == expected, Ordering::SeqCst);
        });
        let context = setting.watched(&Arc::new(probe));
        let plan = Plan::with_token(1);
        let restored = setting.restore(&manifest, &target, &plan, &context).await;
        restored.unwrap();
        assert!(same.load(Ordering::SeqCst));
        until("the event runs in the live copy", || {
            ticks(&Database::of(&target)) > expected
        });
    });
}

#[test]
fn triggers_do_not_run_while_rows_are_loaded_and_do_afterwards() {
    with_setting(|setting| async move {
        let sql = "CREATE TABLE log(id INT AUTO_INCREMENT PRIMARY KEY, what INT);
             CREATE TABLE watched(id INT PRIMARY KEY);
             CREATE TRIGGER noted AFTER INSERT ON watched FOR EACH ROW INSERT INTO log(what) VALUES (NEW.id);
             INSERT INTO watched VALUES (1), (2);";
        let source = filled(&setting, "source", sql);
        let target = filled(&setting, "target", sql);
        for token in [1, 2] {
            moved(&setting, &source, &target, token).await;
            assert_eq!(one(&target, "SELECT COUNT(*) FROM log"), "2");
            Database::of(&target).run("INSERT INTO watched VALUES (3)");
            assert_eq!(one(&target, "SELECT COUNT(*) FROM log"), "3");
        }
    });
}

#[test]
fn numbers_go_on_where_the_source_had_counted_to() {
    with_setting(|setting| async move {
        let sql = "CREATE TABLE counted(id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=500;
             INSERT INTO counted VALUES (NULL); DELETE FROM counted;
             CREATE SEQUENCE numbers NOCACHE; SELECT NEXTVAL(numbers), NEXTVAL(numbers);
             CREATE TABLE numbered(id BIGINT DEFAULT NEXTVAL(numbers) PRIMARY KEY, t INT);";
        let source = filled(&setting, "source", sql);
        let target = setting.endpoint("target");
        moved(&setting, &source, &target, 1).await;
        Database::of(&target)
            .run("INSERT INTO counted VALUES (NULL); INSERT INTO numbered(t) VALUES (1)");
        assert_eq!(one(&target, "SELECT id FROM counted"), "501");
        assert_eq!(one(&target, "SELECT id FROM numbered"), "3");
    });
}
