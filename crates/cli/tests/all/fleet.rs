//! A small fleet on SQLite: production → staging (with a script) → integration (sanitised).

use crate::command;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CONFIGURATION: &str = r#"weir: 1
environments:
  production: {store: store/production, signing_key: {file: production.key}, schedule: "0 23 * * *"}
  staging:
    store: store/staging
    upstream: production
    signing_key: {file: staging.key}
    trusts: ["PRODUCTION"]
    schedule: "0 1 * * *"
  integration:
    store: store/integration
    upstream: staging
    trusts: ["STAGING"]
    masking_key: {file: masking.key}
    data: sanitised
    schedule: "0 3 * * *"
defaults:
  password: {env: WEIR_TEST_PASSWORD}
  sqlite: {url: "sqlite:{environment}.db"}
apps:
  shop:
    engine: sqlite
    database: shop
    in:
      staging: {transform: staging.sql}
      integration: {sanitise: rules.yaml}
"#;

const SCRIPT: &str = "DELETE FROM orders WHERE total < 0;\n";

const RULES: &str = "weir-rules: 1
tables:
  customers:
    columns: {id: keep, email: email, name: name}
  orders: keep
";

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        customer_id INTEGER NOT NULL REFERENCES customers (id),
        total REAL NOT NULL
    );
    INSERT INTO customers VALUES
        (1, 'ada@private.example', 'Ada Lovelace'), (2, 'grace@private.example', NULL);
    INSERT INTO orders VALUES (1, 1, 10.5), (2, 2, -1), (3, 2, 7);
";

/// The secret that must appear nowhere.
pub(crate) const PASSWORD: &str = "canary-Zq7-never-print-me";

/// A folder with the fleet.
pub(crate) struct Fleet {
    folder: TempDir,
}

impl Fleet {
    /// A new fleet with a small production database.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let key = |name: &str| {
            let made = command::succeed(path, &format!("keys new {name}.key"));
            made.stdout.trim().to_owned()
        };
        let configuration = CONFIGURATION
            .replace("PRODUCTION", &key("production"))
            .replace("STAGING", &key("staging"));
        command::succeed(path, "keys new --masking masking.key");
        std::fs::write(path.join("weir.yaml"), configuration).unwrap();
        std::fs::write(path.join("staging.sql"), SCRIPT).unwrap();
        std::fs::write(path.join("rules.yaml"), RULES).unwrap();
        let connection = Connection::open(path.join("production.db")).unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        Self { folder }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A database of an environment.
    pub(crate) fn database(&self, environment: &str) -> Connection {
        Connection::open(self.path().join(format!("{environment}.db"))).unwrap()
    }

    /// Adds rows of `mebibytes` in total that do not compress.
    pub(crate) fn grow(&self, mebibytes: u32) {
        let grow = format!(
            "CREATE TABLE ballast (id INTEGER PRIMARY KEY, bytes BLOB);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {mebibytes})
             INSERT INTO ballast SELECT i, randomblob(1048576) FROM n;"
        );
        self.database("production").execute_batch(&grow).unwrap();
    }

    /// Runs a verb with the password it needs.
    pub(crate) fn run(&self, words: &str) -> command::Ended {
        command::finish(self.command(words).env("WEIR_TEST_PASSWORD", PASSWORD))
    }

    /// Runs a verb and demands success.
    pub(crate) fn succeed(&self, words: &str) -> command::Ended {
        let ended = self.run(words);
        assert_eq!(ended.code, 0, "weir {words}\n{}", ended.all());
        ended
    }

    /// The command, to be started by hand.
    pub(crate) fn command(&self, words: &str) -> std::process::Command {
        let mut command = command::weir(self.path());
        command
            .args(words.split_whitespace())
            .env("WEIR_TEST_PASSWORD", PASSWORD);
        command
    }

    /// How the newest backup of an environment is named.
    pub(crate) fn newest_backup(&self, environment: &str) -> String {
        let list = self
            .succeed(&format!("backups list {environment} --json"))
            .json();
        list["backups"][0]["reference"].as_str().unwrap().to_owned()
    }

    /// Every file in the folder.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files_below(self.path())
    }
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// One number out of a database.
pub(crate) fn number(connection: &Connection, query: &str) -> i64 {
    connection.query_row(query, [], |row| row.get(0)).unwrap()
}
