//! Where a server is, and what tests do there with its own clients: none of the engine's code.

use serde::{Deserialize, Serialize};
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::process::Command;
use weir_engine::{Endpoint, Secret, TargetPolicy};
use weir_store::encode_segment;

/// Where a server is. Whoever has it can use the server, which stops with its owner all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// The folder of its socket and its data.
    pub folder: PathBuf,
    /// Its port on 127.0.0.1, where it asks for a password.
    pub port: u16,
    /// Who started it: the superuser, let in through the socket without a password.
    pub owner: String,
}

impl ServerAddress {
    /// From what the keeper says.
    pub(super) fn parse(place: &str) -> Self {
        let mut words = place.splitn(3, ' ');
        let mut word = || words.next().expect("a user, a port and a folder");
        Self {
            owner: word().to_owned(),
            port: word().parse().expect("a port is a number"),
            folder: word().into(),
        }
    }

    /// The superuser who comes by TCP.
    #[must_use]
    pub fn superuser(&self) -> &'static str {
        "weir"
    }

    /// A user who may come in by TCP and do no more.
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
        let file = self.folder.join("password");
        let text = std::fs::read_to_string(file).expect("read the server's password");
        text.trim_end().to_owned()
    }

    /// Its socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// The folder of its data, one below it for each database.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The address of a database, entered by the superuser through the socket.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "mysql://{}@/{}?socket={}",
            encode_segment(&self.owner),
            encode_segment(database),
            self.socket().display()
        )
    }

    /// The address of a database, entered through TCP, for which a password is needed.
    #[must_use]
    pub fn tcp_url(&self, user: &str, database: &str) -> String {
        let database = encode_segment(database);
        format!("mysql://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// A database, entered by the superuser through the socket.
    #[must_use]
    pub fn endpoint(&self, database: &str) -> Endpoint {
        endpoint(self.url(database), database, None)
    }

    /// A database, entered through TCP with a password.
    #[must_use]
    pub fn tcp_endpoint(&self, user: &str, password: &str, database: &str) -> Endpoint {
        let password = Some(Secret::new(password));
        endpoint(self.tcp_url(user, database), database, password)
    }

    /// A stock client of the server, such as `mariadb-dump`, let in by the superuser through the
    /// socket, and without what is set for the servers of whoever runs the tests.
    #[must_use]
    pub fn client(&self, program: &str) -> Command {
        let mut command = stock(program);
        command.arg("--no-defaults");
        command.arg("--socket").arg(self.socket());
        command.args(["--user", &self.owner]);
        if program != "mariadb-admin" {
            command.arg("--default-character-set=utf8mb4");
        }
        command
    }

    /// The same let in through TCP; the password is in a private file that lives as long as what is
    /// returned beside the command.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[must_use]
    pub fn tcp_client(
        &self,
        program: &str,
        user: &str,
        password: &str,
    ) -> (Command, tempfile::TempPath) {
        let mut file = tempfile::NamedTempFile::new().expect("make an option file");
        let port = self.port;
        let text = format!(
            "[client]\nprotocol=tcp\nhost=127.0.0.1\nport={port}\nuser=\"{user}\"\npassword=\"{password}\"\n"
        );
        file.write_all(text.as_bytes())
            .expect("write an option file");
        let path = file.into_temp_path();
        let mut command = stock(program);
        command.arg(format!("--defaults-file={}", path.display()));
        (command, path)
    }

    /// Runs SQL by `mariadb`, up to the first error; returns the rows, a line each, tabs between
    /// values.
    ///
    /// # Errors
    /// What `mariadb` says of the first error.
    ///
    /// # Panics
    /// When `mariadb` cannot be run, or prints what is no UTF-8.
    pub fn try_run(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut client = self.client("mariadb");
        client.args(["--batch", "--skip-column-names", database]);
        let printed = with_input(&mut client, sql.as_bytes())?;
        let mut rows = String::from_utf8(printed).expect("mariadb prints UTF-8");
        if rows.ends_with('\n') {
            rows.pop();
        }
        Ok(rows)
    }

    /// Runs SQL that names its databases itself.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, sql: &str) {
        let _ = self.query(sql);
    }

    /// The rows of such SQL, a line each, tabs between values.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn query(&self, sql: &str) -> String {
        match self.try_run("", sql) {
            Ok(rows) => rows,
            Err(said) => panic!("{said}"),
        }
    }

    /// Makes an empty database.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn create_database(&self, database: &str) {
        self.run(&format!("CREATE DATABASE {}", quoted(database)));
    }

    /// Removes a database, where it is there.
    ///
    /// # Panics
    /// When it cannot be removed.
    pub fn drop_database(&self, database: &str) {
        self.run(&format!("DROP DATABASE IF EXISTS {}", quoted(database)));
    }
}

fn endpoint(url: String, database: &str, password: Option<Secret>) -> Endpoint {
    Endpoint {
        url,
        database: database.to_owned(),
        password,
        owner: None,
        policy: TargetPolicy::default(),
    }
}

fn stock(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name_bytes = name.as_encoded_bytes();
        if name_bytes.starts_with(b"MYSQL_") || name_bytes.starts_with(b"MARIADB_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command that reads `input`; returns what it prints.
///
/// # Errors
/// What it says when it fails.
///
/// # Panics
/// When it cannot be run.
pub fn with_input(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, String> {
    // A file, since a pipe may fill up while nobody reads the answer.
    let mut file = tempfile::tempfile().expect("make a file for a client");
    file.write_all(input).expect("write for a client");
    file.rewind().expect("write for a client");
    let output = command.stdin(file).output().expect("run a client");
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
