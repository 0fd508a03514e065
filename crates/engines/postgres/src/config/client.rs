//! `pg_dump`, which alone knows how every version of the server writes a schema down.

use super::{Address, Session};
use crate::dump::archive::Archive;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Where Debian and its relatives keep the clients of each version.
const VERSIONED: &str = "/usr/lib/postgresql";
/// The most of what a client says that is passed on.
const SAID: usize = 600;

/// A `pg_dump` that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its version, e.g. `15.14`.
    pub(crate) version: String,
    /// Its major version.
    pub(crate) major: u32,
}

impl Client {
    /// The client that reads a server of that major version: of the same version where there is
    /// one, else the next newer. An older one refuses the server.
    pub(crate) async fn for_server(server: u32) -> Result<Self> {
        let mut found: Vec<Self> = Vec::new();
        for path in candidates(server) {
            let Some(client) = Self::at(&path).await else {
                continue;
            };
            if client.major == server {
                return Ok(client);
            }
            found.push(client);
        }
        let newest = found.iter().map(|client| client.major).max();
        found
            .into_iter()
            .filter(|client| client.major >= server)
            .min_by_key(|client| client.major)
            .ok_or_else(|| none(server, newest))
    }

    /// The client at a path, if one is there that says which it is.
    async fn at(path: &Path) -> Option<Self> {
        let output = Command::new(path)
            .arg("--version")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        // `pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, `… 18beta1`
        let version = said.split_whitespace().nth(2)?.to_owned();
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        Some(Self {
            path: path.to_owned(),
            major: digits.parse().ok()?,
            version,
        })
    }

    /// The schema of a database within a snapshot, without what this client counts as data.
    pub(crate) async fn schema(
        &self,
        address: &Address,
        snapshot: &str,
        kind: Kind,
        context: &Context,
    ) -> Result<Archive> {
        let doing = format!("read the schema of {}", address.database);
        let folder = tempfile::Builder::new()
            .prefix("weir-schema-")
            .tempdir_in(&context.scratch)
            .map_err(|error| {
                Error::from_source(Kind::Internal, &doing, error)
                    .hint("set TMPDIR to a folder that this user may write")
            })?;
        let place = folder.path().join("archive");
        let mut command = Command::new(&self.path);
        command
            .args(["--format=directory", "--no-sync", "--no-password"])
            .args(["--section=pre-data", "--section=post-data"])
            .args(["--encoding=UTF8", "--lock-wait-timeout=60s"])
            .arg(format!("--snapshot={snapshot}"))
            .arg("--file")
            .arg(&place)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        enter(&mut command, address, folder.path())?;
        let ran = async {
            command.output().await.map_err(|error| {
                Error::from_source(kind, &doing, error)
                    .hint(format!("see whether {} runs", self.path.display()))
            })
        };
        let output = context.unless_stopped(&doing, ran).await?;
        if !output.status.success() {
            return Err(self.failed(kind, doing, &output.stderr));
        }
        let toc = tokio::fs::read(place.join("toc.dat"))
            .await
            .map_err(|error| {
                Error::from_source(kind, &doing, error).hint("run again; report it if it stays so")
            })?;
        Archive::parse(&toc)
    }

    fn failed(&self, kind: Kind, doing: String, said: &[u8]) -> Error {
        let said = String::from_utf8_lossy(said);
        // What it was asked to run is told by the line before; details may quote what is stored.
        let told: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("error:"))
            .collect();
        let told: String = told.join("; ").chars().take(SAID).collect();
        let cause = format!("pg_dump {} failed: {told}", self.version);
        Error::new(kind, doing, cause)
            .hint("`weir doctor` prints the grants that are missing; a lock that is held is in `pg_locks`")
    }
}

/// Tells a client where to go by its surroundings: an argument would be seen by everybody.
fn enter(command: &mut Command, address: &Address, folder: &Path) -> Result<()> {
    for (name, _) in std::env::vars_os() {
        // What the operator's own shell says about some other server.
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command
        .env("PGHOST", &address.host)
        .env("PGPORT", address.port.to_string())
        .env("PGUSER", &address.user)
        .env("PGDATABASE", &address.database)
        .env("PGCONNECT_TIMEOUT", "10")
        .env("PGAPPNAME", "weir")
        .env("LC_ALL", "C");
    if let Some(password) = &address.password {
        command.env("PGPASSWORD", password.reveal());
    }
    address.tls.tell(command, folder)
}

/// Where a client may be, the one made for that version of the server first: the others need not
/// be asked then, and some of them, scripts that choose a client, take their time to answer.
fn candidates(server: u32) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("pg_dump"));
    let mut versioned: Vec<PathBuf> = std::fs::read_dir(VERSIONED)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let own = server.to_string();
    versioned.sort_by_key(|folder| folder.file_name().is_none_or(|name| *name != *own));
    // Debian's own `pg_dump` on the path chooses by a cluster of this machine, which is another.
    versioned
        .into_iter()
        .map(|folder| folder.join("bin/pg_dump"))
        .chain(on_path)
        .filter(|path| path.is_file())
        .collect()
}

/// The major version of the session's server, e.g. 15.
pub(crate) async fn server_major(session: &Session) -> Result<u32> {
    let doing = "ask for the version of";
    let sql = "SELECT pg_catalog.current_setting('server_version_num')::int / 10000";
    let major: i32 = match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0)?,
        None => 0,
    };
    Ok(major.unsigned_abs())
}

fn none(server: u32, newest: Option<u32>) -> Error {
    let found = match newest {
        Some(newest) => format!("the newest here is of version {newest}"),
        None => "there is none here".to_owned(),
    };
    Error::new(
        Kind::Unsupported,
        format!("find a pg_dump for a server of version {server}"),
        format!("pg_dump must be of version {server} or newer, and {found}"),
    )
    .hint(format!(
        "install it, e.g. `apt-get install postgresql-client-{server}`, or put its folder on PATH"
    ))
}
