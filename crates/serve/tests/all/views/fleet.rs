//! A small fleet in a private folder: production → staging, integration.

use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use weir_engine::{Context, SilentObserver};
use weir_pipeline::{Clock, Engines, RunOptions, Selection, Settings, Weir};
use weir_serve::Live;
use weir_serve::views::Source;

struct Moved(Mutex<Timestamp>);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

const ENVIRONMENTS: &str = r#"weir: 1
environments:
  production: {store: stores/production, schedule: "0 23 * * *", keep: 30d}
  staging: {store: stores/staging, upstream: production, schedule: "0 1 * * *", keep: 8d}
  integration: {store: stores/integration, upstream: production, schedule: "0 3 * * *", keep: 8d, masking_key: {file: key}}
defaults:
  sqlite: {url: "sqlite:{environment}-{database}.db"}
apps:
  people:
    engine: sqlite
    database: people
    objectives: {recovery_time: 2h, recovery_point: 26h}
    in:
      integration: {sanitise: rules.yaml}
"#;

const RULES: &str = "weir-rules: 1
tables:
  users:
    columns: {id: keep, email: email}
";

pub(super) struct Fleet {
    pub(super) folder: tempfile::TempDir,
    clock: Arc<Moved>,
    pub(super) weir: Arc<Weir>,
    pub(super) source: Source,
}

impl Fleet {
    /// At noon of a day, with production's database filled.
    pub(super) fn new() -> Self {
        Self::of(ENVIRONMENTS)
    }

    pub(super) fn of(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        write("key", "a masking key of more than sixteen bytes").unwrap();
        write("rules.yaml", RULES).unwrap();
        let database = rusqlite::Connection::open(folder.path().join("production-people.db"));
        database
            .unwrap()
            .execute_batch(
                "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
                 INSERT INTO users VALUES (1, 'one@real.example'), (2, 'two@real.example');",
            )
            .unwrap();
        let fleet = weir_config::parse(config, "weir.yaml", folder.path())
            .unwrap_or_else(|problems| panic!("{problems}"));
        let noon = "2026-11-22T12:00:00Z".parse().unwrap();
        let clock = Arc::new(Moved(Mutex::new(noon)));
        let settings = Settings {
            clock: Arc::clone(&clock) as _,
            ..Settings::default()
        };
        let environments: BTreeSet<String> = fleet
            .environments
            .iter()
            .map(|environment| environment.name.clone())
            .collect();
        let weir = Arc::new(Weir::new(fleet, Engines::built_in(), settings));
        Self {
            source: Source::new(Arc::clone(&weir), environments, Live::default()),
            folder,
            clock,
            weir,
        }
    }

    pub(super) fn set(&self, at: &str) {
        *self.clock.0.lock().unwrap() = at.parse().unwrap();
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a job for a due time, and expects it to end well; returns its run.
    pub(super) async fn run(&self, job: &str, due: Option<&str>) -> String {
        let options = RunOptions {
            due: due.map(|due| due.parse().unwrap()),
            ..RunOptions::default()
        };
        let selection = Selection::parse(job, false);
        let context = context();
        let report = weir_pipeline::run::run(&self.weir, "run", &selection, &options, &context);
        let report = report.await.unwrap();
        assert!(report.first_error().is_none(), "{:?}", report.first_error());
        report.jobs[0].run.clone()
    }

    pub(super) async fn look(&self) {
        self.source.refresh(&context()).await;
    }
}

pub(super) fn context() -> Context {
    Context::new(Arc::new(SilentObserver))
}
