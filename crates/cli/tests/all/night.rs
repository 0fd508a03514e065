//! A whole night on real servers: twelve databases, three environments, and a `weir serve` that is
//! killed again and again.

use crate::command::{self, Ended};
use crate::serve::written;
use crate::served::{Served, events, half_an_hour_ago, known_for_an_hour};
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use weir_testkit::mariadb::MariadbServer;
use weir_testkit::postgres::PostgresServer;

const ENVIRONMENTS: [&str; 3] = ["production", "staging", "integration"];
const ENGINES: [&str; 3] = ["sqlite", "postgres", "mysql"];
const APPS_OF_EACH: usize = 4;
const PEOPLE: usize = 20_000;
/// How often it is killed before it may end its work.
const KILLS: usize = 10;
/// The longest that a run at work may go on before the kill, in milliseconds.
const LATEST_KILL: u64 = 1_500;

const RULES: &str = "weir-rules: 1
tables:
  people:
    columns: {id: keep, email: email, name: name}
";

/// The fleet and its servers.
struct Night {
    folder: TempDir,
}

/// One database of one app.
fn apps() -> impl Iterator<Item = (&'static str, String)> {
    let all = |engine| (1..=APPS_OF_EACH).map(move |number| (engine, format!("{engine}{number}")));
    ENGINES.into_iter().flat_map(all)
}

fn jobs() -> Vec<String> {
    let of = |environment: &'static str| apps().map(move |(_, app)| format!("{environment}/{app}"));
    ENVIRONMENTS.into_iter().flat_map(of).collect()
}

impl Night {
    /// Everything was due half an hour ago, and nothing has been done.
    fn new() -> Self {
        let night = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let path = night.path();
        let due = half_an_hour_ago();
        let url = |url: String| url.replace("production", "{environment}");
        let mut text = format!(
            "weir: 1
serve: {{jobs: 2, jobs_per_server: 2}}
environments:
  production: {{store: store/production, schedule: \"{due}\"}}
  staging: {{store: store/staging, upstream: production, schedule: \"{due}\"}}
  integration:
    store: store/integration
    upstream: staging
    data: sanitised
    masking_key: {{file: masking.key}}
    schedule: \"{due}\"
apps:
"
        );
        for (engine, app) in apps() {
            let url = match engine {
                "postgres" => url(PostgresServer::shared().url(&format!("night_{app}_production"))),
                "mysql" => url(MariadbServer::shared().url(&format!("night_{app}_production"))),
                _ => format!("sqlite:{{environment}}-{app}.db"),
            };
            text += &format!(
                "  {app}:
    engine: {engine}
    database: people
    url: \"{url}\"
    in: {{integration: {{sanitise: rules.yaml}}}}
"
            );
            night.seed(engine, &app);
        }
        std::fs::write(path.join("weir.yaml"), text).unwrap();
        std::fs::write(path.join("rules.yaml"), RULES).unwrap();
        command::succeed(path, "keys new --masking masking.key");
        known_for_an_hour(path);
        night
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn seed(&self, engine: &str, app: &str) {
        let table = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(90) NOT NULL, name VARCHAR(90));";
        let production = format!("night_{app}_production");
        match engine {
            "postgres" => {
                let server = PostgresServer::shared();
                for environment in ENVIRONMENTS {
                    server.create_database(&format!("night_{app}_{environment}"));
                }
                let rows = format!(
                    "{table} INSERT INTO people SELECT i, '{app}-' || i || '@private.example', 'Private Person'
                     FROM generate_series(1, {PEOPLE}) AS i"
                );
                server.psql(&production, &rows).unwrap();
            }
            "mysql" => {
                let server = MariadbServer::shared();
                for environment in ENVIRONMENTS {
                    server.create_database(&format!("night_{app}_{environment}"));
                }
                let rows = format!(
                    "{table} INSERT INTO people
                     SELECT seq, concat('{app}-', seq, '@private.example'), 'Private Person' FROM seq_1_to_{PEOPLE}"
                );
                server.try_run(&production, &rows).unwrap();
            }
            _ => {
                let rows = format!(
                    "{table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})
                     INSERT INTO people SELECT i, '{app}-' || i || '@private.example', 'Private Person' FROM n"
                );
                let database = self.path().join(format!("production-{app}.db"));
                let connection = Connection::open(database).unwrap();
                connection.execute_batch(&rows).unwrap();
            }
        }
    }

    /// How many people an environment's copy of an app has, and how many of them as they are in
    /// production.
    fn people(&self, engine: &str, app: &str, environment: &str) -> (usize, usize) {
        let query = |what: &str| {
            let sql = format!("SELECT count(*) FROM people {what}");
            let database = format!("night_{app}_{environment}");
            let found = match engine {
                "postgres" => PostgresServer::shared().psql(&database, &sql).unwrap(),
                "mysql" => MariadbServer::shared().try_run(&database, &sql).unwrap(),
                _ => {
                    let file = self.path().join(format!("{environment}-{app}.db"));
                    let connection = Connection::open(file).unwrap();
                    crate::fleet::number(&connection, &sql).to_string()
                }
            };
            found.trim().parse().unwrap()
        };
        let raw = "WHERE email LIKE '%@private.example' OR name = 'Private Person'";
        (query(""), query(raw))
    }

    fn json(&self, words: &str) -> Value {
        self.run(words).json()
    }

    fn run(&self, words: &str) -> Ended {
        command::run(self.path(), &format!("{words} --json"))
    }
}

/// What a killed process had begun and not ended, each run with its job.
fn at_work(told: &[Value]) -> BTreeMap<String, String> {
    let run = |event: &Value| event["run"].as_str().unwrap().to_owned();
    let ended: BTreeSet<String> = events(told, "ended").iter().map(run).collect();
    let started = events(told, "started");
    let begun = started
        .iter()
        .map(|event| (run(event), event["job"].as_str().unwrap().to_owned()));
    begun.filter(|(run, _)| !ended.contains(run)).collect()
}

/// A moment within the longest that a run may go on.
fn some_moment() -> Duration {
    let mut random = [0; 8];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| std::io::Read::read_exact(&mut source, &mut random))
        .unwrap();
    Duration::from_millis(u64::from_ne_bytes(random) % LATEST_KILL)
}

/// Serves and kills it at a random moment of a run of a job that no kill has met before; returns
/// which runs of which jobs it had at work.
fn killed(night: &Night, met: &BTreeSet<String>) -> BTreeMap<String, String> {
    let served = Served::start(night.path(), "--listen 127.0.0.1:0");
    let told = served.wait_for("the start of another job", |told| {
        at_work(told).values().any(|job| !met.contains(job))
    });
    served.let_work(told.len(), some_moment());
    served.signal(Signal::KILL);
    at_work(&served.last_words())
}

#[test]
fn a_night_of_twelve_databases_survives_ten_kills() {
    let night = Night::new();
    let mut cut = BTreeMap::new();
    for kill in 1..=KILLS {
        let met = cut.values().cloned().collect();
        let runs = killed(&night, &met);
        println!("kill {kill} met {runs:?}");
        cut.extend(runs);
    }
    let served = Served::start(night.path(), "--listen 127.0.0.1:0");
    served.wait_for("the end of the night", |_| unfinished(&night).is_empty());
    served.signal(Signal::TERM);
    let (code, errors) = served.ended();
    assert_eq!(code, 0, "{errors}");

    everything_is_fresh_and_proven(&night);
    nothing_is_half_done(&night);
    every_interruption_is_visible(&night, &cut);
    nobody_wrote_out_of_turn(&night);
}

fn runs(night: &Night) -> Vec<Value> {
    let listed = night.json("runs --limit 500");
    assert_eq!(listed["unreadable"].as_array().unwrap().len(), 0);
    listed["runs"].as_array().unwrap().clone()
}

fn job_of(run: &Value) -> String {
    let name = |field: &str| run["started"][field].as_str().unwrap_or_default();
    format!("{}/{}", name("environment"), name("app"))
}

/// The jobs that have not ended well.
fn unfinished(night: &Night) -> BTreeSet<String> {
    let runs = runs(night);
    let well = runs
        .iter()
        .filter(|run| run["ended"]["outcome"] == "succeeded");
    let well: BTreeSet<String> = well.map(job_of).collect();
    jobs()
        .into_iter()
        .filter(|job| !well.contains(job))
        .collect()
}

fn everything_is_fresh_and_proven(night: &Night) {
    for (engine, app) in apps() {
        let seen = ENVIRONMENTS.map(|environment| night.people(engine, &app, environment));
        let expected = [(PEOPLE, PEOPLE), (PEOPLE, PEOPLE), (PEOPLE, 0)];
        assert_eq!(seen, expected, "{app} in {ENVIRONMENTS:?}");
    }
    let status = night.json("status");
    for question in status["questions"].as_array().unwrap() {
        if ["recoverable", "broken", "due", "age"].contains(&question["id"].as_str().unwrap()) {
            assert_eq!(question["verdict"], "good", "{question:#}");
        }
    }
    for job in jobs() {
        let verified = night.json(&format!("verify {job}"));
        assert_ne!(verified["verified"], Value::Array(vec![]), "{job}");
    }
}

fn nothing_is_half_done(night: &Night) {
    let healed = night.json("heal");
    for database in healed["healed"].as_array().unwrap() {
        assert_eq!(database["actions"], Value::Array(vec![]), "{database:#}");
        assert_eq!(database["failure"], Value::Null, "{database:#}");
    }
    assert_eq!(healed["closed"], Value::Array(vec![]));
}

/// Each run that a kill met is closed as interrupted, or had ended, or was not yet written; and
/// each job that was met was tried again.
fn every_interruption_is_visible(night: &Night, cut: &BTreeMap<String, String>) {
    let runs = runs(night);
    let mut interrupted = 0;
    for (cut, job) in cut {
        let record = runs.iter().find(|run| run["started"]["run"] == **cut);
        match record.map(|run| &run["ended"]["outcome"]) {
            Some(outcome) if outcome == "interrupted" => interrupted += 1,
            Some(outcome) => assert_eq!(outcome, "succeeded", "{cut} of {job}"),
            None => {
                let mut later = runs.iter().filter(|run| job_of(run) == *job);
                assert!(
                    later.any(|run| run["started"]["due"].is_string()),
                    "{job} was not tried again"
                );
            }
        }
    }
    assert!(interrupted > 0, "no kill met a run at work: {cut:?}");
    // And nothing was done twice for one attempt.
    let mut attempts = BTreeSet::new();
    for run in &runs {
        let attempt = format!("{} {}", job_of(run), run["started"]["attempt"]);
        assert!(attempts.insert(attempt), "{run:#}");
    }
}

fn nobody_wrote_out_of_turn(night: &Night) {
    let mut writes: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for run in runs(night) {
        writes
            .entry(job_of(&run))
            .or_default()
            .extend(written(&run));
    }
    assert!(writes.values().any(|of_job| !of_job.is_empty()));
    for (job, mut writes) in writes {
        writes.sort();
        let in_turn = writes.windows(2).all(|pair| pair[0].1 < pair[1].1);
        assert!(in_turn, "{job}: {writes:?}");
    }
}
