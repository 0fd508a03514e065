//! From a newer version of the archive format to 1.14, which every `pg_restore` in use reads.

use super::{Archive, Compression, Entry, Version};
use weir_model::error::{Error, Kind, Result};

/// The letter of partitioned tables in `pg_class`.
const PARTITIONED: u8 = b'p';

impl Archive {
    /// The same in version 1.14 of the format, if that can hold all of it.
    ///
    /// # Errors
    /// `unsupported` when it cannot: partitioned tables with an access method of their own,
    /// compression other than gzip; `corrupt` when a group of large objects is none.
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
        self.ungroup_large_objects()?;
        for entry in &mut self.entries {
            refuse_newer(entry)?;
            entry.relation_kind = 0;
        }
        self.header.version = Version::V1_14;
        Ok(self)
    }
}

fn refuse_newer(entry: &Entry) -> Result<()> {
    if entry.relation_kind == PARTITIONED && entry.table_access_method.is_some() {
        let cause = format!(
            "entry {} ({}) is partitioned and has an access method",
            entry.dump_id, entry.description
        );
        return Err(refused(&cause));
    }
    Ok(())
}

fn refused(cause: &str) -> Error {
    let doing = "convert the dump's table of contents to archive version 1.14";
    Error::new(Kind::Unsupported, doing, cause)
        .hint("keep the version that pg_dump wrote: pg_restore of 17 and later reads it")
}
