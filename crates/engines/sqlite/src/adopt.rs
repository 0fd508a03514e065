//! From a database file that others made (`.backup`, `VACUUM INTO`, a copy of a closed database;
//! plain or compressed) to the part that a dump of our own would be.

mod beside;
mod image;
mod unpack;

use crate::config::{Subject, blocking};
use crate::dump::{self, Scratch};
use crate::identity;
use beside::Beside;
use std::path::PathBuf;
use weir_engine::{Context, Discarded, Dumped, Examined, ForeignDump, ForeignFile, PartSink};
use weir_model::error::{Error, Kind, Result};

/// Reads the file to its end into a private copy, which is proven and stored as a dump's is.
pub(crate) async fn adopt(
    foreign: &ForeignDump,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    identity::refuse_other_facts(&foreign.source)?;
    let file = only_file(&foreign.files)?.clone();
    take(file, sink, context).await
}

/// The same of a file whose content is a database's, with nothing stored.
pub(crate) async fn examine(file: &ForeignFile, context: &Context) -> Result<Option<Examined>> {
    let looked_at = file.clone();
    if !blocking(move || unpack::is_database(&looked_at)).await? {
        return Ok(None);
    }
    let dumped = take(file.clone(), &Discarded, context).await?;
    Ok(Some(Examined {
        made_by: "an SQLite database".to_owned(),
        database: None,
        made_at: None,
        tables: dumped.tables.len() as u64,
        rows: dumped.tables.iter().map(|table| table.rows).sum(),
    }))
}

async fn take(file: ForeignFile, sink: &dyn PartSink, context: &Context) -> Result<Dumped> {
    let scratch = {
        let context = context.clone();
        blocking(move || private_copy(&file, &context)).await?
    };
    dump::dump(scratch, "adopted", sink, context).await
}

fn only_file(files: &[ForeignFile]) -> Result<&ForeignFile> {
    match files {
        [file] => Ok(file),
        _ => Err(Error::new(
            Kind::Usage,
            "adopt a dump",
            format!("an SQLite database is one file, not {}", files.len()),
        )
        .hint("adopt each database by itself: `weir adopt ENV/APP FILE …`")),
    }
}

/// The file's content, as an image that nobody else can change any more.
fn private_copy(file: &ForeignFile, context: &Context) -> Result<Scratch> {
    let path = PathBuf::from(file.place());
    let beside = match file {
        ForeignFile::Here(path) => Some(Beside::of(path, context)?),
        // Nobody has an object open: there is no log of one.
        ForeignFile::Stored(_) => None,
    };
    let mut scratch = Scratch::create(Kind::Source, context)?;
    unpack::unpack(file, &scratch.file, context)?;
    if let Some(beside) = beside {
        beside.refuse_changes(context)?;
    }
    image::refuse_unfinished(&scratch.file, &path, context)?;
    // Before SQLite sees it: a log that the image asks for is not there.
    scratch.settle()?;
    scratch.database.subject = Subject::new(&path, Kind::Corrupt, context);
    Ok(scratch)
}
