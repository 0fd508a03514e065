//! MariaDB's side of the conformance suite: plain SQL and the stock tools, none of the engine's
//! code.

use super::client::{Database, identifier, literal, wait};
use super::fingerprint::{dump, fingerprint};
use super::folders::{database_in, own_name, sweep};
use super::schema_changes::SCHEMA_CHANGES;
use super::{seeds, unusable};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use weir_engine::{Context, Endpoint, Engine, Replacement, SilentObserver};
use weir_engine_mysql::MysqlEngine;
use weir_model::stamp::Stamp;
use weir_testkit::conformance::{
    Dialect, Harness, Planted, SchemaChange, Seed, Unusable, canary_sql,
};
use weir_testkit::mariadb::{MariadbServer, ServerAddress};

/// What the names of Weir's own schemas and tables begin with.
pub(crate) const SHADOW: &str = "_weir_new_";
pub(crate) const PREVIOUS: [&str; 2] = ["_weir_old_", "_weir_was_"];
pub(crate) const MARK: &str = "_weir_mark_";
const DRILL: &str = "_weir_drill_";

/// How a dump is made by anybody; routines and events are left out unless asked for.
const FOREIGN: [&str; 6] = [
    "--databases",
    "--single-transaction",
    "--routines",
    "--events",
    "--triggers",
    "--hex-blob",
];

/// Databases of one server, which all rules share.
#[derive(Default, Clone)]
pub(crate) struct MariadbHarness {
    /// The server, where it is not the shared one.
    pub(crate) server: Option<Arc<MariadbServer>>,
}

impl MariadbHarness {
    /// The server.
    pub(crate) fn server(&self) -> &ServerAddress {
        match &self.server {
            None => MariadbServer::shared(),
            Some(server) => server,
        }
    }
}

/// The schema in which a copy of that database is built.
pub(crate) fn shadow(endpoint: &Endpoint) -> Database {
    let live = Database::of(endpoint);
    live.beside(&own_name(SHADOW, live.name()))
}

/// A lock that is not given is a failure, not a wait.
fn run_in_shadow(endpoint: &Endpoint, sql: &str) {
    let settings =
        "SET lock_wait_timeout = 5, innodb_lock_wait_timeout = 5, foreign_key_checks = 0";
    shadow(endpoint).run(&format!("{settings}; {sql}"));
}

/// The mark of a run, as the engine writes it into a database: it counts in that place only.
fn mark(endpoint: &Endpoint, stamp: &Stamp) -> String {
    let endpoint = endpoint.clone();
    let place = wait(async move {
        let context = Context::new(Arc::new(SilentObserver));
        MysqlEngine.identity(&endpoint, &context).await
    });
    let place = place.expect("ask who the database is");
    serde_json::json!({ "place": place, "fence": stamp.token, "stamp": stamp }).to_string()
}

impl Harness for MariadbHarness {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(MysqlEngine)
    }

    fn endpoint(&self, folder: &Path, name: &str) -> Endpoint {
        let database = database_in(folder, name);
        let endpoint = match &self.server {
            None => MariadbServer::shared_in(folder).endpoint(&database),
            Some(server) => server.endpoint(&database),
        };
        Endpoint {
            database: name.to_owned(),
            ..endpoint
        }
    }

    fn seed(&self, endpoint: &Endpoint, seed: Seed) {
        let database = Database::of(endpoint);
        sweep(&database.server());
        let name = database.quoted();
        // Neither the character set nor the collation is the server's own.
        database.server().run(&format!(
            "DROP DATABASE IF EXISTS {name};
             CREATE DATABASE {name} CHARACTER SET latin1 COLLATE latin1_german2_ci"
        ));
        for sql in seeds::sql(seed) {
            let made = self.server().try_run(database.name(), &sql);
            made.expect("fill a database");
        }
    }

    fn plant(&self, endpoint: &Endpoint, rows: &[Planted]) {
        let dialect = Dialect {
            text: "VARCHAR(80)",
            document: "JSON",
            list: "JSON",
            bytes: "BLOB",
            list_literal: |elements| format!("JSON_ARRAY({})", elements.join(", ")),
            bytes_literal: |digits| format!("X'{digits}'"),
        };
        let database = Database::of(endpoint);
        for sql in canary_sql(rows, &dialect) {
            database.run(&sql);
        }
    }

    fn fingerprint(&self, endpoint: &Endpoint) -> String {
        fingerprint(self.server(), &Database::of(endpoint))
    }

    fn read_generation(&self, endpoint: &Endpoint) -> Result<u32, String> {
        let sql = "SELECT MIN(generation), COUNT(DISTINCT generation),
                      (SELECT COUNT(*) FROM writes) - (SELECT SUM(writes) FROM totals) FROM items";
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
        let sql = "START TRANSACTION; INSERT INTO writes VALUES (); \
                   UPDATE totals SET writes = writes + 1; COMMIT";
        Database::of(endpoint).patiently(sql).map(drop)
    }

    fn schema_changes(&self) -> Vec<SchemaChange> {
        let change = |(name, sql): (&'static str, &'static str)| SchemaChange {
            name,
            apply: Box::new(move |endpoint| {
                let unchecked = format!("SET foreign_key_checks = 0; {sql}");
                Database::of(endpoint).run(&unchecked);
            }),
        };
        SCHEMA_CHANGES.into_iter().map(change).collect()
    }

    fn lose_a_row(&self, endpoint: &Endpoint) {
        run_in_shadow(endpoint, "DELETE FROM items WHERE id = 0");
    }

    fn break_a_constraint(&self, endpoint: &Endpoint) {
        run_in_shadow(endpoint, "UPDATE notes SET person = -1 WHERE id = 0");
    }

    fn write_stamp(&self, endpoint: &Endpoint, stamp: &Stamp) {
        let database = Database::of(endpoint);
        let is_mark = format!(
            "table_schema = DATABASE() AND LEFT(table_name, {}) = '{MARK}'",
            MARK.len()
        );
        let marks = format!("SELECT table_name FROM information_schema.tables WHERE {is_mark}");
        let new = identifier(&format!("{MARK}{:020}", stamp.token.0));
        let document = literal(&mark(endpoint, stamp));
        let mut sql = format!(
            "CREATE OR REPLACE TABLE {new} (piece INT UNSIGNED NOT NULL PRIMARY KEY, \
             document LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL) ENGINE=InnoDB; \
             INSERT INTO {new} VALUES (0, {document})"
        );
        for old in database.rows(&marks).into_iter().flatten() {
            sql = format!("DROP TABLE {}; {sql}", identifier(&old));
        }
        database.run(&sql);
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
        let own = own_name(SHADOW, live.name());
        // A drill's name begins with that of the database it is of.
        let drill = format!("{DRILL}{}", live.name());
        let drills = [format!("{SHADOW}{drill}"), drill];
        let rows = live
            .server()
            .rows("SELECT schema_name FROM information_schema.schemata");
        let mut found: Vec<String> = rows.into_iter().flatten().collect();
        found.retain(|name| {
            *name == own || drills.iter().any(|drill| name.starts_with(drill.as_str()))
        });
        found.extend(half_renamed(&live));
        found
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(300)
    }

    fn number(&self, number: i64) -> Replacement {
        Replacement::Integer(number)
    }

    fn storage(&self, endpoint: &Endpoint, _folder: &Path) -> Vec<PathBuf> {
        let live = Database::of(endpoint);
        let databases = [live.name().to_owned(), own_name(SHADOW, live.name())];
        let data = &live.server().rows("SELECT @@datadir")[0][0];
        let folders = databases.iter().map(|name| {
            write_down(&live.beside(name));
            Path::new(data).join(file_name(name))
        });
        folders.filter(|folder| folder.is_dir()).collect()
    }

    fn foreign_dump(&self, endpoint: &Endpoint, folder: &Path) -> Vec<PathBuf> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let file = folder.join("foreign.sql");
        let text = dump_as_anybody(self.server(), &Database::of(endpoint));
        std::fs::write(&file, text).expect("write a dump");
        if NUMBER.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return vec![file];
        }
        let zipped = Command::new("gzip").arg("--force").arg(&file).status();
        assert!(zipped.expect("run gzip").success());
        vec![folder.join("foreign.sql.gz")]
    }

    fn unusable(&self, folder: &Path) -> Vec<Unusable> {
        unusable::unusable(folder)
    }
}

/// A dump with the stamps and replaced tables that are there: nobody else knows of them.
fn dump_as_anybody(server: &ServerAddress, database: &Database) -> String {
    dump(server, database, &FOREIGN)
}

/// Tables whose counterpart is missing: a replaced one beside no mark, or several marks.
fn half_renamed(live: &Database) -> Vec<String> {
    let name = literal(live.name());
    let rows = live.server().rows(&format!(
        "SELECT table_name FROM information_schema.tables \
         WHERE table_schema = {name} AND LEFT(table_name, 6) = '_weir_'"
    ));
    let mut found: Vec<String> = rows.into_iter().flatten().collect();
    let marks = found.iter().filter(|name| name.starts_with(MARK)).count();
    let replaced = |name: &String| PREVIOUS.iter().any(|previous| name.starts_with(previous));
    let known = |name: &String| name.starts_with(MARK) || replaced(name);
    if marks == 1 || (marks == 0 && !found.iter().any(replaced)) {
        found.retain(|name| !known(name));
    }
    found
}

/// Sees that what is in memory only is written to the files of the tables.
fn write_down(database: &Database) {
    let name = literal(database.name());
    let rows = database.server().rows(&format!(
        "SELECT table_name FROM information_schema.tables \
         WHERE table_schema = {name} AND engine = 'InnoDB' AND table_type <> 'SEQUENCE'"
    ));
    let tables: Vec<String> = rows.concat().iter().map(|name| identifier(name)).collect();
    if !tables.is_empty() {
        let tables = tables.join(", ");
        // A table that is in use, or gone meanwhile, is looked at as it is.
        let mut connection = database.connect();
        connection.run("SET lock_wait_timeout = 1");
        let _ = connection.ask(&format!("FLUSH TABLES {tables} FOR EXPORT"));
        connection.run("UNLOCK TABLES");
    }
}

/// The folder of a database.
fn file_name(name: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => letter.to_string(),
        other => format!("@{:04x}", u32::from(other)),
    };
    name.chars().map(letter).collect()
}
