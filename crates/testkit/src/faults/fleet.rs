//! One worker's fleet: filled anew from a master for every seed, damaged, restored from.

use super::master::Master;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::Kind;
use weir_pipeline::{Engines, RunOptions, RunReport, Selection, Settings, Weir};

use super::scratch;
use crate::observe::Probe;

/// The environments that are restored into: the one takes only clean data, the other any.
pub(super) const ENVIRONMENTS: [&str; 2] = ["integration", "review"];

/// How a restore ended.
pub(super) struct Ending {
    /// The kind of the error it failed with.
    pub(super) failed: Option<Failure>,
    /// Its warnings.
    pub(super) warnings: Vec<String>,
}

/// Why a restore failed.
pub(super) struct Failure {
    /// Whether a guard refused it.
    pub(super) is_guard: bool,
    /// The error, in words.
    pub(super) text: String,
}

/// A folder that is used for one seed after the other.
pub(super) struct Workshop {
    folder: tempfile::TempDir,
    /// The fleets of the masters, read once: what `weir.yaml` means is not what is tried here.
    fleets: Vec<weir_config::Fleet>,
}

impl Workshop {
    /// Makes the folder.
    pub(super) fn new(masters: &[Master]) -> Self {
        let folder = scratch::folder();
        let fleet = |master: &Master| {
            weir_config::parse(&master.configuration, "weir.yaml", place(&folder))
                .unwrap_or_else(|problems| panic!("{problems}"))
        };
        Self {
            fleets: masters.iter().map(fleet).collect(),
            folder,
        }
    }

    /// The fleet of one seed: that of the master at `index`, with a live copy in `environment`.
    pub(super) fn fleet(&self, master: &Master, index: usize, environment: &'static str) -> Fleet {
        let path = place(&self.folder);
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("remove the last seed's fleet");
        }
        std::fs::create_dir(&path).expect("make a folder");
        let fleet = Fleet {
            path,
            fleet: self.fleets[index].clone(),
            environment,
        };
        master.fill(&fleet.path, &fleet.live());
        fleet
    }
}

fn place(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("fleet")
}

/// One seed's fleet, with a live copy in one environment.
pub(super) struct Fleet {
    path: PathBuf,
    fleet: weir_config::Fleet,
    environment: &'static str,
}

impl Fleet {
    /// Where staging's backups lie.
    pub(super) fn store(&self) -> PathBuf {
        self.path.join("stores/staging")
    }

    /// The live copy.
    pub(super) fn live(&self) -> PathBuf {
        self.path.join(format!("{}-people.db", self.environment))
    }

    /// Whether the environment takes only clean data.
    pub(super) fn takes_only_clean(&self) -> bool {
        self.environment == "integration"
    }

    fn job(&self) -> String {
        format!("{}/people", self.environment)
    }

    /// Restores staging's newest backup, as `weir restore` does.
    pub(super) async fn restore(&self) -> Ending {
        let probe = Arc::new(Probe::default());
        let mut context = probe.context();
        context.scratch.clone_from(&self.path);
        let operations = vec![OperationKind::Restore, OperationKind::Transform];
        let report = work(self.fleet.clone(), &self.job(), Some(operations), &context).await;
        Ending {
            failed: report.first_error().map(|error| Failure {
                is_guard: error.kind() == Kind::Guard,
                text: error.to_string(),
            }),
            warnings: probe.warnings(),
        }
    }

    /// The same by the real binary.
    pub(super) fn restore_by(&self, weir: &Path) -> Ending {
        let output = Command::new(weir)
            .args(["restore", &self.job()])
            .current_dir(&self.path)
            .env_remove("WEIR_CONFIG")
            .env("TMPDIR", &self.path)
            .stdin(Stdio::null())
            .output()
            .expect("run weir");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        Ending {
            failed: (code != Some(0)).then(|| Failure {
                is_guard: code == Some(i32::from(Kind::Guard.exit_code())),
                text: format!("exit code {code:?}: {told}"),
            }),
            warnings: told
                .lines()
                .filter_map(|line| line.strip_prefix("warning: "))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Files beside the live copy that no restore may leave.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.path).expect("list the folder");
        entries
            .map(|entry| {
                entry
                    .expect("list the folder")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| {
                let own = ["keys", "stores", "rules.yaml", "weir.yaml"];
                let beside = name.starts_with(self.environment)
                    && !["weir-shadow", "weir-previous", "-journal"]
                        .iter()
                        .any(|left| name.contains(left));
                !(own.contains(&name.as_str()) || beside)
            })
            .collect()
    }
}

/// Runs a job of a fleet in this process.
pub(super) async fn work(
    fleet: weir_config::Fleet,
    job: &str,
    operations: Option<Vec<OperationKind>>,
    context: &Context,
) -> RunReport {
    let weir = Weir::new(fleet, Engines::built_in(), Settings::default());
    let options = RunOptions {
        operations,
        ..RunOptions::default()
    };
    let selection = Selection::parse(job, false);
    weir_pipeline::run::run(&weir, "restore", &selection, &options, context)
        .await
        .expect("the selection names a job")
}
