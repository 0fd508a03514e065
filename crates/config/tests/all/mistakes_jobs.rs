//! Jobs that make no sense, and jobs that disturb each other.

use crate::common::{problems, with_apps, with_change};

#[test]
fn two_jobs_writing_one_target() {
    let text = with_apps(
        r#"  ckan:
    engine: sqlite
    database: ckan
    in:
      staging:
        jobs:
          nightly: {schedule: "0 1 * * *"}
          weekly: {schedule: "0 9 * * 0"}
"#,
    );
    let expected = r#"weir.yaml:17:11: `staging/ckan/nightly` and `staging/ckan/weekly` write one target: the database `ckan`
  17 |           weekly: {schedule: "0 9 * * 0"}
     |           ^^^^^^
  help: let one of them run by hand (`schedule: by-hand`), or give each its own `databases`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn two_apps_with_one_address() {
    let text = with_apps(
        r#"  a: {engine: sqlite, database: a, url: "{environment}/x.db"}
  b: {engine: sqlite, database: b, url: "{environment}/x.db"}
"#,
    );
    let expected = r#"weir.yaml:11:41: `staging/a` and `staging/b` write one target: the database `b`
  11 |   b: {engine: sqlite, database: b, url: "{environment}/x.db"}
     |                                         ^^^^^^^^^^^^^^^^^^^^
  help: give each its own address: put `{environment}` or `{app}` into the `url`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn one_address_in_two_environments() {
    let text = with_apps(
        r#"  a: {engine: sqlite, database: a, url: "{app}.db"}
"#,
    );
    let expected = r#"weir.yaml:10:41: `production/a` and `staging/a` write one target: the database `a`
  10 |   a: {engine: sqlite, database: a, url: "{app}.db"}
     |                                         ^^^^^^^^^^
  help: give each its own address: put `{environment}` or `{app}` into the `url`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn two_apps_with_one_instance_and_database() {
    let text = with_apps(
        r#"  a: {engine: sqlite, database: x, instance: shared, only: [production]}
  b: {engine: sqlite, database: x, instance: shared, only: [production]}
"#,
    );
    let expected = r#"weir.yaml:11:3: `a` and `b` are both the database `x` on the instance `shared`
  11 |   b: {engine: sqlite, database: x, instance: shared, only: [production]}
     |   ^
  help: `a` is on line 10: keep one of the two, or give one its own `instance` or `database`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn two_environments_with_one_store() {
    let text = with_change("store: s3://i", "store: s3://s");
    let expected = r#"weir.yaml:5:24: `staging` and `integration` have the same store
  5 |   integration: {store: s3://s, upstream: staging}
    |                        ^^^^^^
  help: give each environment its own: another bucket, prefix or folder"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_environment_without_a_store() {
    let text = with_change("store: s3://i, ", "");
    let expected = r#"weir.yaml:5:3: the environment `integration` has no store
  5 |   integration: {upstream: staging}
    |   ^^^^^^^^^^^
  help: add `store: s3://BUCKET/PREFIX` or `store: FOLDER`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_app_without_a_database() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite}
"#,
    );
    let expected = r#"weir.yaml:10:3: the app `ckan` has no database
  10 |   ckan: {engine: sqlite}
     |   ^^^^
  help: add `database: NAME`, or `databases: [NAME, NAME]`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_app_without_an_engine() {
    let text = with_apps(
        r#"  ckan: {database: ckan}
"#,
    );
    let expected = r#"weir.yaml:10:3: the app `ckan` has no engine
  10 |   ckan: {database: ckan}
     |   ^^^^
  help: add `engine: postgres` (or mysql, sqlite, mongodb, opensearch, bucket)"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_app_without_an_address() {
    let text = with_apps(
        r#"  ckan: {engine: postgres, database: ckan}
"#,
    );
    let expected = r#"weir.yaml:10:3: nothing says at which address the app `ckan` is
  10 |   ckan: {engine: postgres, database: ckan}
     |   ^^^^
  help: add `url: …` here, or for all of its engine `defaults: {postgres: {url: …}}`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn both_database_and_databases() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, databases: [a]}
"#,
    );
    let expected = r#"weir.yaml:10:36: `database` and `databases` are both given
  10 |   ckan: {engine: sqlite, database: ckan, databases: [a]}
     |                                    ^^^^
  help: keep one of them: `databases: [a, b]` for several"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_restore_without_upstream() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, operations: [restore, backup]}
"#,
    );
    let expected = r#"weir.yaml:10:55: a restore in production, which has no upstream
  10 |   ckan: {engine: sqlite, database: ckan, operations: [restore, backup]}
     |                                                       ^^^^^^^ nothing to restore from
  help: set `operations` under `in:` for the environments that have an upstream"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_restore_of_an_absent_app() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, only: [production, integration]}
"#,
    );
    let expected = r#"weir.yaml:10:3: `ckan` is not in staging, so integration cannot restore it
  10 |   ckan: {engine: sqlite, database: ckan, only: [production, integration]}
     |   ^^^^
  help: `in: {integration: {data: own}}` if its data is born there, `from: ENVIRONMENT/APP` for another source, or `only: […]` to leave it out"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_restore_where_nothing_backs_up() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {operations: [restore]}}}
"#,
    );
    let expected = r#"weir.yaml:10:3: integration/ckan restores `ckan` from staging/ckan, where no job backs it up
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {operations: [restore]}}}
     |   ^^^^
  help: add `backup` to the operations in staging"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_restore_from_itself() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {from: staging/ckan}}}
"#,
    );
    let expected = r#"weir.yaml:10:63: staging cannot restore from itself
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {from: staging/ckan}}}
     |                                                               ^^^^^^^^^^^^
  help: to put an environment's own backup back, use a job with `operations: [recover]` and `schedule: by-hand`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_restore_over_own_data() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {data: own, operations: [restore, backup]}}}
"#,
    );
    let expected = r#"weir.yaml:10:81: a restore would replace data that is born here
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {data: own, operations: [restore, backup]}}}
     |                                                                                 ^^^^^^^
  help: `data: own` goes with `operations: [backup]`; remove one of the two"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_transform_without_a_restore() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, transform: x.sql, in: {staging: {operations: [transform, backup]}}}
"#,
    );
    let expected = r#"weir.yaml:10:88: a transform without a restore just before it
  10 |   ckan: {engine: sqlite, database: ckan, transform: x.sql, in: {staging: {operations: [transform, backup]}}}
     |                                                                                        ^^^^^^^^^ would run on the live copy
  help: a script runs in the shadow of a restore: write `[restore, transform, …]`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_transform_without_a_script() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {operations: [restore, transform, backup]}}}
"#,
    );
    let expected = r#"weir.yaml:10:79: a transform without a script
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {operations: [restore, transform, backup]}}}
     |                                                                               ^^^^^^^^^
  help: add `transform: PATH`, or remove the operation"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_script_that_would_not_run() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, transform: x.sql, in: {staging: {operations: [restore, backup]}}}
"#,
    );
    let expected = r#"weir.yaml:10:88: the script of `transform` would not run
  10 |   ckan: {engine: sqlite, database: ckan, transform: x.sql, in: {staging: {operations: [restore, backup]}}}
     |                                                                                        ^^^^^^^ restored without it
  help: write `[restore, transform, …]`, or switch the script off with `transform: {}`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_scheduled_recover() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {staging: {jobs: {main: {}, again: {operations: [recover]}}}}}
"#,
    );
    let expected = r#"weir.yaml:10:95: `recover` in a job that runs by itself
  10 |   ckan: {engine: sqlite, database: ckan, in: {staging: {jobs: {main: {}, again: {operations: [recover]}}}}}
     |                                                                                               ^^^^^^^
  help: an environment's own backup goes back only by hand: add `schedule: by-hand`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn one_default_address_for_two_apps() {
    let text =
        with_apps("  a: {engine: sqlite, database: x}\n  b: {engine: sqlite, database: x}\n");
    let expected = r#"weir.yaml:11:3: `staging/a` and `staging/b` write one target: the database `x`
  11 |   b: {engine: sqlite, database: x}
     |   ^
  help: give each its own address: put `{environment}` or `{app}` into the `url`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_script_where_nothing_is_restored() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, in: {production: {transform: clean.sql}}}
"#,
    );
    let expected = r#"weir.yaml:10:71: a transform without a restore before it
  10 |   ckan: {engine: sqlite, database: ckan, in: {production: {transform: clean.sql}}}
     |                                                                       ^^^^^^^^^ would never run: nothing is restored here
  help: a script runs in the shadow of a restore: set it for an environment that restores"#;
    assert_eq!(problems(&text), expected);
}
