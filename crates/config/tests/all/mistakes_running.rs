//! Mistakes about jobs that run by themselves, the page and who is told.

use crate::common::{ENVIRONMENTS, problems, with_apps, with_change};

#[test]
fn a_drill_among_other_operations() {
    let text = with_apps(
        "  a: {engine: sqlite, database: a, only: [production], operations: [backup, drill]}\n",
    );
    let expected = r#"weir.yaml:10:77: `drill` stands among other operations
  10 |   a: {engine: sqlite, database: a, only: [production], operations: [backup, drill]}
     |                                                                             ^^^^^
  help: a drill is a job of its own: `jobs: {main: {}, drill: {operations: [drill], schedule: "0 12 * * 6"}}`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_drill_without_backups() {
    let text =
        with_apps("  a: {engine: sqlite, database: a, only: [production], operations: [drill]}\n");
    let expected = r#"weir.yaml:10:68: production/a drills `a`, which no job backs up
  10 |   a: {engine: sqlite, database: a, only: [production], operations: [drill]}
     |                                                                    ^^^^^^^
  help: add a job that does: `jobs: {main: {}, drill: {operations: [drill]}}`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn jobs_that_wait_for_each_other() {
    let text = with_apps(
        "  a: {engine: sqlite, database: a, after: [b]}\n  b: {engine: sqlite, database: b, after: [c]}\n  c: {engine: sqlite, database: c, after: [a]}\n",
    );
    let expected = r#"weir.yaml:10:44: jobs wait for each other in a circle: production/a → production/b → production/c → production/a
  10 |   a: {engine: sqlite, database: a, after: [b]}
     |                                            ^
  help: one of them must start without waiting; a restore waits for its upstream, and the jobs of one group for each other"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_circle_through_what_is_restored_or_goes_together() {
    let text =
        with_apps("  a: {engine: sqlite, database: a, in: {production: {after: [staging/a]}}}\n");
    let told = problems(&text);
    assert!(
        told.contains("in a circle: production/a → staging/a → production/a"),
        "{told}"
    );
    let text = with_apps(
        "  a: {engine: sqlite, database: a, group: g, after: [b]}\n  b: {engine: sqlite, database: b, group: g}\n",
    );
    let told = problems(&text);
    assert!(
        told.contains("in a circle: production/a → production/b"),
        "{told}"
    );
}

#[test]
fn a_job_after_what_is_not_there() {
    let cases = [
        ("b", "unknown app `b`"),
        ("prodction/a", "unknown environment `prodction`"),
        ("a", "staging/a waits for itself"),
        (
            "far",
            "the app `far` is not in staging, so staging/a cannot wait for it",
        ),
        ("staging/two/first", "`two` has no job `first` in staging"),
        (
            "hand",
            "no job of `hand` in staging runs by itself, so staging/a would never start",
        ),
    ];
    for (after, message) in cases {
        let text = with_apps(&format!(
            "  a: {{engine: sqlite, database: a, in: {{staging: {{after: [{after}]}}}}}}\n  far: {{engine: sqlite, database: f, only: [production]}}\n  two: {{engine: sqlite, database: t}}\n  hand: {{engine: sqlite, database: h, in: {{staging: {{schedule: by-hand}}}}}}\n"
        ));
        let told = problems(&text);
        assert!(
            told.starts_with(&format!("weir.yaml:10:59: {message}\n")),
            "{told}"
        );
    }
}

#[test]
fn a_group_that_is_not_due_together() {
    let text = with_apps(
        "  a: {engine: sqlite, database: a, group: g}\n  b: {engine: sqlite, database: b, group: g, in: {staging: {schedule: \"0 2 * * *\"}}}\n",
    );
    let expected = r#"weir.yaml:11:43: `staging/a` and `staging/b` are of the group `g` and not due together
  11 |   b: {engine: sqlite, database: b, group: g, in: {staging: {schedule: "0 2 * * *"}}}
     |                                           ^
  help: give them one `schedule`: now they have `0 1 * * 1-5 (UTC)` and `0 2 * * * (UTC)`"#;
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_hook_that_does_nothing_or_two_things() {
    for hook in [
        "{}",
        "{command: []}",
        "{command: [a], webhook: https://b.c}",
    ] {
        let text = with_apps(&format!(
            "  a: {{engine: sqlite, database: a, hooks: {{before: [{hook}]}}}}\n"
        ));
        let told = problems(&text);
        assert!(
            told.starts_with("weir.yaml:10:53: a hook does exactly one thing\n"),
            "{told}"
        );
        assert!(told.contains("`{command: [PROGRAM, ARGUMENT]}` or `{webhook: ADDRESS}`"));
    }
}

#[test]
fn words_and_durations_that_are_none() {
    let cases = [
        ("start_within: 0s", "this is not a duration"),
        ("jitter: soon", "this is not a duration"),
        (
            "retry: -1",
            "expected a whole number that is not negative, found another whole number",
        ),
        ("stale: wait", "unknown value `wait`"),
        ("hooks: {befor: []}", "unknown field `befor`"),
        (
            "hooks: {before: [{webhook: chat}]}",
            "this address leads nowhere",
        ),
        ("objectives: {rto: 2h}", "unknown field `rto`"),
    ];
    for (field, message) in cases {
        let text = with_apps(&format!("  a: {{engine: sqlite, database: a, {field}}}\n"));
        let told = problems(&text);
        assert!(told.contains(&format!(": {message}\n")), "{told}");
    }
}

#[test]
fn a_page_that_others_reach_says_who_may_look() {
    let text = format!("{ENVIRONMENTS}serve:\n  listen: 0.0.0.0:8420\n");
    let expected = r#"weir.yaml:10:11: nothing says who may look at 0.0.0.0:8420
  10 |   listen: 0.0.0.0:8420
     |           ^^^^^^^^^^^^ other machines reach it
  help: add `viewing: operators`, or `viewing: open` for whoever reaches it"#;
    assert_eq!(problems(&text), expected);
    let text = format!("{ENVIRONMENTS}serve: {{viewing: operators}}\n");
    assert!(problems(&text).contains("there are no operators to look at the page"));
}

#[test]
fn a_page_that_cannot_be_served() {
    let cases = [
        ("listen: here", "this is nowhere to listen"),
        ("jobs: 0", "`jobs: 0` would never run a job"),
        (
            "pushgateway: pushgateway:9091",
            "this Pushgateway is nowhere",
        ),
        (
            "sign_on: {header: \"X: y\", proxies: [\"::1\"]}",
            "this cannot be a header",
        ),
        (
            "sign_on: {header: X-User, proxies: []}",
            "no proxy is trusted",
        ),
        (
            "sign_on: {header: X-User, proxies: [proxy]}",
            "this is no address of a proxy",
        ),
        ("sign_on: {header: X-User}", "`proxies` is missing here"),
        (
            "operators: {file: \"{app}\"}",
            "the template {app} cannot be used here",
        ),
    ];
    for (field, message) in cases {
        let told = problems(&format!("{ENVIRONMENTS}serve: {{{field}}}\n"));
        assert!(told.contains(&format!(": {message}\n")), "{told}");
    }
}

#[test]
fn a_channel_that_leads_nowhere() {
    let mail = |fields: &str| format!("email: {{{fields}}}");
    let cases = [
        (
            "on: [failure]".to_owned(),
            "a channel leads to exactly one place",
        ),
        (
            "slack: {env: S}, webhook: {url: https://a.b, secret: {env: K}}".to_owned(),
            "a channel leads to exactly one place",
        ),
        (
            "slack: {env: S}, on: []".to_owned(),
            "there is nothing to tell",
        ),
        (
            "slack: {env: S}, on: [success]".to_owned(),
            "unknown value `success`",
        ),
        (
            "slack: {env: S}, environments: [stagin]".to_owned(),
            "unknown environment `stagin`",
        ),
        ("slack: {env: S}, apps: [a]".to_owned(), "unknown app `a`"),
        (
            "webhook: {url: https://a.b}".to_owned(),
            "`secret` is missing here",
        ),
        (
            mail("to: [], from: a@b, server: \"smtp://m\""),
            "mail to nobody",
        ),
        (
            mail("to: [ops], from: a@b, server: \"smtp://m\""),
            "this is no address of mail",
        ),
        (
            mail("to: [a@b], from: a@b, server: mail"),
            "this is no mail server",
        ),
        (
            mail("to: [a@b], from: a@b, server: \"smtp://m\", user: u"),
            "half of a pair of credentials",
        ),
    ];
    for (fields, message) in cases {
        let told = problems(&format!("{ENVIRONMENTS}notify: {{ops: {{{fields}}}}}\n"));
        assert!(told.contains(&format!(": {message}\n")), "{told}");
    }
}

#[test]
fn what_is_secret_is_not_shown() {
    let secrets = [
        "notify: {ops: {slack: https://hooks.example/T0/hunter2}}",
        "serve: {operators: \"alice hunter2hunter2hunter2hunter2\"}",
        "notify: {ops: {webhook: {url: https://a.b, secret: hunter2}}}",
    ];
    for secret in secrets {
        let told = problems(&format!("{ENVIRONMENTS}{secret}\n"));
        assert!(
            told.contains("a secret must not stand in this file"),
            "{told}"
        );
        assert!(!told.contains("hunter2"), "{told}");
    }
    let text = with_change(
        "{store: s3://i, ",
        "{store: s3://i, heartbeat: https://h.example/hunter2, ",
    );
    let told = problems(&text);
    assert!(!told.contains("hunter2"), "{told}");
}
