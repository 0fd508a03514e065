//! Where a server is, and what tests do there with its own clients: none of the engine's code.

use serde::{Deserialize, Serialize};
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::process::Command;
use weir_store::encode_segment;

/// Where a server is. Whoever has it can use the server, which stops with its owner all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// The folder of its socket, which lets everybody in.
    pub socket_folder: PathBuf,
    /// Its port: of the socket, and on 127.0.0.1, where it asks for a password.
    pub port: u16,
    /// The folder of the clients that enter it: of its version, or of a newer one.
    pub clients: PathBuf,
}

impl ServerAddress {
    /// The superuser.
    #[must_use]
    pub fn superuser(&self) -> &'static str {
        "weir"
    }

    /// A role that may enter and do no more.
    #[must_use]
    pub fn guest(&self) -> &'static str {
        "guest"
    }

    /// The password of both.
    ///
    /// # Panics
    /// When the server is gone.
    #[must_use]
    pub fn password(&self) -> String {
        let file = self.socket_folder.join("password");
        let text = std::fs::read_to_string(file).expect("read the server's password");
        text.trim_end().to_owned()
    }

    /// The address of a database, entered by the superuser through the socket.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{}@/{}?host={}&port={}",
            self.superuser(),
            encode_segment(database),
            self.socket_folder.display(),
            self.port
        )
    }

    /// The address of a database, entered through TCP, for which a password is needed.
    #[must_use]
    pub fn tcp_url(&self, user: &str, database: &str) -> String {
        let database = encode_segment(database);
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// A stock client of the server, such as `pg_dump`, told of a database.
    #[must_use]
    pub fn client(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.clients.join(program));
        command.args(["--dbname", &self.url(database)]);
        // What is set for the servers of whoever runs the tests is not for this one.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a stock client on a database; returns what it prints.
    ///
    /// # Errors
    /// What it says when it fails.
    ///
    /// # Panics
    /// When there is no such program.
    pub fn run(
        &self,
        program: &str,
        database: &str,
        arguments: &[&str],
    ) -> Result<Vec<u8>, String> {
        outcome(self.client(program, database).args(arguments))
    }

    /// Runs SQL by `psql`, up to the first error; returns the rows, a line each, `|` between
    /// values.
    ///
    /// # Errors
    /// What `psql` says of the first error.
    ///
    /// # Panics
    /// When `psql` cannot be run, or prints what is no UTF-8.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        // A file, since a pipe may fill up while nobody reads the answer.
        let mut script = tempfile::tempfile().expect("make a file for psql");
        script.write_all(sql.as_bytes()).expect("write for psql");
        script.rewind().expect("write for psql");
        let mut psql = self.client("psql", database);
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        let printed = outcome(psql.stdin(script))?;
        let mut rows = String::from_utf8(printed).expect("psql prints UTF-8");
        if rows.ends_with('\n') {
            rows.pop();
        }
        Ok(rows)
    }

    /// Makes an empty database.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn create_database(&self, database: &str) {
        let sql = format!("CREATE DATABASE {}", quoted(database));
        self.psql("postgres", &sql).expect("make a database");
    }

    /// Removes a database, whoever is in it, where it is there.
    ///
    /// # Panics
    /// When it cannot be removed.
    pub fn drop_database(&self, database: &str) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(database));
        self.psql("postgres", &sql).expect("remove a database");
    }
}

fn outcome(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.output().expect("run a client of PostgreSQL");
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
