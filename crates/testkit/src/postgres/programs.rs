//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};

/// Debian keeps each version's programs in a folder of its own, out of `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder with the programs of the newest version.
///
/// # Panics
/// When there is none.
pub(super) fn newest() -> PathBuf {
    of_debian().or_else(in_path).expect(
        "PostgreSQL is not installed: run scripts/test, which installs it, or put initdb in PATH",
    )
}

fn of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).ok()?.filter_map(|version| {
        let folder = version.ok()?;
        let number: u32 = folder.file_name().to_str()?.parse().ok()?;
        Some((number, folder.path().join("bin")))
    });
    let usable = versions.filter(|(_, programs)| makes_servers(programs));
    usable.max().map(|(_, programs)| programs)
}

fn in_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| makes_servers(folder))
}

/// A folder may hold the clients alone.
fn makes_servers(programs: &Path) -> bool {
    programs.join("initdb").is_file()
}
