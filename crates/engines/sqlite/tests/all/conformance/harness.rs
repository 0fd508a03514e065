//! SQLite's side of the conformance suite: plain connections, none of the engine's code.

use super::seeds;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{Endpoint, Engine, TargetPolicy};
use weir_engine_sqlite::SqliteEngine;
use weir_model::stamp::Stamp;
use weir_testkit::conformance::{
    Dialect, Harness, Planted, SchemaChange, Seed, Unusable, canary_sql,
};

/// How long an application waits for a busy database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Databases with one kind of journal.
pub(crate) struct SqliteHarness {
    pub(crate) journal: &'static str,
}

fn path(endpoint: &Endpoint) -> PathBuf {
    PathBuf::from(
        endpoint
            .url
            .strip_prefix("sqlite://")
            .expect("an url of ours"),
    )
}

fn beside(endpoint: &Endpoint, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path(endpoint).display()))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(connection)
}

fn run_in_shadow(endpoint: &Endpoint, sql: &str) {
    let shadow = connect(&beside(endpoint, ".weir-shadow")).expect("open the shadow");
    shadow.execute_batch(sql).expect("change the shadow");
}

/// Every row of every table, sorted: tables without rowid have no order that must hold.
fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let quoted = table.replace('"', "\"\"");
    let mut statement = connection
        .prepare(&format!("SELECT rowid, * FROM \"{quoted}\""))
        .or_else(|_| connection.prepare(&format!("SELECT * FROM \"{quoted}\"")))
        .expect("read a table");
    let width = statement.column_count();
    let lines = statement.query_map([], |row| {
        let mut line = String::new();
        for column in 0..width {
            let value: ValueRef<'_> = row.get_ref(column)?;
            write!(line, "{value:?}|").expect("write to a string");
        }
        Ok(line)
    });
    let mut lines: Vec<String> = lines
        .expect("read a table")
        .map(|line| line.unwrap())
        .collect();
    lines.sort();
    lines
}

fn read_generation(path: &Path) -> rusqlite::Result<(i64, i64, i64)> {
    let connection = connect(path)?;
    let sql = "SELECT min(generation), count(DISTINCT generation),
                      (SELECT count(*) FROM writes) - (SELECT writes FROM totals) FROM items";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

impl Harness for SqliteHarness {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(SqliteEngine)
    }

    fn endpoint(&self, folder: &Path, name: &str) -> Endpoint {
        Endpoint {
            url: format!("sqlite://{}/{name}.db", folder.display()),
            database: name.to_owned(),
            password: None,
            owner: None,
            policy: TargetPolicy::default(),
        }
    }

    fn seed(&self, endpoint: &Endpoint, seed: Seed) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            // What is not there need not go.
            let _ = std::fs::remove_file(beside(endpoint, ending));
        }
        let connection = Connection::open(path(endpoint)).expect("make a database");
        connection
            .pragma_update(None, "journal_mode", self.journal)
            .expect("set the journal mode");
        let sql = format!("BEGIN; {} COMMIT; PRAGMA user_version;", seeds::sql(seed));
        // The last statement returns a row, and makes SQLite write an empty database too.
        connection.execute_batch(&sql).expect("fill the database");
        connection
            .execute_batch("VACUUM")
            .expect("write the database");
    }

    fn plant(&self, endpoint: &Endpoint, rows: &[Planted]) {
        let dialect = Dialect {
            text: "TEXT",
            document: "TEXT",
            list: "TEXT",
            bytes: "BLOB",
            list_literal: |elements| format!("json_array({})", elements.join(", ")),
            bytes_literal: |digits| format!("x'{digits}'"),
        };
        let sql = canary_sql(rows, &dialect).join("; ");
        let planted = connect(&path(endpoint)).and_then(|live| live.execute_batch(&sql));
        planted.expect("plant canaries");
    }

    fn fingerprint(&self, endpoint: &Endpoint) -> String {
        let connection = connect(&path(endpoint)).expect("open the database");
        let mut text = String::new();
        for pragma in ["user_version", "application_id", "encoding", "auto_vacuum"] {
            let value = connection.pragma_query_value(None, pragma, |row| {
                row.get_ref(0).map(|value| format!("{value:?}"))
            });
            writeln!(text, "{pragma} {value:?}").expect("write to a string");
        }
        let mut statement = connection
            .prepare(
                "SELECT type, name, coalesce(sql, '') FROM sqlite_schema
                 WHERE name != '_weir_stamp' ORDER BY type, name",
            )
            .expect("read the schema");
        let objects = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        for object in objects.expect("read the schema") {
            let (kind, name, sql): (String, String, String) = object.expect("read the schema");
            writeln!(text, "{kind} {name}: {sql}").expect("write to a string");
            if kind == "table" {
                writeln!(text, "{:#?}", rows(&connection, &name)).expect("write to a string");
            }
        }
        text
    }

    fn read_generation(&self, endpoint: &Endpoint) -> Result<u32, String> {
        match read_generation(&path(endpoint)) {
            Ok((generation, 1, 0)) => u32::try_from(generation).map_err(|error| error.to_string()),
            Ok((_, numbers, difference)) => Err(format!(
                "items hold {numbers} numbers, writes and totals differ by {difference}"
            )),
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(&self, endpoint: &Endpoint) -> Result<(), String> {
        let sql = "BEGIN IMMEDIATE;
                   INSERT INTO writes DEFAULT VALUES;
                   UPDATE totals SET writes = writes + 1;
                   COMMIT;";
        connect(&path(endpoint))
            .and_then(|connection| connection.execute_batch(sql))
            .map_err(|error| error.to_string())
    }

    fn schema_changes(&self) -> Vec<SchemaChange> {
        let change = |(name, sql): (&'static str, &'static str)| SchemaChange {
            name,
            apply: Box::new(move |endpoint| {
                let connection = connect(&path(endpoint)).expect("open the database");
                connection.execute_batch(sql).expect("change the schema");
            }),
        };
        seeds::SCHEMA_CHANGES.into_iter().map(change).collect()
    }

    fn lose_a_row(&self, endpoint: &Endpoint) {
        run_in_shadow(endpoint, "DELETE FROM items WHERE id = 0");
    }

    fn break_a_constraint(&self, endpoint: &Endpoint) {
        run_in_shadow(endpoint, "UPDATE notes SET person = -1 WHERE id = 0");
    }

    fn write_stamp(&self, endpoint: &Endpoint, stamp: &Stamp) {
        let connection = connect(&path(endpoint)).expect("open the database");
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS _weir_stamp(stamp TEXT); DELETE FROM _weir_stamp;",
            )
            .expect("make room for the stamp");
        let stamp = serde_json::to_string(stamp).expect("write the stamp down");
        connection
            .execute("INSERT INTO _weir_stamp VALUES (?1)", [stamp])
            .expect("write the stamp");
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
        let live = path(endpoint);
        let name = live
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let allowed = ["", "-wal", "-shm", ".weir-lock", ".weir-previous"];
        std::fs::read_dir(live.parent().expect("a folder"))
            .expect("read the folder")
            .map(|entry| {
                entry
                    .expect("read the folder")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|file| {
                file.strip_prefix(&name)
                    .is_some_and(|end| !allowed.contains(&end))
            })
            .collect()
    }

    fn foreign_dump(&self, endpoint: &Endpoint, folder: &Path) -> Vec<PathBuf> {
        let copy = folder.join("foreign.db");
        connect(&path(endpoint))
            .and_then(|database| {
                database.backup("main", &copy, None::<fn(rusqlite::backup::Progress)>)
            })
            .expect("make a copy as `.backup` does");
        vec![copy]
    }

    fn unusable(&self, folder: &Path) -> Vec<Unusable> {
        let garbage = self.endpoint(folder, "garbage");
        std::fs::write(path(&garbage), "person-1@generation-1.example".repeat(500))
            .expect("write garbage");
        let directory = self.endpoint(folder, "directory");
        std::fs::create_dir_all(path(&directory)).expect("make a folder");
        let case = |why, endpoint| Unusable { why, endpoint };
        vec![
            case("something else", garbage),
            case("a folder", directory),
            case(
                "in a folder that is not there",
                self.endpoint(&folder.join("nowhere"), "it"),
            ),
            case(
                "an address of something else",
                Endpoint {
                    url: "postgres://localhost/it".to_owned(),
                    ..self.endpoint(folder, "it")
                },
            ),
        ]
    }
}
