//! PostgreSQL databases published from a raw backup and live, and restored from what was published.

use crate::fixture::{Fixture, context};
use crate::publish::{ENVIRONMENTS, published};
use weir_pipeline::backups;
use weir_testkit::postgres::PostgresServer;

const SCHEMA: &str = "
    CREATE TYPE mood AS ENUM ('happy', 'sad');
    CREATE TABLE users (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email text NOT NULL UNIQUE,
        profile jsonb,
        aliases text[],
        mood mood
    );
    CREATE TABLE logins (user_email text REFERENCES users (email), at timestamptz);
    CREATE TABLE events (id bigint PRIMARY KEY, line text);
    CREATE TABLE countries (code text PRIMARY KEY, name text);
    INSERT INTO users (email, profile, aliases, mood)
        SELECT 'person' || i || '@corp-real.org',
            jsonb_build_object('phone', '+49 30 55501' || 100 + i, 'theme', 'dark'),
            ARRAY['Real ' || i, NULL], 'happy'
        FROM generate_series(1, 500) i;
    INSERT INTO logins SELECT email, '2026-11-01Z' FROM users;
    INSERT INTO events SELECT i, 'line ' || i FROM generate_series(1, 5000) i;
    INSERT INTO countries VALUES ('de', 'Germany'), ('fr', 'France');";

const RULES: &str = "weir-rules: 1
tables:
  users:
    columns:
      id: keep
      email: email
      profile: {json: {\"$.phone\": phone, \"*\": keep}}
      aliases: {each: redact}
      mood: keep
  logins: {columns: {at: keep}}
  events: {rows: {drop: \"id <= 1000\", limit: 7}, columns: keep}
  countries: keep
";

/// Of the copy: rows, joins, what is kept and what is left of what was there.
const CONTENTS: &str = "
    SELECT count(*), count(DISTINCT email), min(mood) FROM users;
    SELECT count(*) FROM logins JOIN users ON user_email = email;
    SELECT count(*), count(*) FILTER (WHERE id <= 1000) FROM events;
    SELECT code, name FROM countries ORDER BY code;
    SELECT count(*) FROM users WHERE email LIKE '%corp-real%' OR profile->>'phone' LIKE '%55501%'
        OR aliases[1] LIKE 'Real%' OR profile->>'theme' <> 'dark';";
const EXPECTED: &str = "500|500|happy\n500\n7|0\nde|Germany\nfr|France\n0";

fn fleet(name: &str, operations: &str) -> Fixture {
    let server = PostgresServer::shared();
    let production = format!("production_{name}");
    server.create_database(&production);
    server.psql(&production, SCHEMA).unwrap();
    let url = server
        .url(&format!("ENV_{name}"))
        .replace("ENV", "{environment}");
    let apps = format!(
        "apps:
  people:
    engine: postgres
    database: people
    url: \"{url}\"
    in:
      production: {{operations: {operations}, sanitise: rules.yaml}}
"
    );
    let fleet = Fixture::with_environments(ENVIRONMENTS, &apps);
    fleet.write("rules.yaml", RULES);
    fleet
}

/// Integration takes what is published, with production and its raw store out of reach.
async fn arrives_clean(fleet: &Fixture, name: &str) {
    let server = PostgresServer::shared();
    let found = published(fleet).await;
    assert_eq!(found.len(), 1);
    let shown = backups::show(&fleet.weir(), &found[0].reference, &context()).await;
    let mark = shown.unwrap().manifest.sanitising.ruleset.unwrap();
    assert_eq!((mark.masked, mark.rows_left_out), (4, 4_993));
    let raw = fleet.path("stores/production");
    if raw.exists() {
        std::fs::rename(raw, fleet.path("away")).unwrap();
    }
    let report = fleet.run_well("integration").await;
    let restored = &report.jobs[0].steps[0];
    assert_eq!(restored.sanitising.unwrap().to_string(), "sanitised");
    let integration = format!("integration_{name}");
    assert_eq!(server.psql(&integration, CONTENTS).unwrap(), EXPECTED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_backup_is_published_and_restored() {
    let fleet = fleet("published", "[backup, publish]");
    let report = fleet.run_well("production").await;
    let steps = &report.jobs[0].steps;
    // The sequence of `users` is a row too.
    assert_eq!((steps[0].rows, steps[1].rows), (6_003, 1_010));
    arrives_clean(&fleet, "published").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_database_is_published_and_restored() {
    let fleet = fleet("published_live", "[publish-live]");
    fleet.run_well("production").await;
    let (weir, context) = (fleet.weir(), context());
    let raw = backups::list(&weir, "production", None, &context).await;
    assert!(raw.unwrap().is_empty());
    arrives_clean(&fleet, "published_live").await;
}
