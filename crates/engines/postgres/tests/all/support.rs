//! What named tests share: the surroundings that the rules of the conformance suite have, on the
//! server that all tests share.

use crate::conformance::client::Database;
use crate::conformance::folders::own_name;
use crate::conformance::harness::PostgresHarness;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_engine::{Context, Endpoint, Engine as _, Finding, Live, Purpose, Secret};
use weir_engine_postgres::PostgresEngine;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_testkit::conformance::{Plan, Seed, Setting, StoreKind};
use weir_testkit::postgres::PostgresServer;
use weir_testkit::proxy::Proxy;

/// How long what must happen soon may take.
const SOON: Duration = Duration::from_secs(20);

/// Runs a test with a store in a folder and a place for databases, for at most a minute.
pub(crate) fn with_setting<F: Future<Output = ()>>(test: impl FnOnce(Setting) -> F) {
    with_harness(PostgresHarness::default(), test);
}

/// The same on another server.
pub(crate) fn with_harness<F: Future<Output = ()>>(
    harness: PostgresHarness,
    test: impl FnOnce(Setting) -> F,
) {
    let harness = Arc::new(harness);
    weir_testkit::conformance::run(harness, StoreKind::Local, module_path!(), test);
}

/// A database filled by SQL, in one transaction.
pub(crate) fn filled(setting: &Setting, name: &str, sql: &str) -> Endpoint {
    let endpoint = setting.seeded(name, Seed::Empty);
    Database::of(&endpoint).run([sql]);
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

/// Runs SQL as the superuser in the database that all others are made from.
pub(crate) fn administrate(sql: &str) {
    PostgresServer::shared().psql("postgres", sql).unwrap();
}

/// The same database, entered by another role.
pub(crate) fn entered_by(endpoint: &Endpoint, role: &str) -> Endpoint {
    Endpoint {
        url: endpoint.url.replace("weir@", &format!("{role}@")),
        ..endpoint.clone()
    }
}

/// The same database, reached through a proxy that passes everything on until it is told not to.
pub(crate) fn through_a_proxy(endpoint: &Endpoint) -> (Proxy, Endpoint) {
    let server = PostgresServer::shared();
    let proxy = Proxy::start(&format!("127.0.0.1:{}", server.port));
    let url = server.tcp_url(server.superuser(), &name_of(endpoint));
    let (real, instead) = (server.port, proxy.address().port());
    let endpoint = Endpoint {
        url: url.replace(&format!(":{real}/"), &format!(":{instead}/")),
        password: Some(Secret::new(server.password())),
        ..endpoint.clone()
    };
    (proxy, endpoint)
}

/// The replaced copy that is kept beside a live one.
pub(crate) fn previous(endpoint: &Endpoint) -> Database {
    let live = Database::of(endpoint);
    live.beside(&own_name("_weir_old_", live.name()))
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

/// The error of something that must have failed with that kind, and must say what to do next.
pub(crate) fn refused<T>(result: Result<T>, kind: Kind) -> Error {
    let Err(error) = result else {
        panic!("it must be refused");
    };
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(error.hint_text().is_some(), "{error:?}");
    error
}

/// Everything that is found when somebody asks whether a run would get through.
pub(crate) async fn diagnosed(
    setting: &Setting,
    endpoint: &Endpoint,
    purpose: Purpose,
) -> Vec<Finding> {
    let context = setting.context();
    let found = PostgresEngine
        .diagnose(endpoint, purpose, 0, &context)
        .await;
    found.expect("look at a database")
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
        assert_eq!(now, self.before, "after {after} it must be as it was");
        setting.assert_nothing_left(&self.endpoint, after).await;
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < SOON, "it never came to be that {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// Fails unless no backup of that database can be chosen, and no object of it says that it is one.
pub(crate) async fn assert_no_backup(setting: &Setting, database: &str) {
    refused(setting.choose(database).await.map(drop), Kind::NoBackup);
    let mut folders = vec![setting.shelf().objects().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(
                name != "manifest.json" && !name.starts_with("latest-"),
                "{} tells of a backup that is none",
                path.display()
            );
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
}

/// Runs a backup or a restore that is told to stop as soon as something holds.
pub(crate) async fn stopped_when<T>(
    context: &Context,
    holds: impl FnMut() -> bool + Send + 'static,
    work: impl Future<Output = T>,
) -> T {
    let cancel = context.cancel.clone();
    let watching = std::thread::spawn(move || {
        until("the run is far enough to be stopped", holds);
        cancel.cancel();
    });
    let done = work.await;
    watching.join().unwrap();
    done
}
