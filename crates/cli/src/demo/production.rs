//! The production database of the demo: the same bytes of data in every run.

use super::random::Random;
use super::{people, publishing};
use rusqlite::Connection;
use std::path::Path;
use weir_model::error::{Error, Kind, Result};

const SCHEMA: &str = include_str!("files/schema.sql");
const SEED: u64 = 0x7765_6972;

/// Makes the database, unless it is already there whole.
pub(super) fn make(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    // Made under another name, so that a demo that was stopped does not leave half of it.
    let unfinished = path.with_extension("db.unfinished");
    let _ = std::fs::remove_file(&unfinished);
    fill(&unfinished).map_err(|error| failed(path, error))?;
    std::fs::rename(&unfinished, path).map_err(|error| failed(path, error))
}

fn fill(path: &Path) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch(SCHEMA)?;
    let mut random = Random::new(SEED);
    let transaction = connection.transaction()?;
    people::users(&transaction, &mut random)?;
    publishing::fill(&transaction, &mut random)?;
    people::subscribers(&transaction, &mut random)?;
    people::audit_log(&transaction, &mut random)?;
    transaction.commit()?;
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    connection.close().map_err(|(_, error)| error)
}

fn failed(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::from_source(
        Kind::Target,
        format!("make the demo's {}", path.display()),
        error,
    )
    .hint("the demo needs about 60 MB in a folder it may write to; name one with --folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_set_is_tens_of_thousands_of_sound_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("production.db");
        make(&path).unwrap();
        let connection = Connection::open(&path).unwrap();
        let one = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        let broken = one("SELECT count(*) FROM pragma_foreign_key_check");
        let editions = one("SELECT count(*) FROM editions");
        let limited = one("SELECT count(*) FROM access_limits");
        let nulls = one("SELECT count(*) FROM subscribers WHERE address IS NULL");
        assert_eq!(broken, 0);
        assert!(
            editions > 10_000 && limited > 300 && nulls > 100,
            "{editions} {limited} {nulls}"
        );
    }
}
