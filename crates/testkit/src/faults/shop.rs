//! The fleet whose runs are killed: production → staging (a write-ahead log) → integration
//! (a rollback journal, sanitised), worked on by the real binary and read all the while.

use super::reader;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

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
  sqlite: {url: "sqlite:{environment}.db"}
apps:
  shop: {engine: sqlite, database: shop, in: {integration: {sanitise: rules.yaml}}}
"#;
const RULES: &str = "weir-rules: 1
tables:
  customers: {columns: {id: keep, generation: keep, name: name, filler: keep}}
";
const SCHEMA: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, generation INT NOT NULL, name TEXT NOT NULL, filler BLOB NOT NULL);";

/// The environments that are restored into, with the journal their live copies are kept in.
pub(super) const LIVE: [(&str, &str); 2] = [("staging", "WAL"), ("integration", "DELETE")];

/// Backups of an environment that its bucket's lifecycle leaves.
const KEPT: usize = 6;
/// A dump of production as others make it, to be adopted.
pub(super) const DUMP: &str = "dump.sqlite";

/// Rows of a generation.
fn rows(generation: i64) -> i64 {
    2500 + generation % 7 * 150
}

/// What is wrong with a copy: it must hold all rows of one generation and no other.
pub(super) fn check(connection: &Connection, environment: &str) -> Result<i64, String> {
    let found = connection.query_row(
        "SELECT count(DISTINCT generation), max(generation), count(*), sum(name LIKE 'Real%') FROM customers",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    );
    let (generations, generation, count, real): (i64, i64, i64, i64) =
        found.map_err(|error| format!("{environment}: a reader got an error: {error}"))?;
    if generations != 1 || count != rows(generation) {
        return Err(format!(
            "{environment}: a reader saw {count} rows of {generations} generations up to {generation}"
        ));
    }
    let raw = if environment == "integration" {
        0
    } else {
        count
    };
    if real != raw {
        return Err(format!("{environment}: {real} rows are raw, must be {raw}"));
    }
    Ok(generation)
}

/// The fleet in a folder of its own.
pub(super) struct Shop {
    folder: tempfile::TempDir,
    weir: PathBuf,
    told: Mutex<BTreeSet<String>>,
}

impl Shop {
    /// Makes it, with live copies of generation 1. `weir` is the binary.
    pub(super) fn new(weir: &Path) -> Self {
        let folder = super::scratch::folder();
        let shop = Self {
            folder,
            weir: weir.to_owned(),
            told: Mutex::default(),
        };
        std::fs::create_dir(shop.path("scratch")).expect("make a folder");
        let mut configuration = CONFIGURATION.to_owned();
        for environment in ["production", "staging"] {
            let made = shop.finish(&format!("keys new {environment}.key"));
            configuration = configuration.replace(&environment.to_uppercase(), made.1.trim());
        }
        shop.finish("keys new --masking masking.key");
        std::fs::write(shop.path("weir.yaml"), configuration).expect("write the fleet");
        std::fs::write(shop.path("rules.yaml"), RULES).expect("write the rules");
        let made = Connection::open(shop.path("production.db")).and_then(|production| {
            production.execute_batch(&format!("PRAGMA journal_mode = WAL; {SCHEMA}"))
        });
        made.expect("make production");
        shop.renew(1);
        let dumped = shop.open("production").and_then(|production| {
            production.execute("VACUUM INTO ?1", [shop.path(DUMP).to_string_lossy()])
        });
        dumped.expect("dump production");
        let first = shop.finish("run production/shop --downstream");
        assert_eq!(first.0, Some(0), "the first run: {}", first.2);
        for (environment, journal) in LIVE {
            let set = shop.open(environment).and_then(|live| {
                live.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(()))
            });
            set.expect("set the journal of a live copy");
        }
        shop
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A client's connection to an environment's database.
    pub(super) fn open(&self, environment: &str) -> rusqlite::Result<Connection> {
        reader::open(&self.path(&format!("{environment}.db")))
    }

    /// Production moves to another generation, in one transaction.
    pub(super) fn renew(&self, generation: i64) {
        let count = rows(generation);
        let renewed = self.open("production").and_then(|production| {
            production.execute_batch(&format!(
                "BEGIN; DELETE FROM customers;
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
                 INSERT INTO customers SELECT i, {generation}, 'Real Person ' || i, randomblob(600) FROM n; COMMIT;"
            ))
        });
        renewed.expect("renew production");
    }

    /// Starts a verb, its errors and events going to `stderr`.
    pub(super) fn start(&self, words: &str, stderr: Stdio) -> Child {
        self.command(words)
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .expect("start weir")
    }

    /// The lifecycle of the buckets: all but the newest backups of each environment go, so that
    /// a thousand runs fit where they are made.
    pub(super) fn expire(&self) {
        for environment in ["production", "staging", "integration"] {
            let instance = self.path("store").join(environment).join("shop-sqlite");
            let entries = std::fs::read_dir(&instance).expect("list the backups");
            let mut folders: Vec<PathBuf> = entries
                .map(|entry| entry.expect("list the backups").path())
                .filter(|path| path.is_dir())
                .collect();
            folders.sort();
            let old = folders.len().saturating_sub(KEPT);
            for folder in folders.into_iter().take(old) {
                std::fs::remove_dir_all(folder).expect("expire a backup");
            }
        }
    }

    /// Runs a verb to its end: its exit code, what it printed, its errors.
    pub(super) fn finish(&self, words: &str) -> (Option<i32>, String, String) {
        let output = self.command(words).output().expect("run weir");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(&self.weir);
        command
            .current_dir(self.folder.path())
            .env_remove("WEIR_CONFIG")
            .env("TMPDIR", self.path("scratch"))
            .stdin(Stdio::null())
            .args(words.split_whitespace());
        command
    }

    /// Lets a minute pass for the writes that a killed process left unfinished: the next run of
    /// a night comes later than a campaign's.
    pub(super) fn age_unfinished_writes(&self) {
        let earlier = SystemTime::now() - Duration::from_secs(120);
        for path in super::records::files(self.folder.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.contains('#') {
                let aged = File::options()
                    .write(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(earlier));
                aged.expect("age an unfinished write");
            }
        }
    }

    /// What a dead run left and the run after it did not remove; each is told once.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let mut told = self.told.lock().expect("nobody panics with it");
        let mut left = Vec::new();
        for path in super::records::files(self.folder.path()) {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let unfinished = ["weir-shadow", "weir-previous-new", "weir-previous-journal"]
                .iter()
                .any(|word| name.contains(word));
            let unnamed = name.contains('#') || path.starts_with(self.path("scratch"));
            if unfinished || unnamed || self.is_of_no_backup(&path) {
                let path = path.display().to_string();
                if told.insert(path.clone()) {
                    left.push(path);
                }
            }
        }
        left
    }

    /// Whether a stored object lies in a folder without a manifest.
    fn is_of_no_backup(&self, path: &Path) -> bool {
        let Ok(key) = path.strip_prefix(self.path("store")) else {
            return false;
        };
        let depth = key.components().count();
        let state = key.components().any(|part| part.as_os_str() == "_weir");
        depth == 4 && !state && !path.with_file_name("manifest.json").exists()
    }
}
