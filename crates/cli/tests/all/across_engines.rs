//! One key for every engine: what could be joined before it was masked can be joined afterwards.

use crate::command;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use weir_testkit::mariadb::MariadbServer;
use weir_testkit::postgres::PostgresServer;

const PEOPLE: u32 = 400;

/// Of the same people: accounts in PostgreSQL, orders in MariaDB, visits in SQLite.
fn seed(folder: &Path) {
    let (postgres, mariadb) = (PostgresServer::shared(), MariadbServer::shared());
    for environment in ["production", "clean"] {
        postgres.create_database(&format!("people_{environment}"));
        mariadb.create_database(&format!("people_{environment}"));
    }
    let accounts = format!(
        "CREATE TABLE accounts (id int PRIMARY KEY, email text NOT NULL UNIQUE, tax_id varchar(20), number bigint);
         INSERT INTO accounts SELECT i, 'person' || i || '@Private.example', (1000000000 + i * 7919)::text, i * 131
         FROM generate_series(1, {PEOPLE}) AS i;"
    );
    postgres.psql("people_production", &accounts).unwrap();
    // Every third person has two orders, written as a shop writes addresses: in capitals.
    mariadb.run(&format!(
        "USE people_production;
         CREATE TABLE orders (id int PRIMARY KEY, email varchar(254) NOT NULL, tax_id varchar(20), number bigint);
         INSERT INTO orders
         SELECT seq, upper(concat('person', 3 * floor((seq + 1) / 2), '@private.example')),
                1000000000 + 3 * floor((seq + 1) / 2) * 7919, 3 * floor((seq + 1) / 2) * 131
         FROM seq_1_to_{};",
        2 * (PEOPLE / 3)
    ));
    let visits = Connection::open(folder.join("production.db")).unwrap();
    let visited = format!(
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, email TEXT, tax_id TEXT, number INTEGER);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})
         INSERT INTO visits SELECT i, ' person' || i || '@private.example ', 1000000000 + i * 7919, i * 131
         FROM n WHERE i % 5 = 0;"
    );
    visits.execute_batch(&visited).unwrap();
}

fn configure(folder: &Path) {
    let url = |url: String| url.replace("production", "{environment}");
    let configuration = format!(
        "weir: 1
environments:
  production: {{store: store/production}}
  clean: {{store: store/clean, upstream: production, data: sanitised, masking_key: {{file: key}}}}
apps:
  accounts: {{engine: postgres, database: people, url: \"{}\", schedule: by-hand, sanitise: accounts.yaml}}
  orders: {{engine: mysql, database: people, url: \"{}\", schedule: by-hand, sanitise: orders.yaml}}
  visits: {{engine: sqlite, database: people, url: \"sqlite:{{environment}}.db\", schedule: by-hand, sanitise: visits.yaml}}
",
        url(PostgresServer::shared().url("people_production")),
        url(MariadbServer::shared().url("people_production")),
    );
    std::fs::write(folder.join("weir.yaml"), configuration).unwrap();
    std::fs::write(folder.join("key"), "one key for every engine there is").unwrap();
    for table in ["accounts", "orders", "visits"] {
        let rules = format!(
            "weir-rules: 1
tables:
  {table}:
    columns:
      id: keep
      email: email
      tax_id: {{mask: hash, domain: tax}}
      number: {{mask: format-preserving, domain: customer}}
"
        )
        .replace("hash, domain", "hash, length: 20, domain");
        std::fs::write(folder.join(format!("{table}.yaml")), rules).unwrap();
    }
}

const COLUMNS: [&str; 3] = ["email", "tax_id", "number"];

/// How often each value stands in a column of one engine, without regard to capitals and white
/// space around it.
type Values = BTreeMap<String, usize>;

fn counted(lines: &str) -> Values {
    let mut values = Values::new();
    for line in lines.lines() {
        *values.entry(line.trim().to_lowercase()).or_default() += 1;
    }
    values
}

fn read(folder: &Path, environment: &str, column: &str) -> [Values; 3] {
    let database = format!("people_{environment}");
    let accounts = PostgresServer::shared()
        .psql(&database, &format!("SELECT {column} FROM accounts"))
        .unwrap();
    let orders = MariadbServer::shared().query(&format!("SELECT {column} FROM {database}.orders"));
    let visits = Connection::open(folder.join(format!("{environment}.db"))).unwrap();
    let mut statement = visits
        .prepare(&format!("SELECT CAST({column} AS TEXT) FROM visits"))
        .unwrap();
    let rows = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    let visits: Vec<String> = rows.map(Result::unwrap).collect();
    [
        counted(&accounts),
        counted(&orders),
        counted(&visits.join("\n")),
    ]
}

/// Rows of the join of every two engines on a column.
fn joins([accounts, orders, visits]: &[Values; 3]) -> [usize; 3] {
    let join = |one: &Values, other: &Values| {
        let pairs = one
            .iter()
            .filter_map(|(value, count)| Some(count * other.get(value)?));
        pairs.sum()
    };
    [
        join(accounts, orders),
        join(accounts, visits),
        join(orders, visits),
    ]
}

/// The newest run of a place tells how long its table took.
fn assert_timed(folder: &Path, place: &str, table: &str) {
    let runs = command::succeed(folder, &format!("runs {place} --json")).json();
    let run = runs["runs"][0]["started"]["run"].as_str().unwrap();
    let told = command::succeed(folder, &format!("runs {run} --json")).json();
    let tables = told["steps"][0]["tables"].as_array().unwrap();
    let named = |name: &str| name.rsplit('.').next() == Some(table);
    let timed = tables
        .iter()
        .find(|one| named(one["name"].as_str().unwrap()));
    assert!(
        timed.is_some_and(|one| one["milliseconds"].is_u64()),
        "{place}: {told}"
    );
}

#[test]
fn what_joins_across_engines_joins_after_masking() {
    let folder = tempfile::tempdir().unwrap();
    seed(folder.path());
    configure(folder.path());
    for app in ["accounts", "orders", "visits"] {
        command::succeed(folder.path(), &format!("backup production/{app}"));
        command::succeed(folder.path(), &format!("restore clean/{app}"));
        assert_timed(folder.path(), &format!("production/{app}"), app);
        assert_timed(folder.path(), &format!("clean/{app}"), app);
    }
    for column in COLUMNS {
        let raw = read(folder.path(), "production", column);
        let clean = read(folder.path(), "clean", column);
        assert_eq!(joins(&raw), [266, 80, 52], "{column}");
        assert_eq!(joins(&clean), joins(&raw), "{column}");
        for (raw, clean) in raw.iter().zip(&clean) {
            assert!(
                raw.keys().all(|value| !clean.contains_key(value)),
                "no {column} may arrive as it was"
            );
        }
    }
}
