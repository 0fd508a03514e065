//! Taking in a database file that somebody copied.

use super::document::Document;
use super::dump::Snapshotted;
use super::verify;
use weir_engine::{Context, Dumped, ForeignDump, Opened as _, PartSink};
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
    let [path] = dump.files.as_slice() else {
        let cause = format!("a database is one file, not {}", dump.files.len());
        return Err(Error::new(Kind::Usage, doing, cause).hint("adopt each file by itself"));
    };
    // A file that is cut off, or that goes on behind its end, is no JSON document.
    let document = Document::read(path, Kind::Corrupt)?.ok_or_else(|| {
        let doing = format!("adopt {}", path.display());
        Error::new(Kind::Source, doing, "there is no such file").hint("check the path")
    })?;
    verify::sound(&document)?;
    let snapshot = Snapshotted {
        document,
        database: path.display().to_string(),
        mode: "adopted",
    };
    Box::new(snapshot).dump(sink, context).await
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
