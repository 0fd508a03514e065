//! Reading the part that says what is in the others.

use crate::dump::CONTENTS;
use crate::dump::archive::Archive;
use weir_engine::PartSource;
use weir_model::error::{Error, Kind, Result};

/// The most bytes of a table of contents that are taken: some hundred thousand objects.
const MOST: usize = 512 << 20;

/// Reads the table of contents.
pub(crate) async fn read(parts: &dyn PartSource) -> Result<Archive> {
    Archive::parse(&whole(parts, CONTENTS).await?)
}

/// Reads a small part as a whole.
pub(crate) async fn whole(parts: &dyn PartSource, name: &str) -> Result<Vec<u8>> {
    let backup = parts.manifest().backup.as_str();
    if parts.manifest().part(name).is_none() {
        return Err(wrong(backup, &format!("its manifest lists no part {name}")));
    }
    let mut reader = parts.open(name).await?;
    let mut bytes = Vec::new();
    while let Some(content) = reader.next().await? {
        bytes.extend_from_slice(&content);
        if bytes.len() > MOST {
            return Err(wrong(backup, &format!("its part {name} is too large")));
        }
    }
    Ok(bytes)
}

/// The error of a backup that is not one of this engine's.
pub(super) fn wrong(backup: &str, cause: &str) -> Error {
    Error::new(Kind::Corrupt, format!("read the backup {backup}"), cause)
        .hint("choose a backup of a PostgreSQL database")
}
