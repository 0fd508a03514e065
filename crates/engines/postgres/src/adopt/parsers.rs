//! The readers of archives by themselves, without a file or a store around them: for whoever feeds
//! them nonsense. Nothing here is a way to read a backup.

use super::columns;
use crate::catalog::OfArchive as _;
use crate::dump::archive::{Archive, Content, CustomReader, Data};
use std::io::Read;
use weir_model::catalog::Catalog;
use weir_model::error::Result;

/// Reads bytes as the table of contents of a dump in a directory, and writes it again.
///
/// # Errors
/// `corrupt` or `unsupported`, with what is wrong with it.
pub fn contents(bytes: &[u8]) -> Result<Vec<u8>> {
    Archive::parse(bytes)?.emit()
}

/// What a table of contents of a dump in a directory defines, as an adopted one would be stored.
///
/// # Errors
/// As [`contents`].
pub fn catalog(bytes: &[u8]) -> Result<Catalog> {
    stored(Archive::parse(bytes)?)
}

/// Reads bytes as a dump of one file to its end, and writes its table of contents again.
///
/// # Errors
/// As [`contents`].
pub fn custom(bytes: &[u8]) -> Result<Vec<u8>> {
    let (archive, mut reader) = CustomReader::open(bytes)?;
    while let Some(block) = reader.next_block()? {
        match block.content {
            Content::Data(data) => to_the_end(data)?,
            Content::LargeObjects(mut objects) => {
                while let Some((_, data)) = objects.next_object()? {
                    to_the_end(data)?;
                }
            }
        }
    }
    let written = archive.emit()?;
    stored(archive)?;
    Ok(written)
}

fn to_the_end<R: Read>(mut data: Data<'_, R>) -> Result<()> {
    while data.next_chunk()?.is_some() {}
    Ok(())
}

fn stored(archive: Archive) -> Result<Catalog> {
    let archive = archive.into_version_1_14()?;
    Ok(Catalog::of(columns::tables(&archive), &archive))
}
