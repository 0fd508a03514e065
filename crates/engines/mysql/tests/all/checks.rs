//! CHECKs and enums are held against the rules before data moves.

use crate::support::{filled, with_setting};
use weir_engine::{Engine as _, Tried};
use weir_engine_mysql::MysqlEngine;
use weir_testkit::checks::{self, judged, tried};

const SCHEMA: &str = "
    CREATE TABLE t (id INT PRIMARY KEY, status VARCHAR(10) CHECK (status IN ('new', 'paid')),
        name VARCHAR(40), email VARCHAR(90), price DECIMAL(8,2), born DATE, mood ENUM('calm', 'busy'),
        doc JSON, low INT, high INT,
        CONSTRAINT brief CHECK (char_length(name) <= 40),
        CONSTRAINT has_at CHECK (email REGEXP '^[^@ ]+@[^@ ]+$'),
        CONSTRAINT positive CHECK (price BETWEEN 0 AND 1000000),
        CONSTRAINT slow CHECK (crc32(email) > 0),
        CONSTRAINT ordered CHECK (low <= high));
    INSERT INTO t VALUES (1, 'new', 'Ada', 'ada@example.org', 2, '1815-12-10', 'calm', '{}', 1, 2);";

fn rules(changed: &str) -> String {
    let columns = [
        ("id", "keep"),
        ("status", "{mask: pick, values: [new, paid]}"),
        ("name", "name"),
        ("email", "email"),
        ("price", "redact"),
        ("born", "date"),
        ("mood", "{mask: pick, values: [calm]}"),
        ("doc", "{json: {\"*\": redact}}"),
        ("low", "{mask: number, min: 1, max: 5}"),
        ("high", "keep"),
    ];
    checks::rules(&columns, changed)
}

#[test]
fn checks_are_proven_tried_or_told_to_be_unproven() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SCHEMA);
        let told = judged(&MysqlEngine, &source, &rules("")).await.unwrap();
        let told: Vec<(&str, &str)> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(
            told,
            [
                ("brief", "proven"),
                ("doc", "proven"),
                ("has_at", "tried"),
                (
                    "ordered",
                    "unproven: `high` is kept, and its values are not known"
                ),
                ("positive", "proven"),
                (
                    "slow",
                    "unproven: it calls `crc32`, which may do more than tell"
                ),
                ("status", "proven"),
            ]
        );
    });
}

/// A backup says what its CHECKs are, and anybody may have written it.
#[test]
fn a_hostile_check_is_not_shown_to_the_server() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SCHEMA);
        let database = &source.database;
        for expression in [
            format!(
                "\"\\\"\" = 1), 1); COMMIT; DROP DATABASE `{database}`; SELECT ((1 # \"\n or 1"
            ),
            format!("a = '\\'), 1); COMMIT; DROP DATABASE `{database}`; SELECT ((1 # '"),
        ] {
            let tried = tried(&MysqlEngine, &source, &expression).await.unwrap();
            assert!(matches!(tried, Tried::Unanswered(_)), "{tried:?}");
            let exists = MysqlEngine.exists(&source, &setting.context()).await;
            assert!(exists.unwrap());
        }
    });
}

#[test]
fn what_breaks_a_check_or_a_type_is_refused_with_its_line() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SCHEMA);
        for (changed, part) in [
            ("status: {mask: fixed, value: x}", "breaks CHECK status"),
            ("price: {mask: fixed, value: -1}", "breaks CHECK positive"),
            ("doc: redact", "breaks CHECK doc"),
            ("born: redact", "it gives no date or time"),
            ("mood: {mask: fixed, value: sad}", "enum('calm','busy')"),
        ] {
            let why = judged(&MysqlEngine, &source, &rules(changed))
                .await
                .unwrap_err();
            assert!(why.contains(part), "{changed}: {why}");
            assert!(why.contains("rules.yaml:14:"), "{changed}: {why}");
        }
        let told = judged(&MysqlEngine, &source, &rules("email: hash"))
            .await
            .unwrap();
        let (_, told) = told.iter().find(|(name, _)| name == "has_at").unwrap();
        assert!(told.contains("broken: rules.yaml:14:"), "{told}");
    });
}
