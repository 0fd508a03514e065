//! Hooks that are programs.

use super::call::{Told, failed};
use rustix::process::{Pid, Signal, kill_process_group};
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;
use weir_model::error::Result;

/// What a program gets of Weir's own environment: secrets may be in the rest.
const PASSED_ON: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Ends a program and all that it started, unless it has ended itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // One that is gone already cannot be ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Runs a program in the configuration's folder. Dropped half-way, it is killed with all that it
/// started.
///
/// # Errors
/// When it does not start or does not exit with 0.
pub(super) async fn run(argv: &[String], base: &Path, told: &Told<'_>, doing: &str) -> Result<()> {
    const HINT: &str = "run it by hand as this user, in the configuration's folder";
    let failed = |cause: String| failed(doing, cause, HINT);
    let (program, arguments) = argv
        .split_first()
        .ok_or_else(|| failed("the command is empty".to_owned()))?;
    let base = match base.as_os_str().is_empty() {
        true => Path::new("."),
        false => base,
    };
    let passed_on = PASSED_ON
        .into_iter()
        .filter_map(|name| std::env::var_os(name).map(|value| (name, value)));
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(base)
        .env_clear()
        .envs(passed_on)
        .envs(told.variables())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("it did not start: {}", error.kind())))?;
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let mut group = Group(id.and_then(Pid::from_raw));
    let status = child.wait().await;
    group.0 = None;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("it ended with {status}"))),
        Err(error) => Err(failed(format!(
            "how it ended cannot be told: {}",
            error.kind()
        ))),
    }
}
