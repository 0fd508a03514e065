//! What binding refuses, and what it says.

use crate::support::{catalog, key, object, of_kind, parse, pointing, refused, table};
use weir_model::catalog::TableKind;

/// What is said of `rule` for a column declared so.
fn column(rule: &str, declaration: &str) -> String {
    refused(
        &format!("weir-rules: 1\ntables: {{t: {{columns: {{c: {rule}}}}}}}\n"),
        &catalog(vec![table("t", &[&format!("c {declaration}")])]),
    )
}

#[test]
fn an_unclassified_column_stops_with_the_lines_to_add() {
    let catalog = catalog(vec![table(
        "users",
        &[
            "id INTEGER pk",
            "phone TEXT",
            "e:mail TEXT",
            "size INTEGER generated",
            "pin CHAR(4)",
        ],
    )]);
    assert_eq!(
        refused("weir-rules: 1\ntables:\n  users:\n    columns:\n      id: keep\n", &catalog),
        "rules.yaml:3:3: table `users` has no rule for columns `phone`, `e:mail`, `pin`
  3 |   users:
    |   ^^^^^
  help: add below `columns:` of `users` (as you decide: `keep`, `email`, `name`, `null`, `redact`, `fixed`)
      phone: redact
      \"e:mail\": redact
      pin: {mask: fixed, value: \"\"}"
    );
}

#[test]
fn a_table_without_rule_stops_with_the_lines_to_add() {
    let catalog = catalog(vec![
        table("a", &["id INTEGER pk"]),
        pointing(
            table("notes", &["id INTEGER pk", "a_id INTEGER", "text TEXT"]),
            "a_id",
            "a",
            "",
        ),
        of_kind(TableKind::Virtual, table("search", &["text"])),
        of_kind(TableKind::Backing, table("search_data", &["block BLOB"])),
    ]);
    assert_eq!(
        refused("weir-rules: 1\ntables:\n  a: keep\n", &catalog),
        "rules.yaml:3:3: no rule for tables `notes`, `search`
  3 |   a: keep
    |   ^^^^^^^ among these tables
  help: add below `tables:` (as you decide: `keep`, `email`, `name`, `null`, `redact`, `fixed`)
  notes:
    columns:
      id: keep
      a_id: keep
      text: redact
  search: {drop: true}"
    );
}

#[test]
fn the_lines_to_add_are_all_that_was_missing() {
    let mut catalog = catalog(vec![
        table("kept", &["id INTEGER pk"]),
        pointing(
            table(
                "odd \"one\"",
                &[
                    "id INTEGER pk",
                    "ref INTEGER",
                    "pin CHAR(4)",
                    "n DECIMAL",
                    "true TEXT unique",
                ],
            ),
            "ref",
            "kept",
            "id",
        ),
        of_kind(TableKind::Virtual, table("search", &["text"])),
    ]);
    catalog.objects = vec![object("view", "v-1", true), object("trigger", "t", true)];
    let mut text = "weir-rules: 1\ntables:\n  kept: keep\n".to_owned();
    let problems = parse(&text).bind(&catalog, &key()).unwrap_err();
    // Lines for `objects:` belong at the end of the file.
    let mut problems = problems.0;
    problems.sort_by_key(|problem| problem.help.contains("\nobjects:"));
    for problem in &problems {
        let (_, lines) = problem.help.split_once('\n').unwrap();
        text.push_str(lines);
        text.push('\n');
    }
    parse(&text)
        .bind(&catalog, &key())
        .unwrap_or_else(|problems| panic!("{text}\n{problems}"));
}

#[test]
fn rules_that_match_nothing_are_errors() {
    let catalog = catalog(vec![table("users", &["id INTEGER pk", "name TEXT"])]);
    let text = refused(
        "weir-rules: 1
tables:
  users: {columns: {id: keep, name: keep, nmae: name, phone: redact}}
  usres: keep
  invoices: keep
objects: {ghost: keep}
",
        &catalog,
    );
    assert!(
        text.contains("rules.yaml:3:43: table `users` has no column `nmae`"),
        "{text}"
    );
    assert!(
        text.contains("did you mean `name`? names are compared exactly"),
        "{text}"
    );
    assert!(
        text.contains("table `users` has no column `phone`"),
        "{text}"
    );
    assert!(
        text.contains("rules.yaml:4:3: there is no table `usres`"),
        "{text}"
    );
    assert!(text.contains("did you mean `users`?"), "{text}");
    assert!(text.contains("there is no table `invoices`"), "{text}");
    assert!(
        text.contains("remove the rule, or correct the name"),
        "{text}"
    );
    assert!(text.contains("there is no object `ghost`"), "{text}");
}

#[test]
fn generated_columns_take_no_rule() {
    let text = column("keep", "TEXT generated");
    assert!(
        text.contains("column `t.c` is computed by the database"),
        "{text}"
    );
    assert!(text.contains("remove its rule"), "{text}");
}

#[test]
fn keys_are_not_made_to_collide() {
    for (rule, declaration) in [
        ("name", "TEXT unique"),
        ("redact", "INTEGER pk"),
        ("{mask: fixed, value: x}", "TEXT unique"),
        ("null", "TEXT pk"),
    ] {
        let text = column(rule, declaration);
        assert!(
            text.contains("different values may become the same"),
            "{rule}: {text}"
        );
        assert!(text.contains("use `email`"), "{rule}: {text}");
    }
}

#[test]
fn null_may_stand_in_a_unique_column_but_not_where_it_is_forbidden() {
    let rules = "weir-rules: 1\ntables: {t: {columns: {c: null}}}\n";
    let unique = catalog(vec![table("t", &["c TEXT unique"])]);
    assert!(
        parse(rules).bind(&unique, &key()).is_ok(),
        "NULLs do not collide"
    );
    let text = column("null", "TEXT not-null");
    assert!(
        text.contains("`null` does not fit column `t.c`: it is NOT NULL"),
        "{text}"
    );
}

#[test]
fn text_does_not_go_into_numbers_nor_numbers_into_text() {
    let text = column("email", "INTEGER");
    assert!(
        text.contains("it gives text, and the column is INTEGER"),
        "{text}"
    );
    assert!(
        text.contains("use `redact`, which makes numbers 0"),
        "{text}"
    );
    assert!(column("{mask: fixed, value: x}", "DECIMAL(3)").contains("it gives text"));
    assert!(column("{mask: fixed, value: 1}", "TEXT").contains("put the value in quotes"));
    assert!(column("{mask: fixed, value: 1}", "REAL").contains("with a fraction, e.g. 0.0"));
    assert!(column("{mask: fixed, value: 1.5}", "INT").contains("write a whole number"));
}

#[test]
fn output_fits_the_declared_length() {
    let text = column("email", "VARCHAR(27)");
    assert!(
        text.contains("its output has up to 52 characters"),
        "{text}"
    );
    assert!(text.contains("with at most 27 characters"), "{text}");
    assert!(column("name", "CHAR(5)").contains("up to 23 characters"));
    assert!(column("redact", "CHAR(9)").contains("up to 10 characters"));
    let rules = "weir-rules: 1\ntables: {t: {columns: {c: email}}}\n";
    let fitting = catalog(vec![table("t", &["c VARCHAR(28)"])]);
    assert!(parse(rules).bind(&fitting, &key()).is_ok());
}

#[test]
fn virtual_tables_are_dropped_and_their_storage_with_them() {
    let catalog = catalog(vec![
        of_kind(TableKind::Virtual, table("search", &["text"])),
        of_kind(TableKind::Backing, table("search_data", &["block BLOB"])),
    ]);
    let text = refused(
        "weir-rules: 1\ntables:\n  search: {columns: {text: redact}}\n  search_data: keep\n",
        &catalog,
    );
    assert!(
        text.contains("rules.yaml:3:3: table `search` is virtual"),
        "{text}"
    );
    assert!(text.contains("write {drop: true}"), "{text}");
    assert!(
        text.contains("rules.yaml:4:3: table `search_data` belongs to a virtual table"),
        "{text}"
    );
}

#[test]
fn carriers_are_kept_by_name_or_refused() {
    let mut catalog = catalog(vec![table("t", &["id INTEGER pk"])]);
    catalog.objects = vec![
        object("view", "v", true),
        object("trigger", "on touch", true),
        object("index", "i", false),
        object("statistics", "sqlite_stat1", true),
    ];
    let text = refused("weir-rules: 1\ntables:\n  t: keep\n", &catalog);
    assert!(
        text.contains("2 objects can carry values and have no rule"),
        "{text}"
    );
    assert!(
        text.ends_with(
            "then add at the end of the file (or `drop` where it holds values)
objects:
  v: keep  # view
  \"on touch\": keep  # trigger"
        ),
        "{text}"
    );
    let text = refused(
        "weir-rules: 1\ntables: {t: keep}\nobjects: {v: keep, i: keep, sqlite_stat1: keep}\n",
        &catalog,
    );
    assert!(
        text.contains("trigger `on touch` can carry values and has no rule"),
        "{text}"
    );
    assert!(
        text.contains("index `i` carries no values and is always made"),
        "{text}"
    );
    assert!(
        text.contains("`sqlite_stat1` holds samples of values and is never copied"),
        "{text}"
    );
}
