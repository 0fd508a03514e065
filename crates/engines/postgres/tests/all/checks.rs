//! CHECKs, enums and domains are held against the rules before data moves.

use crate::support::{filled, with_setting};
use weir_engine::Tried;
use weir_engine_postgres::PostgresEngine;
use weir_testkit::checks::{self, judged, tried};

const SCHEMA: &str = "
    CREATE TYPE mood AS ENUM ('calm', 'it''s fine');
    CREATE DOMAIN short AS varchar(12) CHECK (VALUE ~ '^[^@]+$');
    CREATE DOMAIN shorter AS short CONSTRAINT brief CHECK (length(VALUE) <= 12) NOT NULL;
    CREATE FUNCTION mine(text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
    CREATE TABLE t (id integer PRIMARY KEY, status varchar(10), name shorter, phone text,
        email text, price numeric(8,2), born date, key uuid, mood mood, doc jsonb, low int, high int,
        CONSTRAINT listed CHECK (status IN ('new', 'paid')),
        CONSTRAINT own CHECK (mine(phone)),
        CONSTRAINT has_at CHECK (email ~ '^[^@ ]+@[^@ ]+$'),
        CONSTRAINT positive CHECK (price >= 0 AND price < 1000000),
        CONSTRAINT ordered CHECK (low <= high));
    ALTER TABLE t ADD CONSTRAINT idle CHECK (phone <> '') NOT VALID;
    INSERT INTO t VALUES (1, 'new', 'Ada', '+49 30', 'ada@example.org', 2, '1815-12-10',
        gen_random_uuid(), 'calm', '{}', 1, 2);";

fn rules(changed: &str) -> String {
    let columns = [
        ("id", "keep"),
        ("status", "{mask: pick, values: [new, paid]}"),
        ("name", "name"),
        ("phone", "phone"),
        ("email", "email"),
        ("price", "redact"),
        ("born", "date"),
        ("key", "uuid"),
        ("mood", "{mask: pick, values: [calm]}"),
        ("doc", "{mask: fixed, value: \"{}\"}"),
        ("low", "{mask: number, min: 1, max: 5}"),
        ("high", "keep"),
    ];
    checks::rules(&columns, changed) + "objects: {mine(text): keep}\n"
}

#[test]
fn checks_are_proven_tried_or_told_to_be_unproven() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SCHEMA);
        let told = judged(&PostgresEngine, &source, &rules("")).await.unwrap();
        let told: Vec<(&str, &str)> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(
            told,
            [
                ("brief", "proven"),
                ("has_at", "tried"),
                ("listed", "proven"),
                (
                    "ordered",
                    "unproven: `high` is kept, and its values are not known"
                ),
                ("own", "unproven: it uses what is of a schema"),
                ("positive", "proven"),
                ("short_check", "tried"),
            ]
        );
    });
}

/// A backup says what its CHECKs are, and anybody may have written it.
#[test]
fn a_hostile_check_calls_nothing() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SCHEMA);
        let tried = async |expression| tried(&PostgresEngine, &source, expression).await.unwrap();
        assert_eq!(tried("a = 1").await, Tried::Satisfied(vec![true]));
        // A backslash is a letter like others, whatever the server's setting is.
        let plain = tried("'\\' <> 'a' AND a = 1").await;
        assert_eq!(plain, Tried::Satisfied(vec![true]));
        let hidden = tried("E'\\'' || pg_sleep(0)::text || $$ ' < x$$ <> 'a'").await;
        assert!(matches!(hidden, Tried::Unanswered(_)), "{hidden:?}");
    });
}

#[test]
fn what_breaks_a_check_or_a_type_is_refused_with_its_line() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SCHEMA);
        for (changed, line, part) in [
            ("status: {mask: fixed, value: x}", 16, "breaks CHECK listed"),
            (
                "price: {mask: fixed, value: -1}",
                16,
                "breaks CHECK positive",
            ),
            ("born: redact", 16, "it gives no date or time"),
            ("key: redact", 16, "it gives no UUID"),
            ("doc: redact", 16, "it gives no JSON"),
            (
                "mood: {mask: fixed, value: sad}",
                16,
                "enum('calm','it''s fine')",
            ),
            ("mood: name", 16, "enum('calm','it''s fine')"),
            ("name: null", 16, "it is NOT NULL"),
            (
                "name: {mask: fixed, value: much longer than that}",
                16,
                "up to 21 characters",
            ),
        ] {
            let why = judged(&PostgresEngine, &source, &rules(changed))
                .await
                .unwrap_err();
            assert!(why.contains(part), "{changed}: {why}");
            assert!(
                why.contains(&format!("rules.yaml:{line}:")),
                "{changed}: {why}"
            );
        }
        let told = judged(&PostgresEngine, &source, &rules("email: hash"))
            .await
            .unwrap();
        let (_, told) = told.iter().find(|(name, _)| name == "has_at").unwrap();
        assert!(told.contains("broken: rules.yaml:16:"), "{told}");
        assert!(told.contains("breaks CHECK has_at"), "{told}");
    });
}
