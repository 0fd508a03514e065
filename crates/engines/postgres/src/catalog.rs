//! What a database holds, by name: tables with their columns as the server tells them, and every
//! object as `pg_dump` writes it down, so that a dump made by others has the same catalog.

mod checks;
pub(crate) mod collations;
mod entries;
mod large_objects;
mod names;
mod schema;
mod tables;

pub(crate) use entries::{carrier_of, is_known, is_large_object, is_of_database, object_of};
pub(crate) use names::qualified;
pub(crate) use schema::schema;
pub(crate) use tables::{Content, columns_of, contents};

use crate::config::{Address, Session};
use crate::dump::archive::Archive;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use weir_engine::Context;
use weir_model::catalog::{Catalog, Object, Table};
use weir_model::digest::Digest;
use weir_model::error::{Kind, Result};

/// The schemas that are the server's own.
const FOREIGN_SCHEMAS: &str = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

/// Reads the catalog of a live database.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<Catalog> {
    let session = Session::open(address, Kind::Source, context).await?;
    let snapshot = session.snapshot().await?;
    let archive = schema(&session, address, &snapshot, Kind::Source).await?;
    read(&session, &archive).await
}

/// The catalog of a schema that was written down, with the columns that the session's server
/// tells within its transaction.
pub(crate) async fn read(session: &Session, archive: &Archive) -> Result<Catalog> {
    Ok(Catalog {
        types: checks::types(session).await?,
        ..Catalog::of(tables::read(session).await?, archive)
    })
}

/// Joins tables with the objects of an archive.
pub(crate) trait OfArchive {
    /// The catalog of what an archive holds, of whose tables these have rows. Their definitions
    /// are taken from the archive.
    fn of(tables: Vec<Table>, archive: &Archive) -> Self;
}

impl OfArchive for Catalog {
    fn of(mut tables: Vec<Table>, archive: &Archive) -> Self {
        let mut texts: BTreeMap<(&'static str, String), Vec<&[u8]>> = BTreeMap::new();
        for entry in &archive.entries {
            if let Some(key) = object_of(entry) {
                let text = entry.definition.as_ref();
                let text = text.map_or(&[][..], |text| text.as_bytes());
                texts.entry(key).or_default().extend(lines(text));
            }
        }
        for table in &mut tables {
            let texts = texts.remove(&("partitioned-table", table.name.clone()));
            table.definition = definition(texts.unwrap_or_default());
        }
        let objects = texts.into_iter().map(|((kind, name), texts)| Object {
            kind: kind.to_owned(),
            name,
            definition: definition(texts),
            carrier: entries::is_carrier(kind),
        });
        Self {
            tables,
            objects: objects.collect(),
            types: Vec::new(),
        }
    }
}

/// The statement that defines something; of a table that inherits columns, its lines, because a
/// restored one has them in another order.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    const INHERITS: &[u8] = b"\nINHERITS (";
    if !text.windows(INHERITS.len()).any(|part| part == INHERITS) {
        return vec![text];
    }
    let lines = text.split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b",").unwrap_or(line))
        .collect()
}

/// The digest of what defines one name. Some kinds share names (operators of the same sign).
fn definition(mut texts: Vec<&[u8]>) -> Digest {
    texts.sort_unstable();
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    Digest::new("sha256", &hasher.finalize())
}
