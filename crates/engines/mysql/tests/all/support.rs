//! What named tests share: the surroundings that the rules of the conformance suite have, on the
//! server that all tests share.

use crate::conformance::client::Database;
use crate::conformance::harness::MariadbHarness;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use weir_engine::{Endpoint, Live};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_testkit::conformance::{Plan, Seed, Setting, StoreKind};
use weir_testkit::mariadb::MariadbServer;

/// How long what must happen soon may take.
const SOON: Duration = Duration::from_secs(60);

/// Runs a test with a store in a folder and a place for databases.
pub(crate) fn with_setting<F: Future<Output = ()>>(test: impl FnOnce(Setting) -> F) {
    with_harness(MariadbHarness::default(), test);
}

/// The same on another server.
pub(crate) fn with_harness<F: Future<Output = ()>>(
    harness: MariadbHarness,
    test: impl FnOnce(Setting) -> F,
) {
    let harness = Arc::new(harness);
    weir_testkit::conformance::run(harness, StoreKind::Local, module_path!(), test);
}

/// A database filled by the stock client.
pub(crate) fn filled(setting: &Setting, name: &str, sql: &str) -> Endpoint {
    let endpoint = setting.seeded(name, Seed::Empty);
    let server = MariadbServer::shared();
    server.try_run(&name_of(&endpoint), sql).unwrap();
    endpoint
}

/// The name of the database on the server.
pub(crate) fn name_of(endpoint: &Endpoint) -> String {
    Database::of(endpoint).name().to_owned()
}

/// The first value that a query gives, asked by the superuser.
pub(crate) fn one(endpoint: &Endpoint, sql: &str) -> String {
    Database::of(endpoint).rows(sql)[0][0].clone()
}

/// The same database, entered by the superuser through TCP, with a password.
pub(crate) fn by_tcp(endpoint: &Endpoint) -> Endpoint {
    let server = MariadbServer::shared();
    let url = server.tcp_endpoint(server.superuser(), &server.password(), &name_of(endpoint));
    Endpoint {
        database: endpoint.database.clone(),
        ..url
    }
}

/// A restore of a backup, unobserved.
pub(crate) async fn restore(
    setting: &Setting,
    manifest: &Manifest,
    target: &Endpoint,
    plan: &Plan,
) -> Result<Live> {
    let context = setting.context();
    setting.restore(manifest, target, plan, &context).await
}

/// A backup that must succeed.
pub(crate) async fn backup(setting: &Setting, source: &Endpoint) -> Manifest {
    let context = setting.context();
    let manifest = setting.backup(source, &context).await;
    manifest.expect("take a backup")
}

/// The error of something that must have failed with one of these kinds, and must say what to do
/// next.
pub(crate) fn refused<T>(result: Result<T>, kinds: &[Kind]) -> Error {
    let Err(error) = result else {
        panic!("it must be refused");
    };
    assert!(kinds.contains(&error.kind()), "{error:?}");
    assert!(error.hint_text().is_some(), "{error:?}");
    error
}

/// Fails unless no backup of that database can be chosen.
pub(crate) async fn assert_no_backup(setting: &Setting, database: &str) {
    refused(setting.choose(database).await.map(drop), &[Kind::NoBackup]);
}

/// A target with its own copy, and how it looked.
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    before: String,
}

impl Target {
    pub(crate) fn of(setting: &Setting, endpoint: Endpoint) -> Self {
        Self {
            before: setting.harness().fingerprint(&endpoint),
            endpoint,
        }
    }

    /// One with a seed of a generation.
    pub(crate) fn seeded(setting: &Setting, generation: u32) -> Self {
        let endpoint = setting.seeded("target", Seed::Generation(generation));
        Self::of(setting, endpoint)
    }

    /// Fails unless the live copy is as it was and nothing unfinished lies beside it.
    pub(crate) async fn assert_untouched(&self, setting: &Setting, after: &str) {
        let now = setting.harness().fingerprint(&self.endpoint);
        assert_same(&now, &self.before);
        setting.assert_nothing_left(&self.endpoint, after).await;
    }
}

/// Fails with the first lines that differ; fingerprints are too long to be shown.
pub(crate) fn assert_same(found: &str, expected: &str) {
    let mut lines = found.lines().zip(expected.lines());
    let differs = lines.find(|(found, expected)| found != expected);
    assert_eq!(differs, None, "found, expected");
    assert_eq!(found.lines().count(), expected.lines().count());
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < SOON, "it never came to be that {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// Does something as soon as something else holds, while a run is on its way.
pub(crate) fn once(
    what: &'static str,
    holds: impl FnMut() -> bool + Send + 'static,
    act: impl FnOnce() + Send + 'static,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        until(what, holds);
        act();
    })
}

/// Threads that do something again and again until they are stopped.
pub(crate) struct Loops {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Loops {
    /// Starts `count` of them; each is told its number, and makes what it does then.
    pub(crate) fn start<Work: FnMut() + Send + 'static>(
        count: u32,
        work: impl Fn(u32) -> Work,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..count).map(|number| {
            let (stop, mut work) = (Arc::clone(&stop), work(number));
            std::thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    work();
                }
            })
        });
        Self {
            threads: threads.collect(),
            stop,
        }
    }

    /// Stops them; none may have failed.
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().expect("a loop must not fail");
        }
    }
}

/// The parts of a backup alone, as somebody without Weir would copy them out of the store.
pub(crate) fn copied_parts(setting: &Setting, manifest: &Manifest) -> PathBuf {
    let stored = setting.shelf().objects().join(&manifest.backup);
    let folder = setting.folder().join("copied");
    std::fs::create_dir(&folder).unwrap();
    for part in &manifest.parts {
        std::fs::copy(stored.join(&part.name), folder.join(&part.name)).unwrap();
    }
    folder
}

/// Where it is written down how anybody restores the files of a backup.
const PAGE: &str = include_str!("../../../../../docs/mysql.md");

/// The lines of that page, with `$CLIENT` for the client that enters a database.
fn documented_lines() -> String {
    let (_, section) = PAGE.split_once("## Restoring by hand").unwrap();
    let (_, lines) = section.split_once("```sh\n").unwrap();
    let (lines, _) = lines.split_once("```").unwrap();
    assert!(lines.contains("mariadb restored"), "{lines}");
    lines.replace("mariadb restored", "$CLIENT")
}

/// Restores the files in a folder into a database as that page says.
pub(crate) fn restored_by_hand(folder: &Path, target: &Endpoint) {
    let server = MariadbServer::shared();
    let client = format!(
        "mariadb --no-defaults --socket={} --user={} {}",
        server.socket().display(),
        server.owner,
        name_of(target)
    );
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(documented_lines()).current_dir(folder);
    let output = shell.env("CLIENT", client).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}
