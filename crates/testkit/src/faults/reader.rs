//! Reading a database without any of Weir's code.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::time::Duration;

/// Opens a database to read it, as a client would.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(60))?;
    Ok(connection)
}

/// The digest of every definition and every row of a database, but for what Weir keeps in it.
pub(super) fn content(path: &Path) -> rusqlite::Result<String> {
    let database = open(path)?;
    let mut hash = Sha256::new();
    let mut statement = database.prepare(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_schema
         WHERE name NOT LIKE '%weir%' ORDER BY type, name",
    )?;
    let objects: Vec<(String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (kind, name, definition) in objects {
        hash.update(format!("{kind}\0{name}\0{definition}\0"));
        if kind == "table" {
            rows(&database, &name, &mut hash)?;
        }
    }
    Ok(format!("{:x?}", hash.finalize()))
}

fn rows(database: &Connection, table: &str, hash: &mut Sha256) -> rusqlite::Result<()> {
    let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY 1"))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => hash.update(b"n"),
                ValueRef::Integer(number) => hash.update(number.to_be_bytes()),
                ValueRef::Real(number) => hash.update(number.to_bits().to_be_bytes()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    hash.update(bytes.len().to_be_bytes());
                    hash.update(bytes);
                }
            }
        }
    }
    Ok(())
}
