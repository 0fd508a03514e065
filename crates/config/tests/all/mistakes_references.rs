//! References to what is not there, and circles.

use crate::common::{problems, with_apps, with_change};

#[test]
fn an_unknown_environment_in_in() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {stagin: {}}}
"#,
    );
    let expected = r#"weir.yaml:10:47: unknown environment `stagin`
  10 |   ckan: {engine: sqlite, database: ckan, in: {stagin: {}}}
     |                                               ^^^^^^ not an environment
  help: did you mean `staging`? environments: `integration`, `production`, `staging`, `training`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_environment_in_only() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, only: [prod]}
"#,
    );
    let expected = r#"weir.yaml:10:49: unknown environment `prod`
  10 |   ckan: {engine: sqlite, database: ckan, only: [prod]}
     |                                                 ^^^^ not an environment
  help: environments: `integration`, `production`, `staging`, `training`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_upstream() {
    let text = with_change("upstream: staging", "upstream: stagign");
    let expected = r#"weir.yaml:5:42: unknown environment `stagign`
  5 |   integration: {store: s3://i, upstream: stagign}
    |                                          ^^^^^^^ not an environment
  help: did you mean `staging`? environments: `integration`, `production`, `staging`, `training`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_environment_in_from() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {engine: sqlite, from: live/ckan, in: {staging: {}}}
"#,
    );
    let expected = r#"weir.yaml:11:32: unknown environment `live`
  11 |   test: {engine: sqlite, from: live/ckan, in: {staging: {}}}
     |                                ^^^^^^^^^ not an environment
  help: environments: `production`, `staging`, `training`, `integration`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_app_in_from() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {engine: sqlite, from: production/cakn, in: {staging: {}}}
"#,
    );
    let expected = r#"weir.yaml:11:32: unknown app `cakn`
  11 |   test: {engine: sqlite, from: production/cakn, in: {staging: {}}}
     |                                ^^^^^^^^^^^^^^^ not an app
  help: did you mean `ckan`? apps: `ckan`, `test`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_app_in_from_with_databases() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {engine: sqlite, database: x, from: production/cakn, in: {staging: {}}}
"#,
    );
    let expected = r#"weir.yaml:11:45: unknown app `cakn`
  11 |   test: {engine: sqlite, database: x, from: production/cakn, in: {staging: {}}}
     |                                             ^^^^^^^^^^^^^^^ not an app
  help: did you mean `ckan`? apps: `ckan`, `test`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_app_in_like() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {like: ckn, database: test}
"#,
    );
    let expected = r#"weir.yaml:11:16: unknown app `ckn`
  11 |   test: {like: ckn, database: test}
     |                ^^^ not an app
  help: did you mean `ckan`? apps: `ckan`, `test`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_circle_of_environments() {
    let text = with_change("{store: s3://p,", "{store: s3://p, upstream: integration,");
    let expected = r#"weir.yaml:5:42: the environments go round in a circle: integration ← staging ← production ← integration
  5 |   integration: {store: s3://i, upstream: staging}
    |                                          ^^^^^^^
  help: data flows one way: the first environment has no `upstream`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_circle_of_like() {
    let text = with_apps(
        r#"  a: {like: b}
  b: {like: c}
  c: {like: a, database: c, engine: sqlite}
"#,
    );
    let expected = r#"weir.yaml:10:13: apps are like each other in a circle: a → b → c → a
  10 |   a: {like: b}
     |             ^
  help: one of them must say its fields itself"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_second_root() {
    let text = with_change("{store: s3://t, upstream: production}", "{store: s3://t}");
    let expected = r#"weir.yaml:6:3: `training` has no upstream, like `production`
  6 |   training: {store: s3://t}
    |   ^^^^^^^^ a second first environment
  help: all but one environment name their `upstream`: add `upstream: production`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn no_environments() {
    let text = "weir: 1\n";
    let expected = r#"weir.yaml:1:1: there are no environments
  1 | weir: 1
    | ^
  help: add `environments: {production: {store: …}}`"#;
    assert_eq!(problems(text), expected);
}

#[test]
fn a_source_that_is_not_upstream() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {from: training/ckan}}}
"#,
    );
    let expected = r#"weir.yaml:10:63: training is not upstream of staging
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {from: training/ckan}}}
     |                                                               ^^^^^^^^^^^^^
  help: data only flows downstream: restore from `production`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_source_of_another_engine() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {engine: postgres, database: x, url: x, from: ckan, in: {staging: {}}}
"#,
    );
    let expected = r#"weir.yaml:11:55: `ckan` is sqlite, and its backups cannot be restored into postgres
  11 |   test: {engine: postgres, database: x, url: x, from: ckan, in: {staging: {}}}
     |                                                       ^^^^
  help: restore from an app of the same engine"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_from_without_environments() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {engine: sqlite, from: production/ckan}
"#,
    );
    let expected = r#"weir.yaml:11:32: nothing says in which environments `test` is
  11 |   test: {engine: sqlite, from: production/ckan}
     |                                ^^^^^^^^^^^^^^^
  help: an app with `from` names its environments: `in: {ENVIRONMENT: {}}` or `only: [ENVIRONMENT]`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_plain_from_in_the_first_environment() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan}
  test: {engine: sqlite, from: ckan, in: {production: {}}}
"#,
    );
    let expected = r#"weir.yaml:11:32: production has no upstream to take `ckan` from
  11 |   test: {engine: sqlite, from: ckan, in: {production: {}}}
     |                                ^^^^
  help: set `from` under `in:` for the environments that have an upstream"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn databases_that_do_not_match() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, databases: [a, b]}
  test: {engine: sqlite, database: c, from: ckan, in: {staging: {}}}
"#,
    );
    let expected = r#"weir.yaml:11:36: `c` is not a database of production/ckan, which it is restored from
  11 |   test: {engine: sqlite, database: c, from: ckan, in: {staging: {}}}
     |                                    ^
  help: name the databases alike, or as many on both sides in the same order"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_script_for_an_unknown_database() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, databases: [ckan, other], in: {staging: {transform: {ckna: x.sql}}}}
"#,
    );
    let expected = r#"weir.yaml:10:79: unknown database `ckna`
  10 |   ckan: {engine: sqlite, databases: [ckan, other], in: {staging: {transform: {ckna: x.sql}}}}
     |                                                                               ^^^^ not a database of the app
  help: did you mean `ckan`? databases of the app: `ckan`, `other`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_field_that_is_the_apps_alone() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {like: x}}}
"#,
    );
    let expected = r#"weir.yaml:10:63: `like` cannot be set for one environment
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {like: x}}}
     |                                                               ^
  help: move `like` up to the app, or remove it"#;
    assert_eq!(problems(&text), expected);
}
