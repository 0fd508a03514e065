//! MariaDB: a server of its own in a temporary folder, gone with whoever started it.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used, clippy::panic)]

mod address;
mod grants;

pub use address::{ServerAddress, with_input};
pub use grants::{Account, Grants};

use crate::certificates::{Authority, Issued};
use crate::keeper::Keeper;
use std::ffi::OsStr;
use std::io::Write as _;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const KEEP: &str = include_str!("mariadb/keep.sh");
/// Where a folder says which server its databases are on.
const FILE: &str = "mariadb.server";
/// Debian keeps the server's program where only root looks.
const DEBIAN: &str = "/usr/sbin";

/// A running server, used by its address. It stops when it is dropped, and when its process
/// ends, however that ends.
pub struct MariadbServer {
    address: ServerAddress,
    _keeper: Keeper,
}

impl MariadbServer {
    /// Starts the MariaDB of this machine.
    ///
    /// # Panics
    /// When none is installed, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with_settings(&[])
    }

    /// The same with settings of the command line, such as `--lower-case-table-names=1`.
    ///
    /// # Panics
    /// When none is installed, or it does not start.
    #[must_use]
    pub fn start_with_settings(settings: &[&str]) -> Self {
        Self::start_with(Path::new(""), settings)
    }

    /// The same showing a certificate to whoever comes by TCP, and taking those of an authority.
    ///
    /// # Panics
    /// When none is installed, or it does not start.
    #[must_use]
    pub fn start_with_tls(shown: &Issued, clients: &Authority, settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("make a folder");
        let files = [
            ("server.crt", shown.certificate.as_str()),
            ("server.key", &shown.key),
            ("root.crt", clients.certificate()),
        ];
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("write a certificate");
        }
        Self::start_with(folder.path(), settings)
    }

    fn start_with(files: &Path, settings: &[&str]) -> Self {
        let server = program();
        let arguments: [&OsStr; 2] = [server.as_ref(), files.as_ref()];
        let settings = [&["--"], settings].concat();
        let (keeper, place) = Keeper::start("MariaDB", KEEP, arguments, &settings);
        Self {
            address: ServerAddress::parse(&place),
            _keeper: keeper,
        }
    }

    /// The server that the tests of this process share. It stops with the process.
    ///
    /// # Panics
    /// When MariaDB is not installed, or does not start.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<MariadbServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// The server of everybody who works in that folder: the shared one of the process that asked
    /// first, which the others join.
    ///
    /// # Panics
    /// When MariaDB is not installed or does not start, or the folder cannot be used.
    #[must_use]
    pub fn shared_in(folder: &Path) -> ServerAddress {
        let file = folder.join(FILE);
        if let Ok(text) = std::fs::read_to_string(&file) {
            return serde_json::from_str(&text).expect("read the address of the server");
        }
        let address = Self::shared().address.clone();
        let text = serde_json::to_string(&address).expect("write the address of the server");
        // Never seen half written: other threads may be asking.
        let mut unfinished = tempfile::NamedTempFile::new_in(folder).expect("make a file");
        unfinished.write_all(text.as_bytes()).expect("write a file");
        unfinished.persist(&file).expect("name the file");
        address
    }
}

impl Deref for MariadbServer {
    type Target = ServerAddress;

    fn deref(&self) -> &ServerAddress {
        &self.address
    }
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from(DEBIAN)]);
    let mut programs = folders.map(|folder| folder.join("mariadbd"));
    programs.find(|program| program.is_file()).expect(
        "MariaDB is not installed: run scripts/test, which installs it, or put mariadbd in PATH",
    )
}
