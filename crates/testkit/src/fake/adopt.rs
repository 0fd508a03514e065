//! Taking in a database file that somebody copied.

use super::document::Document;
use super::dump::Snapshotted;
use super::verify;
use std::io::Read as _;
use weir_engine::{Context, Dumped, Examined, ForeignDump, ForeignFile, Opened as _, PartSink};
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;

pub(super) async fn adopt(
    dump: &ForeignDump,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let doing = "adopt a dump";
    context.check(doing)?;
    refuse_other_facts(&dump.source)?;
    let [file] = dump.files.as_slice() else {
        let cause = format!("a database is one file, not {}", dump.files.len());
        return Err(Error::new(Kind::Usage, doing, cause).hint("adopt each file by itself"));
    };
    let document = read(file)?;
    verify::sound(&document)?;
    let snapshot = Snapshotted {
        document,
        database: file.place(),
        mode: "adopted".to_owned(),
    };
    Box::new(snapshot).dump(sink, None, context).await
}

/// The same of a file that begins as a JSON document does, with nothing stored.
pub(super) async fn examine(file: &ForeignFile, context: &Context) -> Result<Option<Examined>> {
    context.check("examine a dump")?;
    if file.members()?.is_some() || file.beginning(1)? != b"{" {
        return Ok(None);
    }
    let document = read(file)?;
    verify::sound(&document)?;
    let rows = document.tables.iter().map(|table| table.rows.len() as u64);
    Ok(Some(Examined {
        made_by: "a fake database".to_owned(),
        database: None,
        made_at: None,
        tables: document.tables.len() as u64,
        rows: rows.sum(),
    }))
}

/// A file that is cut off, or that goes on behind its end, is no JSON document.
fn read(file: &ForeignFile) -> Result<Document> {
    let mut text = Vec::new();
    let doing = format!("read the database {}", file.place());
    let read = file.open()?.read_to_end(&mut text);
    read.map_err(|error| ForeignFile::unreadable(&doing, error))?;
    Document::parse(&text, doing, Kind::Corrupt)
}

fn refuse_other_facts(source: &Identity) -> Result<()> {
    let told = source.facts().all(|(fact, value)| {
        let place = value.split_once(':').map(|(_, path)| path);
        fact == "path" && place.is_some_and(|path| path.starts_with('/'))
    });
    if told && !source.is_empty() {
        return Ok(());
    }
    let cause = "a fake database is known by its path alone";
    Err(
        Error::new(Kind::Usage, "name the source of the dump", cause)
            .hint("name it like `path=db-1:/srv/app.json`"),
    )
}
