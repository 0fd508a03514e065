//! What a file or folder is, from its beginning or the names in it; and what is not taken, in words.

use crate::dump::archive::{Archive, CustomReader, Directory, TOC, files_of_one_dump};
use std::io::{Cursor, Read};
use weir_engine::ForeignFile;
use weir_model::error::{Error, Kind, Result};

/// What an archive begins with.
const ARCHIVE: &[u8] = b"PGDMP";
/// Where a tar file says that it is one.
const TAR: (usize, &[u8]) = (257, b"ustar");
/// How many bytes tell what a file is.
const BEGINNING: u64 = 512;
/// How compressed files begin, and what makes them plain again.
const COMPRESSED: [(&[u8], &str, &str); 5] = [
    (&[0x1f, 0x8b], "gzip", "gzip -dc"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -dc"),
    (&[0x04, 0x22, 0x4d, 0x18], "lz4", "lz4 -dc"),
    (b"BZh", "bzip2", "bzip2 -dc"),
    (b"\xfd7zXZ\0", "xz", "xz -dc"),
];
const TAKE_WHOLE: &str = "get the whole dump again from where it was made, or take another one";

/// The content of an archive of one file.
pub(super) type OneFile = CustomReader<Box<dyn Read + Send>>;

/// The data of an archive, which are still to be read.
pub(super) enum Opened {
    /// Of one file.
    Custom(Box<OneFile>),
    /// In a directory.
    Directory(Directory),
}

/// Whether it is an archive, as far as its beginning or the names in it say.
pub(super) fn is_archive(file: &ForeignFile) -> Result<bool> {
    if let Some(names) = file.members()? {
        return Ok(!files_of_one_dump(&names).is_empty());
    }
    let beginning = file.beginning(ARCHIVE.len() as u64)?;
    // One that is cut off within these bytes is an archive that is cut off.
    Ok(!beginning.is_empty() && ARCHIVE.starts_with(&beginning))
}

/// Reads the table of contents.
pub(super) fn open(file: &ForeignFile) -> Result<(Archive, Opened)> {
    if let Some(names) = file.members()? {
        refuse_folder(file, &names)?;
        let (archive, directory) = Directory::open(file.clone(), names)?;
        return Ok((archive, Opened::Directory(directory)));
    }
    let doing = format!("read {}", file.place());
    let mut content = file.open()?;
    let mut beginning = Vec::new();
    let read = content.by_ref().take(BEGINNING).read_to_end(&mut beginning);
    read.map_err(|error| ForeignFile::unreadable(doing, error))?;
    refuse_other(file, &beginning)?;
    let content: Box<dyn Read + Send> = Box::new(Cursor::new(beginning).chain(content));
    let (archive, reader) = CustomReader::open(content)?;
    Ok((archive, Opened::Custom(Box::new(reader))))
}

fn refuse_folder(folder: &ForeignFile, names: &[String]) -> Result<()> {
    if names.iter().any(|name| name == TOC) {
        return Ok(());
    }
    Err(if !files_of_one_dump(names).is_empty() {
        let cause = format!("it has no {TOC}, which pg_dump writes last: the dump never ended");
        refused(folder, Kind::Corrupt, cause).hint(TAKE_WHOLE)
    } else {
        let cause = format!("the folder has no {TOC}: it is no dump of pg_dump --format=directory");
        refused(folder, Kind::Usage, cause).hint("name a file, or the folder that pg_dump wrote")
    })
}

/// What is no archive, where its beginning tells what it is instead.
fn refuse_other(file: &ForeignFile, beginning: &[u8]) -> Result<()> {
    if beginning.is_empty() {
        return Err(refused(file, Kind::Corrupt, "the file is empty").hint(TAKE_WHOLE));
    }
    let other =
        |cause: String, hint: String| Err(refused(file, Kind::Unsupported, cause).hint(hint));
    let compressed = COMPRESSED.iter();
    let mut compressed = compressed.filter(|(start, ..)| beginning.starts_with(start));
    if let Some((_, name, command)) = compressed.next() {
        return other(
            format!("it is compressed by {name} as a whole"),
            format!("decompress it first: `{command} FILE > shop.dump`; adopt what comes of it"),
        );
    }
    let (at, magic) = TAR;
    if beginning
        .get(at..)
        .is_some_and(|rest| rest.starts_with(magic))
    {
        return other(
            "it is a tar file".to_owned(),
            "unpack it into an empty folder (`tar -xf FILE -C FOLDER`), and adopt the folder if \
             pg_dump --format=tar made it"
                .to_owned(),
        );
    }
    if is_sql(beginning) {
        return other(
            "it is SQL text, whose end nothing proves".to_owned(),
            "load it into an empty database with `psql -v ON_ERROR_STOP=1 -1 -f FILE`, then dump \
             that with `pg_dump -Fc`"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether it begins as what `pg_dump` and `pg_dumpall` write without a format.
fn is_sql(beginning: &[u8]) -> bool {
    let words: [&[u8]; 4] = [b"--", b"SET ", b"CREATE ", b"\\connect"];
    let start = beginning.trim_ascii_start();
    words.iter().any(|word| start.starts_with(word))
}

fn refused(file: &ForeignFile, kind: Kind, cause: impl Into<String>) -> Error {
    Error::new(kind, format!("read {}", file.place()), cause)
}
