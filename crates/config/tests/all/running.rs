//! Jobs that run by themselves: when, after whom, with what around them; who serves and is told.

use weir_config::{
    Event, Fleet, HookAction, Job, OnFailure, OperationKind, Stale, Viewing, Way, schema, show,
};

use crate::common::{ENVIRONMENTS, read, with_apps};

/// Everything at once, each of it once.
const EVERYTHING: &str = r#"weir: 1
environments:
  production: {store: s3://p, schedule: "0 23 * * *", heartbeat: {env: "HEART_{environment}"}}
  staging: {store: s3://s, upstream: production, schedule: "0 1 * * *", jitter: 10m, stale: skip}
defaults:
  sqlite: {url: "{environment}/{database}.db"}
  retry: 5
  hooks:
    after: [{webhook: "https://chat.example/{app}"}]
apps:
  content:
    engine: sqlite
    database: content
    group: publishing
    objectives: {recovery_time: 2h, recovery_point: 26h}
    in:
      production:
        jobs:
          main: {}
          drill: {operations: [drill], schedule: "0 12 * * 6", retry: 0}
  search:
    engine: sqlite
    database: search
    group: publishing
    in:
      staging:
        start_within: 90m
        wait: 0s
        hooks:
          after: []
          restore:
            before: [{command: [/opt/flush, --now], deadline: 30s}]
            after: [{webhook: {env: "HOOK_{app}"}, on_failure: fail}]
  report:
    engine: sqlite
    database: report
    after: [content, production/search]
serve:
  listen: 0.0.0.0:80
  viewing: operators
  operators: {file: operators}
  sign_on: {header: X-Forwarded-User, proxies: [127.0.0.1, 10.0.0.0/8], operators: [alice]}
  session: 1h
  jobs: 8
  jobs_per_server: 2
  grace: 10m
  pushgateway: http://pushgateway:9091
  keep_runs: 30d
notify:
  ops: {slack: {env: SLACK}, on: [failure, recovery], environments: [production]}
  mail:
    email: {to: [a@example.org], from: weir@example.org, server: "smtp://mail", user: weir, password: {env: MAIL}}
    apps: [content]
  pager: {webhook: {url: {env: PAGER}, secret: {env: PAGER_KEY}}}
"#;

fn job(fleet: &Fleet, address: &str) -> Job {
    fleet.job(address).unwrap().clone()
}

fn shown(job: &Job) -> Vec<String> {
    let lines = show(job).into_iter();
    lines
        .map(|line| format!("{} = {} [{}]", line.field, line.value, line.origin))
        .collect()
}

#[test]
fn nothing_said_is_what_most_want() {
    let fleet = read(&with_apps("  a: {engine: sqlite, database: a}\n"));
    let job = job(&fleet, "staging/a");
    assert_eq!(job.start_within.value.to_string(), "8h");
    assert_eq!(job.jitter.value.to_string(), "0s");
    assert_eq!(job.retry.value, 2);
    assert_eq!(job.wait.value.to_string(), "2h");
    assert_eq!(job.stale.value, Stale::Fail);
    assert!(job.after.is_empty() && job.group.is_none());
    assert_eq!(job.hooks.all().count(), 0);
    assert!(job.objectives.recovery_time.is_none());
    let serve = &fleet.serve;
    assert_eq!(serve.listen.value.to_string(), "127.0.0.1:8420");
    assert_eq!(serve.viewing.value, Viewing::Open);
    assert_eq!((serve.jobs.value, serve.jobs_per_server.value), (4, 1));
    assert_eq!(serve.keep_runs.value.to_string(), "180d");
    assert!(fleet.notify.is_empty());
}

#[test]
fn how_a_job_runs_is_looked_for_as_everything_else() {
    let fleet = read(EVERYTHING);
    let lines = shown(&job(&fleet, "staging/search"));
    for expected in [
        "start_within = 1h30m [line 27 (apps.search.in.staging.start_within)]",
        "jitter = 10m [line 4 (environments.staging.jitter)]",
        "retry = 5 [line 7 (defaults.retry)]",
        "wait = 0s [line 28 (apps.search.in.staging.wait)]",
        "stale = skip [line 4 (environments.staging.stale)]",
        "group = publishing [line 24 (apps.search.group)]",
    ] {
        assert!(
            lines.contains(&expected.to_owned()),
            "{expected}\n{lines:#?}"
        );
    }
    let drill = job(&fleet, "production/content/drill");
    assert_eq!(drill.retry.value, 0);
    assert!(drill.does(OperationKind::Drill) && !drill.writes_target());
    let recovery_time = drill.objectives.recovery_time.unwrap();
    assert_eq!(recovery_time.value.to_string(), "2h");
    // It neither backs up nor restores: there is nothing to do together.
    assert!(drill.group.is_none());
}

#[test]
fn each_list_of_hooks_is_looked_for_by_itself() {
    let fleet = read(EVERYTHING);
    let lines = shown(&job(&fleet, "staging/search"));
    let hooks: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("hook"))
        .collect();
    assert_eq!(
        hooks,
        [
            "hook restore.before = command /opt/flush --now, within 30s, else fail [line 32 (apps.search.in.staging.hooks.restore.before)]",
            "hook restore.after = webhook environment variable HOOK_search, within 5m, else fail [line 33 (apps.search.in.staging.hooks.restore.after)]",
        ]
    );
    let hooks = job(&fleet, "staging/content").hooks;
    let after = &hooks.job.after[0].value;
    assert_eq!(after.on_failure, OnFailure::Report);
    match &after.action {
        HookAction::Webhook(address) => {
            assert_eq!(address.to_string(), "https://chat.example/content");
        }
        HookAction::Command(_) => panic!("{after:?}"),
    }
    // Where nothing is restored, nothing runs around a restore.
    assert_eq!(job(&fleet, "production/search").hooks.all().count(), 1);
}

#[test]
fn a_job_starts_after_the_jobs_that_an_app_stands_for() {
    let fleet = read(EVERYTHING);
    let after = |address: &str| -> Vec<String> {
        let job = job(&fleet, address);
        job.after.into_iter().map(|after| after.value).collect()
    };
    // Not after the drill of content.
    assert_eq!(
        after("production/report"),
        ["production/content/main", "production/search"]
    );
    assert_eq!(
        after("staging/report"),
        ["staging/content", "production/search"]
    );
}

#[test]
fn jobs_of_one_app_can_be_in_order_and_by_hand_all_may_be_named() {
    let text = with_apps(
        "  a: {engine: sqlite, databases: [a, b], only: [production], jobs: {one: {databases: [a]}, two: {databases: [b], after: [a]}, three: {operations: [backup], after: [production/a/one]}}}\n  b: {engine: sqlite, database: c, after: [d]}\n  d: {engine: sqlite, database: d}\n",
    );
    let fleet = read(&text);
    let after = |address: &str| -> Vec<String> {
        let job = job(&fleet, address);
        job.after.into_iter().map(|after| after.value).collect()
    };
    assert_eq!(after("production/a/three"), ["production/a/one"]);
    assert_eq!(after("integration/b"), ["integration/d"]);
}

#[test]
fn who_serves_and_who_is_told() {
    let fleet = read(EVERYTHING);
    let serve = &fleet.serve;
    assert_eq!(serve.listen.value.to_string(), "0.0.0.0:80");
    let sign_on = &serve.sign_on.as_ref().unwrap().value;
    assert!(sign_on.trusts("10.3.4.5".parse().unwrap()));
    assert!(!sign_on.trusts("192.168.0.1".parse().unwrap()));
    let names: Vec<&str> = fleet.notify.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["mail", "ops", "pager"]);
    let [mail, ops, pager] = fleet.notify.as_slice() else {
        panic!("{names:?}");
    };
    assert!(matches!(&mail.way, Way::Email(email) if email.server.to_string() == "smtp://mail:25"));
    assert!(ops.tells(Event::Failure, "production", Some("search")));
    assert!(!ops.tells(Event::Held, "production", Some("search")));
    assert!(!ops.tells(Event::Failure, "staging", Some("search")));
    assert!(mail.tells(Event::Drift, "staging", Some("content")));
    assert!(!mail.tells(Event::Drift, "staging", Some("search")));
    assert!(
        Event::ALL
            .iter()
            .all(|event| pager.tells(*event, "staging", None))
    );
}

#[test]
fn secrets_are_needed_where_they_are_used() {
    let fleet = read(EVERYTHING);
    let told = |needs: Vec<weir_config::SecretNeed>| -> Vec<String> {
        needs
            .into_iter()
            .map(|need| format!("{}: {}", need.needed_by, need.secret.value))
            .collect()
    };
    assert_eq!(told(fleet.secrets_of("production")), [""; 0]);
    assert_eq!(
        told(fleet.secrets_of("staging")),
        ["a hook of staging/search: environment variable HOOK_search"]
    );
    assert_eq!(
        told(fleet.secrets_of_serve(&["staging"])),
        [
            "the operators of the page: file operators",
            "the channel mail: environment variable MAIL",
            "the channel pager: environment variable PAGER",
            "the channel pager: environment variable PAGER_KEY",
        ]
    );
    let all = told(fleet.secrets_of_serve(&["production", "staging"]));
    assert!(
        all.contains(
            &"the heartbeat of production: environment variable HEART_production".to_owned()
        ),
        "{all:?}"
    );
    assert!(all.contains(&"the channel ops: environment variable SLACK".to_owned()));
}

#[test]
fn everything_is_valid_by_the_schema_and_slips_are_not() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let document = |text: &str| weir_config::yaml::from_str("weir.yaml", text).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document(EVERYTHING))
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
    let slips = [
        "serve: {listn: x}",
        "serve: {viewing: everybody}",
        "notify: {a: {on: [success]}}",
        "notify: {a: {webhook: {url: https://a.b}}}",
        "defaults: {stale: wait}",
        "defaults: {hooks: {transform: {before: []}}}",
        "defaults: {hooks: {before: [{on_failure: skip}]}}",
    ];
    for slip in slips {
        let text = format!("{ENVIRONMENTS}{slip}\n").replace(
            "defaults:\n  sqlite: {url: \"{environment}/{database}.db\"}\n",
            "",
        );
        assert!(!validator.is_valid(&document(&text)), "{slip}");
    }
}
