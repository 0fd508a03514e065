//! One target, backups to put there, and writers that each think themselves on a host of their
//! own.

use super::engine::Engine;
use super::pause::Pause;
use super::wire::Line;
use crate::clock::VirtualClock;
use crate::faults::records::{self, Run};
use crate::observe::Probe;
use jiff::SignedDuration;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Error, Kind};
use weir_model::run::Process;
use weir_model::stamp::Stamp;
use weir_pipeline::{Choice, RunOptions, Selection, Settings, Weir};

const CONFIGURATION: &str = r#"weir: 1
environments:
  production: {store: stores/production, schedule: "0 23 * * *"}
  staging: {STATEupstream: production, store: stores/staging, schedule: "0 1 * * *"}
defaults:
  ENGINE: {url: "URL"}
apps:
  people: {engine: ENGINE, database: people, in: {staging: {operations: [restore, backup]}}}
"#;
/// The job that writes the target.
pub(super) const JOB: &str = "staging/people";

/// What a writer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Restores a backup of the upstream.
    Restore,
    /// Puts a backup of the target's own back, by hand.
    Recover,
    /// Puts the previous copy back.
    Rollback,
}

impl Work {
    /// All of it.
    pub(super) const ALL: [Self; 3] = [Self::Restore, Self::Recover, Self::Rollback];

    /// The verb.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::Recover => "recover",
            Self::Rollback => "rollback",
        }
    }
}

/// One seed's folder.
pub(super) struct Scene {
    pub(super) engine: Engine,
    /// Rows of a whole copy.
    pub(super) rows: i64,
    /// Backups of the upstream that were never live here.
    pub(super) upstream: Vec<String>,
    /// Backups of the target's own.
    pub(super) own: Vec<String>,
    /// Where the leases lie, if that is another place than the store.
    pub(super) line: Option<Line>,
    // Last, for the others may still write into it.
    pub(super) folder: TempDir,
}

/// Who writes, and how its clock is.
#[derive(Clone, Copy)]
pub(super) struct Role {
    pub(super) host: &'static str,
    pub(super) work: Work,
    /// Its clock is off by so many minutes.
    pub(super) minutes: i64,
}

/// A writer at work on threads of its own.
pub(super) struct Writer {
    pub(super) clock: Arc<VirtualClock>,
    thread: JoinHandle<Option<Kind>>,
}

impl Writer {
    /// The kind of its failure, once it has ended.
    pub(super) fn done(self) -> Result<Option<Kind>, String> {
        let ended = self.thread.join();
        ended.map_err(|_| "a writer panicked".to_owned())
    }
}

impl Scene {
    /// Starts a writer, which is held at a state if there is a pause.
    pub(super) fn start(self: &Arc<Self>, role: Role, pause: Option<&Arc<Pause>>) -> Writer {
        let off = SignedDuration::from_mins(role.minutes);
        let clock = Arc::new(VirtualClock::off_by(off));
        let is_first = role.host == "first";
        let state = self.line.as_ref().map(|line| line.state(is_first));
        let configuration = configuration(
            self.engine,
            self.folder.path(),
            state.as_deref().unwrap_or_default(),
        );
        let terms = (&clock, self.time_to_live());
        let weir = weir(
            self.engine,
            self.folder.path(),
            &configuration,
            role.host,
            terms,
        );
        let context = match pause {
            Some(pause) => Context::new(Arc::clone(pause) as _),
            None => Arc::new(Probe::default()).context(),
        };
        let options = self.options(role);
        let (scene, pause) = (Arc::clone(self), pause.cloned());
        let thread = std::thread::spawn(move || {
            if scene.line.is_some() {
                return beating_runtime().block_on(write(&weir, role.work, &options, &context));
            }
            let runtime = standing_runtime();
            if let Some(pause) = pause {
                runtime.spawn(pause.freeze());
            }
            runtime.block_on(write(&weir, role.work, &options, &context))
        });
        Writer { clock, thread }
    }

    /// After how long without a beat a holder counts as dead: long enough for a beat of a busy
    /// machine, short enough to wait for it often.
    fn time_to_live(&self) -> Duration {
        let line = self.line.as_ref();
        line.map_or(Duration::from_millis(250), Line::time_to_live)
    }

    /// The backup that a host puts there: each another one, so that it is seen whose is live.
    pub(super) fn backup(&self, host: &str, work: Work) -> &str {
        let shelf = match work {
            Work::Recover => &self.own,
            _ => &self.upstream,
        };
        &shelf[usize::from(host != "first")]
    }

    /// The url of the target.
    pub(super) fn target(&self) -> String {
        self.engine.url(self.folder.path(), "staging")
    }

    fn options(&self, role: Role) -> RunOptions {
        let operation = match role.work {
            Work::Recover => OperationKind::Recover,
            _ => OperationKind::Restore,
        };
        RunOptions {
            operations: Some(vec![operation]),
            choice: Choice::Named(self.backup(role.host, role.work).to_owned()),
            recover_onto: Some(self.target()),
            ..RunOptions::default()
        }
    }

    /// The live copy, or a file beside it.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        let name = self.engine.file("staging");
        self.folder.path().join(format!("{name}{ending}"))
    }

    /// Takes the lock away from whoever holds it.
    pub(super) fn lose_the_lock(&self) {
        // Before a writer has begun to load there may be none.
        let _ = std::fs::remove_file(self.beside(".weir-lock"));
    }

    /// What is live, stamp included.
    pub(super) fn live(&self) -> Result<(String, String), String> {
        let content = self.engine.content(&self.beside(""))?;
        Ok((content, format!("{:?}", self.stamp()?)))
    }

    /// The token of the live copy.
    pub(super) fn token(&self) -> Result<u64, String> {
        self.stamp().map(|stamp| stamp.token.0)
    }

    fn stamp(&self) -> Result<Stamp, String> {
        self.engine.stamp(&self.beside(""))
    }

    /// The recorded runs.
    pub(super) fn runs(&self) -> Vec<Run> {
        let line = self.line.as_ref();
        let place = line.map_or_else(|| self.folder.path().join("stores/staging"), Line::records);
        records::runs(&place)
    }

    /// Whether there is a copy to roll back to.
    pub(super) fn has_previous(&self) -> bool {
        self.beside(".weir-previous").exists()
    }

    /// Unfinished things beside the live copy.
    pub(super) fn leftovers(&self) -> Vec<String> {
        const UNFINISHED: [&str; 4] = ["weir-shadow", "previous-new", "weir-part", "-journal"];
        let names = std::fs::read_dir(self.folder.path()).expect("list the folder");
        names
            .map(|entry| entry.expect("list the folder").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| UNFINISHED.iter().any(|word| name.contains(word)))
            .collect()
    }
}

async fn write(weir: &Weir, work: Work, options: &RunOptions, context: &Context) -> Option<Kind> {
    if work == Work::Rollback {
        let rolled_back =
            weir_pipeline::rollback::rollback(weir, JOB, &RunOptions::default(), context).await;
        return rolled_back.err().map(|error| error.kind());
    }
    let selection = Selection::parse(JOB, false);
    let report = weir_pipeline::run::run(weir, work.verb(), &selection, options, context).await;
    let report = report.expect("the selection names a job");
    report.first_error().map(Error::kind)
}

/// The fleet, with the place of the leases as `state`, where that is not the store's own.
pub(super) fn configuration(engine: Engine, folder: &Path, state: &str) -> String {
    CONFIGURATION
        .replace("STATE", state)
        .replace("ENGINE", engine.configured())
        .replace("URL", &engine.url(folder, "{environment}"))
}

/// Weir on a host that nobody else can look into.
pub(super) fn weir(
    engine: Engine,
    folder: &Path,
    configuration: &str,
    host: &str,
    (clock, lease_time_to_live): (&Arc<VirtualClock>, Duration),
) -> Weir {
    let fleet = weir_config::parse(configuration, "weir.yaml", folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let settings = Settings {
        clock: Arc::clone(clock) as _,
        process: Process {
            host: host.to_owned(),
            ..weir_store::this_process()
        },
        lease_time_to_live,
        ..Settings::default()
    };
    Weir::new(fleet, engine.engines(), settings)
}

/// One thread for all that is not the database: it stands still as a whole.
pub(super) fn standing_runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("make a runtime")
}

/// Threads of which one may stand still while another one's heart beats.
fn beating_runtime() -> Runtime {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("make a runtime")
}
