//! PostgreSQL's side of the conformance suite: plain SQL and the stock tools, none of the
//! engine's code.

use super::client::{Database, identifier};
use super::fingerprint::fingerprint;
use super::folders::{database_in, own_name, sweep};
use super::schema_changes::SCHEMA_CHANGES;
use super::{seeds, unusable};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{Endpoint, Engine, Replacement, TargetPolicy};
use weir_engine_postgres::PostgresEngine;
use weir_model::stamp::Stamp;
use weir_testkit::conformance::{
    Dialect, Harness, Planted, SchemaChange, Seed, Unusable, canary_sql,
};
use weir_testkit::postgres::PostgresServer;

/// What the names of Weir's unfinished databases begin with.
const SHADOW: &str = "_weir_new_";
const PREVIOUS: &str = "_weir_old_";
const ON_ITS_WAY_OUT: &str = "_weir_out_";
const DRILL: &str = "_weir_drill_";

/// Databases of one server, which all rules share.
#[derive(Default)]
pub(crate) struct PostgresHarness {
    /// The major version of the server, where it is not this machine's own.
    pub(crate) major: Option<u32>,
}

impl PostgresHarness {
    /// The server.
    pub(crate) fn server(&self) -> &'static PostgresServer {
        match self.major {
            None => PostgresServer::shared(),
            Some(major) => PostgresServer::shared_of(major),
        }
    }
}

fn run_in_shadow(endpoint: &Endpoint, sql: &str) {
    let live = Database::of(endpoint);
    let shadow = live.beside(&own_name(SHADOW, live.name()));
    // A lock that is not given is a failure, not a wait.
    shadow.run([format!("SET lock_timeout = '5s'; {sql}")]);
}

impl Harness for PostgresHarness {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(PostgresEngine)
    }

    fn endpoint(&self, folder: &Path, name: &str) -> Endpoint {
        let database = database_in(folder, name);
        Endpoint {
            url: match self.major {
                None => PostgresServer::shared_in(folder).url(&database),
                Some(_) => self.server().url(&database),
            },
            database: name.to_owned(),
            password: None,
            owner: None,
            policy: TargetPolicy::default(),
        }
    }

    fn seed(&self, endpoint: &Endpoint, seed: Seed) {
        let database = Database::of(endpoint);
        let maintenance = database.maintenance();
        sweep(&maintenance);
        let name = identifier(database.name());
        maintenance.run([
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name} TEMPLATE template0"),
        ]);
        database.run(seeds::sql(seed));
        if seed == Seed::Everything {
            let version = &maintenance.rows("SHOW server_version_num")[0][0];
            let version: u32 = version.parse().expect("a number");
            database.run(seeds::of_newer_servers(version / 10000));
        }
    }

    fn plant(&self, endpoint: &Endpoint, rows: &[Planted]) {
        let dialect = Dialect {
            text: "text",
            document: "jsonb",
            list: "text[]",
            bytes: "bytea",
            list_literal: |elements| format!("ARRAY[{}]", elements.join(", ")),
            bytes_literal: |digits| format!("decode('{digits}', 'hex')"),
        };
        Database::of(endpoint).run(canary_sql(rows, &dialect));
    }

    fn fingerprint(&self, endpoint: &Endpoint) -> String {
        fingerprint(self.server(), &Database::of(endpoint))
    }

    fn read_generation(&self, endpoint: &Endpoint) -> Result<u32, String> {
        let sql = "SELECT min(generation), count(DISTINCT generation),
                      (SELECT count(*) FROM writes) - (SELECT sum(writes) FROM totals) FROM items";
        let rows = Database::of(endpoint).patiently(sql)?;
        match rows[0].as_slice() {
            [generation, numbers, difference] if numbers == "1" && difference == "0" => generation
                .parse()
                .map_err(|_| format!("generation {generation}")),
            other => Err(format!(
                "least number, count of numbers, difference of writes and totals: {other:?}"
            )),
        }
    }

    fn write(&self, endpoint: &Endpoint) -> Result<(), String> {
        let sql = "INSERT INTO writes DEFAULT VALUES; UPDATE totals SET writes = writes + 1;";
        Database::of(endpoint).patiently(sql).map(drop)
    }

    fn schema_changes(&self) -> Vec<SchemaChange> {
        let change = |(name, sql): (&'static str, &'static str)| SchemaChange {
            name,
            apply: Box::new(move |endpoint| Database::of(endpoint).run([sql])),
        };
        SCHEMA_CHANGES.into_iter().map(change).collect()
    }

    fn lose_a_row(&self, endpoint: &Endpoint) {
        run_in_shadow(endpoint, "DELETE FROM items WHERE id = 0");
    }

    fn break_a_constraint(&self, endpoint: &Endpoint) {
        let sql =
            "SET session_replication_role = replica; UPDATE notes SET person = -1 WHERE id = 0";
        run_in_shadow(endpoint, sql);
    }

    fn write_stamp(&self, endpoint: &Endpoint, stamp: &Stamp) {
        let database = Database::of(endpoint);
        let sql = "SELECT oid FROM pg_database WHERE datname = current_database()";
        let oid: u32 = database.rows(sql)[0][0].parse().expect("a number");
        let mark = serde_json::json!({
            "database_oid": oid,
            "fence": stamp.token,
            "stamp": stamp,
        });
        let comment = format!("weir:1:{mark}").replace('\'', "''");
        let name = identifier(database.name());
        database.run([format!("COMMENT ON DATABASE {name} IS '{comment}'")]);
    }

    fn deleting_script(&self) -> String {
        "DELETE FROM notes;".to_owned()
    }

    fn renaming_script(&self) -> String {
        "UPDATE people SET name = 'x';".to_owned()
    }

    fn failing_scripts(&self) -> Vec<String> {
        let script = |last: &&str| format!("UPDATE people SET name = 'x';\n{last}\n");
        seeds::FAILING_SCRIPTS.iter().map(script).collect()
    }

    fn remains(&self, endpoint: &Endpoint) -> Vec<String> {
        let live = Database::of(endpoint);
        let own = [SHADOW, ON_ITS_WAY_OUT].map(|kind| own_name(kind, live.name()));
        // A drill's name begins with that of the database it is of.
        let drill = format!("{DRILL}{}", live.name());
        let drills = [format!("{SHADOW}{drill}"), drill];
        let rows = live.maintenance().rows("SELECT datname FROM pg_database");
        let names = rows.into_iter().flatten();
        let unfinished = |name: &String| {
            own.contains(name) || drills.iter().any(|drill| name.starts_with(drill))
        };
        names.filter(unfinished).collect()
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(300)
    }

    fn number(&self, number: i64) -> Replacement {
        Replacement::Text(number.to_string())
    }

    fn storage(&self, endpoint: &Endpoint, _folder: &Path) -> Vec<PathBuf> {
        let live = Database::of(endpoint);
        let own = [SHADOW, PREVIOUS].map(|kind| own_name(kind, live.name()));
        let names = [live.name(), &own[0], &own[1]].map(|name| format!("'{name}'"));
        // What is in memory only is written down first.
        live.maintenance().run(["CHECKPOINT"]);
        let sql = format!(
            "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database \
             WHERE datname IN ({})",
            names.join(", ")
        );
        let rows = live.maintenance().rows(&sql);
        rows.into_iter().flatten().map(PathBuf::from).collect()
    }

    fn foreign_dump(&self, endpoint: &Endpoint, folder: &Path) -> Vec<PathBuf> {
        let file = folder.join("foreign.dump");
        let into = file.display().to_string();
        let arguments = ["--format", "custom", "--file", &into];
        let name = Database::of(endpoint).name().to_owned();
        let dumped = self.server().run("pg_dump", &name, &arguments);
        dumped.expect("make a dump as anybody does");
        vec![file]
    }

    fn unusable(&self, folder: &Path) -> Vec<Unusable> {
        unusable::unusable(folder)
    }
}
