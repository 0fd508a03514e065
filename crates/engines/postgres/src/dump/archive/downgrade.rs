//! From a newer version of the archive format to 1.14, which every `pg_restore` in use reads.

use super::{Archive, Compression, Entry, Version};
use weir_model::error::{Error, Kind, Result};

/// The letter of partitioned tables in `pg_class`.
const PARTITIONED: u8 = b'p';
/// The one file that 1.14 lists large objects in.
pub(super) const LARGE_OBJECTS_FILE: &str = "blobs.toc";

impl Archive {
    /// The same in version 1.14 of the format, if that can hold all of it.
    ///
    /// # Errors
    /// `unsupported` when it cannot: large objects as PostgreSQL 17 groups them, partitioned
    /// tables with an access method of their own, compression other than gzip.
    pub(crate) fn into_version_1_14(mut self) -> Result<Self> {
        if self.header.version == Version::V1_14 {
            return Ok(self);
        }
        self.header.compression = match self.header.compression {
            Compression::None => Compression::None,
            Compression::Gzip { .. } => Compression::Gzip { level: None },
            Compression::Lz4 | Compression::Zstd => {
                return Err(refused("its files are compressed by other than gzip"));
            }
        };
        for entry in &mut self.entries {
            refuse_newer(entry)?;
            entry.relation_kind = 0;
        }
        self.header.version = Version::V1_14;
        Ok(self)
    }
}

fn refuse_newer(entry: &Entry) -> Result<()> {
    let named = || format!("entry {} ({})", entry.dump_id, entry.description);
    let begins = |prefix: &[u8]| {
        let tag = entry.tag.as_ref();
        tag.is_some_and(|tag| tag.as_bytes().starts_with(prefix))
    };
    let elsewhere = || {
        let file = entry.file_name.as_ref();
        file.is_none_or(|file| *file != LARGE_OBJECTS_FILE)
    };
    if entry.is("BLOB METADATA")
        || (entry.is("BLOBS") && elsewhere())
        || (entry.is("ACL") && begins(b"LARGE OBJECTS "))
    {
        let cause = format!("{} groups large objects", named());
        return Err(refused(&cause));
    }
    if entry.relation_kind == PARTITIONED && entry.table_access_method.is_some() {
        let cause = format!("{} is partitioned and has an access method", named());
        return Err(refused(&cause));
    }
    Ok(())
}

fn refused(cause: &str) -> Error {
    let doing = "convert the dump's table of contents to archive version 1.14";
    Error::new(Kind::Unsupported, doing, cause)
        .hint("keep the version that pg_dump wrote: pg_restore of 17 and later reads it")
}
