use super::digest_tables;
use crate::catalog;
use crate::config::{Database, Place};
use std::os::unix::fs::MetadataExt as _;
use weir_engine::{Contents, Context};
use weir_model::error::{Kind, Result};

/// Everything the live database holds, read in one transaction, and whose file it is.
pub(crate) fn contents(place: &Place, context: &Context) -> Result<Contents> {
    let database = Database::read(place.live(), Kind::Source, context)?;
    database.run("begin to read", "BEGIN")?;
    let catalog = catalog::read(&database)?;
    let tables = digest_tables(&database, &catalog, None)?;
    database.run("end reading", "COMMIT")?;
    let file =
        std::fs::metadata(place.live()).map_err(|error| database.subject.io("look at", error))?;
    let ownership = [
        ("group", file.gid().to_string()),
        ("mode", format!("{:04o}", file.mode() & 0o7777)),
        ("owner", file.uid().to_string()),
    ];
    Ok(Contents {
        catalog,
        tables,
        ownership: ownership
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
    })
}
