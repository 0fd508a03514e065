//! Mistakes of form: YAML that is none, or more than the language uses.

use crate::common::{ENVIRONMENTS, problems, with_apps, with_change};

#[test]
fn a_duplicate_key() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  ckan: {engine: sqlite, database: other}
"#,
    );
    let expected = r#"weir.yaml:11:3: `ckan` is given twice
  11 |   ckan: {engine: sqlite, database: other}
     |   ^^^^ second time
  help: it is first given on line 10: keep one of the two"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_alias() {
    let text = with_apps(
        r#"  a: &a {engine: sqlite, database: a}
  b: *a
"#,
    );
    let expected = r#"weir.yaml:10:6: anchors are not used here
  10 |   a: &a {engine: sqlite, database: a}
     |      ^^^^
  help: say it once under `defaults`, or take another app's fields with `like:`

weir.yaml:11:6: aliases are not used here
  11 |   b: *a
     |      ^^
  help: say it once under `defaults`, or take another app's fields with `like:`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_merge_key() {
    let text = with_apps(
        r#"  a: {engine: sqlite, database: a}
  b:
    <<: {engine: sqlite}
    database: b
"#,
    );
    let expected = r#"weir.yaml:12:5: merge keys are not used here
  12 |     <<: {engine: sqlite}
     |     ^^
  help: say it once under `defaults`, or take another app's fields with `like:`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_tag() {
    let text = with_apps(
        r#"  a: {engine: !!str sqlite, database: a}
"#,
    );
    let expected = r#"weir.yaml:10:15: tags are not used here
  10 |   a: {engine: !!str sqlite, database: a}
     |               ^^^^^^^^^^^^
  help: remove the `!…`; quote the value if it must be text"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn two_documents() {
    let text = format!("{ENVIRONMENTS}{}", "---\nweir: 1\n");
    let expected = r#"weir.yaml:9:1: a second document starts here
  9 | ---
    | ^^^
  help: keep everything in one document: remove the `---`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn broken_yaml() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: [ckan}
"#,
    );
    let expected = r#"weir.yaml:10:41: this is not YAML: while parsing a flow sequence, expected ',' or ']'
  10 |   ckan: {engine: sqlite, database: [ckan}
     |                                         ^
  help: check indentation, quotes and brackets here and just above"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_empty_file() {
    let text = "";
    let expected = r#"weir.yaml:1:1: the file is empty
  1 | 
    | ^"#;
    assert_eq!(problems(text), expected);
}

#[test]
fn an_unquoted_template() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, url: {environment}}
"#,
    );
    let expected = r#"weir.yaml:10:47: expected text, found a map
  10 |   ckan: {engine: sqlite, database: ckan, url: {environment}}
     |                                               ^^^^^^^^^^^^^
  help: quote a value that begins with `{`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn another_version() {
    let text = with_change("weir: 1", "weir: 2");
    let expected = r#"weir.yaml:1:7: this file is in version 2 of the language
  1 | weir: 2
    |       ^ not known here
  help: this Weir reads version 1: use the Weir the file was written for"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn no_version() {
    let text = "environments:\n  production: {store: s3://p, keep: 30d, schedule: \"0 23 * * *\"}\n  staging: {store: s3://s, upstream: production, schedule: \"0 1 * * 1-5\"}\n  integration: {store: s3://i, upstream: staging}\n  training: {store: s3://t, upstream: production}\ndefaults:\n  sqlite: {url: \"{environment}/{database}.db\"}\n";
    let expected = r#"weir.yaml:1:1: the version of the language is missing
  1 | environments:
    | ^
  help: begin the file with `weir: 1`"#;
    assert_eq!(problems(text), expected);
}

#[test]
fn a_name_with_a_slash() {
    let text = with_apps(
        r#"  a/b: {engine: sqlite, database: ckan}
"#,
    );
    let expected = r#"weir.yaml:10:3: `a/b` cannot be the name of an app
  10 |   a/b: {engine: sqlite, database: ckan}
     |   ^^^
  help: names are made of letters, digits, `.`, `_` and `-`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_top_level_field() {
    let text = with_change("environments", "environmnets");
    let expected = r#"weir.yaml:2:1: unknown field `environmnets`
  2 | environmnets:
    | ^^^^^^^^^^^^ not a field here
  help: did you mean `environments`? fields here: `weir`, `environments`, `defaults`, `apps`, `serve`, `notify`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_field() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, scheduel: "0 1 * * *"}
"#,
    );
    let expected = r#"weir.yaml:10:42: unknown field `scheduel`
  10 |   ckan: {engine: sqlite, database: ckan, scheduel: "0 1 * * *"}
     |                                          ^^^^^^^^ not a field here
  help: did you mean `schedule`? fields here: `engine`, `database`, `databases`, `like`, `from`, `only`, `url`, `instance`, `password`, `owner`, `roles`, `missing`, `schedule`, `timezone`, `deadline`, `start_within`, `jitter`, `retry`, `wait`, `stale`, `hooks`, `objectives`, `after`, `group`, `max_age`, `previous`, `keep`, `operations`, `transform`, `sanitise`, `data`, `vouched`, `expect`, `verify`, `clone`, `jobs`, `in`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_value() {
    let text = with_apps(
        r#"  ckan: {engine: sqlit, database: ckan}
"#,
    );
    let expected = r#"weir.yaml:10:18: unknown value `sqlit`
  10 |   ckan: {engine: sqlit, database: ckan}
     |                  ^^^^^ not one of the allowed values
  help: did you mean `sqlite`? allowed values: `postgres`, `mysql`, `sqlite`, `mongodb`, `opensearch`, `bucket`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_wrong_type() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, databases: ckan}
"#,
    );
    let expected = r#"weir.yaml:10:37: expected a list: [one, two], found text
  10 |   ckan: {engine: sqlite, databases: ckan}
     |                                     ^^^^"#;
    assert_eq!(problems(&text), expected);
}
