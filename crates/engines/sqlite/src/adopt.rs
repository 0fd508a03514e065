//! From a database file that others made (`.backup`, `VACUUM INTO`, a copy of a closed database;
//! plain or compressed) to the part that a dump of our own would be.

mod beside;
mod image;
mod unpack;

use crate::config::{Subject, blocking};
use crate::dump::{self, Scratch};
use crate::identity;
use beside::Beside;
use std::path::{Path, PathBuf};
use weir_engine::{Context, Dumped, ForeignDump, PartSink};
use weir_model::error::{Error, Kind, Result};

/// Reads the file to its end into a private copy, which is proven and stored as a dump's is.
pub(crate) async fn adopt(
    foreign: &ForeignDump,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    identity::refuse_other_facts(&foreign.source)?;
    let path = only_file(&foreign.files)?.to_owned();
    let scratch = {
        let context = context.clone();
        blocking(move || private_copy(&path, &context)).await?
    };
    dump::dump(scratch, "adopted", sink, context).await
}

fn only_file(files: &[PathBuf]) -> Result<&Path> {
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
fn private_copy(path: &Path, context: &Context) -> Result<Scratch> {
    let beside = Beside::of(path, context)?;
    let mut scratch = Scratch::create(Kind::Source, context)?;
    unpack::unpack(path, &scratch.file, context)?;
    beside.refuse_changes(context)?;
    image::refuse_unfinished(&scratch.file, path, context)?;
    // Before SQLite sees it: a log that the image asks for is not there.
    scratch.settle()?;
    scratch.database.subject = Subject::new(path, Kind::Corrupt, context);
    Ok(scratch)
}
