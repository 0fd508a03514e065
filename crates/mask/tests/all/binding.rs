//! What a good ruleset becomes.

use crate::support::{catalog, column_of, key, object, of_kind, parse, pointing, rows, table};
use weir_engine::{ColumnUse, Field, Masker, TablePlan};
use weir_model::catalog::{Catalog, TableKind};

const RULES: &str = r#"weir-rules: 1
tables:
  users:
    columns:
      id: keep
      email: email
      name: {mask: name, locale: en}
      bio: {mask: fixed, value: "…"}
      token: null
      password: redact
  logins:
    columns: {user_email: email, at: keep}
  audit_log: {rows: none}
  search_index: {drop: true}
  countries: keep
objects: {published_editions: keep, users_touch: drop}
"#;

fn database() -> Catalog {
    let mut catalog = catalog(vec![
        table(
            "users",
            &[
                "id INTEGER pk",
                "email TEXT unique not-null",
                "name VARCHAR(40)",
                "bio TEXT",
                "token TEXT unique",
                "password TEXT not-null",
                "email_length INTEGER generated",
            ],
        ),
        pointing(
            table("logins", &["user_email TEXT", "at TEXT"]),
            "user_email",
            "users",
            "email",
        ),
        table("audit_log", &["entry TEXT"]),
        of_kind(TableKind::Virtual, table("search_index", &["text"])),
        of_kind(
            TableKind::Backing,
            table("search_index_data", &["block BLOB"]),
        ),
        table("countries", &["code TEXT pk", "name TEXT"]),
    ]);
    catalog.objects = vec![
        object("view", "published_editions", true),
        object("trigger", "users_touch", true),
        object("index", "users_by_name", false),
        object("statistics", "sqlite_stat1", true),
    ];
    catalog
}

#[test]
fn every_table_gets_its_plan() {
    let bound = parse(RULES).bind(&database(), &key()).unwrap();
    let masked = |name: &str| -> Vec<bool> {
        let rows = rows(&bound, name);
        let uses = rows.columns().iter();
        uses.map(|of| *of == ColumnUse::Masked).collect()
    };
    assert_eq!(
        masked("users"),
        [false, true, true, true, true, true, false]
    );
    assert_eq!(masked("logins"), [true, false]);
    assert_eq!(masked("countries"), [false, false]);
    assert!(matches!(bound.table("audit_log"), Some(TablePlan::Empty)));
    assert!(matches!(bound.table("search_index"), Some(TablePlan::Drop)));
    assert!(matches!(
        bound.table("search_index_data"),
        Some(TablePlan::Drop)
    ));
    assert!(
        bound.table("Users").is_none(),
        "an engine refuses what the rules do not know"
    );
}

#[test]
fn objects_stay_as_the_rules_say() {
    let bound = parse(RULES).bind(&database(), &key()).unwrap();
    assert!(bound.keeps_object("view", "published_editions"));
    assert!(!bound.keeps_object("trigger", "users_touch"));
    assert!(bound.drops_object("trigger", "users_touch"));
    assert!(!bound.drops_object("view", "published_editions"));
    assert!(!bound.drops_object("trigger", "unknown"));
    assert!(
        bound.keeps_object("index", "users_by_name"),
        "an index carries no values"
    );
    assert!(!bound.keeps_object("statistics", "sqlite_stat1"));
    assert!(
        !bound.keeps_object("trigger", "published_editions"),
        "known by kind and name"
    );
}

#[test]
fn the_mark_is_the_evidence() {
    let mark = parse(RULES).bind(&database(), &key()).unwrap().mark();
    assert_eq!((mark.masked, mark.kept), (6, 4));
    assert_eq!(
        (mark.name.as_str(), mark.scheme.as_str()),
        ("rules.yaml", "v1")
    );
    assert_eq!(mark.key_id, key().id());
    let changed = parse(&RULES.replace("bio: {mask: fixed, value: \"…\"}", "bio: redact"));
    assert_ne!(&mark.digest, changed.digest());
}

#[test]
fn a_referenced_key_is_masked_alike_on_both_sides() {
    let bound = parse(RULES).bind(&database(), &key()).unwrap();
    let mask = |table: &str, column: usize| column_of(&bound, table, column);
    let field = Field::Text(b"Ada@example.org");
    let (one, other) = (mask("users", 1).mask(field), mask("logins", 0).mask(field));
    assert!(one.unwrap() == other.unwrap());
}

#[test]
fn no_formatter_shows_a_key_or_a_rule_at_work() {
    let shown = format!("{:?}", parse(RULES).bind(&database(), &key()).unwrap());
    assert!(!shown.contains("correct horse"), "{shown}");
}
