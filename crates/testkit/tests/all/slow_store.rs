//! The stall watchdog of the store: slow is no reason to give up, silent is.

use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use weir_engine::{Context, Secret, SilentObserver};
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Process;
use weir_pipeline::verify::{Shelf, verify};
use weir_pipeline::{Choice, Engines, RunOptions, Selection, Settings, Weir};
use weir_store::{Acquire, Lease, Location, Store, this_process};
use weir_testkit::proxy::{Direction, Proxy, Toxic};
use weir_testkit::s3::S3Server;
use weir_testkit::s3_faults::{Fault, Operation, Rule, When};

/// What the configuration under test says.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long a lease lasts without a beat.
const LEASE: Duration = Duration::from_secs(30);
/// A mebibyte a second: a range of 6 MiB takes longer than twice the timeout.
const SLOW_DOWN: Toxic = Toxic::Bandwidth {
    bytes_per_second: 1 << 20,
};
/// So slow that a mebibyte takes five timeouts, of which almost none passes while it is written:
/// this machine holds all of it at once.
const SLOW_UP: Toxic = Toxic::Bandwidth {
    bytes_per_second: 96 << 10,
};

/// One database of some megabytes, and its store behind a proxy.
struct Place {
    folder: TempDir,
    server: S3Server,
    proxy: Proxy,
    timeout: Duration,
}

impl Place {
    fn new(megabytes: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = S3Server::start();
        let proxy = Proxy::start(&server.endpoint);
        let database = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
        // Noise, so that as much is sent.
        database
            .execute_batch(&format!(
                "CREATE TABLE photos (id INTEGER PRIMARY KEY, image BLOB NOT NULL);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {megabytes})
                 INSERT INTO photos SELECT i, randomblob(1000000) FROM n;"
            ))
            .unwrap();
        std::fs::write(folder.path().join("id"), &server.access_key).unwrap();
        std::fs::write(folder.path().join("secret"), &server.secret).unwrap();
        Self {
            folder,
            server,
            proxy,
            timeout: TIMEOUT,
        }
    }

    fn weir(&self) -> Weir {
        let text = format!(
            "weir: 1
environments:
  production:
    store: {{url: \"s3://{}/p\", endpoint: \"{}\", access_key_id: {{file: id}}, secret_access_key: {{file: secret}}, timeout: {}s}}
    state: state
apps:
  shop: {{engine: sqlite, database: shop, in: {{production: {{url: \"sqlite:shop.db\"}}}}}}
",
            self.server.bucket,
            self.proxy.endpoint(),
            self.timeout.as_secs()
        );
        let fleet = weir_config::parse(&text, "weir.yaml", self.folder.path())
            .unwrap_or_else(|problems| panic!("{problems}"));
        Weir::new(fleet, Engines::built_in(), Settings::default())
    }

    /// Where leases are kept, by way of that endpoint.
    fn state(&self, endpoint: &str) -> Store {
        Store::open(&Location {
            url: format!("s3://{}/state", self.server.bucket),
            base: self.folder.path().to_owned(),
            endpoint: Some(endpoint.to_owned()),
            access_key_id: Some(Secret::new(&self.server.access_key)),
            secret_access_key: Some(Secret::new(&self.server.secret)),
            timeout: Some(LEASE / 3),
            ..Location::default()
        })
        .unwrap()
    }

    /// Takes a backup; how long that took.
    async fn back_up(&self) -> Result<Duration> {
        let began = Instant::now();
        let (selection, options) = (
            Selection::parse("production/shop", false),
            RunOptions::default(),
        );
        let weir = self.weir();
        let report =
            weir_pipeline::run::run(&weir, "backup", &selection, &options, &context()).await?;
        let failed = report.jobs.into_iter().find_map(|job| job.error);
        failed.map_or_else(|| Ok(began.elapsed()), Err)
    }

    /// Reads the newest backup to its end; how long that took.
    async fn read(&self) -> Result<Duration> {
        let began = Instant::now();
        let (weir, choice) = (self.weir(), Choice::Newest);
        verify(
            &weir,
            ("production/shop", None),
            Shelf::Own,
            &choice,
            &context(),
        )
        .await?;
        Ok(began.elapsed())
    }

    /// Reads, and expects it to be given up in time.
    async fn given_up(&self) -> Error {
        let began = Instant::now();
        let error = self.read().await.unwrap_err();
        let took = began.elapsed();
        assert!(took < 6 * TIMEOUT, "{took:?}: {error}");
        assert_eq!(error.kind(), Kind::Store, "{error:?}");
        assert!(error.is_transient(), "{error:?}");
        assert!(error.hint_text().is_some(), "{error:?}");
        error
    }
}

/// What a process of another machine asks for, of which nobody here knows whether it lives.
fn elsewhere(host: &str) -> Acquire<'static> {
    Acquire {
        by: Process {
            host: host.to_owned(),
            ..this_process()
        },
        ttl: LEASE,
        ..Acquire::new("staging/demo", "run", jiff::Timestamp::now())
    }
}

fn context() -> Context {
    Context::new(Arc::new(SilentObserver))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_slow_and_moves_is_not_given_up() {
    let place = Place::new(1);
    place.proxy.set(Direction::Up, SLOW_UP);
    let took = place.back_up().await.unwrap();
    assert!(took > 4 * TIMEOUT, "it was not slow: {took:?}");
    place.proxy.heal();
    place.read().await.unwrap();
}

/// The upload moves all the while, on another connection to the same server; the beat does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_beat_that_is_lost_is_given_up_in_time_while_an_upload_moves() {
    // More than the systems of both sides hold, so that it is seen to move.
    let mut place = Place::new(24);
    place.timeout = 2 * LEASE;
    let lost = Rule::new(Operation::Put, When::Nth(1), Fault::Hang).key(".beat");
    place.server.faults().set(vec![lost]);
    let (holder, other) = (
        place.state(&place.proxy.endpoint()),
        place.state(&place.server.endpoint),
    );
    let lease = Lease::acquire(&holder, &elsewhere("holder")).await.unwrap();
    place.proxy.set(Direction::Up, SLOW_UP);
    let late = elsewhere("other");
    tokio::select! {
        done = place.back_up() => panic!("the upload must outlast the lease: {done:?}"),
        taken = Lease::acquire(&other, &late) => {
            assert_eq!(taken.unwrap_err().kind(), Kind::Locked);
        }
    }
    assert_eq!(place.server.faults().hits(), 1);
    lease.still_ours().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_into_a_black_hole_is_given_up_in_time() {
    let place = Place::new(1);
    place.proxy.set(Direction::Up, SLOW_UP);
    let before = place.proxy.bytes(Direction::Up);
    let swallow = async {
        while place.proxy.bytes(Direction::Up) < before + (256 << 10) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        place.proxy.set(Direction::Up, Toxic::BlackHole);
        Instant::now()
    };
    let (backup, swallowed) = tokio::join!(place.back_up(), swallow);
    let (error, took) = (backup.unwrap_err(), swallowed.elapsed());
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    assert!(took < 6 * TIMEOUT, "{took:?}: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_is_slow_and_moves_is_not_given_up() {
    let place = Place::new(7);
    place.back_up().await.unwrap();
    place.proxy.set(Direction::Down, SLOW_DOWN);
    let took = place.read().await.unwrap();
    assert!(took > 2 * TIMEOUT, "it was not slow: {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kibibyte_a_second_is_enough() {
    let place = Place::new(1);
    place.back_up().await.unwrap();
    let crawling = Fault::Slow {
        bytes_per_second: 512,
    };
    let manifest = Rule::new(Operation::Get, When::Every, crawling).key("manifest.json");
    place.server.faults().set(vec![manifest]);
    let took = place.read().await.unwrap();
    assert!(place.server.faults().hits() > 0);
    assert!(took > 2 * TIMEOUT, "it was not slow: {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_never_answers_is_given_up_in_time() {
    let place = Place::new(1);
    place.back_up().await.unwrap();
    place.proxy.set(Direction::Down, Toxic::BlackHole);
    let error = place.given_up().await;
    assert!(error.cause().contains("no answer in time"), "{error}");
    place.proxy.heal();
    place.read().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_falls_silent_half_way_is_given_up_in_time() {
    let place = Place::new(7);
    place.back_up().await.unwrap();
    place.proxy.set(Direction::Down, SLOW_DOWN);
    let before = place.proxy.bytes(Direction::Down);
    let fall_silent = async {
        while place.proxy.bytes(Direction::Down) < before + (1 << 20) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        place.proxy.set(Direction::Down, Toxic::BlackHole);
    };
    let (_, ()) = tokio::join!(place.given_up(), fall_silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_no_longer_taken_is_given_up_in_time() {
    let place = Place::new(7);
    let began = Instant::now();
    let hang = Rule::new(Operation::Put, When::Every, Fault::Hang).key("database");
    place.server.faults().set(vec![hang]);
    let error = place.back_up().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    assert!(began.elapsed() < 6 * TIMEOUT, "{:?}", began.elapsed());
    place.server.faults().heal();
    place.back_up().await.unwrap();
    place.read().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_refusals_is_waited_out_and_endless_ones_are_named() {
    let place = Place::new(1);
    place.back_up().await.unwrap();
    let burst = Rule::new(Operation::Get, When::First(2), Fault::BUSY);
    place.server.faults().set(vec![burst]);
    place.read().await.unwrap();
    assert_eq!(place.server.faults().hits(), 2);
    for (fault, code) in [
        (Fault::BUSY, "SlowDown"),
        (Fault::INTERNAL, "InternalError"),
        (Fault::TOO_MANY, "TooManyRequests"),
    ] {
        let endless = Rule::new(Operation::Any, When::Every, fault);
        place.server.faults().set(vec![endless]);
        let error = place.given_up().await;
        assert!(error.cause().contains(code), "{error}");
    }
}
