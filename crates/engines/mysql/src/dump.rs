//! From a database in use to the files that `mydumper` makes of one: definitions, and rows as
//! INSERT statements, read by several connections within one snapshot.
//!
//! Which way the snapshot is taken follows from what the user may do, the first that works:
//!
//! | mode | granted beside SELECT | server |
//! |---|---|---|
//! | `backup-stage` | RELOAD | MariaDB |
//! | `binlog-snapshot` | BINLOG MONITOR | MariaDB with a binary log of all that changes |
//! | `gtid-compared` | REPLICATION CLIENT | MySQL with GTIDs |
//! | `global-read-lock` | RELOAD | MySQL |
//! | `table-locks` | LOCK TABLES | any, managed ones too |
//! | `single-connection` | nothing | any |
//!
//! Tables whose engine knows no transactions take LOCK TABLES in every mode.

mod chunks;
mod files;
mod guardian;
mod key;
mod locks;
mod masks;
mod moment;
mod objects;
mod open;
mod output;
mod positions;
mod rewrite;
mod schema;
mod sequences;
mod statement;
mod table;
mod workers;

pub(crate) use files::Names;
pub(crate) use moment::{Moment, take};
pub(crate) use objects::columns_of_placeholder;
pub(crate) use open::open;
pub(crate) use rewrite::rewrite;
pub(crate) use sequences::digest as digest_sequences;
pub(crate) use table::{Queue, Table};
pub(crate) use workers::ended;

use crate::catalog::{self, OfSchema as _, Schema};
use crate::config::{Flavour, Server};
use crate::load::{Bound, Plan};
use bytes::Bytes;
use masks::Masks;
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{Context, Dumped, Masker, PartSink, PartSpec};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Codec, Snapshot, TableDigest};

/// The part that Weir restores from: what is in the schema, and which parts hold which rows.
pub(crate) const CONTENTS: &str = "weir-objects.json";

/// Dumps everything within the moment, or what the rules leave of it.
pub(crate) async fn dump(
    mut moment: Moment,
    sink: &dyn PartSink,
    masker: Option<Arc<dyn Masker>>,
    context: &Context,
) -> Result<Dumped> {
    let schema = catalog::read(&mut moment.guardian, &moment.address.database).await?;
    let names = Names::of(&schema);
    let server = moment.guardian.server.clone();
    let rules = masker.as_deref().map(|masker| Bound {
        masker,
        catalog: None,
    });
    let plan = Plan::make(schema, &server.text, rules)?;
    let masks = Masks::of(&plan);
    let mut schema = plan.schema;
    let catalog = Catalog::of(&schema)?;
    let columns = objects::view_columns(&mut moment.guardian, &schema).await?;
    schema::write(&schema, &columns, &names, server.flavour, sink).await?;
    let snapshot = Snapshot {
        mode: moment.mode.to_owned(),
        position: moment.position.as_ref().map(positions::Position::text),
    };
    let metadata = files::metadata(moment.began, moment.position.as_ref());
    let tables = workers::tables(moment, &mut schema, (names, masks), sink, context).await?;
    write_contents(&schema, sink).await?;
    plain_part(sink, files::METADATA, metadata.into_bytes()).await?;
    Ok(Dumped {
        snapshot,
        collations: BTreeMap::new(),
        native: None,
        catalog,
        tables: digests(tables, &schema),
        readable_by: readable_by(&server),
        engine_version: server.text,
    })
}

/// Writes the parts besides rows of a schema whose rows came from a dump of others'. Their files
/// have names already.
pub(crate) async fn write_adopted(
    schema: &Schema,
    view_columns: &BTreeMap<String, Vec<String>>,
    mut names: Names,
    server: &Server,
    sink: &dyn PartSink,
) -> Result<()> {
    names.add_all(schema);
    schema::write(schema, view_columns, &names, server.flavour, sink).await?;
    write_contents(schema, sink).await?;
    let metadata = files::metadata(jiff::Timestamp::now(), None);
    plain_part(sink, files::METADATA, metadata.into_bytes()).await
}

/// Rows and digest of everything in a schema, put together in the order of a manifest.
pub(crate) fn digests(mut tables: Vec<TableDigest>, schema: &Schema) -> Vec<TableDigest> {
    tables.extend(sequences::digest(&schema.sequences));
    tables.sort_by(|one, other| one.table.cmp(&other.table));
    tables
}

/// The oldest client that restores the files.
pub(crate) fn readable_by(server: &Server) -> String {
    match server.flavour {
        Flavour::Mariadb => "mariadb 10.6".to_owned(),
        Flavour::Mysql => "mysql 8.0".to_owned(),
    }
}

async fn write_contents(schema: &Schema, sink: &dyn PartSink) -> Result<()> {
    let content = serde_json::to_vec(schema).map_err(|error| {
        Error::from_source(Kind::Internal, "write down the schema", error)
            .hint("this is a bug in Weir: please report it with the run's log")
    })?;
    plain_part(sink, CONTENTS, content).await
}

/// Writes a small part that is read as it is.
async fn plain_part(sink: &dyn PartSink, name: &str, content: Vec<u8>) -> Result<()> {
    small_part(sink, name.to_owned(), Codec::None, content).await
}

/// Writes a part that is in memory.
async fn small_part(
    sink: &dyn PartSink,
    name: String,
    codec: Codec,
    content: Vec<u8>,
) -> Result<()> {
    let spec = PartSpec {
        name,
        codec,
        expected_bytes: content.len() as u64,
    };
    let mut writer = sink.begin(spec).await?;
    writer.write(Bytes::from(content)).await?;
    writer.finish().await
}
