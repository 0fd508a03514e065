//! Decrypting one range of an age file: the library reads a file of which only the header and
//! that range are there.

use super::Identities;
use age::Decryptor;
use bytes::Bytes;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

/// Decrypts the stored bytes of one range.
pub(crate) struct Opener {
    pub(super) identities: Identities,
    /// The header with its nonce; `None` when the range begins with it.
    pub(super) opening: Option<Bytes>,
    /// Where the first chunk begins.
    pub(super) payload: u64,
    pub(super) range: Range<u64>,
    /// What of the plaintext the range holds.
    pub(super) plain: Range<u64>,
    /// Whether the range ends the file.
    pub(super) last: bool,
}

impl Opener {
    /// Decrypts; `None` when the bytes are not those that were written for one of the
    /// identities.
    pub(crate) fn open(self, stored: Bytes) -> Option<Bytes> {
        self.decrypt(stored).ok()
    }

    fn decrypt(self, stored: Bytes) -> io::Result<Bytes> {
        if self.range.end <= self.payload {
            return Ok(Bytes::new());
        }
        let file = self.file(stored)?;
        let decryptor = Decryptor::new_buffered(file).map_err(io::Error::other)?;
        let mut plain = decryptor
            .decrypt(self.identities.each())
            .map_err(io::Error::other)?;
        if self.plain.start > 0 {
            // Seeking to a chunk's first byte makes the library look at the end of the file,
            // which is not here; seeking into a chunk, and back within it, does not.
            plain.seek(SeekFrom::Start(self.plain.start + 1))?;
            plain.seek(SeekFrom::Start(self.plain.start))?;
        }
        let bytes = usize::try_from(self.plain.end - self.plain.start).map_err(io::Error::other)?;
        let mut content = vec![0; bytes];
        plain.read_exact(&mut content)?;
        // Only the library can tell that the last chunk says it is the last.
        if self.last && plain.read(&mut [0])? != 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(content.into())
    }

    fn file(&self, mut stored: Bytes) -> io::Result<SparseFile> {
        let payload = usize::try_from(self.payload).map_err(io::Error::other)?;
        let (opening, at) = match &self.opening {
            Some(opening) => (opening.clone(), self.range.start),
            None if stored.len() >= payload => (stored.split_to(payload), self.payload),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let end = at + stored.len() as u64;
        Ok(SparseFile {
            opening,
            range: at..end,
            stored,
            last: self.last,
            position: 0,
        })
    }
}

/// Whether one of the identities opens a file that begins with these bytes.
pub(crate) fn opens(opening: &Bytes, identities: &Identities) -> bool {
    Decryptor::new_buffered(io::Cursor::new(opening))
        .is_ok_and(|decryptor| decryptor.decrypt(identities.each()).is_ok())
}

/// A file of which the beginning and one range are there.
struct SparseFile {
    opening: Bytes,
    stored: Bytes,
    /// Where `stored` lies.
    range: Range<u64>,
    /// Whether the file ends where the range does.
    last: bool,
    position: u64,
}

impl BufRead for SparseFile {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let within = |bytes: &'_ Bytes, start: u64| {
            let offset = self.position.checked_sub(start)?;
            let offset = usize::try_from(offset).ok()?;
            (offset < bytes.len()).then_some(offset)
        };
        if let Some(offset) = within(&self.opening, 0) {
            return Ok(self.opening.get(offset..).unwrap_or_default());
        }
        if let Some(offset) = within(&self.stored, self.range.start) {
            return Ok(self.stored.get(offset..).unwrap_or_default());
        }
        if self.position == self.range.end && self.last {
            return Ok(&[]);
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn consume(&mut self, bytes: usize) {
        self.position += bytes as u64;
    }
}

impl Read for SparseFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut here = self.fill_buf()?;
        let read = here.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl Seek for SparseFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(0) => self.position,
            SeekFrom::Current(_) | SeekFrom::End(_) => {
                return Err(io::ErrorKind::Unsupported.into());
            }
        };
        Ok(self.position)
    }
}
