//! The process that the kill rules start and kill: the test binary itself, told by a variable
//! what to do.

use super::harness::Harness;
use super::setting::{Plan, Setting};
use super::shelf::Place;
use crate::observe::Probe;
use serde::{Deserialize, Serialize};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use weir_model::event::Checkpoint;

const SCENARIO: &str = "WEIR_CONFORMANCE_SCENARIO";
const SIGKILL: i32 = 9;

/// What the victim does until it dies.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// Takes a backup of a database.
    Backup { source: String },
    /// Restores the newest backup of a database into another.
    Restore { source: String, target: String },
    /// The same as a whole run, under a lease.
    Run { source: String, target: String },
}

#[derive(Debug, Serialize, Deserialize)]
struct Scenario {
    place: Place,
    folder: PathBuf,
    work: Work,
    checkpoint: Checkpoint,
}

/// Lets another process work until it passes `checkpoint`, where it dies of SIGKILL.
pub(super) async fn kill_at(setting: &Setting, work: Work, checkpoint: Checkpoint) {
    let scenario = Scenario {
        place: setting.shelf().place().clone(),
        folder: setting.folder().to_owned(),
        work,
        checkpoint,
    };
    let scenario = serde_json::to_string(&scenario).expect("write the scenario down");
    let binary = std::env::current_exe().expect("find the test binary");
    let output = tokio::process::Command::new(binary)
        .args(["--ignored", "--exact", &victim_name(setting.module())])
        .env(SCENARIO, scenario)
        .kill_on_drop(true)
        .output()
        .await
        .expect("start the victim");
    assert_eq!(
        output.status.signal(),
        Some(SIGKILL),
        "the victim must die at {checkpoint:?}, which the engine must pass; it said:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// From `crate::path::to::store` to `path::to::victim`, the name under which the test runs.
fn victim_name(module: &str) -> String {
    let path: Vec<&str> = module.split("::").skip(1).collect();
    let (_store, caller) = path
        .split_last()
        .expect("rules are in a module of their store");
    caller
        .iter()
        .chain(&["victim"])
        .copied()
        .collect::<Vec<_>>()
        .join("::")
}

/// The victim's own side.
///
/// # Panics
/// When it is not told what to do, or outlives its scenario.
pub fn victim(harness: Arc<dyn Harness>) {
    let scenario = std::env::var(SCENARIO).expect("the kill rules say what to do");
    let scenario: Scenario = serde_json::from_str(&scenario).expect("read the scenario");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("start a runtime");
    runtime.block_on(async {
        let setting = Setting::join(harness, &scenario.place, scenario.folder);
        let probe = Arc::new(Probe::default().kill_at(scenario.checkpoint));
        let context = setting.watched(&probe);
        match scenario.work {
            Work::Backup { source } => {
                let source = setting.endpoint(&source);
                setting
                    .backup(&source, &context)
                    .await
                    .expect("take a backup");
            }
            Work::Restore { source, target } => {
                let parts = setting.choose(&source).await.expect("choose the backup");
                let target = setting.endpoint(&target);
                setting
                    .restore_parts(parts, &target, &Plan::with_token(10), &context)
                    .await
                    .expect("restore");
            }
            Work::Run { source, target } => {
                let target = setting.endpoint(&target);
                let ran = setting.run(&target, &source, &context).await;
                ran.expect("run a restore");
            }
        }
    });
    panic!("the victim passed {:?} nowhere", scenario.checkpoint);
}
