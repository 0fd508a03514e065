//! From a dump that others made (`mysqldump`, `mariadb-dump`) to the parts that a dump of our own
//! would be: read once, to its end, and written as it comes.

mod charset;
mod contents;
mod literal;
mod object;
mod opening;
pub(crate) mod parsers;
mod part;
mod pieces;
mod reading;
mod rows;
mod settings;
mod source;

use crate::catalog::OfSchema as _;
use crate::config::Server;
use crate::dump::{digests, readable_by, write_adopted};
use crate::identity;
use contents::Contents;
use pieces::{Piece, Pieces};
use std::collections::BTreeMap;
use weir_engine::{
    Context, Dumped, Examined, ForeignDump, ForeignFile, PartSink, PartSpec, PartWriter,
};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::{Codec, Snapshot};

/// A dump is one file, whatever else lies beside it.
pub(crate) fn files_of_one_dump(_: &[String]) -> Vec<String> {
    Vec::new()
}

/// Reads the dump to its end, and stores what it holds.
pub(crate) async fn adopt(
    foreign: &ForeignDump,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    identity::refuse_other_facts(&foreign.source)?;
    let pieces = Pieces::open(only_file(&foreign.files)?, context);
    let (contents, names) = write(pieces, Some(sink), context).await?;
    let schema = contents.schema()?;
    if contents.defaults.is_none() {
        context.note(format!(
            "the dump does not say which character set its database has: {} is taken, as most of \
             its tables have it",
            schema.collation
        ));
    }
    for (were_asked_for, what, option) in [
        (contents.has_routines, "routines", "--routines"),
        (contents.has_events, "events", "--events"),
    ] {
        if !were_asked_for {
            context.warn(format!(
                "the dump was made without {option}: if the database has {what}, they are not in it"
            ));
        }
    }
    let server = Server::of(&contents.server)?;
    write_adopted(&schema, &contents.view_columns, names, &server, sink).await?;
    Ok(Dumped {
        snapshot: Snapshot {
            mode: "adopted".to_owned(),
            position: None,
        },
        collations: BTreeMap::new(),
        native: None,
        catalog: Catalog::of(&schema)?,
        tables: digests(contents.digests(), &schema),
        readable_by: readable_by(&server),
        engine_version: server.text,
    })
}

/// Reads the dump to its end, and stores nothing.
pub(crate) async fn examine(file: &ForeignFile, context: &Context) -> Result<Option<Examined>> {
    let looked_at = file.clone();
    let is_dump = tokio::task::spawn_blocking(move || opening::is_dump(&looked_at));
    if !is_dump.await.map_err(|_| pieces::broken_off())?? {
        return Ok(None);
    }
    let (contents, _) = write(Pieces::open(file, context), None, context).await?;
    let schema = contents.schema()?;
    Ok(Some(Examined {
        database: Some(schema.name).filter(|name| !name.is_empty()),
        made_at: contents.made_at.filter(|at| !at.is_empty()),
        made_by: contents.made_by,
        tables: schema.tables.len() as u64,
        rows: schema.tables.iter().map(|table| table.rows).sum(),
    }))
}

/// Writes the parts with rows as they come.
async fn write(
    mut pieces: Pieces,
    sink: Option<&dyn PartSink>,
    context: &Context,
) -> Result<(Contents, crate::dump::Names)> {
    let mut open: Option<Box<dyn PartWriter>> = None;
    let mut bytes = 0;
    while let Some(piece) = pieces.next().await {
        match (piece, sink, &mut open) {
            (Piece::Begin(name), Some(sink), _) => {
                let spec = PartSpec {
                    name,
                    codec: Codec::Gzip,
                    expected_bytes: 0,
                };
                open = Some(sink.begin(spec).await?);
            }
            (Piece::Bytes(content), _, writer) => {
                bytes += content.len() as u64;
                context.progress(Unit::Bytes, bytes, 0);
                if let Some(writer) = writer {
                    writer.write(content).await?;
                }
            }
            (Piece::End, ..) => {
                if let Some(writer) = open.take() {
                    writer.finish().await?;
                }
            }
            (Piece::Begin(_), None, _) => {}
        }
    }
    pieces.finish().await
}

fn only_file(files: &[ForeignFile]) -> Result<&ForeignFile> {
    match files {
        [file] => Ok(file),
        _ => {
            let cause = format!("a dump of mysqldump is one file, not {}", files.len());
            Err(Error::new(Kind::Usage, "adopt a dump", cause)
                .hint("adopt each database by itself: `weir adopt ENV/APP FILE …`"))
        }
    }
}
