//! Files that hold a secret: for their owner alone, never overwritten.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Result as IoResult, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use weir_model::error::{Error, Kind, Result};

/// Writes a new file that only its owner can read.
///
/// # Errors
/// `usage` when the file is already there: a key that is in use must not be lost.
pub(crate) fn create(path: &Path, secret: &str) -> Result<()> {
    let doing = format!("write the key to {}", path.display());
    private_folder_of(path)
        .and_then(|()| new_private_file(path))
        .and_then(|mut file| {
            file.write_all(secret.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .map_err(|error| {
            let there = error.kind() == std::io::ErrorKind::AlreadyExists;
            let error = Error::from_source(Kind::Usage, doing, error);
            if there {
                error.hint("name a new file; a key in use is never overwritten")
            } else {
                error.hint("name a file in a folder that you may write to")
            }
        })
}

/// The folder of the file; one that is made here is for its owner alone.
fn private_folder_of(path: &Path) -> IoResult<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn new_private_file(path: &Path) -> IoResult<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}
