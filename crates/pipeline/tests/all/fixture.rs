//! A small fleet in a private folder: production → staging → integration.

use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use weir_engine::{Context, SilentObserver};
use weir_pipeline::{Clock, Engines, RunOptions, RunReport, Selection, Settings, Weir};
use weir_store::SigningKey;
use weir_testkit::s3::S3Server;

/// A clock that tests move.
pub(crate) struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl TestClock {
    fn noon() -> Self {
        Self(Mutex::new("2026-11-22T12:00:00Z".parse().unwrap()))
    }

    pub(crate) fn set(&self, at: &str) {
        *self.0.lock().unwrap() = at.parse().unwrap();
    }
}

/// A folder of one's own, or that of another process.
pub(crate) enum Folder {
    Own(tempfile::TempDir),
    Joined(PathBuf),
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Joined(path) => path,
        }
    }
}

/// The folder of a fleet and what is needed to work on it.
pub(crate) struct Fixture {
    pub(crate) folder: Folder,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) config: String,
}

/// The start of every fleet: three environments, keys, a masking key.
pub(crate) const ENVIRONMENTS: &str = r#"weir: 1
environments:
  production:
    store: stores/production
    signing_key: {file: keys/production}
    schedule: "0 23 * * *"
    keep: 30d
  staging:
    upstream: production
    store: stores/staging
    signing_key: {file: keys/staging}
    trusts: ["PRODUCTION"]
    schedule: "0 1 * * *"
    keep: 8d
  integration:
    upstream: staging
    store: stores/integration
    signing_key: {file: keys/integration}
    trusts: ["STAGING"]
    masking_key: {file: keys/masking}
    data: sanitised
    schedule: "0 3 * * *"
    keep: 8d
defaults:
  sqlite: {url: "sqlite:{environment}-{database}.db"}
"#;

/// One app that is sanitised on its way into integration.
pub(crate) const PEOPLE: &str = r#"apps:
  people:
    engine: sqlite
    database: people
    in:
      staging: {transform: staging.sql}
      integration: {sanitise: rules.yaml}
"#;

const RULES: &str = "weir-rules: 1
tables:
  users:
    columns: {id: keep, email: email, name: name}
";

impl Fixture {
    /// A fleet of `apps`, with production's `people` database filled.
    pub(crate) fn new(apps: &str) -> Self {
        Self::with_environments(ENVIRONMENTS, apps)
    }

    pub(crate) fn with_environments(environments: &str, apps: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        let mut config = format!("{environments}{apps}");
        for environment in ["production", "staging", "integration"] {
            let key = SigningKey::generate().unwrap();
            let file = folder.path().join("keys").join(environment);
            std::fs::write(file, key.to_text().as_bytes()).unwrap();
            config = config.replace(&environment.to_uppercase(), &key.public().to_string());
        }
        let fixture = Self {
            folder: Folder::Own(folder),
            clock: Arc::new(TestClock::noon()),
            config,
        };
        fixture.write("keys/masking", "a masking key of more than sixteen bytes");
        fixture.write("rules.yaml", RULES);
        fixture.write("staging.sql", "DELETE FROM users WHERE id % 10 = 0;\n");
        fixture.fill("production-people.db", 100);
        fixture
    }

    /// The usual fleet, with a folder of the server's bucket for each environment.
    pub(crate) fn in_buckets(server: &S3Server) -> Self {
        let mut environments = ENVIRONMENTS.to_owned();
        for environment in ["production", "staging", "integration"] {
            let store = format!(
                "    store: {{url: \"s3://{}/{environment}\", endpoint: \"{}\", region: us-east-1, \
                 access_key_id: {{file: keys/id}}, secret_access_key: {{file: keys/secret}}}}\n",
                server.bucket, server.endpoint
            );
            environments =
                environments.replace(&format!("    store: stores/{environment}\n"), &store);
        }
        assert!(!environments.contains("stores/"), "{environments}");
        let fixture = Self::with_environments(&environments, PEOPLE);
        fixture.write("keys/id", &server.access_key);
        fixture.write("keys/secret", &server.secret);
        fixture
    }

    /// The fleet that another process has made in `folder`.
    pub(crate) fn join(folder: &Path) -> Self {
        Self {
            folder: Folder::Joined(folder.to_owned()),
            clock: Arc::new(TestClock::noon()),
            config: std::fs::read_to_string(folder.join("weir.yaml")).unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// A database of people.
    pub(crate) fn fill(&self, name: &str, people: u32) {
        let path = self.path(name);
        let _ = std::fs::remove_file(&path);
        let database = rusqlite::Connection::open(path).unwrap();
        database
            .execute_batch(&format!(
                "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
                 INSERT INTO users SELECT i, 'person' || i || '@real.example', 'Real Person ' || i FROM n;"
            ))
            .unwrap();
    }

    /// One value.
    pub(crate) fn query(&self, name: &str, sql: &str) -> String {
        let database = rusqlite::Connection::open(self.path(name)).unwrap();
        database
            .query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
            .unwrap()
    }

    pub(crate) fn weir(&self) -> Weir {
        let fleet = weir_config::parse(&self.config, "weir.yaml", self.folder.path())
            .unwrap_or_else(|problems| panic!("{problems}"));
        let settings = Settings {
            clock: Arc::clone(&self.clock) as _,
            ..Settings::default()
        };
        Weir::new(fleet, Engines::built_in(), settings)
    }

    /// Runs a selection: `staging/people`, or an environment.
    pub(crate) async fn run(&self, selection: &str) -> RunReport {
        self.run_with(&Selection::parse(selection, false), &RunOptions::default())
            .await
    }

    pub(crate) async fn run_with(&self, selection: &Selection, options: &RunOptions) -> RunReport {
        let weir = self.weir();
        weir_pipeline::run::run(&weir, "run", selection, options, &context())
            .await
            .unwrap()
    }

    /// Runs and expects everything to succeed.
    pub(crate) async fn run_well(&self, selection: &str) -> RunReport {
        let report = self.run(selection).await;
        assert!(report.first_error().is_none(), "{:?}", report.first_error());
        report
    }

    /// Everything below a folder, as bytes.
    pub(crate) fn all_bytes(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.path(name), &mut found);
        found
    }
}

fn collect(path: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), found);
        }
    } else {
        found.push((path.to_owned(), std::fs::read(path).unwrap()));
    }
}

pub(crate) fn context() -> Context {
    Context::new(Arc::new(SilentObserver))
}
