//! The files around a database, each with a fixed name, so that whoever comes next finds them.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};

/// The files beside a database file.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The database itself.
    pub live: PathBuf,
    /// The copy being built.
    pub shadow: PathBuf,
    /// The copy that was replaced last.
    pub previous: PathBuf,
    /// The next previous copy, while a swap is under way.
    pub previous_new: PathBuf,
    /// Held by the one run that may write here; keeps the highest token seen.
    pub lock: PathBuf,
}

impl Beside {
    /// The names beside `live`.
    #[must_use]
    pub fn new(live: &Path) -> Self {
        Self {
            live: live.to_owned(),
            shadow: with_ending(live, ".weir-shadow"),
            previous: with_ending(live, ".weir-previous"),
            previous_new: with_ending(live, ".weir-previous-new"),
            lock: with_ending(live, ".weir-lock"),
        }
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a file beside its place and renames it there, so that it is never seen in part.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = with_ending(path, ".weir-part");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    rename(&beside, path)
}

/// Renames a file, and returns once the folder remembers it.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    match to.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Whether a file, or the beginning of one, is there.
pub(super) fn is_there(path: &Path) -> bool {
    path.exists() || with_ending(path, ".weir-part").exists()
}

/// Removes a file and the beginning of one, where they are.
pub(super) fn remove(path: &Path) -> Result<()> {
    let part = with_ending(path, ".weir-part");
    for path in [part.as_path(), path] {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let doing = format!("remove {}", path.display());
                return Err(Error::from_source(Kind::Target, doing, error)
                    .hint("check the permissions of the folder"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Waits until no application and no swap writes the live file, and keeps it so until the
/// returned file is dropped.
pub(super) fn alone(live: &Path) -> Result<File> {
    let path = with_ending(live, ".writers");
    let doing = || format!("wait for the writers of {}", live.display());
    let failed = |error| {
        Error::from_source(Kind::Target, doing(), error).hint("check the permissions of the folder")
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}
