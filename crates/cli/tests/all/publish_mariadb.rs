//! Publishing a database of MariaDB by the real binary, out of its backup and out of itself, and an
//! environment that restores what was published.

use crate::command;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use weir_testkit::mariadb::MariadbServer;

const PEOPLE: u32 = 3_000;

/// What is in production and may be nowhere else.
const RAW: [&str; 3] = ["@private-corp.com", "Private Person", "raw-session"];

const RULES: &str = "weir-rules: 1
tables:
  people:
    columns: {id: keep, email: email, name: name, joined: {mask: date, days: 400}, notes: scrub}
  letters: {rows: {drop: \"is_draft = 1\"}, columns: {id: keep, person: keep, is_draft: keep}}
  countries: keep
  sessions: {rows: none}
";

/// Production, which publishes, and integration, which takes nothing else.
struct Published {
    folder: TempDir,
    name: &'static str,
}

impl Published {
    /// An app whose job in production does `operations`.
    fn new(name: &'static str, operations: &str) -> Self {
        let published = Self {
            folder: tempfile::tempdir().unwrap(),
            name,
        };
        let path = published.path();
        let key = command::succeed(path, "keys new production.key").stdout;
        command::succeed(path, "keys new --masking masking.key");
        let url = MariadbServer::shared().url(&published.database("production"));
        let url = url.replace("production", "{environment}");
        let configuration = format!(
            "weir: 1
environments:
  production:
    store: store/production
    clean: {{store: store/clean}}
    signing_key: {{file: production.key}}
    masking_key: {{file: masking.key}}
  integration:
    store: store/integration
    upstream: production
    reads: published
    data: sanitised
    trusts: [\"{}\"]
apps:
  shop:
    engine: mysql
    database: shop
    url: \"{url}\"
    schedule: by-hand
    in:
      production: {{operations: {operations}, sanitise: rules.yaml}}
",
            key.trim()
        );
        std::fs::write(path.join("weir.yaml"), configuration).unwrap();
        std::fs::write(path.join("rules.yaml"), RULES).unwrap();
        published.seed();
        published
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn database(&self, environment: &str) -> String {
        format!("{}_{environment}", self.name)
    }

    fn seed(&self) {
        let server = MariadbServer::shared();
        server.create_database(&self.database("integration"));
        server.create_database(&self.database("production"));
        let sql = format!(
            "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(200) NOT NULL UNIQUE, name VARCHAR(90),
                 joined TIMESTAMP NOT NULL, notes TEXT);
             INSERT INTO people SELECT seq, CONCAT('Person', seq, '@private-corp.com'), CONCAT('Private Person ', seq),
                 '1970-01-02' + INTERVAL seq HOUR, CONCAT('Ask\\n''person', seq, '@private-corp.com''')
             FROM seq_1_to_{PEOPLE};
             CREATE TABLE letters (id INT PRIMARY KEY, person INT NOT NULL, is_draft TINYINT NOT NULL,
                 KEY (person), CONSTRAINT writer FOREIGN KEY (person) REFERENCES people (id));
             INSERT INTO letters SELECT seq, seq, seq % 2 FROM seq_1_to_{PEOPLE};
             CREATE TABLE countries (code CHAR(2) PRIMARY KEY);
             INSERT INTO countries VALUES ('de'), ('fr');
             CREATE TABLE sessions (id INT PRIMARY KEY, token TEXT);
             INSERT INTO sessions VALUES (1, 'raw-session');"
        );
        server.try_run(&self.database("production"), &sql).unwrap();
    }

    /// What a query gives in integration.
    fn found(&self, sql: &str) -> String {
        let database = self.database("integration");
        let found = MariadbServer::shared().try_run(&database, sql).unwrap();
        found.trim().to_owned()
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    });
    files.collect()
}

fn assert_nothing_raw_in(folder: &Path) {
    let files = files(folder);
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let bytes = match bytes.starts_with(&[0x1f, 0x8b]) {
            true => {
                Command::new("gzip")
                    .arg("-dc")
                    .arg(&file)
                    .output()
                    .unwrap()
                    .stdout
            }
            false => bytes,
        };
        let text = String::from_utf8_lossy(&bytes);
        for raw in RAW {
            assert!(!text.contains(raw), "{raw} is in {}", file.display());
        }
    }
}

fn assert_published_and_restored(published: &Published) {
    let path = published.path();
    command::succeed(path, "run production/shop");
    let listed = command::succeed(path, "backups list production --published --json").json();
    assert_eq!(listed["backups"][0]["sanitising"], "sanitised");
    assert_eq!(listed["backups"].as_array().unwrap().len(), 1);
    command::succeed(path, "verify production/shop --published");
    assert_nothing_raw_in(&path.join("store/clean"));

    // Neither what is raw nor the key that masked it is needed downstream.
    if path.join("store/production").exists() {
        std::fs::rename(path.join("store/production"), path.join("away")).unwrap();
    }
    std::fs::remove_file(path.join("masking.key")).unwrap();
    MariadbServer::shared().drop_database(&published.database("production"));
    command::succeed(path, "restore integration/shop");
    let people = "SELECT COUNT(*), COUNT(DISTINCT email), SUM(email LIKE '%@example.%'), COUNT(DISTINCT name) > 9,
        SUM(joined < '1970-01-01 00:00:01'), SUM(notes LIKE 'Ask\\n''%''') FROM people";
    assert_eq!(
        published
            .found(people)
            .split_whitespace()
            .collect::<Vec<_>>(),
        [
            PEOPLE.to_string(),
            PEOPLE.to_string(),
            PEOPLE.to_string(),
            1.to_string(),
            0.to_string(),
            PEOPLE.to_string()
        ]
    );
    let letters = "SELECT CONCAT(COUNT(*), ' ', SUM(is_draft)) FROM letters JOIN people ON people.id = person";
    assert_eq!(published.found(letters), format!("{} 0", PEOPLE / 2));
    assert_eq!(
        published.found("SELECT GROUP_CONCAT(code) FROM countries"),
        "de,fr"
    );
    assert_eq!(published.found("SELECT COUNT(*) FROM sessions"), "0");
}

#[test]
fn a_backup_of_mariadb_is_published_and_restored_by_who_reads_nothing_else() {
    let published = Published::new("published", "[backup, publish]");
    assert_published_and_restored(&published);
}

#[test]
fn mariadb_itself_is_published_and_nothing_raw_is_stored() {
    let published = Published::new("published_live", "[publish-live]");
    assert_published_and_restored(&published);
    // Only what was published lies there: no raw backup was made on the way.
    for folder in ["store", "away"] {
        let folder = published.path().join(folder);
        if folder.exists() {
            assert_nothing_raw_in(&folder);
        }
    }
}
