//! Values that are not what their field takes.

use crate::common::{problems, read, with_apps, with_change};

#[test]
fn a_bad_cron_line() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, schedule: "61 1 * * *"}
"#,
    );
    let expected = r#"weir.yaml:10:52: this is not a cron line: Number out of bounds
  10 |   ckan: {engine: sqlite, database: ckan, schedule: "61 1 * * *"}
     |                                                    ^^^^^^^^^^^^
  help: five fields: minute hour day-of-month month day-of-week, for example "30 1 * * 1-5" (01:30 on weekdays); or `by-hand`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_cron_line_with_seconds() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, schedule: "0 30 1 * * *"}
"#,
    );
    let expected = r#"weir.yaml:10:52: this cron line has 6 fields, not 5
  10 |   ckan: {engine: sqlite, database: ckan, schedule: "0 30 1 * * *"}
     |                                                    ^^^^^^^^^^^^^^
  help: five fields: minute hour day-of-month month day-of-week, for example "30 1 * * 1-5" (01:30 on weekdays); or `by-hand`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_cron_line_never_due() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, schedule: "0 0 31 2 *"}
"#,
    );
    let expected = r#"weir.yaml:10:52: this cron line is never due
  10 |   ckan: {engine: sqlite, database: ckan, schedule: "0 0 31 2 *"}
     |                                                    ^^^^^^^^^^^^
  help: five fields: minute hour day-of-month month day-of-week, for example "30 1 * * 1-5" (01:30 on weekdays); or `by-hand`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_bad_time_zone() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, timezone: Europe/Londn}
"#,
    );
    let expected = r#"weir.yaml:10:52: this time zone is not known
  10 |   ckan: {engine: sqlite, database: ckan, timezone: Europe/Londn}
     |                                                    ^^^^^^^^^^^^
  help: an IANA name, for example `UTC` or `Europe/London`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_bad_duration() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, deadline: 24}
"#,
    );
    let expected = r#"weir.yaml:10:52: this is not a duration
  10 |   ckan: {engine: sqlite, database: ckan, deadline: 24}
     |                                                    ^^
  help: a number with a unit (s, m, h, d or w), for example `90m`, `24h`, `8d` or `1d12h`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_secret_given_inline() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, password: hunter2}
"#,
    );
    let expected = r#"weir.yaml:10:52: a secret must not stand in this file
  10 |   ckan: {engine: sqlite, database: ckan, password: *******}
     |                                                    ^^^^^^^
  help: say where it comes from: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}; and change the secret if the file was shared"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_password_in_an_address() {
    let text = with_apps(
        r#"  ckan: {engine: postgres, database: ckan, url: "postgres://weir:hunter2@db/ckan"}
"#,
    );
    let expected = r#"weir.yaml:10:49: a password must not stand in an address
  10 |   ckan: {engine: postgres, database: ckan, url: "postgres://weir:*******@db/ckan"}
     |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: remove it and say where it comes from: `password: {env: NAME}`, {file: PATH} or {command: […]}"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_missing_secret_reference() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, password: {enw: X}}
"#,
    );
    let expected = r#"weir.yaml:10:53: unknown field `enw`
  10 |   ckan: {engine: sqlite, database: ckan, password: {enw: *}}
     |                                                     ^^^ not a field here
  help: did you mean `env`? fields here: `env`, `file`, `command`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn half_a_pair_of_credentials() {
    let text = with_change(
        "store: s3://i",
        "store: {url: s3://i, access_key_id: {env: X}}",
    );
    let expected = r#"weir.yaml:5:17: half of a pair of credentials
  5 |   integration: {store: {url: s3://i, access_key_id: {env: X}}, upstream: staging}
    |                 ^^^^^
  help: give both `access_key_id` and `secret_access_key`, or neither"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn credentials_of_another_cloud() {
    let text = with_change(
        "store: s3://i",
        "store: {url: gs://i, region: x, account_key: {env: X}}",
    );
    let expected = r#"weir.yaml:5:46: `region` does not go with `gs://`
  5 |   integration: {store: {url: gs://i, region: x, account_key: {env: X}}, upstream: staging}
    |                                              ^
  help: it is for `s3://`: here give `service_account_key`, or nothing for the machine's own identity

weir.yaml:5:62: `account_key` does not go with `gs://`
  5 |   integration: {store: {url: gs://i, region: x, account_key: {env: X}}, upstream: staging}
    |                                                              ^^^^^^^^
  help: it is for `az://`: here give `service_account_key`, or nothing for the machine's own identity"#;
    assert_eq!(problems(&text), expected);
    let text = with_change("store: s3://i", "store: {url: /srv/i, account: a}");
    assert!(problems(&text).contains("`account` does not go with a folder"));
    for fine in [
        "{url: gs://i/p, service_account_key: {file: k}, endpoint: \"http://localhost:1\"}",
        "{url: az://i, account: a, account_key: {env: X}}",
        "{url: az://i, account: a}",
    ] {
        read(&with_change("store: s3://i", &format!("store: {fine}")));
    }
}

#[test]
fn a_public_key_that_is_none() {
    let text = with_change("store: s3://i", "store: s3://i, trusts: [ssh-ed25519]");
    let expected = r#"weir.yaml:5:41: this is not a public key
  5 |   integration: {store: s3://i, trusts: [ssh-ed25519], upstream: staging}
    |                                         ^^^^^^^^^^^
  help: a public key is `weir-ed25519:` and 44 characters of base64"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_recipient_that_is_none() {
    let text = with_change("store: s3://i", "store: s3://i, recipients: [ssh-ed25519]");
    let expected = r#"weir.yaml:5:45: this is not a public key of age
  5 |   integration: {store: s3://i, recipients: [ssh-ed25519], upstream: staging}
    |                                             ^^^^^^^^^^^
  help: a recipient is `age1` and 58 characters, as `weir keys new --encryption FILE` prints it"#;
    assert_eq!(problems(&text), expected);
    let right = "age1pq0t2a34y0t07n68ph2nrgza895z7seh4r65lqptd8cg9sya3vfqw3z306";
    let with = |key: &str| {
        let change = format!("store: s3://i, recipients: [\"{key}\"]");
        with_change("store: s3://i", &change)
    };
    let fleet = read(&with(right));
    let integration = fleet.environment("integration").unwrap();
    assert_eq!(integration.recipients[0].value, right);
    for wrong in [&right.replace("0t2a", "0t2c"), &right[..61], "age1", ""] {
        assert!(
            problems(&with(wrong)).contains("public key of age"),
            "{wrong}"
        );
    }
}

#[test]
fn encryption_to_nobody() {
    let text = with_change("store: s3://i", "store: s3://i, recipients: []");
    let expected = r#"weir.yaml:5:44: there is nobody to encrypt to
  5 |   integration: {store: s3://i, recipients: [], upstream: staging}
    |                                            ^^
  help: name at least one `age1…`, or leave `recipients` out to store backups unencrypted"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn copies_that_are_for_nobody_or_for_no_key() {
    let with = |recipients: &str| {
        let replica = format!("replica: {{store: s3://r, recipients: {recipients}}}");
        with_change("store: s3://i", &format!("store: s3://i, {replica}"))
    };
    let nobody = problems(&with("[]"));
    assert!(nobody.contains("weir.yaml:5:"), "{nobody}");
    assert!(
        nobody.contains("no copy is less encrypted than its original"),
        "{nobody}"
    );
    assert!(problems(&with("[age1]")).contains("this is not a public key of age"));
    let key = "age1pq0t2a34y0t07n68ph2nrgza895z7seh4r65lqptd8cg9sya3vfqw3z306";
    let fleet = read(&with(&format!("[{key}]")));
    let integration = fleet.environment("integration").unwrap();
    let replica = integration.replica.as_ref().unwrap();
    assert_eq!(replica.value.recipients, [key]);
}

#[test]
fn a_secret_key_among_the_recipients_is_not_shown() {
    let key = "AGE-SECRET-KEY-18CGSMEPCJ8NSJ72JTCMDHHX8P5TX7HGUJSWPS07DZ7QRNV4F5TZQGZQZ3M";
    let text = with_change(
        "store: s3://i",
        &format!("store: s3://i, recipients: [{key}]"),
    );
    let found = problems(&text);
    assert!(found.contains("this is a secret key"), "{found}");
    assert!(!found.contains("18CGSM"), "{found}");
}

#[test]
fn an_unknown_kind_of_store() {
    let text = with_change("s3://i", "ftp://i");
    let expected = r#"weir.yaml:5:24: this kind of store is not known
  5 |   integration: {store: ftp://i, upstream: staging}
    |                        ^^^^^^^
  help: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX, file:///FOLDER, or the path of a folder"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_instance_of_weirs_own() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, instance: _from}
"#,
    );
    let expected = r#"weir.yaml:10:52: the instance `_from` starts with `_`
  10 |   ckan: {engine: sqlite, database: ckan, instance: _from}
     |                                                    ^^^^^
  help: in a store, such names are Weir's own: choose another"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_empty_database() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ""}
"#,
    );
    let expected = r#"weir.yaml:10:36: the database has no name
  10 |   ckan: {engine: sqlite, database: ""}
     |                                    ^^
  help: give its name on the server"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_unknown_template() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, url: "{enviroment}/x"}
"#,
    );
    let expected = r#"weir.yaml:10:47: unknown template {enviroment}
  10 |   ckan: {engine: sqlite, database: ckan, url: "{enviroment}/x"}
     |                                               ^^^^^^^^^^^^^^^^
  help: did you mean `{environment}`? templates here: `{environment}`, `{app}`, `{engine}`, `{instance}`, `{database}`; `{{` for a brace itself"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_template_in_the_wrong_place() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, instance: "x-{database}"}
"#,
    );
    let expected = r#"weir.yaml:10:52: the template {database} cannot be used here
  10 |   ckan: {engine: sqlite, database: ckan, instance: "x-{database}"}
     |                                                    ^^^^^^^^^^^^^^
  help: templates here: `{environment}`, `{app}`, `{engine}`; `{{` for a brace itself"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn bounds_that_cross() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, expect: {users: {min: 5, max: 1}}}
"#,
    );
    let expected = r#"weir.yaml:10:50: no number of rows of `users` could be within these bounds, or any could
  10 |   ckan: {engine: sqlite, database: ckan, expect: {users: {min: 5, max: 1}}}
     |                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^
  help: for example `expect: {users: {min: 1, max: 500000}}`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn an_incomplete_voucher() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, vouched: {by: Ada, until: soon}}
"#,
    );
    let expected = r#"weir.yaml:10:68: this is not a date
  10 |   ckan: {engine: sqlite, database: ckan, vouched: {by: Ada, until: soon}}
     |                                                                    ^^^^
  help: year, month and day, for example 2026-12-31"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn backups_gone_before_the_next() {
    let text = with_apps(
        r#"  ckan: {engine: sqlite, database: ckan, keep: 5d, schedule: "0 1 * * 1"}
"#,
    );
    let expected = r#"weir.yaml:10:48: a backup is kept for 5d, but the next one comes after up to 7d
  10 |   ckan: {engine: sqlite, database: ckan, keep: 5d, schedule: "0 1 * * 1"}
     |                                                ^^
  help: keep backups longer than 7d, or run the job more often"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_database_named_twice_in_a_job() {
    let text = with_apps(
        "  ckan: {engine: sqlite, databases: [a, b], jobs: {main: {databases: [a, a]}}}\n",
    );
    let expected = r#"weir.yaml:10:74: the database `a` is named twice
  10 |   ckan: {engine: sqlite, databases: [a, b], jobs: {main: {databases: [a, a]}}}
     |                                                                          ^ second time
  help: name each database once"#;
    assert_eq!(problems(&text), expected);
}
