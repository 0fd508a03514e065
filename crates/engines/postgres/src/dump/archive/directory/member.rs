//! One file of an archive in a directory, decompressed and read to its end.

use super::GZIP;
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read};
use weir_engine::ForeignFile;
use weir_model::error::{Error, Kind, Result};

/// The most bytes that are handed out at a time.
const CHUNK: usize = 64 << 10;

type Stored = Counting<BufReader<Box<dyn Read + Send>>>;

/// What ends the rows of a table. A file that is compressed proves its end by itself; another has
/// nothing but this.
const END_OF_ROWS: &[u8] = b"\\.\n\n\n";

/// The content of a file.
pub(crate) struct Member {
    name: String,
    content: Content,
    /// Where the content must end with [`END_OF_ROWS`]: as much of its end as that is long.
    tail: Option<Vec<u8>>,
}

enum Content {
    Plain(Stored),
    Gzip(Box<MultiGzDecoder<Stored>>),
}

impl Member {
    pub(super) fn open(folder: &ForeignFile, name: &str) -> Result<Self> {
        let stored = Counting {
            inner: BufReader::with_capacity(CHUNK, folder.open_member(name)?),
            position: 0,
        };
        Ok(Self {
            name: name.to_owned(),
            content: match name.ends_with(GZIP) {
                true => Content::Gzip(Box::new(MultiGzDecoder::new(stored))),
                false => Content::Plain(stored),
            },
            tail: None,
        })
    }

    /// The same of a file of rows.
    pub(super) fn open_rows(folder: &ForeignFile, name: &str) -> Result<Self> {
        let member = Self::open(folder, name)?;
        let is_plain = matches!(member.content, Content::Plain(_));
        Ok(Self {
            tail: is_plain.then(Vec::new),
            ..member
        })
    }

    /// The next bytes, decompressed; `None` at the end, which is proven.
    ///
    /// # Errors
    /// `corrupt`, with the position; `source` and `store` when it cannot be read.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Bytes>> {
        let mut chunk = vec![0; CHUNK];
        let read = match &mut self.content {
            Content::Plain(stored) => stored.read(&mut chunk),
            Content::Gzip(content) => content.read(&mut chunk),
        };
        let length = read.map_err(|error| self.unreadable(error))?;
        chunk.truncate(length);
        if let Some(tail) = &mut self.tail {
            tail.extend_from_slice(&chunk);
            tail.drain(..tail.len().saturating_sub(END_OF_ROWS.len()));
        }
        if length > 0 {
            return Ok(Some(chunk.into()));
        }
        match &self.tail {
            Some(tail) if tail != END_OF_ROWS => {
                Err(self.wrong("the file ends before its rows do"))
            }
            _ => Ok(None),
        }
    }

    /// What the decompressor says of the content, or the system or the store of the file.
    fn unreadable(&self, error: io::Error) -> Error {
        let is_compressed = matches!(self.content, Content::Gzip(_));
        // The decompressor's own errors are made of words, the system's of numbers.
        let is_of_content = is_compressed && error.raw_os_error().is_none();
        match error.kind() {
            io::ErrorKind::UnexpectedEof if is_of_content => {
                self.wrong("the file ends before its compressed data do")
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if is_of_content => {
                self.wrong("what is compressed is damaged, or something follows it")
            }
            _ => ForeignFile::unreadable(format!("read {} of the dump", self.name), error),
        }
    }

    fn wrong(&self, why: &str) -> Error {
        let position = match &self.content {
            Content::Plain(stored) => stored.position,
            Content::Gzip(content) => content.get_ref().position,
        };
        let cause = format!("{} at byte {position}: {why}", self.name);
        Error::new(
            Kind::Corrupt,
            "read the dump (pg_dump --format=directory)",
            cause,
        )
        .hint("the dump is damaged or was changed: take another one")
    }
}

/// Counts the bytes that were taken.
struct Counting<R> {
    inner: R,
    position: u64,
}

impl<R: BufRead> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Counting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.position += amount as u64;
        self.inner.consume(amount);
    }
}
