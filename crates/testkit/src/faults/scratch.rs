//! Where campaigns work: memory rather than a disk, which thousands of restores would wear out
//! and wait for. `TMPDIR`, when set, says otherwise.

use std::path::Path;
use tempfile::TempDir;

const MEMORY: &str = "/dev/shm";

/// A folder of its own, removed when dropped.
pub(super) fn folder() -> TempDir {
    let builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("weir-faults-");
        builder
    };
    if std::env::var_os("TMPDIR").is_none()
        && Path::new(MEMORY).is_dir()
        && let Ok(folder) = builder().tempdir_in(MEMORY)
    {
        return folder;
    }
    builder().tempdir().expect("make a folder")
}
