//! Archives of one file (`pg_dump --format=custom`), read once from their beginning to their end:
//! the table of contents, then a block of data for each entry that has any, in whatever order.
//!
//! A block is a byte for its kind, the number of its entry, and a stream of data; one of large
//! objects holds a stream for each of them behind its OID, and ends with the OID 0. Nothing but
//! the number of blocks says that an archive is whole: each that is announced must have come.

mod stream;

use super::entry::dump_id;
use super::primitives::Reader;
use super::{Archive, Compression, DumpId, Entry, Format};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use stream::Stream;
use weir_model::error::{Error, Result};

const READING: &str = "read the dump (pg_dump --format=custom)";

/// The kinds of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    LargeObjects,
}

impl Kind {
    fn of(entry: &Entry) -> Self {
        match entry.is("BLOBS") {
            true => Self::LargeObjects,
            false => Self::Data,
        }
    }
}

/// Reads the blocks of an archive. Whoever stops before [`CustomReader::next_block`] returned
/// `None` knows nothing of whether the archive is whole.
pub(crate) struct CustomReader<R> {
    reader: Reader<BufReader<R>>,
    is_compressed: bool,
    /// The entries whose block has not come.
    awaited: BTreeMap<DumpId, Kind>,
    /// What is left of the data that were handed out last.
    stream: Option<Stream>,
    /// Whether more large objects may follow them.
    among_large_objects: bool,
}

/// A block: what an entry's data are. What is not read of it is skipped, and proven all the same.
pub(crate) struct Block<'a, R> {
    /// The number of the entry.
    pub(crate) dump_id: DumpId,
    /// What is in it.
    pub(crate) content: Content<'a, R>,
}

/// What is in a block.
pub(crate) enum Content<'a, R> {
    /// Rows, as `COPY` writes them.
    Data(Data<'a, R>),
    /// Large objects.
    LargeObjects(LargeObjects<'a, R>),
}

/// Data, decompressed.
pub(crate) struct Data<'a, R>(&'a mut CustomReader<R>);

impl<R: Read> Data<'_, R> {
    /// The next bytes, at most 64 KiB; `None` at the end, which is proven.
    ///
    /// # Errors
    /// `corrupt`; `source` when the file cannot be read.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Bytes>> {
        self.0.chunk()
    }
}

/// Large objects, one after the other.
pub(crate) struct LargeObjects<'a, R>(&'a mut CustomReader<R>);

impl<R: Read> LargeObjects<'_, R> {
    /// The OID of the next one and its data, or `None` behind the last.
    ///
    /// # Errors
    /// As [`Data::next_chunk`].
    pub(crate) fn next_object(&mut self) -> Result<Option<(u32, Data<'_, R>)>> {
        self.0.skip_data()?;
        let oid = self.0.next_large_object()?;
        Ok(oid.map(|oid| (oid, Data(&mut *self.0))))
    }
}

impl<R: Read> CustomReader<R> {
    /// Reads the table of contents.
    ///
    /// # Errors
    /// `corrupt`, with the position; `unsupported` when a `pg_dump` that Weir does not know wrote
    /// it, not as one file, or compressed by other than gzip; `source` when it cannot be read.
    pub(crate) fn open(read: R) -> Result<(Archive, Self)> {
        let mut reader = Reader::new(BufReader::new(read), READING);
        let archive = Archive::read(&mut reader)?;
        if archive.header.format != Format::Custom {
            return Err(reader.unsupported(
                "it is the table of contents of a dump in a directory or a tar file",
                "name the directory; unpack a tar file into one first",
            ));
        }
        let is_compressed = match archive.header.compression {
            Compression::None => false,
            Compression::Gzip { .. } => true,
            Compression::Lz4 => return Err(other_compression(&reader, "lz4")),
            Compression::Zstd => return Err(other_compression(&reader, "zstd")),
        };
        let awaited = awaited(&archive, &reader)?;
        let blocks = Self {
            reader,
            is_compressed,
            awaited,
            stream: None,
            among_large_objects: false,
        };
        Ok((archive, blocks))
    }

    /// The next block, or `None` at the end of an archive that is whole.
    ///
    /// # Errors
    /// As [`Data::next_chunk`].
    pub(crate) fn next_block(&mut self) -> Result<Option<Block<'_, R>>> {
        self.skip_block()?;
        let kind = match self.reader.byte_or_end("the kind of a block")? {
            None => return self.complete().map(|()| None),
            Some(1) => Kind::Data,
            Some(3) => Kind::LargeObjects,
            Some(other) => {
                let why = format!("{other} is unknown");
                return Err(self.reader.wrong("the kind of a block", &why));
            }
        };
        let dump_id = dump_id(&mut self.reader)?;
        if self.awaited.remove(&dump_id) != Some(kind) {
            let why = format!("entry {dump_id} has no such data, or had them before");
            return Err(self.reader.wrong("a block", &why));
        }
        let content = match kind {
            Kind::Data => {
                self.stream = Some(Stream::new(self.is_compressed));
                Content::Data(Data(self))
            }
            Kind::LargeObjects => {
                self.among_large_objects = true;
                Content::LargeObjects(LargeObjects(self))
            }
        };
        Ok(Some(Block { dump_id, content }))
    }

    fn chunk(&mut self) -> Result<Option<Bytes>> {
        let Some(stream) = &mut self.stream else {
            return Ok(None);
        };
        let chunk = stream.next(&mut self.reader)?;
        if chunk.is_none() {
            self.stream = None;
        }
        Ok(chunk)
    }

    fn next_large_object(&mut self) -> Result<Option<u32>> {
        if !self.among_large_objects {
            return Ok(None);
        }
        let oid = self.reader.oid("the OID of a large object")?;
        if oid == 0 {
            self.among_large_objects = false;
            return Ok(None);
        }
        self.stream = Some(Stream::new(self.is_compressed));
        Ok(Some(oid))
    }

    /// Reads what is left of the data that were handed out last.
    fn skip_data(&mut self) -> Result<()> {
        while self.chunk()?.is_some() {}
        Ok(())
    }

    /// Reads what is left of the block that was handed out last.
    fn skip_block(&mut self) -> Result<()> {
        self.skip_data()?;
        while self.next_large_object()?.is_some() {
            self.skip_data()?;
        }
        Ok(())
    }

    fn complete(&self) -> Result<()> {
        match self.awaited.keys().next() {
            None => Ok(()),
            Some(missing) => {
                let why = format!(
                    "the data of {} entries are missing, of {missing} for one",
                    self.awaited.len()
                );
                Err(self.reader.wrong("the end", &why))
            }
        }
    }
}

fn other_compression<R: Read>(reader: &Reader<R>, name: &str) -> Error {
    reader.unsupported(
        format!("its data are compressed by {name}"),
        "dump with pg_dump --compress=gzip",
    )
}

/// The entries that announce data.
fn awaited<R: Read>(archive: &Archive, reader: &Reader<R>) -> Result<BTreeMap<DumpId, Kind>> {
    let mut awaited = BTreeMap::new();
    for entry in archive.entries.iter().filter(|entry| entry.had_dumper) {
        if awaited.insert(entry.dump_id, Kind::of(entry)).is_some() {
            let why = format!("two entries have the number {}", entry.dump_id);
            return Err(reader.wrong("the entries", &why));
        }
    }
    Ok(awaited)
}
