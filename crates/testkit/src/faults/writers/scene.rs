//! One target, two backups of its upstream, and writers that each think themselves on a host of
//! their own.

use super::pause::Pause;
use crate::clock::VirtualClock;
use crate::faults::{reader, records};
use crate::observe::Probe;
use jiff::SignedDuration;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Error, Kind};
use weir_model::run::{Outcome, Process};
use weir_model::stamp::Stamp;
use weir_pipeline::{Choice, Engines, RunOptions, Selection, Settings, Weir};

const CONFIGURATION: &str = r#"weir: 1
environments:
  production: {store: stores/production, schedule: "0 23 * * *"}
  staging: {upstream: production, store: stores/staging, schedule: "0 1 * * *"}
defaults:
  sqlite: {url: "sqlite:{environment}.db"}
apps:
  people: {engine: sqlite, database: people, in: {staging: {operations: [restore]}}}
"#;
const JOB: &str = "staging/people";
/// Long enough for a beat of a busy machine, short enough to wait for it often.
const TIME_TO_LIVE: Duration = Duration::from_millis(250);

/// What a writer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Restores a backup of its own.
    Restore,
    /// Puts the previous copy back.
    Rollback,
}

/// The folder that every seed gets a copy of: a live copy, a previous one, and backups.
pub(super) struct Master(tempfile::TempDir);

impl Master {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("make a folder");
        let path = folder.path();
        let runtime = runtime();
        let clock = Arc::new(VirtualClock::off_by(SignedDuration::from_hours(-1)));
        let weir = weir(path, "nightly", Arc::clone(&clock));
        for generation in 0..4 {
            let sql = format!(
                "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, generation INT);
                 DELETE FROM users;
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
                 INSERT INTO users SELECT i, {generation} FROM n;"
            );
            Connection::open(path.join("production.db"))
                .and_then(|database| database.execute_batch(&sql))
                .expect("fill production");
            clock.jump(SignedDuration::from_mins(1));
            let context = Arc::new(Probe::default()).context();
            let options = RunOptions::default();
            let environments: &[&str] = match generation {
                // What is live, and what was before.
                0 | 1 => &["production", "staging"],
                _ => &["production"],
            };
            for environment in environments {
                let selection = Selection::parse(environment, false);
                let ran = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
                let report = runtime.block_on(ran).expect("the selection names a job");
                assert!(report.first_error().is_none(), "{:?}", report.first_error());
            }
        }
        std::fs::remove_dir_all(path.join("stores/staging/_weir/runs")).expect("forget the runs");
        Self(folder)
    }

    pub(super) fn copy(&self) -> Arc<Scene> {
        let folder = tempfile::tempdir().expect("make a folder");
        for file in records::files(self.0.path()) {
            let name = file.strip_prefix(self.0.path()).expect("it lies below");
            let to = folder.path().join(name);
            std::fs::create_dir_all(to.parent().expect("it lies in a folder"))
                .and_then(|()| std::fs::copy(&file, &to).map(drop))
                .expect("copy the scene");
        }
        let mut backups: Vec<String> =
            std::fs::read_dir(folder.path().join("stores/production/people-sqlite"))
                .expect("list the backups")
                .map(|entry| {
                    entry
                        .expect("list the backups")
                        .file_name()
                        .to_string_lossy()
                        .into_owned()
                })
                .filter(|name| name.ends_with("-people"))
                .collect();
        backups.sort();
        Arc::new(Scene { folder, backups })
    }
}

/// One seed's folder.
pub(super) struct Scene {
    folder: tempfile::TempDir,
    backups: Vec<String>,
}

/// A writer at work on threads of its own.
pub(super) struct Writer {
    pub(super) clock: Arc<VirtualClock>,
    thread: JoinHandle<Option<Kind>>,
}

/// How a writer ended.
pub(super) struct Done {
    /// The kind of its failure.
    pub(super) failed: Option<Kind>,
}

impl Writer {
    pub(super) fn done(self) -> Result<Done, String> {
        let ended = self.thread.join();
        let failed = ended.map_err(|_| "a writer panicked".to_owned())?;
        Ok(Done { failed })
    }
}

impl Scene {
    /// Starts a writer on a host of that name.
    pub(super) fn start(
        self: &Arc<Self>,
        host: &'static str,
        work: Work,
        minutes: i64,
        pause: Option<&Arc<Pause>>,
    ) -> Writer {
        let clock = Arc::new(VirtualClock::off_by(SignedDuration::from_mins(minutes)));
        let weir = weir(self.folder.path(), host, Arc::clone(&clock));
        let mut probe = Probe::default();
        if let Some(pause) = pause.cloned() {
            probe = probe.at(pause.state, move || pause.stand_still());
        }
        let context = Arc::new(probe).context();
        // Each restores another backup, so that it is seen whose copy is live.
        let backup = if host == "first" { 2 } else { 3 };
        let backup = self.backups[backup].clone();
        let pause = pause.cloned();
        let thread = std::thread::spawn(move || {
            let runtime = runtime();
            if let Some(pause) = pause {
                runtime.spawn(pause.freeze());
            }
            runtime.block_on(write(&weir, work, backup, &context))
        });
        Writer { clock, thread }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Takes the lock away from whoever holds it.
    pub(super) fn lose_the_lock(&self) {
        // Before a writer has begun to load there may be none.
        let _ = std::fs::remove_file(self.path("staging.db.weir-lock"));
    }

    /// What is live, stamp included.
    pub(super) fn live(&self) -> Result<(String, String), String> {
        let content =
            reader::content(&self.path("staging.db")).map_err(|error| error.to_string())?;
        let stamp = self.stamp()?;
        Ok((content, format!("{stamp:?}")))
    }

    /// The token of the live copy.
    pub(super) fn token(&self) -> Result<u64, String> {
        self.stamp().map(|stamp| stamp.token.0)
    }

    fn stamp(&self) -> Result<Stamp, String> {
        let text: String = reader::open(&self.path("staging.db"))
            .and_then(|live| live.query_row("SELECT stamp FROM _weir_stamp", [], |row| row.get(0)))
            .map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    /// How the recorded runs ended.
    pub(super) fn ends(&self) -> Vec<Outcome> {
        let runs = records::runs(&self.path("stores/staging"));
        let ends = runs.into_iter().filter_map(|run| run.ended);
        ends.map(|ended| ended.outcome).collect()
    }

    /// Whether there is a copy to roll back to.
    pub(super) fn has_previous(&self) -> bool {
        self.path("staging.db.weir-previous").exists()
    }

    /// Unfinished things beside the live copy.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).expect("list the folder");
        names
            .map(|entry| {
                entry
                    .expect("list the folder")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| {
                name.contains("weir-shadow")
                    || name.contains("previous-new")
                    || name.ends_with("-journal")
            })
            .collect()
    }
}

async fn write(weir: &Weir, work: Work, backup: String, context: &Context) -> Option<Kind> {
    match work {
        Work::Restore => {
            let options = RunOptions {
                operations: Some(vec![OperationKind::Restore]),
                choice: Choice::Named(backup),
                ..RunOptions::default()
            };
            let selection = Selection::parse(JOB, false);
            let report =
                weir_pipeline::run::run(weir, "restore", &selection, &options, context).await;
            let report = report.expect("the selection names a job");
            report.first_error().map(Error::kind)
        }
        Work::Rollback => weir_pipeline::rollback::rollback(weir, JOB, None, context)
            .await
            .err()
            .map(|error| error.kind()),
    }
}

/// Weir on a host that nobody else can look into.
fn weir(folder: &Path, host: &str, clock: Arc<VirtualClock>) -> Weir {
    let fleet = weir_config::parse(CONFIGURATION, "weir.yaml", folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let settings = Settings {
        clock,
        process: Process {
            host: host.to_owned(),
            ..weir_store::this_process()
        },
        lease_time_to_live: TIME_TO_LIVE,
        ..Settings::default()
    };
    Weir::new(fleet, Engines::built_in(), settings)
}

/// One thread for all that is not the database: it stands still as a whole.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("make a runtime")
}
