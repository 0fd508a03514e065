//! Real servers: a Pushgateway that takes what is pushed, a Prometheus that scrapes and fires.

use crate::fleet::{fleet, healthy, hold};
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};
use weir_metrics::{CONTENT_TYPE, Facts, Operation, Pusher, State, alerts, exposition};
use weir_testkit::catcher::Catcher;
use weir_testkit::prometheus::{HttpServer, prometheus, pushgateway};

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

fn operation(app: &str, state: State, at: i64) -> Operation {
    Operation {
        instance: "pod-1".into(),
        engine: "postgres".into(),
        database_instance: format!("{app}-postgres"),
        database: app.into(),
        operation: "backup".into(),
        state,
        at,
        seconds: (state != State::Started).then_some(90),
        bytes: (state != State::Started).then_some(4096),
    }
}

/// The rules, with every `for` so short that a test can wait for it.
fn rules(serve: &str, environment: &str) -> (String, BTreeSet<String>) {
    let mut rules = alerts(&fleet(serve), environment).unwrap();
    let mut names = BTreeSet::new();
    for rule in rules["groups"][0]["rules"].as_array_mut().unwrap() {
        names.insert(rule["alert"].as_str().unwrap().to_owned());
        if rule.get("for").is_some() {
            rule["for"] = "1s".into();
        }
    }
    (rules.to_string(), names)
}

/// Waits until just these alerts fire, of all that are about what the situation is about.
fn wait_until_firing(server: &HttpServer, expected: &BTreeSet<String>) {
    server.wait_for("/api/v1/alerts", |body| {
        let told: serde_json::Value = serde_json::from_str(body).unwrap();
        let alerts = told["data"]["alerts"].as_array().unwrap().iter();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        let names = firing.map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned());
        names.collect::<BTreeSet<_>>() == *expected
    });
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_takes_the_four_pushes_of_an_operation_by_their_groups() {
    let gateway = pushgateway();
    let pusher = Pusher::new(&format!("http://{}/", gateway.address())).unwrap();
    for (state, at) in [
        (State::Started, 1_767_225_600),
        (State::Succeeded, 1_767_225_690),
    ] {
        pusher.push(&operation("shop", state, at)).await.unwrap();
    }
    let told = gateway.wait_for("/metrics", |_| true);
    let of = r#"database_db_name="shop",database_engine="postgres",database_instance="shop-postgres",instance="pod-1",job="db-backup",operation="backup""#;
    for line in [
        format!("db_backup_job_state{{{of}}} 2"),
        format!("db_backup_job_file_size_bytes{{{of}}} 4096"),
        format!("db_backup_job_status_timestamp_seconds{{{of},state=\"started\"}} 1.7672256e+09"),
        format!(
            "db_backup_job_status_timestamp_seconds{{{of},state=\"succeeded\"}} 1.76722569e+09"
        ),
        format!("db_backup_job_duration_seconds{{{of},state=\"succeeded\"}} 90"),
        "# TYPE db_backup_job_state untyped".to_owned(),
    ] {
        assert!(told.lines().any(|known| known == line), "{line}\n{told}");
    }
    // The groups, as the gateway itself lists them: one for the operation, one for each state.
    let groups = gateway.wait_for("/api/v1/metrics", |_| true);
    let groups: serde_json::Value = serde_json::from_str(&groups).unwrap();
    let groups = groups["data"].as_array().unwrap().iter();
    let mut keys: Vec<String> = groups.map(|group| group["labels"].to_string()).collect();
    keys.sort_unstable();
    let key = r#"{"database_db_name":"shop","database_engine":"postgres","database_instance":"shop-postgres","job":"db-backup","operation":"backup""#;
    let state = |state: &str| format!("{key},\"state\":\"{state}\"}}");
    assert_eq!(
        keys,
        [state("started"), state("succeeded"), format!("{key}}}")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_fires_for_what_was_pushed() {
    let gateway = pushgateway();
    let pusher = Pusher::new(&format!("http://{}", gateway.address())).unwrap();
    let day = 86_400;
    // `shop` succeeded two days ago, began anew three hours ago and works on; `desk` has failed
    // and never succeeded.
    for (app, state, at) in [
        ("shop", State::Succeeded, now() - 2 * day),
        ("shop", State::Started, now() - 3 * 3600),
        ("desk", State::Failed, now() - 60),
    ] {
        pusher.push(&operation(app, state, at)).await.unwrap();
    }
    let (rules, _) = rules("pushgateway: 'http://gateway:9091'", "production");
    let server = prometheus(&[gateway.address()], &rules);
    let expected = [
        "WeirFailed",
        "WeirLate",
        "WeirNearDeadline",
        "WeirNeverSucceeded",
        "WeirSlow",
    ];
    wait_until_firing(&server, &names(&expected));
}

/// Serves these facts, and waits until just these alerts of an environment fire.
fn fires(facts: &Facts, environment: &str, expected: &[&str]) {
    let page = Catcher::page(CONTENT_TYPE, &exposition(facts));
    let address = page.url().replace("http://", "");
    let server = prometheus(&[&address], &rules("", environment).0);
    server.wait_for("/api/v1/query?query=up", |body| body.contains(",\"1\"]"));
    wait_until_firing(&server, &names(expected));
}

#[test]
fn prometheus_fires_each_alert_for_what_is_served() {
    let now = now();
    fires(&healthy(now), "production", &[]);

    let mut facts = healthy(now);
    let job = &mut facts.jobs[0];
    job.at_work_since = Some(now - 3 * 3600);
    job.operations[0].last_success = Some(now - 2 * 86_400);
    facts.jobs[1].operations[0].failed = Some(true);
    facts.jobs[1].operations[0].last_success = None;
    facts.databases[0].backup_as_of = Some(now - 2 * 86_400);
    facts.databases[0].recovery_seconds = Some(4000.0);
    let every = [
        "WeirFailed",
        "WeirLate",
        "WeirNearDeadline",
        "WeirNeverSucceeded",
        "WeirRecoveryPoint",
        "WeirRecoveryTime",
        "WeirSlow",
    ];
    fires(&facts, "production", &every);

    let mut facts = healthy(now);
    facts.environments[1].readable = false;
    facts.databases[2].data_as_of = Some(now - 2 * 86_400);
    facts.at = now - 3600;
    let mut old = hold(now);
    old.from = now - 8 * 86_400;
    facts.holds.push(old);
    let rest = [
        "WeirAppWithoutJob",
        "WeirDataOld",
        "WeirHeldLong",
        "WeirNotServing",
        "WeirUnreadable",
    ];
    fires(&facts, "staging", &rest);

    let mut all = names(&every);
    all.extend(names(&rest));
    let (_, production) = rules("", "production");
    let (_, staging) = rules("", "staging");
    assert_eq!(all, &production | &staging);
}
