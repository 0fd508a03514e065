//! A fleet of its own whose stores are buckets behind a proxy.

use super::verb::Verb;
use crate::faults::{child, reader, records};
use crate::proxy::Proxy;
use crate::s3::S3Server;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CONFIGURATION: &str = r#"weir: 1
environments:
  production: {store: STORE/production", ACCESS}, schedule: "0 23 * * *"}
  staging: {store: STORE/staging", ACCESS}, upstream: production, schedule: "0 1 * * *"}
  integration: {store: STORE/integration", ACCESS}, upstream: staging, masking_key: {file: masking.key}, data: sanitised, trusts: ["STAGING"], schedule: "0 3 * * *"}
defaults:
  sqlite: {url: "sqlite:{environment}.db"}
apps:
  shop: {engine: sqlite, database: shop, in: {integration: {sanitise: rules.yaml}}}
"#;
const RULES: &str = "weir-rules: 1
tables:
  customers: {columns: {id: keep, generation: keep, name: name, filler: keep}}
";
const SCHEMA: &str = "PRAGMA journal_mode = WAL;
    CREATE TABLE customers (id INTEGER PRIMARY KEY, generation INT NOT NULL, name TEXT NOT NULL, filler BLOB NOT NULL);";
/// Rows of every generation.
const ROWS: i64 = 200;
/// The environments with a copy.
pub(super) const LIVE: [&str; 2] = ["staging", "integration"];

/// How a process ended.
pub(super) struct Ended {
    pub(super) process: u32,
    pub(super) code: i32,
    output: String,
    errors: String,
}

impl Ended {
    /// Everything it said.
    pub(super) fn all(&self) -> String {
        format!("{}{}", self.output, self.errors)
    }

    /// Whether it says what to do next.
    pub(super) fn says_what_to_do(&self) -> bool {
        self.all().contains("hint:")
    }
}

/// The fleet, its store and the way there.
pub(super) struct Place {
    folder: tempfile::TempDir,
    weir: PathBuf,
    pub(super) server: S3Server,
    pub(super) proxy: Proxy,
    generation: i64,
    backup: String,
    run: String,
    pulled: u64,
}

impl Place {
    /// Makes it, with two runs behind it.
    pub(super) fn new(weir: &Path) -> Self {
        let server = S3Server::start();
        let proxy = Proxy::start(&server.endpoint);
        let folder = tempfile::tempdir().expect("make a folder");
        std::fs::create_dir(folder.path().join("scratch")).expect("make a folder");
        let mut place = Self {
            folder,
            weir: weir.to_owned(),
            server,
            proxy,
            generation: 0,
            backup: String::new(),
            run: String::new(),
            pulled: 0,
        };
        place.configure();
        for _ in 0..2 {
            place.renew();
            place.well(super::verb::RUN);
        }
        let first = |list: &str, field: &str| {
            let list: serde_json::Value = serde_json::from_str(list).expect("a list");
            let found = list.pointer(field).and_then(|found| found.as_str());
            found.expect("it has one").to_owned()
        };
        place.backup = first(
            &place.well("backups list production --json"),
            "/backups/0/reference",
        );
        place.run = first(&place.well("runs --json"), "/runs/0/started/run");
        place
    }

    fn configure(&self) {
        let key = self.well("keys new staging.key");
        self.well("keys new --masking masking.key");
        let store = format!("{{url: \"s3://{}", self.server.bucket);
        let access = format!(
            "endpoint: \"{}\", access_key_id: {{file: id}}, secret_access_key: {{file: secret}}, timeout: 2s",
            self.proxy.endpoint()
        );
        let configuration = CONFIGURATION
            .replace("STORE", &store)
            .replace("ACCESS", &access)
            .replace("STAGING", key.trim());
        for (name, text) in [
            ("weir.yaml", configuration.as_str()),
            ("rules.yaml", RULES),
            ("id", &self.server.access_key),
            ("secret", &self.server.secret),
        ] {
            std::fs::write(self.path(name), text).expect("write the fleet");
        }
        Connection::open(self.path("production.db"))
            .and_then(|production| production.execute_batch(SCHEMA))
            .expect("make production");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the stores' objects lie as files.
    pub(super) fn stores(&self) -> PathBuf {
        self.server.objects()
    }

    /// The generation that production has.
    pub(super) fn newest(&self) -> i64 {
        self.generation
    }

    /// Production moves to the next generation.
    pub(super) fn renew(&mut self) {
        self.generation += 1;
        let renew = format!(
            "BEGIN; DELETE FROM customers;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO customers SELECT i, {}, 'Real Person ' || i, randomblob(600) FROM n; COMMIT;",
            self.generation
        );
        reader::open(&self.path("production.db"))
            .and_then(|production| production.execute_batch(&renew))
            .expect("renew production");
    }

    /// What a copy holds: all rows of one generation, or it is wrong.
    pub(super) fn look(&self, environment: &str) -> Result<i64, String> {
        let found = reader::open(&self.path(&format!("{environment}.db"))).and_then(|live| {
            live.query_row(
                "SELECT count(*), min(generation), max(generation), sum(name LIKE 'Real%') FROM customers",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
        });
        let (rows, first, last, real): (i64, i64, i64, i64) =
            found.map_err(|error| format!("{environment} cannot be read: {error}"))?;
        let raw = if environment == "integration" {
            0
        } else {
            rows
        };
        if rows != ROWS || first != last || real != raw {
            return Err(format!(
                "{environment} has {rows} rows, {real} of them raw, of generations {first} to {last}"
            ));
        }
        Ok(first)
    }

    /// The same of a copy that is known to be whole.
    pub(super) fn generation(&self, environment: &str) -> i64 {
        self.look(environment).unwrap_or(-1)
    }

    /// The words of a verb as they are typed here.
    pub(super) fn words(&mut self, verb: &Verb) -> String {
        self.pulled += 1;
        let onto = format!("sqlite://{}", self.path("staging.db").display());
        verb.words
            .replace("ONTO", &onto)
            .replace("RUN", &self.run)
            .replace("BACKUP", &self.backup)
            .replace("FOLDER", &format!("pulled/{}", self.pulled))
    }

    /// Everything works again.
    pub(super) fn heal(&self) {
        self.proxy.heal();
        self.server.faults().heal();
    }

    /// Runs a verb that must succeed; what it printed.
    fn well(&self, words: &str) -> String {
        let ended = self
            .finish(words, super::IN_TIME)
            .unwrap_or_else(|late| panic!("{late}"));
        assert_eq!(ended.code, 0, "weir {words}: {}", ended.all());
        ended.output
    }

    /// Runs a verb to its end, which must come in time.
    pub(super) fn finish(&self, words: &str, in_time: Duration) -> Result<Ended, String> {
        let mut child = Command::new(&self.weir)
            .current_dir(self.folder.path())
            .env_remove("WEIR_CONFIG")
            .env("TMPDIR", self.path("scratch"))
            .args(words.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start weir");
        let output = read(child.stdout.take());
        let errors = read(child.stderr.take());
        let began = Instant::now();
        let code = wait(&mut child, began + in_time);
        let text = |thread: std::thread::JoinHandle<String>| thread.join().expect("read a pipe");
        let (output, errors) = (text(output), text(errors));
        match code {
            Some(code) => Ok(Ended {
                process: child.id(),
                code,
                output,
                errors,
            }),
            None => Err(format!("it had not ended after {in_time:?}: {errors}")),
        }
    }

    /// What is beside the live copies, in the folder for scratch files, or in the stores without
    /// a manifest.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let unfinished = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let beside = ["weir-shadow", "weir-previous-new", "weir-previous-journal"];
            beside.iter().any(|word| name.contains(word)) || path.starts_with(self.path("scratch"))
        };
        let beside = records::files(self.folder.path());
        let beside = beside.into_iter().filter(unfinished);
        beside.map(|path| path.display().to_string()).collect()
    }
}

fn read(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        // What was said before the pipe broke is all there is.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// Waits for the end, and ends what does not come to it.
fn wait(child: &mut Child, until: Instant) -> Option<i32> {
    let code = child::ended_by(child, until);
    if code.is_none() {
        // It may end by itself at this very moment.
        let _ = child.kill();
        let _ = child.wait();
    }
    code
}
