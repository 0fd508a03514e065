//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};

/// Debian keeps each version's programs in a folder of its own, out of `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Says where `scripts/test` put other versions, a folder for each.
const OTHERS: &str = "WEIR_POSTGRES";

/// What makes a server and what enters it.
pub(super) struct Programs {
    /// The folder of `initdb` and its like.
    pub(super) server: PathBuf,
    /// The folder of `pg_dump` and its like.
    pub(super) clients: PathBuf,
}

impl Programs {
    /// Those of this machine's newest version.
    ///
    /// # Panics
    /// When there are none.
    pub(super) fn newest() -> Self {
        let folder = of_debian().or_else(in_path).expect(
            "PostgreSQL is not installed: run scripts/test, which installs it, or put initdb in PATH",
        );
        Self {
            server: folder.clone(),
            clients: folder,
        }
    }

    /// Those of a major version; where it has no clients of its own, this machine's.
    ///
    /// # Panics
    /// When they were not fetched.
    pub(super) fn of(major: u32) -> Self {
        let others = std::env::var_os(OTHERS).map(PathBuf::from);
        let folder = others.map(|others| others.join(major.to_string()));
        let folder = folder.filter(|folder| makes_servers(&folder.join("bin")));
        let folder = folder.unwrap_or_else(|| {
            panic!("PostgreSQL {major} was not fetched: run scripts/test, which does so")
        });
        let clients = folder.join("clients");
        Self {
            server: folder.join("bin"),
            clients: match clients.is_dir() {
                true => clients,
                false => Self::newest().clients,
            },
        }
    }
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
