use crate::config::{Database, Place, Subject};
use crate::load::{create_private, remove_if_present, sync_file};
use std::path::Path;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Writes a database anew in place of itself, without free pages, and with another page size if
/// one is given. The database is one of Weir's own, which nobody else has open.
pub(crate) fn rewrite(
    place: &Place,
    path: &Path,
    page_size: Option<i64>,
    kind: Kind,
    context: &Context,
) -> Result<()> {
    let new = place.rewritten();
    remove_if_present(&new, context)?;
    // Made before SQLite writes to it, so that it is private from its first byte.
    drop(create_private(&new, context)?);
    let written = vacuum_into(path, &new, page_size, kind, context);
    if let Err(error) = written {
        remove_if_present(&new, context)?;
        return Err(error);
    }
    sync_file(&new, context)?;
    std::fs::rename(&new, path)
        .map_err(|error| Subject::new(path, kind, context).io("replace", error))
}

fn vacuum_into(
    path: &Path,
    new: &Path,
    page_size: Option<i64>,
    kind: Kind,
    context: &Context,
) -> Result<()> {
    let database = Database::write(path, kind, context)?;
    // The target is a text to SQLite: a name that is none would become another file's.
    let Some(new) = new.to_str() else {
        return Err(Error::new(
            kind,
            format!("write {} anew", path.display()),
            "its path is not UTF-8",
        )
        .hint("give the database a path in UTF-8"));
    };
    if let Some(page_size) = page_size {
        database.run("prepare", &format!("PRAGMA page_size = {page_size}"))?;
    }
    database
        .connection
        .execute("VACUUM INTO ?1", [new])
        .map(|_| ())
        .map_err(|error| database.subject.failure("write anew", error))
}
