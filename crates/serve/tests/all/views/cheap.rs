//! The cost of a picture and of a list, counted in requests.

use super::fleet::{Fleet, context};
use std::path::Path;
use weir_serve::views::RunFilter;
use weir_testkit::s3::S3Server;

/// Records of `count` runs of one day of the past, as Weir stores them.
fn plant(state: &Path, day: u32, count: u32) {
    for number in 0..count {
        let run = format!(
            "202609{day:02}T{:02}{:02}00Z-{number:08x}",
            number / 60,
            number % 60
        );
        let folder = state.join(format!("runs/2026-09-{day:02}/{run}"));
        std::fs::create_dir_all(&folder).unwrap();
        let at = format!("2026-09-{day:02}T{:02}:{:02}:00Z", number / 60, number % 60);
        let started = serde_json::json!({
            "run": run, "at": at, "verb": "run", "environment": "production", "app": "people",
            "job": "main", "by": {"host": "here", "pid": 1}, "weir": "0.1.0",
        });
        let ended = serde_json::json!({"at": at, "outcome": "succeeded"});
        std::fs::write(folder.join("started.json"), started.to_string()).unwrap();
        std::fs::write(folder.join("ended.json"), ended.to_string()).unwrap();
    }
}

#[tokio::test]
async fn more_records_are_not_more_requests() {
    let server = S3Server::start();
    let config = format!(
        r#"weir: 1
environments:
  production:
    store: {{url: "s3://{}/production", endpoint: "{}", region: us-east-1, access_key_id: {{file: id}}, secret_access_key: {{file: secret}}}}
    schedule: "0 23 * * *"
apps:
  people: {{engine: sqlite, database: people, url: "sqlite:production-people.db"}}
"#,
        server.bucket, server.endpoint
    );
    let fleet = Fleet::of(&config);
    std::fs::write(fleet.path("id"), &server.access_key).unwrap();
    std::fs::write(fleet.path("secret"), &server.secret).unwrap();
    fleet.run("production/people", None).await;
    let state = server.objects().join("production/_weir");
    assert!(state.join("runs").is_dir());
    let filter = RunFilter {
        limit: 20,
        ..RunFilter::default()
    };
    let cost = async || {
        let before = server.faults().requests();
        fleet.look().await;
        let looked = server.faults().requests();
        let runs = fleet.source.runs(&filter, &context()).await.unwrap();
        assert_eq!(runs.runs.len(), 20);
        let listed = server.faults().requests();
        (looked - before, listed - looked)
    };
    plant(&state, 20, 30);
    // What is read once and remembered is read here.
    cost().await;
    let few = cost().await;
    for day in 1..20 {
        plant(&state, day, 100);
    }
    let many = cost().await;
    assert_eq!(many.0, few.0);
    // Runs are read eight at a time, so that some are read in vain.
    assert!(many.1 <= few.1 + 32, "{many:?} {few:?}");
    let page = fleet.source.runs(&filter, &context()).await.unwrap();
    assert!(page.runs[0].run.as_str() < "20261123" && page.next.is_some());
    assert_eq!(fleet.source.overview().unreadable.len(), 0);
}
