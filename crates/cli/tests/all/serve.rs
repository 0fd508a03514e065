//! `weir serve`: the real process, on a small fleet.

use crate::fleet::{Fleet, PASSWORD, number};
use crate::served::{Served, events, half_an_hour_ago, known_for_an_hour, wait_for_file};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::TcpListener;
use weir_testkit::catcher::Catcher;

const JOBS: [&str; 3] = ["production/shop", "staging/shop", "integration/shop"];

/// A fleet of which everything was due half an hour ago, with `more` in its configuration.
fn due(more: &str) -> Fleet {
    let fleet = Fleet::new();
    let file = fleet.path().join("weir.yaml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for schedule in ["0 23 * * *", "0 1 * * *", "0 3 * * *"] {
        text = text.replace(schedule, &half_an_hour_ago());
    }
    std::fs::write(&file, text + more).unwrap();
    known_for_an_hour(fleet.path());
    fleet
}

fn runs(fleet: &Fleet) -> Vec<Value> {
    let listed = fleet.succeed("runs --limit 500 --json").json();
    listed["runs"].as_array().unwrap().clone()
}

#[test]
fn a_night_runs_by_itself_in_the_order_of_its_data() {
    let fleet = due("serve: {listen: 127.0.0.1:0}\n");
    let served = Served::start(fleet.path(), "");
    let told = served.wait_for_success(&JOBS);
    served.signal(Signal::TERM);
    let (code, errors) = served.ended();
    assert_eq!(code, 0, "{errors}");
    let started = events(&told, "started");
    let order: Vec<&str> = started
        .iter()
        .filter_map(|event| event["job"].as_str())
        .collect();
    assert_eq!(order, JOBS, "{told:#?}");
    assert_eq!(events(&told, "serving").len(), 1);
    assert!(!format!("{told:?}{errors}").contains(PASSWORD));

    let clean = number(
        &fleet.database("integration"),
        "SELECT count(*) FROM customers WHERE email NOT LIKE '%private%'",
    );
    assert_eq!(clean, 2);
    // Each was run once, for its due time, and the next one who serves starts none again.
    let before = runs(&fleet);
    assert_eq!(before.len(), 3);
    assert!(
        before
            .iter()
            .all(|run| run["started"]["due"].is_string() && run["started"]["attempt"] == 1)
    );
    let again = Served::start(fleet.path(), "--listen 127.0.0.1:0");
    again.wait_for_events("serving", 1);
    fleet.succeed("run production/shop");
    again.signal(Signal::TERM);
    assert_eq!(again.ended().0, 0);
    assert_eq!(runs(&fleet).len(), 4);
}

#[test]
fn two_who_serve_and_one_by_hand_are_never_two_writers() {
    let fleet = due("serve: {listen: 127.0.0.1:0}\n");
    let both: Vec<Served> = (0..2).map(|_| Served::start(fleet.path(), "")).collect();
    // Somebody is in a hurry: refused while another one works, or in turn.
    let mut by_hand = 0;
    let mut ended = false;
    while !ended {
        for job in ["staging/shop", "integration/shop"] {
            by_hand += i32::from(fleet.run(&format!("run {job}")).code == 0);
        }
        // What is done by hand counts, so that the schedule may find nothing to do.
        let done = runs(&fleet);
        let done = done
            .iter()
            .filter(|run| run["ended"]["outcome"] == "succeeded");
        let done: Vec<&str> = done
            .filter_map(|run| run["started"]["environment"].as_str())
            .collect();
        ended = JOBS.iter().all(|job| {
            let environment = job.split('/').next();
            let of = done.iter().filter(|name| Some(**name) == environment);
            of.count() >= if job.starts_with("production") { 1 } else { 3 }
        });
    }
    assert!(by_hand > 0);
    for served in both {
        served.signal(Signal::TERM);
        assert_eq!(served.ended().0, 0);
    }
    let all = runs(&fleet);
    let mut claimed = BTreeSet::new();
    for run in &all {
        let started = &run["started"];
        if started["due"].is_string() {
            let name = format!(
                "{}{}{}",
                started["environment"], started["due"], started["attempt"]
            );
            assert!(claimed.insert(name), "one due time was run twice: {all:#?}");
        }
    }
    for environment in ["staging", "integration"] {
        let of_environment = |run: &&Value| run["started"]["environment"] == environment;
        let mut writes: Vec<(String, u64)> = all
            .iter()
            .filter(of_environment)
            .filter_map(written)
            .collect();
        writes.sort();
        assert!(!writes.is_empty());
        assert!(
            writes.windows(2).all(|pair| pair[0].1 < pair[1].1),
            "{environment} was written out of turn: {writes:?}"
        );
    }
}

/// When a run wrote its target itself, and the token of the lease under which it did.
pub(crate) fn written(run: &Value) -> Option<(String, u64)> {
    let steps = run["steps"].as_array().unwrap();
    let mut own = steps.iter().filter(|step| step["done_by"].is_null());
    own.find_map(|step| {
        let ended = step["ended"].as_str()?.to_owned();
        Some((ended, step["token"].as_u64()?))
    })
}

const SLOW: &str = "
  shop:
    hooks:
      backup:
        before:
          - {command: [sh, -c, 'touch begun; until [ -e go ]; do sleep 0.05; done']}
";

/// A fleet whose backup of production waits for a file.
fn slow(grace: &str) -> Fleet {
    let fleet = due(&format!("serve: {{listen: 127.0.0.1:0, grace: {grace}}}\n"));
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("\n  shop:\n", SLOW);
    std::fs::write(&file, text).unwrap();
    fleet
}

#[test]
fn a_stop_starts_nothing_more_and_lets_the_run_at_work_end() {
    let fleet = slow("5m");
    let served = Served::start(fleet.path(), "--environment production");
    served.wait_for_events("started", 1);
    served.signal(Signal::TERM);
    let stopping = served.wait_for_events("stopping", 1);
    assert_eq!(stopping[0]["at_work"], 1);
    std::fs::write(fleet.path().join("go"), "").unwrap();
    served.wait_for_success(&JOBS[..1]);
    assert_eq!(served.ended().0, 0);
}

#[test]
fn a_run_that_outlasts_the_grace_is_stopped_and_taken_up_by_who_serves_next() {
    let fleet = slow("1s");
    let served = Served::start(fleet.path(), "");
    served.wait_for_events("started", 1);
    served.signal(Signal::TERM);
    let ended = served.wait_for_events("ended", 1);
    assert_eq!(ended[0]["outcome"], "interrupted", "{ended:#?}");
    assert_eq!(served.ended().0, 0);
    std::fs::write(fleet.path().join("go"), "").unwrap();
    let served = Served::start(fleet.path(), "");
    let told = served.wait_for_success(&JOBS);
    let first = &events(&told, "started")[0];
    assert_eq!(
        (&first["job"], &first["attempt"]),
        (&JOBS[0].into(), &2.into())
    );
}

#[test]
fn a_second_signal_ends_at_once_and_the_next_one_mends_it() {
    let fleet = slow("5m");
    let served = Served::start(fleet.path(), "");
    served.wait_for_events("started", 1);
    wait_for_file(&fleet.path().join("begun"));
    served.signal(Signal::INT);
    served.wait_for_events("stopping", 1);
    served.signal(Signal::INT);
    assert_eq!(served.ended().0, 130);
    std::fs::write(fleet.path().join("go"), "").unwrap();
    let served = Served::start(fleet.path(), "");
    served.wait_for_success(&JOBS);
    let interrupted = runs(&fleet);
    let interrupted = interrupted
        .iter()
        .filter(|run| run["ended"]["outcome"] == "interrupted");
    assert_eq!(interrupted.count(), 1);
}

#[test]
fn a_store_that_goes_away_is_told_once_and_recovers_by_itself() {
    let fleet = due("serve: {listen: 127.0.0.1:0}\n");
    let (store, aside) = (fleet.path().join("store"), fleet.path().join("aside"));
    std::fs::rename(&store, &aside).unwrap();
    std::fs::write(&store, "no folder").unwrap();
    let served = Served::start(fleet.path(), "");
    let troubles = served.wait_for_events("trouble", 3);
    assert!(
        troubles.iter().all(|told| told["why"].is_string()),
        "{troubles:#?}"
    );
    std::fs::remove_file(&store).unwrap();
    std::fs::rename(&aside, &store).unwrap();
    let told = served.wait_for_success(&JOBS);
    assert_eq!(events(&told, "recovered").len(), 3, "{told:#?}");
    assert_eq!(events(&told, "trouble").len(), 3, "{told:#?}");
}

#[test]
fn a_run_of_which_no_record_could_be_written_is_tried_again() {
    let fleet = due("serve: {listen: 127.0.0.1:0}\n");
    let state = fleet.path().join("store/production/_weir");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("runs"), "no folder").unwrap();
    let served = Served::start(fleet.path(), "");
    let ended = served.wait_for_events("ended", 1);
    assert_ne!(ended[0]["outcome"], "succeeded", "{ended:#?}");
    std::fs::remove_file(state.join("runs")).unwrap();
    let told = served.wait_for_success(&JOBS);
    let attempts = events(&told, "started").len();
    assert!(attempts < 8, "not in a tight loop: {told:#?}");
}

#[test]
fn one_environment_is_served_without_the_secrets_of_others() {
    let fleet = due("serve: {listen: 127.0.0.1:0}\n");
    fleet.succeed("run production/shop");
    fleet.succeed("run staging/shop");
    for secret in ["production.key", "staging.key"] {
        std::fs::remove_file(fleet.path().join(secret)).unwrap();
    }
    let served = Served::start(fleet.path(), "--environment integration");
    let told = served.wait_for_success(&JOBS[2..]);
    assert_eq!(events(&told, "started").len(), 1, "{told:#?}");
    assert!(events(&told, "trouble").is_empty(), "{told:#?}");
}

#[test]
fn what_cannot_be_served_is_refused_before_anything_starts() {
    let fleet = due("");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = taken.local_addr().unwrap();
    let refused = fleet.run(&format!("serve --listen {place}"));
    assert_ne!(refused.code, 0);
    let open = fleet.run("serve --listen 0.0.0.0:0");
    assert_eq!(open.code, 10, "{}", open.all());
    assert!(open.stderr.contains("viewing"), "{}", open.all());
    for words in [
        place.to_string(),
        "--listen".to_owned(),
        "in use".to_owned(),
    ] {
        assert!(refused.stderr.contains(&words), "{}", refused.all());
    }
    let unknown = fleet.run("serve --environment productoin");
    assert_eq!(unknown.code, 2, "{}", unknown.all());
    assert!(unknown.stderr.contains("production"), "{}", unknown.all());
    assert!(runs(&fleet).is_empty());
}

#[test]
fn a_heart_beats_only_where_all_has_ended_well_and_a_failure_is_told() {
    let (heart, chat) = (Catcher::http(200), Catcher::http(200));
    let fleet = due("serve: {listen: 127.0.0.1:0}\nnotify: {chat: {slack: {file: chat}}}\n");
    let secret =
        |name: &str, value: String| std::fs::write(fleet.path().join(name), value).unwrap();
    secret("chat", format!("{}/canary-chat", chat.url()));
    for environment in ["production", "staging"] {
        let url = format!("{}/canary-{environment}", heart.url());
        secret(&format!("{environment}.heart"), url);
    }
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text
        .replace(
            "{store: store/production,",
            "{store: store/production, heartbeat: {file: production.heart},",
        )
        .replace(
            "    store: store/staging\n",
            "    store: store/staging\n    heartbeat: {file: staging.heart}\n",
        );
    std::fs::write(&file, text).unwrap();
    std::fs::write(fleet.path().join("staging.sql"), "DELETE FROM nowhere;\n").unwrap();

    let served = Served::start(fleet.path(), "");
    served.wait_for("the failure of staging", |told| {
        let mut ended = events(told, "ended").into_iter();
        ended.any(|event| event["job"] == JOBS[1] && event["outcome"] == "failed")
    });
    served.signal(Signal::TERM);
    let told = format!("{:?}", served.ended());
    let called = heart.caught();
    assert_eq!(called.len(), 1, "{called:#?}");
    assert!(called[0].contains("canary-production"), "{called:#?}");
    let message = chat.caught().concat();
    assert!(message.contains("staging/shop"), "{message}");
    assert!(!told.contains("canary"), "{told}");

    std::fs::write(
        fleet.path().join("staging.sql"),
        "DELETE FROM orders WHERE total < 0;\n",
    )
    .unwrap();
    // By hand, it counts for its due time.
    fleet.succeed("run staging/shop");
    let served = Served::start(fleet.path(), "");
    served.wait_for_success(&JOBS[2..]);
    served.signal(Signal::TERM);
    assert_eq!(served.ended().0, 0);
    let called = heart.caught();
    assert!(
        called.iter().any(|call| call.contains("canary-staging")),
        "{called:#?}"
    );
    assert_eq!(runs(&fleet).len(), 4);
    let status = fleet.run("status --json").json();
    assert_eq!(
        status["matrix"][0]["cells"]["staging"]["state"], "well",
        "{status:#}"
    );
}
