//! What is told by whoever holds a password and rows.

use crate::conformance::harness::MariadbHarness;
use crate::masks::Custom;
use crate::support::{Target, by_tcp, with_harness, with_setting};
use std::sync::{Arc, Mutex};
use weir_engine::ShadowStep;
use weir_testkit::conformance::{Plan, Seed, files_with};
use weir_testkit::mariadb::MariadbServer;
use weir_testkit::observe::Probe;

/// Processes that were started with a text, or have it in their surroundings: everybody may look.
fn processes_with(text: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| {
        let line = std::fs::read(process.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).into_owned())
    });
    lines.filter(|line| line.contains(text)).collect()
}

#[test]
fn a_password_is_told_to_the_server_alone() {
    with_setting(|setting| async move {
        let password = MariadbServer::shared().password();
        let source = by_tcp(&setting.seeded("source", Seed::Generation(1)));
        let target = by_tcp(&Target::seeded(&setting, 2).endpoint);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (told, looked_for, scratch) = (Arc::clone(&seen), password.clone(), setting.scratch());
        let probe = Arc::new(Probe::default().at_each(move || {
            let mut seen = told.lock().unwrap();
            seen.extend(processes_with(&looked_for));
            let files = files_with(&scratch, &looked_for).into_iter();
            seen.extend(files.map(|file| file.display().to_string()));
        }));
        let context = setting.watched(&probe);
        let manifest = setting.backup(&source, &context).await.unwrap();
        let plan = Plan::with_token(1);
        let restored = setting.restore(&manifest, &target, &plan, &context).await;
        let refused = setting.restore(&manifest, &target, &plan, &context).await;
        let told = format!(
            "{}{restored:?}{refused:?}{}",
            probe.text(),
            serde_json::to_string(&manifest).unwrap()
        );
        assert!(refused.is_err() && restored.is_ok(), "{told}");
        assert!(!told.contains(&password));
        assert_eq!(*seen.lock().unwrap(), Vec::<String>::new());
        let stored = files_with(setting.shelf().objects(), &password);
        assert!(stored.is_empty(), "{stored:?}");
    });
}

#[test]
fn no_error_holds_a_value_of_a_row() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        let canary = "person-7@generation-1.example";
        let scripts = [
            format!("INSERT INTO people VALUES (1000, 'x', '{canary}');"),
            format!("UPDATE people SET email = '{canary}';"),
            format!("UPDATE people SET id = '{canary}';"),
            format!("SELECT no_such_function('{canary}');"),
            "INSERT INTO people SELECT id + 1, name, email FROM people;".to_owned(),
            "ALTER TABLE people MODIFY email INT;".to_owned(),
            "ALTER TABLE people ADD UNIQUE (name(3));".to_owned(),
        ];
        for script in scripts {
            let probe = Arc::new(Probe::default());
            let context = setting.watched(&probe);
            let plan = Plan::with_token(1).script(&script);
            let restored = setting
                .restore(&manifest, &target.endpoint, &plan, &context)
                .await;
            let error = restored.expect_err(&script);
            let told = format!("{}{error:?}{error}{}", probe.text(), error.cause());
            assert!(!told.contains("@generation-1"), "{script}: {told}");
            assert!(!told.contains("Person "), "{script}: {told}");
        }
        target.assert_untouched(&setting, "scripts that fail").await;
    });
}

#[test]
fn a_shuffle_shows_its_seed_to_no_log_and_no_row_to_that_of_slow_statements() {
    let settings = [
        "--log-output=TABLE",
        "--slow-query-log=1",
        "--long-query-time=0",
        "--general-log=1",
    ];
    let server = Arc::new(MariadbServer::start_with_settings(&settings));
    let harness = MariadbHarness {
        server: Some(Arc::clone(&server)),
    };
    with_harness(harness, |setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let seed = "5eed".repeat(16);
        let rules = Custom::keep(&manifest.catalog).step(ShadowStep::Shuffle {
            table: "people".to_owned(),
            column: "name".to_owned(),
            seed: seed.clone(),
        });
        let (target, context) = (setting.endpoint("target"), setting.context());
        let plan = Plan::with_token(1).masked(rules);
        let restored = setting.restore(&manifest, &target, &plan, &context).await;
        restored.unwrap();
        // What asks is in the logs, too.
        let said = |text: &str| {
            let asked = format!(
                "SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE '%{text}%' \
                 AND argument NOT LIKE '%general_log%'"
            );
            server.query(&asked).trim().parse::<u32>().unwrap()
        };
        assert_eq!(said("SET @weir_order"), 1);
        assert!(said("ORDER BY SHA2(CONCAT(@weir_order") == 1 && said("person-7@") > 0);
        assert_eq!(said(&seed), 0);
        let slow = "SELECT COUNT(*) FROM mysql.slow_log WHERE db LIKE '\\_weir\\_new%' \
                    AND (sql_text LIKE '%person-%' OR sql_text LIKE '%weir_order%')";
        assert_eq!(server.query(slow).trim(), "0");
    });
}
