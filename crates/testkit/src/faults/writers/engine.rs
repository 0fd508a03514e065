//! The engines at whose targets writers meet, and what a database of theirs holds, read without
//! Weir.

use crate::fake::FakeEngine;
use crate::fake::document::{Cell, Document, Table};
use crate::faults::reader;
use rusqlite::Connection;
use std::path::Path;
use weir_model::catalog::Column;
use weir_model::error::Kind;
use weir_model::stamp::Stamp;
use weir_pipeline::Engines;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    /// Databases are JSON files.
    Fake,
}

impl Engine {
    /// Its name in the tally.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Fake => "fake",
        }
    }

    /// The name that a configuration knows it by.
    pub(super) fn configured(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Fake => "mongodb",
        }
    }

    /// A build that carries it.
    pub(super) fn engines(self) -> Engines {
        let fake = FakeEngine::in_place_of(Self::Fake.configured());
        Engines::built_in().with(std::sync::Arc::new(fake))
    }

    /// The file of an environment's database.
    pub(super) fn file(self, environment: &str) -> String {
        match self {
            Self::Sqlite => format!("{environment}.db"),
            Self::Fake => format!("{environment}.json"),
        }
    }

    /// The url of an environment's database in a folder.
    pub(super) fn url(self, folder: &Path, environment: &str) -> String {
        format!(
            "{}://{}/{}",
            self.name(),
            folder.display(),
            self.file(environment)
        )
    }

    /// Makes a database hold a generation, and nothing else.
    pub(super) fn fill(self, path: &Path, rows: i64, generation: i64) {
        match self {
            Self::Sqlite => {
                let sql = format!(
                    "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, generation INT, filler TEXT);
                     BEGIN; DELETE FROM users;
                     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                     INSERT INTO users SELECT i, {generation}, printf('%0200d', i) FROM n; COMMIT;"
                );
                Connection::open(path)
                    .and_then(|database| database.execute_batch(&sql))
                    .expect("fill a database");
            }
            Self::Fake => {
                let rows = (0..rows).map(|id| vec![Cell::Integer(id), Cell::Integer(generation)]);
                let users = Table {
                    name: "users".to_owned(),
                    columns: vec![column("id"), column("generation")],
                    foreign_keys: Vec::new(),
                    rows: rows.collect(),
                };
                Document::update(path, |document| document.tables = vec![users])
                    .expect("fill a database");
            }
        }
    }

    /// Everything a database holds but for what Weir keeps in it.
    pub(super) fn content(self, path: &Path) -> Result<String, String> {
        match self {
            Self::Sqlite => reader::content(path).map_err(|error| error.to_string()),
            Self::Fake => {
                let Document {
                    tables, objects, ..
                } = document(path)?;
                Ok(format!("{tables:?}{objects:?}"))
            }
        }
    }

    /// What the run that made a copy live left in it.
    pub(super) fn stamp(self, path: &Path) -> Result<Stamp, String> {
        match self {
            Self::Sqlite => reader::open(path)
                .and_then(|live| stamp_text(&live))
                .map_err(|error| error.to_string())
                .and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string())),
            Self::Fake => document(path)?
                .stamp
                .ok_or_else(|| "there is no stamp".to_owned()),
        }
    }
}

/// The stamp of a copy, as it is written.
pub(super) fn stamp_text(live: &Connection) -> rusqlite::Result<String> {
    live.query_row("SELECT stamp FROM _weir_stamp", [], |row| row.get(0))
}

fn document(path: &Path) -> Result<Document, String> {
    Document::read(path, Kind::Source)
        .map_err(|error| error.to_string())?
        .ok_or_else(|| "there is no database".to_owned())
}

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: "integer".to_owned(),
        nullable: false,
        primary_key: name == "id",
        unique: false,
        generated: false,
    }
}
