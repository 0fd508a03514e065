//! PostgreSQL: a server of its own in a temporary folder, gone with whoever started it.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used, clippy::panic)]

mod address;
mod programs;
mod tls;

pub use crate::certificates::{Authority, Issued};
pub use address::ServerAddress;

use crate::keeper::Keeper;
use programs::Programs;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

const KEEP: &str = include_str!("postgres/keep.sh");
/// Where a folder says which server its databases are on.
const FILE: &str = "postgres.server";

/// A running server, used by its address. It stops when it is dropped, and when its process
/// ends, however that ends.
pub struct PostgresServer {
    address: ServerAddress,
    _keeper: Keeper,
}

impl PostgresServer {
    /// Starts the newest PostgreSQL of this machine.
    ///
    /// # Panics
    /// When none is installed, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(Programs::newest())
    }

    fn start_with(programs: Programs) -> Self {
        let (keeper, place) = Keeper::start("PostgreSQL", KEEP, [&programs.server], &[]);
        let server = Self {
            address: address(&place, programs),
            _keeper: keeper,
        };
        server.make_guest();
        server
    }

    /// The server that the tests of this process share. It stops with the process.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, or does not start.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// The same of another major version, of those that `scripts/test` fetches.
    ///
    /// # Panics
    /// When it was not fetched, or does not start.
    #[must_use]
    pub fn shared_of(major: u32) -> &'static Self {
        static SHARED: Mutex<BTreeMap<u32, &PostgresServer>> = Mutex::new(BTreeMap::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared
            .entry(major)
            .or_insert_with(|| Box::leak(Box::new(Self::start_with(Programs::of(major)))))
    }

    /// The server of everybody who works in that folder: the shared one of the process that asked
    /// first, which the others join.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start, or the folder cannot be used.
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

    fn make_guest(&self) {
        let sql = format!(
            "CREATE ROLE {} LOGIN PASSWORD '{}'",
            self.guest(),
            self.password()
        );
        self.psql("postgres", &sql).expect("make the guest");
    }
}

impl Deref for PostgresServer {
    type Target = ServerAddress;

    fn deref(&self) -> &ServerAddress {
        &self.address
    }
}

/// From what the keeper says of the server's place.
fn address(place: &str, programs: Programs) -> ServerAddress {
    let (folder, port) = place.rsplit_once(' ').expect("a folder and a port");
    ServerAddress {
        socket_folder: folder.into(),
        port: port.parse().expect("a port is a number"),
        clients: programs.clients,
    }
}
