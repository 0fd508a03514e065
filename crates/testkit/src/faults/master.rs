//! The stores whose backups are damaged: made once, and linked into a folder of its own for
//! every seed.

use super::fleet::work;
use super::reader::content;
use super::scratch;
use std::path::Path;
use std::sync::Arc;
use weir_engine::Context;
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
  sqlite: {url: "sqlite:{environment}-{database}.db"}
apps:
  people: {engine: sqlite, database: people, previous: none, in: {staging: {SANITISE}}}
  # A neighbour on the same instance, whose name begins alike, and one on another instance.
  peoples: {engine: sqlite, database: peoples, instance: people-sqlite, only: [production, staging]}
  places: {engine: sqlite, database: places, only: [production, staging]}
"#;
const RULES: &str = "weir-rules: 1
tables:
  users: {columns: {id: keep, email: email, name: name}}
  photos: keep
";
/// Beyond 4 MiB a part has a second frame and so an index. Large pages, and photographs that
/// compress, keep a restore short.
const PEOPLE: &str = "PRAGMA page_size = 65536;
    CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT);
    CREATE TABLE photos (id INTEGER PRIMARY KEY, image BLOB NOT NULL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17)
    INSERT INTO photos
        SELECT i, CAST(replace(hex(zeroblob(12500)), '00', hex(randomblob(10))) AS BLOB) FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO users SELECT i, 'person' || i || '@real.example', 'Real Person ' || i FROM n;";
/// What the next backup holds besides, in as many bytes.
const CHANGE: &str = "UPDATE users SET email = 'other' || email;
    UPDATE photos
        SET image = CAST(replace(hex(zeroblob(12500)), '00', hex(randomblob(10))) AS BLOB);";
const LIVE: &str = "PRAGMA page_size = 65536;
    CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT);
    INSERT INTO users VALUES (1, 'live@masked.example', 'Live');";

/// A true backup.
pub(super) struct Genuine {
    /// Its folder below the store.
    pub(super) key: String,
    /// The digest of what it holds.
    pub(super) content: String,
    /// Whether it may enter an environment that takes only clean data.
    pub(super) clean: bool,
}

/// A store with two true backups of `people`, backups of others, and an older live copy.
pub(super) struct Master {
    folder: tempfile::TempDir,
    /// The fleet, as `weir.yaml` says it.
    pub(super) configuration: String,
    /// The older and the newer backup.
    pub(super) genuine: [Genuine; 2],
    /// Folders below the store: a neighbour on the same instance, and one on another.
    pub(super) strangers: [String; 2],
    /// Production's own backup, below production's store.
    pub(super) upstream: String,
    /// The digest of the live copy before any restore.
    pub(super) live: String,
}

impl Master {
    /// Every kind there is.
    pub(super) async fn all() -> Vec<Self> {
        vec![Self::new(true).await, Self::new(false).await]
    }

    /// Makes the fleet. Its older backup is clean; its newer one only if `newer_is_clean`.
    async fn new(newer_is_clean: bool) -> Self {
        let folder = scratch::folder();
        let path = folder.path();
        let configuration = write_fleet(path);
        let sanitising = configuration.replace("SANITISE", "sanitise: rules.yaml");
        let raw = configuration.replace("SANITISE", "");
        for database in ["people", "peoples", "places"] {
            sql(&path.join(format!("production-{database}.db")), PEOPLE);
        }
        let neighbour = back_up(path, &raw, "peoples").await;
        let elsewhere = back_up(path, &raw, "places").await;
        let older = back_up(path, &sanitising, "people").await;
        sql(&path.join("production-people.db"), CHANGE);
        let newer_by = if newer_is_clean { &sanitising } else { &raw };
        let newer = back_up(path, newer_by, "people").await;
        let genuine = |taken: Taken, clean| Genuine {
            key: taken.key,
            content: taken.content,
            clean,
        };
        sql(&path.join("live.db"), LIVE);
        let live = content(&path.join("live.db")).expect("read the live copy");
        std::fs::write(path.join("weir.yaml"), &sanitising).expect("write the fleet");
        Self {
            configuration: sanitising,
            strangers: [neighbour.key, elsewhere.key],
            upstream: newer.upstream.clone(),
            genuine: [genuine(older, true), genuine(newer, newer_is_clean)],
            live,
            folder,
        }
    }

    /// Fills an empty folder for one seed. Objects are links to the master's: whoever damages
    /// one puts a new file in its place.
    pub(super) fn fill(&self, folder: &Path, live: &Path) {
        let master = self.folder.path();
        for name in ["keys", "stores/staging"] {
            link_all(&master.join(name), &folder.join(name));
        }
        for name in ["rules.yaml", "weir.yaml"] {
            std::fs::hard_link(master.join(name), folder.join(name)).expect("link the fleet");
        }
        std::fs::copy(master.join("live.db"), live).expect("copy the live copy");
    }

    /// Where staging's backups lie.
    pub(super) fn store(&self) -> std::path::PathBuf {
        self.folder.path().join("stores/staging")
    }

    /// The folder of production's own backup.
    pub(super) fn upstream(&self) -> std::path::PathBuf {
        self.folder
            .path()
            .join("stores/production")
            .join(&self.upstream)
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

/// What was taken on the way down.
struct Taken {
    key: String,
    upstream: String,
    content: String,
}

/// Backs production up, restores it into staging and backs that up.
async fn back_up(path: &Path, configuration: &str, app: &str) -> Taken {
    let context = Context::new(Arc::new(weir_engine::SilentObserver));
    let fleet = weir_config::parse(configuration, "weir.yaml", path)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let mut keys = ["production", "staging"].map(str::to_owned);
    for key in &mut keys {
        let report = work(fleet.clone(), &format!("{key}/{app}"), None, &context).await;
        assert!(report.first_error().is_none(), "{:?}", report.first_error());
        let step = report.jobs[0].steps.last().expect("a backup was taken");
        let reference = step.backup.as_deref().expect("it has a name");
        let (_, name) = reference.split_once(':').expect("it is a reference");
        *key = name.to_owned();
    }
    let [upstream, key] = keys;
    let staging = path.join(format!("staging-{app}.db"));
    Taken {
        key,
        upstream,
        content: content(&staging).expect("read staging"),
    }
}

fn sql(path: &Path, text: &str) {
    rusqlite::Connection::open(path)
        .and_then(|database| database.execute_batch(text))
        .expect("fill a database");
}

/// Links every file of a folder into another one, but for the state: it holds the runs and
/// leases that made the backups, none of the copy's business.
pub(super) fn link_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("make a folder");
    for entry in std::fs::read_dir(from).expect("list a folder") {
        let entry = entry.expect("list a folder");
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
