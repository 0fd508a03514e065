//! What a file is, from its beginning; and what is not taken, in words.

use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};
use weir_engine::ForeignFile;
use weir_model::error::{Error, Kind, Result};

/// How many bytes tell what a file is.
const BEGINNING: u64 = 512;
/// How a file begins that gzip compressed.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// How files begin that something else compressed, and what makes them plain again.
const COMPRESSED: [(&[u8], &str, &str); 4] = [
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -dc"),
    (&[0x04, 0x22, 0x4d, 0x18], "lz4", "lz4 -dc"),
    (b"BZh", "bzip2", "bzip2 -dc"),
    (b"\xfd7zXZ\0", "xz", "xz -dc"),
];
/// What stands in front of a dump of MariaDB's, so that its client runs no command in it.
const SANDBOX: &[u8] = b"/*M!999999\\- ";
/// What the first comment of a dump begins with.
const TITLES: [&[u8]; 2] = [b"-- MySQL dump ", b"-- MariaDB dump "];
pub(super) const TAKE_WHOLE: &str =
    "get the whole dump again from where it was made, or take another one";

/// The text of a dump.
pub(super) type Content = Box<dyn Read + Send>;

/// Whether it is a dump, as far as its beginning says.
pub(super) fn is_dump(file: &ForeignFile) -> Result<bool> {
    if file.members()?.is_some() {
        return Ok(false);
    }
    let beginning = file.beginning(BEGINNING)?;
    if !beginning.starts_with(GZIP) {
        return Ok(is_titled(&beginning));
    }
    let mut text = Vec::new();
    // What is cut off further on is found where the whole is read.
    let read = MultiGzDecoder::new(file.open()?)
        .take(BEGINNING)
        .read_to_end(&mut text);
    Ok(read.is_ok() && is_titled(&text))
}

/// Opens a dump, and decompresses it on the way.
pub(super) fn open(file: &ForeignFile) -> Result<Content> {
    if file.members()?.is_some() {
        let cause = "it is a folder, and a dump of mysqldump is one file";
        return Err(refused(file, Kind::Unsupported, cause)
            .hint("name the file that mysqldump wrote; --tab makes none that holds all"));
    }
    let mut content = file.open()?;
    let beginning = start(&mut content, file)?;
    refuse_other(file, &beginning)?;
    let is_compressed = beginning.starts_with(GZIP);
    let content: Content = Box::new(Cursor::new(beginning).chain(content));
    if !is_compressed {
        return Ok(content);
    }
    let mut content: Content = Box::new(MultiGzDecoder::new(content));
    let beginning = start(&mut content, file)?;
    if !is_titled(&beginning) {
        return Err(stranger(file));
    }
    Ok(Box::new(Cursor::new(beginning).chain(content)))
}

/// What a failed read means: damage, where it was the text that could not be decompressed.
pub(super) fn unreadable(place: &str, error: io::Error) -> Error {
    let is_told = error.get_ref().is_some_and(|inner| inner.is::<Error>());
    let is_damage = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    );
    let doing = format!("read {place}");
    match is_damage && !is_told {
        true => Error::from_source(Kind::Corrupt, doing, error).hint(TAKE_WHOLE),
        false => ForeignFile::unreadable(doing, error),
    }
}

fn start(content: &mut Content, file: &ForeignFile) -> Result<Vec<u8>> {
    let mut beginning = Vec::new();
    let read = content.by_ref().take(BEGINNING).read_to_end(&mut beginning);
    read.map_err(|error| unreadable(&file.place(), error))?;
    Ok(beginning)
}

fn is_titled(beginning: &[u8]) -> bool {
    let text = match beginning.starts_with(SANDBOX) {
        true => memchr::memchr(b'\n', beginning).and_then(|at| beginning.get(at + 1..)),
        false => Some(beginning),
    };
    text.is_some_and(|text| TITLES.iter().any(|title| text.starts_with(title)))
}

fn refuse_other(file: &ForeignFile, beginning: &[u8]) -> Result<()> {
    let mut compressed = COMPRESSED.iter();
    if let Some((_, name, command)) = compressed.find(|(start, ..)| beginning.starts_with(start)) {
        let cause = format!("it is compressed by {name}");
        let hint =
            format!("decompress it first: `{command} FILE > shop.sql`; adopt what comes of it");
        return Err(refused(file, Kind::Unsupported, cause).hint(hint));
    }
    if beginning.is_empty() {
        return Err(refused(file, Kind::Corrupt, "the file is empty").hint(TAKE_WHOLE));
    }
    match beginning.starts_with(GZIP) || is_titled(beginning) {
        true => Ok(()),
        false => Err(stranger(file)),
    }
}

fn stranger(file: &ForeignFile) -> Error {
    let cause = "it does not begin as a dump of mysqldump or mariadb-dump does";
    refused(file, Kind::Corrupt, cause).hint(
        "make one with `mysqldump` or `mariadb-dump`, without --skip-comments: comments are what \
         says that it is whole",
    )
}

fn refused(file: &ForeignFile, kind: Kind, cause: impl Into<String>) -> Error {
    Error::new(kind, format!("read {}", file.place()), cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_are_known_by_how_they_begin() {
        assert!(is_titled(
            b"-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n"
        ));
        assert!(is_titled(
            b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB\n"
        ));
        assert!(!is_titled(b"-- PostgreSQL database dump\n"));
        assert!(!is_titled(b"/*M!999999\\- enable"));
    }
}
