//! From an archive that others made (`pg_dump --format=custom` or `--format=directory`) to the parts
//! that a dump of our own would be: read once, to its end, and written as it comes.

mod adoption;
mod blocks;
mod columns;
mod opening;
pub mod parsers;

use crate::dump::LIST;
pub(crate) use crate::dump::archive::files_of_one_dump;
use crate::dump::archive::{Archive, Compression, Format};
use crate::identity;
use adoption::Adoption;
use blocks::Blocks;
use weir_engine::{Context, Discarded, Dumped, Examined, ForeignDump, ForeignFile, PartSink};
use weir_model::error::{Error, Kind, Result};

/// Reads the archive to its end, and stores what it holds.
pub(crate) async fn adopt(
    foreign: &ForeignDump,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    identity::refuse_other_facts(&foreign.source)?;
    let (archive, mut blocks) = Blocks::open(only_file(&foreign.files)?, context).await?;
    let mut adoption = Adoption::of(as_written_by_us(archive)?);
    while let Some(piece) = blocks.next().await? {
        adoption.take(piece, sink, context).await?;
    }
    adoption.finish(sink).await
}

/// Reads the archive to its end, as whatever version it is, and stores nothing.
pub(crate) async fn examine(file: &ForeignFile, context: &Context) -> Result<Option<Examined>> {
    let looked_at = file.clone();
    let is_archive = tokio::task::spawn_blocking(move || opening::is_archive(&looked_at));
    if !is_archive.await.map_err(|_| blocks::broken_off())?? {
        return Ok(None);
    }
    let (archive, mut blocks) = Blocks::open(file, context).await?;
    let mut adoption = Adoption::of(archive);
    while let Some(piece) = blocks.next().await? {
        adoption.take(piece, &Discarded, context).await?;
    }
    Ok(Some(adoption.examined()))
}

fn only_file(files: &[ForeignFile]) -> Result<&ForeignFile> {
    match files {
        [file] => Ok(file),
        _ => Err(Error::new(
            Kind::Usage,
            "adopt a dump",
            format!(
                "an archive of pg_dump is one file or folder, not {}",
                files.len()
            ),
        )
        .hint("adopt each database by itself: `weir adopt ENV/APP FILE …`")),
    }
}

/// The table of contents as a dump of our own has it.
fn as_written_by_us(archive: Archive) -> Result<Archive> {
    let mut archive = archive.into_version_1_14()?;
    archive.set_compression(Compression::Gzip { level: None });
    archive.header.format = Format::Directory;
    for entry in &mut archive.entries {
        entry.offset = None;
        let name = match (entry.had_dumper, entry.is("BLOBS")) {
            (true, true) => LIST.to_owned(),
            (true, false) => format!("{}.dat", entry.dump_id),
            (false, _) => String::new(),
        };
        entry.file_name = Some(name.into());
    }
    Ok(archive)
}
