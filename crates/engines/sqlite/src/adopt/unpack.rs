use crate::config::Subject;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use weir_engine::{Context, ForeignFile};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// Bytes handed on at a time.
const CHUNK: usize = 1 << 20;

/// How a file begins, and what that makes it.
const SQLITE: &[u8] = b"SQLite format 3\0";
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A file's content, out of the compression it begins with.
type Content = Box<dyn Read>;

/// Whether the content of a file begins as a database does. One that cannot be decompressed is
/// none.
pub(super) fn is_database(file: &ForeignFile) -> Result<bool> {
    if file.members()?.is_some() {
        return Ok(false);
    }
    let beginning = file.beginning(CHUNK as u64)?;
    let mut start = Vec::new();
    if let Some(content) = decompressed(Cursor::new(beginning)).ok().flatten() {
        // What is cut off within its first page may be anything.
        let _ = content.take(SQLITE.len() as u64).read_to_end(&mut start);
    }
    Ok(start == SQLITE)
}

/// The content behind a beginning that is plain or compressed; `None` for any other.
fn decompressed(mut file: impl BufRead + 'static) -> io::Result<Option<Content>> {
    let start = file.fill_buf()?;
    Ok(if start.starts_with(SQLITE) {
        Some(Box::new(file))
    } else if start.starts_with(GZIP) {
        Some(Box::new(MultiGzDecoder::new(file)))
    } else if start.starts_with(ZSTANDARD) {
        Some(Box::new(zstd::stream::read::Decoder::with_buffer(file)?))
    } else {
        None
    })
}

/// Writes what a file holds into another, to its end: as it is, or out of the compression it
/// begins with, whatever its name says.
pub(super) fn unpack(file: &ForeignFile, into: &File, context: &Context) -> Result<()> {
    let path = PathBuf::from(file.place());
    let path = path.as_path();
    let subject = Subject::new(path, Kind::Source, context);
    let opened = BufReader::with_capacity(CHUNK, file.open()?);
    let content = decompressed(opened).map_err(|error| unreadable(&subject, error))?;
    let mut reader = content.ok_or_else(|| no_database(path))?;
    let mut chunk = vec![0; CHUNK];
    let mut done = 0_u64;
    loop {
        context.check("read the dump to its end")?;
        let length = reader
            .read(&mut chunk)
            .map_err(|error| unreadable(&subject, error))?;
        let Some(content) = chunk.get(..length).filter(|content| !content.is_empty()) else {
            return Ok(());
        };
        if done == 0 && !content.starts_with(SQLITE) && content.len() >= SQLITE.len() {
            return Err(no_database(path));
        }
        into.write_all_at(content, done).map_err(|error| {
            Subject::new(&context.scratch, Kind::Source, context)
                .io("write a private copy in", error)
        })?;
        done += length as u64;
        context.progress(Unit::Bytes, done, 0);
    }
}

/// What the system or the store says of the file, or the decompressor of its content.
fn unreadable(subject: &Subject, error: io::Error) -> Error {
    if error.raw_os_error().is_some() {
        return subject.io("read", error);
    }
    if error.get_ref().is_some_and(|inner| inner.is::<Error>()) {
        return ForeignFile::unreadable(format!("read {}", subject.path.display()), error);
    }
    let cause = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is cut off: its compressed content has no end",
        _ => "its compressed content is damaged, or something else lies behind its end",
    };
    let doing = format!("adopt {}", subject.path.display());
    Error::new(Kind::Corrupt, doing, cause).hint("get the whole file again from where it was made")
}

fn no_database(path: &Path) -> Error {
    let doing = format!("adopt {}", path.display());
    Error::new(Kind::Corrupt, doing, "it is not an SQLite database").hint(
        "an SQLite app takes a database file, plain or compressed by gzip or zstd; load a dump in \
         SQL into a new database first: `sqlite3 new.db < dump.sql`",
    )
}
