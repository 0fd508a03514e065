//! The fleet that holds the canaries, and the search for them.

use super::cases::{Case, Fault};
use super::{CANARIES, files};
use crate::faults::scratch;
use crate::faults::tally::Tally;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CONFIGURATION: &str = r#"weir: 1
environments:
  production: {store: store/production, schedule: "0 23 * * *"}
  staging: {store: store/staging, upstream: production, schedule: "0 1 * * *"}
  integration: {store: store/integration, upstream: staging, masking_key: {file: masking.key}, schedule: "0 3 * * *"}
defaults:
  sqlite: {url: "sqlite:{environment}.db"}
apps:
  shop:
    engine: sqlite
    database: shop
    in: {staging: {transform: script.sql}, integration: {sanitise: rules.yaml}}
"#;
const RULES: &str = "weir-rules: 1
tables:
  customers:
    columns:
      id: keep
      email: email
      name: redact
      card: keep
      parent: keep
  labels: keep
  docs:
    columns:
      id: keep
      doc: keep
  counts: keep
objects: {told: keep}
";

/// What the canaries lie in, with everything that refuses a value.
pub(super) const SCHEMA: &str = "
    CREATE TABLE customers (
        id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        card INTEGER NOT NULL CHECK (card > 0), parent INTEGER REFERENCES customers (id)
    );
    CREATE TABLE labels (label TEXT PRIMARY KEY, customer INTEGER) WITHOUT ROWID;
    CREATE TABLE docs (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
    CREATE UNIQUE INDEX docs_once ON docs (substr(doc, 1, 40));
    CREATE TABLE counts (n INTEGER) STRICT;
    CREATE TRIGGER told BEFORE UPDATE OF parent ON customers WHEN NEW.parent = -1
        BEGIN SELECT RAISE(ABORT, 'no parent for ' || NEW.name || ' with card ' || NEW.card); END;";

/// The text of a canary.
fn name(canary: u64) -> String {
    format!("Kanari{canary:04}vogel")
}

/// Its number.
fn number(canary: u64) -> u64 {
    918_273_000_000 + canary
}

/// Every form in which a canary is looked for.
pub(super) fn forms(canary: u64) -> [String; 3] {
    let name = name(canary);
    [hex(&name), name, number(canary).to_string()]
}

/// As hexadecimal digits, the way blobs are quoted.
fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The first canary in some bytes: its text, its number, or its text in hexadecimal.
pub(super) fn first_in(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let beginnings = ["kanari".to_owned(), "918273000".to_owned(), hex("Kanari")];
    beginnings.iter().find_map(|beginning| {
        let at = text.find(beginning.as_str())?;
        Some(text[at..].chars().take(24).collect())
    })
}

/// Plants every canary.
pub(super) fn fill(database: &Connection) {
    let mut sql = "BEGIN;".to_owned();
    for canary in 0..CANARIES {
        let (name, number) = (name(canary), number(canary));
        sql.push_str(&format!(
            "INSERT INTO customers VALUES ({canary}, '{name}@real.example', '{name}', {number}, NULL);
             INSERT INTO labels VALUES ('{name}', {canary});
             INSERT INTO docs VALUES ({canary}, '{{\"{name}\": {number},,');"
        ));
    }
    sql.push_str("COMMIT;");
    database.execute_batch(&sql).expect("plant the canaries");
}

/// How a verb ended, and all it printed.
pub(super) struct Told {
    pub(super) code: Option<i32>,
    pub(super) text: String,
}

/// The fleet.
pub(super) struct Planted {
    folder: tempfile::TempDir,
    weir: PathBuf,
}

impl Planted {
    /// Makes it, with a whole run behind it. `weir` is the binary.
    pub(super) fn new(weir: &Path) -> Self {
        let planted = Self {
            folder: scratch::folder(),
            weir: weir.to_owned(),
        };
        let production = Connection::open(planted.path("production.db")).expect("make production");
        production.execute_batch(SCHEMA).expect("make production");
        fill(&production);
        std::fs::create_dir(planted.path("scratch")).expect("make a folder");
        planted.write("weir.yaml", CONFIGURATION);
        planted.restore_files();
        for words in [
            "keys new --masking masking.key",
            "run production/shop --downstream -v",
        ] {
            let told = planted.finish(words);
            assert_eq!(told.code, Some(0), "weir {words}: {}", told.text);
            assert_eq!(first_in(told.text.as_bytes()), None, "weir {words}");
        }
        planted
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("write a file");
    }

    fn restore_files(&self) {
        self.write("weir.yaml", CONFIGURATION);
        self.write("rules.yaml", RULES);
        self.write("script.sql", "SELECT 1;");
    }

    /// Every canary can be found where it is meant to be: what the search proves rests on it.
    pub(super) fn is_findable(&self, tally: &mut Tally) {
        let bytes = std::fs::read(self.path("production.db")).expect("read production");
        let text = String::from_utf8_lossy(&bytes);
        for canary in 0..CANARIES {
            if !text.contains(&name(canary)) {
                tally.miss("control", format!("canary {canary} is not in production"));
            }
        }
    }

    /// Makes a verb fail over one canary; everything is as before afterwards.
    pub(super) fn suffer(&self, case: Case, canary: u64) -> Told {
        let loud = ["-v", "--json", ""][usize::try_from(canary % 3).unwrap_or_default()];
        let told = match case.fault {
            Fault::Script(sql) => {
                self.write("script.sql", &sql.replace("{id}", &canary.to_string()));
                self.finish(&format!("restore staging/shop {loud}"))
            }
            Fault::Rules(right, wrong) => {
                self.write(
                    "rules.yaml",
                    &RULES.replace(&format!("      {right}\n"), &line(wrong)),
                );
                self.finish(&format!("run integration/shop {loud}"))
            }
            Fault::Bounds => {
                let bounded = "database: shop\n    expect: {customers: {min: 100000}}";
                self.write(
                    "weir.yaml",
                    &CONFIGURATION.replace("database: shop", bounded),
                );
                self.finish(&format!("restore staging/shop {loud}"))
            }
            Fault::Page => self.damaged(
                "production.db",
                canary,
                &format!("backup production/shop {loud}"),
            ),
            Fault::Part => {
                let part = self.newest_part();
                self.damaged(&part, canary, &format!("verify production/shop {loud}"))
            }
        };
        self.restore_files();
        told
    }

    /// Runs a verb while a stretch of a file is something else.
    fn damaged(&self, file: &str, canary: u64, words: &str) -> Told {
        let path = self.path(file);
        let true_bytes = std::fs::read(&path).expect("read a file");
        let mut bytes = true_bytes.clone();
        let half = bytes.len() / 2;
        let at = half + usize::try_from(canary).unwrap_or_default() * 4096 % (half - 4096);
        // The head of a page, which no database can do without; within a row it might only be
        // another row.
        let at = at / 4096 * 4096;
        bytes[at..at + 64].fill(0xa5);
        std::fs::write(&path, bytes).expect("damage a file");
        let told = self.finish(words);
        std::fs::write(&path, true_bytes).expect("mend a file");
        told
    }

    /// Runs a verb that tells what happened; `{run}` is the newest run.
    pub(super) fn ask(&self, words: &str) -> Told {
        if words.contains("{run}") {
            return self.finish(&words.replace("{run}", &self.newest_run()));
        }
        self.finish(words)
    }

    /// The id of the newest run.
    fn newest_run(&self) -> String {
        let files = files(&self.path("store"));
        let started = files.iter().filter(|path| path.ends_with("started.json"));
        let runs = started.filter_map(|path| path.parent()?.file_name());
        let newest = runs.max().expect("there was a run");
        newest.to_string_lossy().into_owned()
    }

    fn newest_part(&self) -> String {
        let store = self.path("store/production");
        let mut parts: Vec<PathBuf> = files(&store)
            .into_iter()
            .filter(|path| path.to_string_lossy().contains(".zst"))
            .collect();
        parts.sort();
        let newest = parts.last().expect("production was backed up");
        newest.to_string_lossy().into_owned()
    }

    /// Runs a verb to its end.
    pub(super) fn finish(&self, words: &str) -> Told {
        let output = Command::new(&self.weir)
            .args(words.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("WEIR_CONFIG")
            .env("TMPDIR", self.path("scratch"))
            .stdin(Stdio::null())
            .output()
            .expect("run weir");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Told {
            code: output.status.code(),
            text: text(&output.stdout) + &text(&output.stderr),
        }
    }

    /// Files that hold a canary and may not: all but the databases themselves.
    pub(super) fn spilled(&self) -> Vec<(String, String)> {
        let may = ["production.db", "staging.db", "integration.db"].map(|name| self.path(name));
        files(self.folder.path())
            .into_iter()
            .filter(|path| !may.iter().any(|database| path.starts_with(database)))
            .filter(|path| !is_previous(path))
            .filter_map(|path| {
                let found = first_in(&std::fs::read(&path).ok()?)?;
                Some((path.display().to_string(), found))
            })
            .collect()
    }
}

/// A kept copy is a database too.
fn is_previous(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".weir-previous")
}

fn line(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("      {text}\n")
    }
}
