//! From a database in use to an archive as `pg_dump --format=directory` makes it: the schema by
//! `pg_dump`, the rows by several connections of our own, all within one snapshot.

pub(crate) mod archive;
mod large_objects;
mod locks;
mod open;
mod outline;
mod pages;
mod part;
mod rewrite;
mod sequences;
mod table;
mod workers;

pub(crate) use large_objects::{
    LARGE_OBJECTS, LIST, PIECE, digest as digest_large_objects, digest_piece,
};
pub(crate) use open::open;
pub(crate) use rewrite::rewrite;
pub(crate) use sequences::{Sequence, digest as digest_sequences, read as read_sequences};
pub(crate) use table::Scan;
pub(crate) use workers::ended;

use crate::catalog::{self, Content};
use crate::config::{Address, Session};
use crate::dump::archive::{Archive, Compression, Entry, TableData};
use bytes::Bytes;
use outline::Outline;
use weir_engine::{Context, Dumped, Masker, PartSink, PartSpec};
use weir_model::error::{Kind, Result};
use weir_model::manifest::{Codec, Snapshot, TableDigest};

/// The part that says what is in the others.
pub(crate) const CONTENTS: &str = "toc.dat";
/// How the snapshot is held.
const MODE: &str = "exported-snapshot";
/// The oldest client that reads what is written: archive version 1.14.
pub(crate) const READABLE_BY: &str = "pg_restore 12";

/// The moment that is dumped, and where.
pub(crate) struct Moment {
    /// Where the database is.
    pub(crate) address: Address,
    /// Holds the snapshot while it lives.
    pub(crate) session: Session,
    /// The snapshot's name.
    pub(crate) snapshot: String,
}

/// Dumps everything within the moment, or what rules leave of it.
pub(crate) async fn dump(
    moment: Moment,
    sink: &dyn PartSink,
    masker: Option<&dyn Masker>,
    context: &Context,
) -> Result<Dumped> {
    let (address, session) = (&moment.address, &moment.session);
    let contents = catalog::contents(session).await?;
    locks::lock(session, &contents).await?;
    let schema = catalog::schema(session, address, &moment.snapshot, Kind::Source).await?;
    let catalog = catalog::read(session, &schema).await?;
    let collations = catalog::collations::versions(session).await?;
    let mut archive = schema.into_version_1_14()?;
    archive.set_compression(Compression::Gzip { level: None });
    let first = archive.next_dump_id();
    add_data(&mut archive, session, &contents).await?;
    let outline = Outline::of(archive, catalog, masker)?;

    let ids = (first..).zip(contents).collect();
    let tables = workers::tables(&moment, ids, &outline, sink, context).await?;
    let objects = match outline.plan.has_large_objects {
        true => large_objects::dump(session, sink, context).await?,
        false => None,
    };
    whole_part(sink, CONTENTS, outline.archive.emit()?).await?;
    session.run("end the snapshot of", "COMMIT").await?;
    Ok(Dumped {
        snapshot: Snapshot {
            mode: MODE.to_owned(),
            position: position(session).await?,
        },
        collations,
        native: None,
        catalog: outline.catalog,
        tables: digests(tables, outline.sequences, objects),
        engine_version: version(session).await?,
        readable_by: READABLE_BY.to_owned(),
    })
}

/// Adds the entries of all data to a schema: rows from its next number on, in their order.
async fn add_data(archive: &mut Archive, session: &Session, contents: &[Content]) -> Result<()> {
    let first = archive.next_dump_id();
    let mut entries: Vec<Entry> = (first..)
        .zip(contents)
        .map(|(id, content)| table_data(archive, id, content))
        .collect();
    let mut next = first + u32::try_from(contents.len()).unwrap_or(u32::MAX);
    for sequence in &sequences::read(session).await? {
        entries.push(sequence.entry(archive, next));
        next += 1;
    }
    let has_objects = !large_objects::numbers(session).await?.is_empty();
    entries.extend(has_objects.then(|| Entry::large_objects(next)));
    archive.insert_data(entries);
    archive.order_grants();
    Ok(())
}

fn table_data(archive: &Archive, id: u32, content: &Content) -> Entry {
    let entry = archive.table(content.oid);
    Entry::table_data(
        id,
        TableData {
            schema: &content.schema,
            relation: &content.relation,
            oid: content.oid,
            columns: &content.columns,
            owner: &content.owner,
            table_entry: entry.map(|entry| entry.dump_id),
            via_root: content
                .via_root
                .as_ref()
                .map(|(schema, relation)| (schema.as_str(), relation.as_str())),
            file_name: &file_name(id),
        },
    )
}

/// The file of a table's rows, as the archive names it.
fn file_name(id: u32) -> String {
    format!("{id}.dat")
}

/// The same as it is stored.
pub(crate) fn stored_name(file: &str) -> String {
    format!("{file}.gz")
}

/// Writes a small part that the format wants uncompressed.
pub(crate) async fn whole_part(sink: &dyn PartSink, name: &str, content: Vec<u8>) -> Result<()> {
    let spec = PartSpec {
        name: name.to_owned(),
        codec: Codec::None,
        expected_bytes: content.len() as u64,
    };
    let mut writer = sink.begin(spec).await?;
    writer.write(Bytes::from(content)).await?;
    writer.finish().await
}

/// Everything that was digested, ordered by name.
pub(crate) fn digests(
    tables: Vec<TableDigest>,
    sequences: Option<TableDigest>,
    objects: Option<TableDigest>,
) -> Vec<TableDigest> {
    let mut all = tables;
    all.extend(sequences);
    all.extend(objects);
    all.sort_by(|one, other| one.table.cmp(&other.table));
    all
}

async fn position(session: &Session) -> Result<Option<String>> {
    // Where the log stands is for people; who may not ask does without.
    let sql = "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() \
               THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END::text";
    match session.row("ask for the position of", sql, &[]).await {
        Ok(Some(row)) => session.get("ask for the position of", &row, 0),
        _ => Ok(None),
    }
}

async fn version(session: &Session) -> Result<String> {
    let doing = "ask for the version of";
    let sql = "SELECT 'PostgreSQL ' || pg_catalog.current_setting('server_version')";
    match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0),
        None => Ok("PostgreSQL".to_owned()),
    }
}
