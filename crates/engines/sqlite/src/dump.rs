//! From a database in use to one part: its image, as a single file any SQLite opens.

mod clean;
mod copy;
mod open;
mod scratch;

pub(crate) use clean::{dump_clean, rewrite};
pub(crate) use copy::{Contended, copy_consistently, copy_pages};
pub(crate) use open::open;
pub(crate) use scratch::{Scratch, use_rollback_journal};

use crate::config::blocking;
use crate::verify::Violations;
use crate::{catalog, stamp, verify};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use weir_engine::{Context, Dumped, PartSink, PartSpec, PartWriter, TableTimes};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::{Codec, Snapshot, TableDigest};

/// Name of the only part.
pub(crate) const PART: &str = "database.sqlite.zst";

/// Bytes handed on at a time.
const CHUNK: usize = 1 << 20;

/// What a private copy was proven to hold.
struct Proven {
    catalog: Catalog,
    tables: Vec<TableDigest>,
    violations: Violations,
    readable_by: String,
}

/// Sends a private copy of a database in use into a part.
pub(crate) async fn dump(
    scratch: Scratch,
    mode: &'static str,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let scratch = blocking(move || clean(scratch)).await?;
    let snapshot = Snapshot {
        mode: mode.to_owned(),
        position: None,
    };
    send_proven(scratch, prove_raw, snapshot, sink, context).await
}

/// Sends a private copy into a part while it is proven; the part is finished only if it is sound.
async fn send_proven(
    scratch: Scratch,
    prove: impl FnOnce(&Scratch) -> Result<Proven> + Send + 'static,
    snapshot: Snapshot,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let file = Arc::clone(&scratch.file);
    let bytes = file.metadata().map_or(0, |found| found.len());
    let spec = PartSpec {
        name: PART.to_owned(),
        codec: Codec::Zstd,
        expected_bytes: bytes,
    };
    let mut writer = sink.begin(spec).await?;
    let interrupt = scratch.database.connection.get_interrupt_handle();
    let joined = tokio::try_join!(
        blocking(move || prove(&scratch)),
        send(file, bytes, writer.as_mut(), context),
    );
    // When sending fails, nobody waits for the proof any more.
    let (proven, ()) = joined.inspect_err(|_| interrupt.interrupt())?;
    writer.finish().await?;
    Ok(Dumped {
        snapshot,
        collations: BTreeMap::new(),
        native: None,
        catalog: proven.catalog,
        tables: proven.tables,
        engine_version: format!("SQLite {}", rusqlite::version()),
        readable_by: proven.readable_by,
    })
}

/// Makes a copy of pages into a file of its own: no log needed to read it, no stamp in it.
fn clean(scratch: Scratch) -> Result<Scratch> {
    scratch.settle()?;
    stamp::remove(&scratch.database)?;
    Ok(scratch)
}

fn prove_raw(scratch: &Scratch) -> Result<Proven> {
    let context = &scratch.database.subject.context;
    let proven = prove(scratch, Some(context.table_times()))?;
    let violations: u64 = proven.violations.values().flatten().sum();
    if violations > 0 {
        context.note(format!(
            "the source breaks its own foreign keys in {violations} rows"
        ));
    }
    Ok(proven)
}

fn prove(scratch: &Scratch, times: Option<&Arc<TableTimes>>) -> Result<Proven> {
    let database = &scratch.database;
    verify::integrity(database)?;
    let catalog = catalog::read(database)?;
    Ok(Proven {
        violations: verify::violations(database, &catalog)?,
        tables: verify::digest_tables(database, &catalog, times)?,
        readable_by: readable_by(database, &catalog)?,
        catalog,
    })
}

/// The oldest SQLite that understands the schema, by the features used in it.
fn readable_by(scratch: &crate::config::Database, catalog: &Catalog) -> Result<String> {
    let strict: bool = scratch.value(
        "read the tables of",
        "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict",
    )?;
    let generated = catalog
        .tables
        .iter()
        .any(|table| table.columns.iter().any(|column| column.generated));
    Ok(match (strict, generated) {
        (true, _) => "SQLite 3.37".to_owned(),
        (false, true) => "SQLite 3.31".to_owned(),
        (false, false) => "SQLite 3".to_owned(),
    })
}

async fn send(
    file: Arc<File>,
    bytes: u64,
    writer: &mut dyn PartWriter,
    context: &Context,
) -> Result<()> {
    let mut sent = 0;
    while sent < bytes {
        context.check("send the copy of the database to the store")?;
        let chunk = read_chunk(Arc::clone(&file), sent, bytes).await?;
        sent += chunk.len() as u64;
        writer.write(chunk).await?;
        context.progress(Unit::Bytes, sent, bytes);
    }
    Ok(())
}

async fn read_chunk(file: Arc<File>, from: u64, end: u64) -> Result<Bytes> {
    blocking(move || {
        let length = usize::try_from(end - from).unwrap_or(CHUNK).min(CHUNK);
        let mut chunk = vec![0; length];
        file.read_exact_at(&mut chunk, from).map_err(|error| {
            Error::from_source(Kind::Source, "read the private copy of the database", error)
                .hint("look at the health of the disk that holds temporary files")
        })?;
        Ok(Bytes::from(chunk))
    })
    .await
}
