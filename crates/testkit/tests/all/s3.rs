//! The S3 server under the store's own suite.

use std::path::PathBuf;
use std::time::Duration;
use weir_engine::{PartSink, PartSpec, Secret};
use weir_model::catalog::Catalog;
use weir_model::error::Kind;
use weir_model::manifest::Codec;
use weir_model::run::Process;
use weir_store::{
    Acquire, BackupName, BackupWriter, Choice, Lease, Location, MemoryBudget, Store, Wanted,
    choose, conformance, this_process,
};
use weir_testkit::s3::S3Server;
use weir_testkit::s3_faults::{Fault, Operation, Rule, When};

const WANTED: Wanted<'static> = Wanted {
    environment: "production",
    instance: "server",
    database: "it",
    trusted: &[],
};

fn store(server: &S3Server, prefix: &str, secret: &str) -> Store {
    Store::open(&location(server, prefix, secret)).unwrap()
}

fn location(server: &S3Server, prefix: &str, secret: &str) -> Location {
    Location {
        url: format!("s3://{}/{prefix}", server.bucket),
        base: PathBuf::from("/"),
        endpoint: Some(server.endpoint.clone()),
        access_key_id: Some(Secret::new(&server.access_key)),
        secret_access_key: Some(Secret::new(secret)),
        ..Location::default()
    }
}

macro_rules! kept {
    ($($rule:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                let server = S3Server::start();
                conformance::$rule(&store(&server, "store", &server.secret)).await;
            }
        )+
    };
}

kept! {
    create_only_has_one_winner,
    ranges_are_exact,
    listing_is_complete,
    every_name_is_kept,
    an_aborted_upload_is_invisible,
    an_upload_is_whole,
    changes_are_not_lost,
    removing_twice_is_fine,
}

#[tokio::test]
async fn a_wrong_secret_is_refused_with_a_useful_error() {
    let server = S3Server::start();
    let wrong = store(&server, "store", "not the secret");
    let wanted = Wanted {
        environment: "production",
        instance: "server",
        database: "it",
        trusted: &[],
    };
    let error = choose(&wrong, &wanted, &Choice::Newest).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    assert!(error.hint_text().is_some(), "{error:?}");
    assert!(
        !format!("{error:?}").contains("not the secret"),
        "{error:?}"
    );
}

/// A backup of one part in `store`, which is uploaded in pieces.
async fn backup(store: &Store, time: &str) -> weir_model::error::Result<String> {
    let budget = MemoryBudget::default();
    let name = BackupName::new("server", time.parse().unwrap(), "it");
    let writer =
        BackupWriter::claim(store, &store.under("_weir"), name, "run", None, &budget).await?;
    let spec = PartSpec {
        name: "data".to_owned(),
        codec: Codec::None,
        expected_bytes: 0,
    };
    let mut part = writer.begin(spec).await?;
    part.write(vec![7; 9 << 20].into()).await?;
    part.finish().await?;
    let manifest = serde_json::json!({
        "format": "weir-backup", "version": {"major": 1, "minor": 0}, "environment": "production",
        "app": "app", "engine": "fake", "instance": "", "database": "", "backup": "", "run": "",
        "created": time, "data_as_of": time, "identity": {}, "snapshot": {"mode": "test"},
        "sanitising": {"state": "raw"}, "parts": [], "tables": [],
        "catalog": Catalog::default(), "schema": "schema-v1:00", "proof": "dumped",
        "tools": {"weir": "0", "engine": "0", "readable_by": "any"},
    });
    let committed = writer
        .commit(serde_json::from_value(manifest).unwrap(), None)
        .await?;
    Ok(committed.manifest.backup)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_whose_parts_were_archived_is_passed_over_before_it_is_read() {
    let server = S3Server::start();
    let store = store(&server, "store", &server.secret);
    let early = backup(&store, "2026-11-20T01:00:00Z").await.unwrap();
    let late = backup(&store, "2026-11-21T01:00:00Z").await.unwrap();
    let archived = |key: String| Rule::new(Operation::Any, When::Every, Fault::ARCHIVED).key(key);
    server.faults().set(vec![archived(format!("{late}/data"))]);
    let chosen = choose(&store, &WANTED, &Choice::Newest).await.unwrap();
    assert_eq!(chosen.name.key(), early);
    assert!(chosen.passed_over[0].reason.contains("archived"));
    let named = Choice::Named(late.clone());
    let error = choose(&store, &WANTED, &named).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoBackup);
    assert!(error.cause().contains("cloud's restore"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_inside_a_good_answer_is_an_error_and_a_busy_store_is_waited_for() {
    let server = S3Server::start();
    let store = store(&server, "store", &server.secret);
    server.faults().set(vec![
        Rule::new(
            Operation::CompleteUpload,
            When::First(2),
            Fault::ErrorInside,
        ),
        Rule::new(Operation::Any, When::First(4), Fault::BUSY),
    ]);
    backup(&store, "2026-11-20T01:00:00Z").await.unwrap();
    choose(&store, &WANTED, &Choice::Newest).await.unwrap();
    assert!(server.faults().hits() >= 6);

    // Said for ever, it fails the backup, and nothing counts.
    let inside = Rule::new(Operation::CompleteUpload, When::Every, Fault::ErrorInside);
    server.faults().set(vec![inside]);
    let error = backup(&store, "2026-11-21T01:00:00Z").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    let chosen = choose(&store, &WANTED, &Choice::Newest).await.unwrap();
    assert_eq!(chosen.name.time, "2026-11-20T01:00:00Z".parse().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stays_busy_is_named_in_time() {
    let server = S3Server::start();
    let store = store(&server, "store", &server.secret);
    let busy = Rule::new(Operation::Any, When::Every, Fault::BUSY);
    server.faults().set(vec![busy]);
    let began = std::time::Instant::now();
    let error = choose(&store, &WANTED, &Choice::Newest).await.unwrap_err();
    assert!(
        error.is_transient() && error.cause().contains("SlowDown"),
        "{error:?}"
    );
    assert!(began.elapsed() < std::time::Duration::from_secs(60));
}

/// A beat is given up after the store's timeout; the one after it must come in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_beat_that_is_lost_does_not_lose_the_lease() {
    let server = S3Server::start();
    let beat = Rule::new(Operation::Put, When::Nth(1), Fault::Hang).key(".beat");
    server.faults().set(vec![beat]);
    let terms = |host: &str| Acquire {
        by: Process {
            host: host.to_owned(),
            ..this_process()
        },
        ttl: Duration::from_secs(5),
        ..Acquire::new("staging/demo", "run", jiff::Timestamp::now())
    };
    let state = Store::open(&Location {
        timeout: Some(Duration::from_secs(2)),
        ..location(&server, "state", &server.secret)
    })
    .unwrap();
    let lease = Lease::acquire(&state, &terms("here")).await.unwrap();
    let other = store(&server, "state", &server.secret);
    let taken = Lease::acquire(&other, &terms("there")).await;
    assert_eq!(taken.unwrap_err().kind(), Kind::Locked);
    assert_eq!(server.faults().hits(), 1);
    lease.still_ours().await.unwrap();
}
