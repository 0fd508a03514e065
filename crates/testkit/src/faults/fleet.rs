//! The fleet whose backups are damaged: production → staging, which sanitises → a live copy in
//! `integration`, which takes only clean data, or in `review`, which takes any.

use super::reader::content;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_pipeline::{Engines, RunOptions, RunReport, Selection, Settings, Weir};
use weir_store::SigningKey;

const CONFIGURATION: &str = r#"weir: 1
environments:
  production: {store: stores/production, signing_key: {file: keys/production}, schedule: "0 23 * * *"}
  staging:
    upstream: production
    store: stores/staging
    signing_key: {file: keys/staging}
    masking_key: {file: keys/masking}
    trusts: ["PRODUCTION"]
    schedule: "0 1 * * *"
  integration:
    upstream: staging
    store: stores/integration
    trusts: ["STAGING"]
    data: sanitised
    schedule: "0 3 * * *"
  review:
    upstream: staging
    store: stores/review
    trusts: ["STAGING"]
    schedule: "0 4 * * *"
defaults:
  sqlite: {url: "sqlite:{environment}.db"}
apps:
  people: {engine: sqlite, database: people, previous: none, in: {staging: {SANITISE}}}
"#;
const RULES: &str = "weir-rules: 1
tables:
  users: {columns: {id: keep, email: email, name: name}}
  photos: keep
";
/// Beyond 4 MiB a part has a second frame and so an index; photographs do not compress.
const PHOTOS: &str =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT);
    CREATE TABLE photos (id INTEGER PRIMARY KEY, image BLOB NOT NULL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 18)
    INSERT INTO photos SELECT i, randomblob(250000) FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO users SELECT i, 'person' || i || '@real.example', 'Real Person ' || i FROM n;";
/// What the next backup holds besides, in as many bytes.
const CHANGE: &str =
    "UPDATE users SET email = 'other' || email; UPDATE photos SET image = randomblob(250000);";

/// A true backup.
pub(super) struct Genuine {
    /// Its folder below the store.
    pub(super) key: String,
    /// The digest of what it holds.
    pub(super) content: String,
    /// Whether it may enter an environment that takes only clean data.
    pub(super) clean: bool,
}

/// A store with two true backups and an older live copy, made once and copied for every seed.
pub(super) struct Master {
    folder: tempfile::TempDir,
    configuration: String,
    /// The older and the newer backup.
    pub(super) genuine: [Genuine; 2],
    /// The digest of the live copy before any restore.
    pub(super) live: String,
}

impl Master {
    /// Makes the fleet. Its older backup is clean; its newer one only if `newer_is_clean`.
    pub(super) async fn new(newer_is_clean: bool) -> Self {
        let folder = tempfile::tempdir().expect("make a folder");
        let path = folder.path();
        let configuration = write_fleet(path);
        let sanitising = configuration.replace("SANITISE", "sanitise: rules.yaml");
        let raw = configuration.replace("SANITISE", "");
        sql(&path.join("production.db"), PHOTOS);
        let older = back_up(path, &sanitising, true).await;
        sql(&path.join("production.db"), CHANGE);
        let newer_by = if newer_is_clean { &sanitising } else { &raw };
        let newer = back_up(path, newer_by, newer_is_clean).await;
        sql(
            &path.join("live.db"),
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT);
             INSERT INTO users VALUES (1, 'live@masked.example', 'Live');",
        );
        let live = content(&path.join("live.db")).expect("read the live copy");
        Self {
            configuration: sanitising,
            genuine: [older, newer],
            live,
            folder,
        }
    }

    /// A copy of its own for one seed. Objects are links to the master's: whoever damages one
    /// puts a new file in its place.
    pub(super) fn copy(&self, environment: &'static str) -> Fleet {
        let folder = tempfile::tempdir().expect("make a folder");
        let path = folder.path();
        for name in ["keys", "stores/staging"] {
            link_all(&self.folder.path().join(name), &path.join(name));
        }
        std::fs::copy(
            self.folder.path().join("rules.yaml"),
            path.join("rules.yaml"),
        )
        .and_then(|_| {
            let live = path.join(format!("{environment}.db"));
            std::fs::copy(self.folder.path().join("live.db"), live)
        })
        .expect("copy the fleet");
        Fleet {
            folder,
            configuration: self.configuration.clone(),
            environment,
        }
    }
}

/// One seed's fleet, with a live copy in one environment.
pub(super) struct Fleet {
    folder: tempfile::TempDir,
    configuration: String,
    environment: &'static str,
}

impl Fleet {
    /// Where staging's backups lie.
    pub(super) fn store(&self) -> PathBuf {
        self.folder.path().join("stores/staging")
    }

    /// The live copy.
    pub(super) fn live(&self) -> PathBuf {
        self.folder.path().join(format!("{}.db", self.environment))
    }

    /// Whether the environment takes only clean data.
    pub(super) fn takes_only_clean(&self) -> bool {
        self.environment == "integration"
    }

    /// Restores staging's newest backup, as `weir restore` does.
    pub(super) async fn restore(&self, context: &Context) -> RunReport {
        let job = format!("{}/people", self.environment);
        let operations = vec![OperationKind::Restore, OperationKind::Transform];
        work(
            self.folder.path(),
            &self.configuration,
            &job,
            Some(operations),
            context,
        )
        .await
    }

    /// Files beside the live copy that no restore may leave.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("list the folder");
        entries
            .map(|entry| {
                entry
                    .expect("list the folder")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| {
                ["weir-shadow", "weir-previous", "-journal"]
                    .iter()
                    .any(|left| name.contains(left))
            })
            .collect()
    }
}

fn write_fleet(path: &Path) -> String {
    std::fs::create_dir(path.join("keys")).expect("make a folder");
    let mut configuration = CONFIGURATION.to_owned();
    for environment in ["production", "staging"] {
        let key = SigningKey::generate().expect("make a key");
        std::fs::write(
            path.join("keys").join(environment),
            key.to_text().as_bytes(),
        )
        .expect("write a key");
        configuration =
            configuration.replace(&environment.to_uppercase(), &key.public().to_string());
    }
    std::fs::write(
        path.join("keys/masking"),
        "a masking key of more than sixteen bytes",
    )
    .and_then(|()| std::fs::write(path.join("rules.yaml"), RULES))
    .expect("write the fleet");
    configuration
}

/// Backs production up, restores it into staging and backs that up.
async fn back_up(path: &Path, configuration: &str, clean: bool) -> Genuine {
    let context = Context::new(Arc::new(weir_engine::SilentObserver));
    let mut report = work(path, configuration, "production/people", None, &context).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    report = work(path, configuration, "staging/people", None, &context).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let step = report.jobs[0].steps.last().expect("a backup was taken");
    let reference = step.backup.as_deref().expect("it has a name");
    let key = reference.strip_prefix("staging:").expect("it is staging's");
    Genuine {
        key: key.to_owned(),
        content: content(&path.join("staging.db")).expect("read staging"),
        clean,
    }
}

async fn work(
    folder: &Path,
    configuration: &str,
    job: &str,
    operations: Option<Vec<OperationKind>>,
    context: &Context,
) -> RunReport {
    let fleet = weir_config::parse(configuration, "weir.yaml", folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let weir = Weir::new(fleet, Engines::built_in(), Settings::default());
    let options = RunOptions {
        operations,
        ..RunOptions::default()
    };
    let selection = Selection::parse(job, false);
    weir_pipeline::run::run(&weir, "restore", &selection, &options, context)
        .await
        .expect("the selection names a job")
}

fn sql(path: &Path, text: &str) {
    rusqlite::Connection::open(path)
        .and_then(|database| database.execute_batch(text))
        .expect("fill a database");
}

fn link_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("make a folder");
    for entry in std::fs::read_dir(from).expect("list a folder") {
        let entry = entry.expect("list a folder");
        // The state holds the runs and leases that made the backups: none of the copy's business.
        if entry.file_name() == "_weir" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            link_all(&entry.path(), &target);
        } else {
            std::fs::hard_link(entry.path(), target).expect("link an object");
        }
    }
}
