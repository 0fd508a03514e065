//! The stamp of a restored copy: a table of Weir's own inside the database, with one row.

use crate::config::{Database, Place, Subject};
use rusqlite::OptionalExtension as _;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::Stamp;

/// The table. No catalog, digest or dump shows it.
pub(crate) const TABLE: &str = "_weir_stamp";

/// The stamp of the live copy.
pub(crate) fn live(place: &Place, context: &Context) -> Result<Option<Stamp>> {
    if !place.has_database() {
        return Ok(None);
    }
    let found = Database::read(place.live(), Kind::Source, context).and_then(|live| read(&live));
    if found.is_err() && place.was_target() && !place.journals().is_empty() {
        // A swap that died halfway: SQLite undoes it for whoever may write. A database that Weir
        // never wrote is left to its application.
        return read(&Database::write(place.live(), Kind::Target, context)?);
    }
    found
}

/// The stamp of the previous copy.
pub(crate) fn previous(place: &Place, context: &Context) -> Result<Option<Stamp>> {
    let path = place.previous();
    if !path.exists() {
        return Ok(None);
    }
    read(&Database::read(&path, Kind::Target, context)?)
}

/// The stamp in a database. One that this version cannot read counts as none, so that the data
/// is taken for raw.
pub(crate) fn read(database: &Database) -> Result<Option<Stamp>> {
    let failure = |error| database.subject.failure("read the stamp of", error);
    let present: bool = database
        .connection
        .query_row(
            "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = ?1",
            [TABLE],
            |row| row.get(0),
        )
        .map_err(failure)?;
    if !present {
        return Ok(None);
    }
    let text: Option<String> = database
        .connection
        .query_row("SELECT stamp FROM main._weir_stamp LIMIT 1", [], |row| {
            row.get(0)
        })
        .optional()
        .map_err(failure)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Writes a stamp into a copy that is not live yet.
pub(crate) fn write(database: &Database, stamp: &Stamp) -> Result<()> {
    let text =
        serde_json::to_string(stamp).map_err(|error| unwritable(&database.subject, error))?;
    remove(database)?;
    database.run(
        "stamp",
        "CREATE TABLE main._weir_stamp(stamp TEXT NOT NULL)",
    )?;
    database
        .connection
        .execute("INSERT INTO main._weir_stamp(stamp) VALUES (?1)", [text])
        .map_err(|error| database.subject.failure("stamp", error))?;
    Ok(())
}

/// Takes the stamp out, bytes included.
pub(crate) fn remove(database: &Database) -> Result<()> {
    database.run(
        "take the stamp out of",
        "PRAGMA main.secure_delete = ON; DROP TABLE IF EXISTS main._weir_stamp",
    )
}

fn unwritable(subject: &Subject, error: serde_json::Error) -> Error {
    let doing = format!("stamp {}", subject.path.display());
    Error::from_source(Kind::Internal, doing, error)
        .hint("this is a bug in Weir: please report it with the run's log")
}
