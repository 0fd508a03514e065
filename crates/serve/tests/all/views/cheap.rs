//! The cost of a picture and of a list, counted in requests.

use super::fleet::{Fleet, context};
use std::path::{Path, PathBuf};
use weir_serve::views::RunFilter;
use weir_testkit::s3::S3Server;

/// Environments in one bucket, the first upstream of the others.
fn in_bucket(server: &S3Server, environments: &[&str]) -> Fleet {
    let (bucket, endpoint) = (&server.bucket, &server.endpoint);
    let lines = environments.iter().map(|environment| {
        let upstream = match environments.first() {
            Some(root) if root != environment => format!("upstream: {root}, "),
            _ => String::new(),
        };
        format!(
            r#"  {environment}:
    {{{upstream}schedule: "0 23 * * *", store: {{url: "s3://{bucket}/{environment}", endpoint: "{endpoint}", region: us-east-1, access_key_id: {{file: id}}, secret_access_key: {{file: secret}}}}}}
"#
        )
    });
    let fleet = Fleet::of(&format!(
        r#"weir: 1
environments:
{}defaults:
  sqlite: {{url: "sqlite:{{environment}}-people.db"}}
apps:
  people: {{engine: sqlite, database: people}}
"#,
        lines.collect::<String>()
    ));
    std::fs::write(fleet.path("id"), &server.access_key).unwrap();
    std::fs::write(fleet.path("secret"), &server.secret).unwrap();
    fleet
}

/// The backup of today, as if it were of another day too.
fn plant_backup(instance: &Path, day: u32) -> PathBuf {
    let folders = std::fs::read_dir(instance).unwrap();
    let mut folders = folders.map(|found| found.unwrap().path());
    let today = "2026-11-22T";
    let is_today = |path: &PathBuf| path.is_dir() && path.to_string_lossy().contains(today);
    let from = folders.find(is_today).unwrap();
    let earlier = |text: &str| text.replace(today, &format!("2026-11-{day:02}T"));
    let name = from.file_name().unwrap().to_string_lossy();
    let there = instance.join(earlier(&name));
    std::fs::create_dir(&there).unwrap();
    for file in std::fs::read_dir(&from).unwrap() {
        let file = file.unwrap().path();
        let copy = there.join(file.file_name().unwrap());
        match file.file_name().unwrap() == "manifest.json" {
            true => std::fs::write(copy, earlier(&std::fs::read_to_string(file).unwrap())).unwrap(),
            false => _ = std::fs::copy(file, copy).unwrap(),
        }
    }
    there
}

/// Records of `count` runs of one day of the past, as Weir stores them.
fn plant(state: &Path, day: u32, count: u32) {
    plant_of("production", state, day, count);
}

fn plant_of(environment: &str, state: &Path, day: u32, count: u32) {
    for number in 0..count {
        // Environments have runs of their own.
        let unique = environment.len() * 1_000_000;
        let run = format!(
            "202609{day:02}T{:02}{:02}00Z-{:08x}",
            number / 60,
            number % 60,
            unique + usize::try_from(number).unwrap()
        );
        let folder = state.join(format!("runs/2026-09-{day:02}/{run}"));
        std::fs::create_dir_all(&folder).unwrap();
        let at = format!("2026-09-{day:02}T{:02}:{:02}:00Z", number / 60, number % 60);
        let started = serde_json::json!({
            "run": run, "at": at, "verb": "run", "environment": environment, "app": "people",
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
    let fleet = in_bucket(&server, &["production"]);
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

#[tokio::test]
async fn a_backup_is_read_once_and_a_page_reads_nothing() {
    let server = S3Server::start();
    let fleet = in_bucket(&server, &["production"]);
    fleet.run("production/people", None).await;
    let cost = async || {
        let before = server.faults().requests();
        fleet.look().await;
        server.faults().requests() - before
    };
    let backups = || fleet.source.overview().rows[0].cells["production"].backups;
    cost().await;
    let few = cost().await;
    assert_eq!(backups(), Some(1));

    let store = server.objects().join("production");
    let instances = std::fs::read_dir(&store).unwrap();
    let mut instances = instances.map(|found| found.unwrap().path());
    let is_instance = |path: &PathBuf| !path.ends_with("_weir") && path.is_dir();
    let instance = instances.find(is_instance).unwrap();
    let planted: Vec<_> = (1..=20).map(|day| plant_backup(&instance, day)).collect();
    assert!(cost().await >= few + 20, "each is read once");
    assert_eq!(backups(), Some(21));
    assert_eq!(cost().await, few, "and never again");
    let parts = std::fs::read_dir(&planted[0]).unwrap();
    let parts = parts.map(|found| found.unwrap().path());
    for part in parts.filter(|part| !part.ends_with("manifest.json")) {
        std::fs::remove_file(part).unwrap();
    }
    assert_eq!(cost().await, few + 1, "but for what has changed");
    assert_eq!(backups(), Some(20));

    let before = server.faults().requests();
    for _ in 0..3 {
        let _ = fleet.source.overview();
        let _ = fleet.source.tonight();
        let _ = fleet.source.drills();
        assert!(fleet.source.metrics().contains("weir_backup_as_of"));
    }
    assert_eq!(server.faults().requests(), before);
}

#[tokio::test]
async fn of_many_environments_no_more_runs_are_read_than_are_shown() {
    let server = S3Server::start();
    let environments = ["production", "staging", "integration", "training"];
    let fleet = in_bucket(&server, &environments);
    for (number, environment) in (0..).zip(environments) {
        let state = server.objects().join(environment).join("_weir");
        plant_of(environment, &state, 10 + number, 100);
        plant_of(environment, &state, 20, 40);
    }
    let filter = RunFilter {
        limit: 200,
        ..RunFilter::default()
    };
    let before = server.faults().requests();
    let page = fleet.source.runs(&filter, &context()).await.unwrap();
    let requests = server.faults().requests() - before;
    let began: Vec<_> = page.runs.iter().map(|run| run.began).collect();
    assert!(began.is_sorted_by(|one, other| one >= other));
    let day = |day: &str| {
        page.runs
            .iter()
            .filter(|run| run.run.starts_with(day))
            .count()
    };
    // All of the newest day, and the newest of the day before that only one of them has.
    assert_eq!((day("20260920"), day("20260913")), (160, 40));
    // Three requests for each that is shown; of each environment, a few are read ahead.
    assert!(requests <= 3 * (200 + 4 * 9) + 4 * 8, "{requests} requests");
}
