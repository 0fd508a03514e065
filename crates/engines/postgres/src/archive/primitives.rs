//! What an archive is made of: bytes, whole numbers with a sign, and strings that may be absent.
//!
//! A number is a byte for its sign (1 is negative) and its magnitude, least byte first. A string
//! is its length and its bytes; the length -1 is no string.

use super::text::Text;
use weir_model::error::{Error, Kind, Result};

/// Bytes of a number's magnitude, as every `pg_dump` of today writes it.
pub(super) const INT_SIZE: u8 = 4;
const READING: &str = "read the dump's table of contents (toc.dat)";
const WRITING: &str = "write the dump's table of contents (toc.dat)";

/// Reads from the beginning, and knows where it is.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            length: bytes.len(),
        }
    }

    fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// What is wrong with `what` that began at a position.
    fn wrong_at(position: usize, what: &str, why: &str) -> Error {
        let cause = format!("{what} at byte {position}: {why}");
        Error::new(Kind::Corrupt, READING, cause)
            .hint("the dump is damaged or was changed: take another one")
    }

    /// The same of what was just read, or is about to be.
    pub(super) fn wrong(&self, what: &str, why: &str) -> Error {
        Self::wrong_at(self.position(), what, why)
    }

    /// A file that is whole, but not one this reader is for.
    pub(super) fn unsupported(cause: String, hint: &str) -> Error {
        Error::new(Kind::Unsupported, READING, cause).hint(hint)
    }

    pub(super) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8]> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            let why = format!(
                "{length} bytes are needed, the file ends after {}",
                self.rest.len()
            );
            return Err(self.wrong(what, &why));
        };
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self, what: &str) -> Result<u8> {
        let [byte] = self.array(what)?;
        Ok(byte)
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    /// A number, in the one form in which it is written again.
    pub(super) fn int(&mut self, what: &str) -> Result<i32> {
        let position = self.position();
        let [sign, magnitude @ ..] = self.array::<{ 1 + INT_SIZE as usize }>(what)?;
        let magnitude = i32::try_from(u32::from_le_bytes(magnitude))
            .map_err(|_| Self::wrong_at(position, what, "the number is too large"))?;
        match (sign, magnitude) {
            (0, _) => Ok(magnitude),
            (1, 1..) => Ok(-magnitude),
            _ => Err(Self::wrong_at(position, what, "this is no number")),
        }
    }

    /// A number that is not negative.
    pub(super) fn count(&mut self, what: &str) -> Result<usize> {
        let position = self.position();
        usize::try_from(self.int(what)?)
            .map_err(|_| Self::wrong_at(position, what, "the number is negative"))
    }

    pub(super) fn text(&mut self, what: &str) -> Result<Option<Text>> {
        Ok(self.string(what)?.map(|bytes| Text::from(bytes.to_vec())))
    }

    /// A string that must be there.
    pub(super) fn some_text(&mut self, what: &str) -> Result<Text> {
        let position = self.position();
        self.text(what)?
            .ok_or_else(|| Self::wrong_at(position, what, "it is missing"))
    }

    pub(super) fn string(&mut self, what: &str) -> Result<Option<&'a [u8]>> {
        let position = self.position();
        match self.int(what)? {
            -1 => Ok(None),
            length => {
                let length = usize::try_from(length)
                    .map_err(|_| Self::wrong_at(position, what, "its length is negative"))?;
                self.take(length, what).map(Some)
            }
        }
    }

    /// A string that is a number from 0 on, in the one form in which it is written again; `None`
    /// when there is no string.
    pub(super) fn decimal(&mut self, what: &str) -> Result<Option<u32>> {
        let position = self.position();
        let Some(digits) = self.string(what)? else {
            return Ok(None);
        };
        let number = std::str::from_utf8(digits).ok().and_then(|digits| {
            let number = digits.parse::<u32>().ok()?;
            (number.to_string() == digits).then_some(number)
        });
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(Self::wrong_at(position, what, "this is no number")),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.wrong("the end", &format!("{left} bytes follow the last entry"))),
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
