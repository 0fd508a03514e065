//! What an archive is made of: bytes, whole numbers with a sign, and strings that may be absent.
//!
//! A number is a byte for its sign (1 is negative) and its magnitude, least byte first. A string
//! is its length and its bytes; the length -1 is no string.

use super::text::Text;
use std::io::{self, Read};
use weir_engine::ForeignFile;
use weir_model::error::{Error, Kind, Result};

/// Bytes of a number's magnitude, as every `pg_dump` of today writes it.
pub(super) const INT_SIZE: u8 = 4;
/// The longest string that is read: a damaged length must not cost the memory it promises.
const LONGEST: usize = 64 << 20;
/// Bytes that are made room for before any of them has come.
const USUAL: usize = 64 << 10;
const WRITING: &str = "write the dump's table of contents (toc.dat)";

/// Reads from the beginning, and knows where it is.
pub(super) struct Reader<R> {
    source: R,
    position: u64,
    doing: &'static str,
}

impl<R: Read> Reader<R> {
    /// A reader of what begins here, for errors that say what was being done.
    pub(super) fn new(source: R, doing: &'static str) -> Self {
        Self {
            source,
            position: 0,
            doing,
        }
    }

    /// What is wrong with `what` that began at a position.
    fn wrong_at(&self, position: u64, what: &str, why: &str) -> Error {
        let cause = format!("{what} at byte {position}: {why}");
        Error::new(Kind::Corrupt, self.doing, cause)
            .hint("the dump is damaged or was changed: take another one")
    }

    /// The same of what was just read, or is about to be.
    pub(super) fn wrong(&self, what: &str, why: &str) -> Error {
        self.wrong_at(self.position, what, why)
    }

    /// A file that is whole, but not one this reader is for.
    pub(super) fn unsupported(&self, cause: impl Into<String>, hint: &str) -> Error {
        Error::new(Kind::Unsupported, self.doing, cause).hint(hint)
    }

    /// What the system says of the file, or that it is cut off.
    fn unreadable(&self, what: &str, error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.wrong(what, "the file ends before its end"),
            _ => ForeignFile::unreadable(self.doing, error),
        }
    }

    /// That many bytes.
    pub(super) fn take(&mut self, length: usize, what: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length.min(USUAL));
        let wanted = length as u64;
        let read = self.source.by_ref().take(wanted).read_to_end(&mut bytes);
        read.and_then(|read| match read == length {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        })
        .map_err(|error| self.unreadable(what, error))?;
        self.position += wanted;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut array = [0; N];
        let read = self.source.read_exact(&mut array);
        read.map_err(|error| self.unreadable(what, error))?;
        self.position += N as u64;
        Ok(array)
    }

    pub(super) fn byte(&mut self, what: &str) -> Result<u8> {
        let [byte] = self.array(what)?;
        Ok(byte)
    }

    /// A byte, or `None` at the end of the file.
    pub(super) fn byte_or_end(&mut self, what: &str) -> Result<Option<u8>> {
        let mut bytes = Vec::new();
        let read = self.source.by_ref().take(1).read_to_end(&mut bytes);
        read.map_err(|error| self.unreadable(what, error))?;
        self.position += bytes.len() as u64;
        Ok(bytes.first().copied())
    }

    /// The sign of a number and its magnitude.
    fn signed(&mut self, what: &str) -> Result<(u8, u32)> {
        let [sign, magnitude @ ..] = self.array::<{ 1 + INT_SIZE as usize }>(what)?;
        Ok((sign, u32::from_le_bytes(magnitude)))
    }

    /// A number, in the one form in which it is written again.
    pub(super) fn int(&mut self, what: &str) -> Result<i32> {
        let position = self.position;
        let (sign, magnitude) = self.signed(what)?;
        match (sign, i32::try_from(magnitude)) {
            (0, Ok(number)) => Ok(number),
            (1, Ok(number @ 1..)) => Ok(-number),
            _ => Err(self.wrong_at(position, what, "this is no number")),
        }
    }

    /// A number that is not negative.
    pub(super) fn count(&mut self, what: &str) -> Result<usize> {
        let position = self.position;
        usize::try_from(self.int(what)?)
            .map_err(|_| self.wrong_at(position, what, "the number is negative"))
    }

    /// An OID as a number: `pg_dump` writes the upper half of them as negative ones.
    pub(super) fn oid(&mut self, what: &str) -> Result<u32> {
        let position = self.position;
        match self.signed(what)? {
            (0, oid) if i32::try_from(oid).is_ok() => Ok(oid),
            (1, magnitude @ 1..=0x8000_0000) => Ok(magnitude.wrapping_neg()),
            _ => Err(self.wrong_at(position, what, "this is no number")),
        }
    }

    pub(super) fn text(&mut self, what: &str) -> Result<Option<Text>> {
        Ok(self.string(what)?.map(Text::from))
    }

    /// A string that must be there.
    pub(super) fn some_text(&mut self, what: &str) -> Result<Text> {
        let position = self.position;
        self.text(what)?
            .ok_or_else(|| self.wrong_at(position, what, "it is missing"))
    }

    pub(super) fn string(&mut self, what: &str) -> Result<Option<Vec<u8>>> {
        let position = self.position;
        match self.int(what)? {
            -1 => Ok(None),
            length => match usize::try_from(length) {
                Ok(length) if length <= LONGEST => self.take(length, what).map(Some),
                Ok(_) => Err(self.wrong_at(position, what, "it is longer than 64 MiB")),
                Err(_) => Err(self.wrong_at(position, what, "its length is negative")),
            },
        }
    }

    /// A string that is a number from 0 on, in the one form in which it is written again; `None`
    /// when there is no string.
    pub(super) fn decimal(&mut self, what: &str) -> Result<Option<u32>> {
        let position = self.position;
        let Some(digits) = self.string(what)? else {
            return Ok(None);
        };
        let number = std::str::from_utf8(&digits).ok().and_then(|digits| {
            let number = digits.parse::<u32>().ok()?;
            (number.to_string() == digits).then_some(number)
        });
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong_at(position, what, "this is no number")),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<()> {
        let position = self.position;
        match self.byte_or_end("the end")? {
            None => Ok(()),
            Some(_) => Err(self.wrong_at(position, "the end", "more follows the last entry")),
        }
    }
}

/// Writes what [`Reader`] reads.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn int(&mut self, number: i32) {
        self.byte(u8::from(number < 0));
        self.raw(&number.unsigned_abs().to_le_bytes());
    }

    pub(super) fn count(&mut self, count: usize, what: &str) -> Result<()> {
        let count = i32::try_from(count)
            .map_err(|_| Self::impossible(format!("{what}, {count}, is too large")))?;
        self.int(count);
        Ok(())
    }

    pub(super) fn text(&mut self, text: Option<&Text>, what: &str) -> Result<()> {
        match text {
            None => self.int(-1),
            Some(text) => {
                self.count(text.as_bytes().len(), what)?;
                self.raw(text.as_bytes());
            }
        }
        Ok(())
    }

    /// A number as a string of digits.
    pub(super) fn decimal(&mut self, number: u32, what: &str) -> Result<()> {
        self.text(Some(&number.to_string().into()), what)
    }

    /// Something that the format has no place for.
    pub(super) fn impossible(cause: impl Into<String>) -> Error {
        Error::new(Kind::Internal, WRITING, cause)
            .hint("this is a bug in Weir: please report it with the version of pg_dump")
    }
}
