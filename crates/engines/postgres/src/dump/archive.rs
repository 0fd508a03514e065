//! Archives of `pg_dump`: the table of contents of a dump (`toc.dat`) read, written, converted to
//! what older readers take, and completed with the data that Weir dumps itself; and archives that
//! others made, of one file or in a directory, read to their end.
//!
//! An archive has a header and entries, one for each object and each piece of data, in the order
//! in which a restore makes them. What is read and written again is the same, byte for byte.

mod custom;
mod data;
mod directory;
mod downgrade;
mod entry;
mod grants;
mod header;
mod keywords;
mod large_objects;
mod merge;
mod names;
mod owner;
mod primitives;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use custom::{Content, CustomReader, Data};
pub(crate) use data::{SequenceSet, TableData};
pub(crate) use directory::{Directory, Holds, TOC, files_of_one_dump};
pub(crate) use entry::{CatalogId, DumpId, Entry, Section};
pub(crate) use header::{Compression, Format, Header, Version};
pub(crate) use names::identifier as dumped_identifier;
pub(crate) use text::Text;

use primitives::{Reader, Writer};
use std::io::Read;
use weir_model::error::Result;

const READING: &str = "read the dump's table of contents (toc.dat)";

/// A table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    /// Who wrote it, from what, and how.
    pub(crate) header: Header,
    /// The objects and their data, in the order of a restore.
    pub(crate) entries: Vec<Entry>,
}

impl Archive {
    /// Reads the bytes of a `toc.dat`. They may be anything: what is allocated is bounded by
    /// their number.
    ///
    /// # Errors
    /// `corrupt`, with the position, when they are no such file, or not one to its end;
    /// `unsupported` when a `pg_dump` that Weir does not know wrote it, or not into a directory.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        Self::read_to_end(bytes)
    }

    fn read_to_end<R: Read>(toc: R) -> Result<Self> {
        let mut reader = Reader::new(toc, READING);
        let archive = Self::read(&mut reader)?;
        if archive.header.format != Format::Directory {
            return Err(reader.unsupported(
                "it is an archive, but not one in a directory",
                "dump with pg_dump --format=directory",
            ));
        }
        reader.end()?;
        Ok(archive)
    }

    fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self> {
        let header = Header::read(reader)?;
        let count = reader.count("the number of entries")?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(Entry::read(reader, &header)?);
        }
        Ok(Self { header, entries })
    }

    /// Its bytes: those of a `toc.dat`, or those in front of a custom archive's data.
    ///
    /// # Errors
    /// `internal` when its version or its format has no place for what it holds (a kind of
    /// relation or a compression that a newer version brought), or it is larger than the format
    /// allows.
    pub(crate) fn emit(&self) -> Result<Vec<u8>> {
        let mut writer = Writer::default();
        self.header.write(&mut writer)?;
        writer.count(self.entries.len(), "the number of entries")?;
        for entry in &self.entries {
            entry.write(&mut writer, &self.header)?;
        }
        Ok(writer.into_bytes())
    }
}
