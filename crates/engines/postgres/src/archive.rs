//! The table of contents (`toc.dat`) of a dump in `pg_dump`'s directory format: read, written,
//! converted to what older readers take, and completed with the data that Weir dumps itself.
//!
//! An archive has a header and entries, one for each object and each piece of data, in the order
//! in which a restore makes them. What is read and written again is the same, byte for byte.

mod downgrade;
mod entry;
mod header;
mod merge;
mod primitives;
mod text;

pub use entry::{CatalogId, DumpId, Entry, Section};
pub use header::{Compression, Header, Version};
pub(crate) use merge::{SequenceSet, TableData};
pub use text::Text;

use primitives::{Reader, Writer};
use weir_model::error::Result;

/// A table of contents: what `toc.dat` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Who wrote it, from what, and how.
    pub header: Header,
    /// The objects and their data, in the order of a restore.
    pub entries: Vec<Entry>,
}

impl Archive {
    /// Reads the bytes of a `toc.dat`. They may be anything: what is allocated is bounded by
    /// their number.
    ///
    /// # Errors
    /// `corrupt`, with the position, when they are no such file, or not one to its end;
    /// `unsupported` when a `pg_dump` that Weir does not know wrote it.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let header = Header::read(&mut reader)?;
        let count = reader.count("the number of entries")?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(Entry::read(&mut reader, header.version)?);
        }
        reader.end()?;
        Ok(Self { header, entries })
    }

    /// The bytes of its `toc.dat`.
    ///
    /// # Errors
    /// `internal` when its version has no place for what it holds (a kind of relation or a
    /// compression that a newer version brought), or it is larger than the format allows.
    pub fn emit(&self) -> Result<Vec<u8>> {
        let mut writer = Writer::default();
        self.header.write(&mut writer)?;
        writer.count(self.entries.len(), "the number of entries")?;
        for entry in &self.entries {
            entry.write(&mut writer, self.header.version)?;
        }
        Ok(writer.into_bytes())
    }
}
