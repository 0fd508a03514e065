//! Disks that are too small, and folders that cannot be written: for a store, a target, a folder
//! of scratch files.
//!
//! A command is started in a mount namespace of its own, in which the folder is a disk of that
//! size or is mounted read-only. That takes no privilege where the system lets users make
//! namespaces, and works for root too, whom permissions do not stop. Where it is not allowed the
//! command does not start, and says so: a test fails, it never skips. The folder must not be the
//! one the command works in, which it holds from before the mount.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Mounts a disk that holds what the folder held, and copies out what the command left on it.
const SMALL: &str = r#"folder=$1 bytes=$2; shift 2
mkdir -p "$folder.disk" "$folder.after"
mount -t tmpfs -o "size=$bytes" tmpfs "$folder.disk"
cp -a "$folder/." "$folder.disk"
mount --bind "$folder.disk" "$folder"
code=0; "$@" || code=$?
cp -a "$folder/." "$folder.after"
exit "$code""#;

const READ_ONLY: &str = r#"folder=$1; shift
mount --bind "$folder" "$folder"
mount -o remount,bind,ro "$folder"
exec "$@""#;

/// The same command, for which `folder` is on a disk of so many bytes. What it leaves there is in
/// [`after`] afterwards; the folder itself stays as it was.
#[must_use]
pub fn small(command: &Command, folder: &Path, bytes: u64) -> Command {
    let bytes = bytes.to_string();
    within(command, SMALL, &[&folder.display().to_string(), &bytes])
}

/// Where what a command left on a small disk is found.
#[must_use]
pub fn after(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".after");
    name.into()
}

/// The same command, for which nothing in `folder` can be changed.
#[must_use]
pub fn read_only(command: &Command, folder: &Path) -> Command {
    within(command, READ_ONLY, &[&folder.display().to_string()])
}

fn within(command: &Command, script: &str, arguments: &[&str]) -> Command {
    let mut outer = Command::new("unshare");
    outer
        .args(["--user", "--map-root-user", "--mount", "--"])
        .args(["sh", "-euc", script, "sh"])
        .args(arguments)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}
