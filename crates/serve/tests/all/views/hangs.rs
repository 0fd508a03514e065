//! A store that gives no answer delays nobody but its own environment.

use super::fleet::{Fleet, context};
use std::time::{Duration, Instant};
use weir_engine::Cancel;
use weir_serve::views::{Cell, CellState, Overview};
use weir_testkit::s3::S3Server;
use weir_testkit::s3_faults::{Fault, Operation, Rule, When};

/// Production in a folder, staging in a bucket that can be made to hang.
fn fleet(server: &S3Server) -> Fleet {
    let config = format!(
        r#"weir: 1
environments:
  production: {{store: stores/production, schedule: "0 23 * * *"}}
  staging:
    store: {{url: "s3://{}/staging", endpoint: "{}", region: us-east-1, access_key_id: {{file: id}}, secret_access_key: {{file: secret}}, timeout: 1h}}
    upstream: production
    schedule: "0 1 * * *"
apps:
  people:
    engine: sqlite
    database: people
    in:
      production: {{url: "sqlite:production-people.db"}}
      staging: {{url: "sqlite:staging-people.db"}}
"#,
        server.bucket, server.endpoint
    );
    let fleet = Fleet::of(&config);
    std::fs::write(fleet.path("id"), &server.access_key).unwrap();
    std::fs::write(fleet.path("secret"), &server.secret).unwrap();
    fleet
}

fn hang(server: &S3Server) {
    let never = Rule::new(Operation::Any, When::Every, Fault::Hang);
    server.faults().set(vec![never]);
}

/// Waits until the picture shows this.
async fn until(fleet: &Fleet, what: &str, shows: impl Fn(&Overview) -> bool) -> Overview {
    let began = Instant::now();
    loop {
        let overview = fleet.source.overview();
        if shows(&overview) {
            return overview;
        }
        assert!(began.elapsed().as_secs() < 60, "{what}: {overview:#?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn cell<'a>(overview: &'a Overview, environment: &str) -> Option<&'a Cell> {
    overview.rows.first()?.cells.get(environment)
}

fn is_away(overview: &Overview, why: &str) -> bool {
    let unreadable = overview.unreadable.as_slice();
    matches!(unreadable, [one] if one.environment == "staging" && one.why.contains(why))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_delays_its_own_environment_alone() {
    let server = S3Server::start();
    let fleet = fleet(&server);
    let first = fleet.run("production/people", None).await;
    fleet.run("staging/people", None).await;
    hang(&server);

    let cancel = Cancel::default();
    let looking = tokio::spawn({
        let (source, context) = (fleet.source.clone(), context().with_cancel(cancel.clone()));
        let patience = Duration::from_millis(200);
        async move { source.keep_fresh_within(patience, &context).await }
    });
    let shown = |overview: &Overview, run: &str| {
        let cell = cell(overview, "production");
        cell.is_some_and(|cell| cell.run.as_deref() == Some(run))
    };
    // At first nothing is known of staging, and nobody waits for it.
    let overview = until(&fleet, "production", |it| {
        shown(it, &first) && is_away(it, "gave no answer")
    });
    let overview = overview.await;
    assert_eq!(
        cell(&overview, "staging").unwrap().state,
        CellState::Unknown
    );
    assert_eq!(overview.unreadable[0].as_of, None);
    // The question that is under way is not asked again.
    let asked = server.faults().requests();
    fleet.look().await;
    fleet.source.touch();
    assert_eq!(server.faults().requests(), asked);
    cancel.cancel();
    looking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_of_it_stays_with_its_time() {
    let server = S3Server::start();
    let fleet = fleet(&server);
    fleet.run("production/people", None).await;
    let restored = fleet.run("staging/people", None).await;
    fleet.look().await;
    let noon = fleet.source.overview().at;
    assert!(fleet.source.overview().unreadable.is_empty());

    hang(&server);
    fleet.set("2026-11-22T12:30:00Z");
    let cancel = Cancel::default();
    let looking = tokio::spawn({
        let (source, context) = (fleet.source.clone(), context().with_cancel(cancel.clone()));
        let patience = Duration::from_millis(200);
        async move { source.keep_fresh_within(patience, &context).await }
    });
    let overview = until(&fleet, "staging is away", |it| {
        is_away(it, "gave no answer")
    })
    .await;
    assert_eq!(overview.unreadable[0].as_of, Some(noon));
    let staging = cell(&overview, "staging").unwrap();
    assert_eq!(staging.state, CellState::Unknown);
    assert_eq!(staging.run.as_ref(), Some(&restored));
    // The rest is as of now.
    let later = until(&fleet, "production", |it| it.at > noon).await;
    assert_eq!(later.at.to_string(), "2026-11-22T12:30:00Z");
    assert_eq!(cell(&later, "production").unwrap().state, CellState::Well);
    cancel.cancel();
    looking.await.unwrap();
}
