//! From a backup to a clean one: its parts go through the rules, and no database is asked.

mod part;

use super::files::{METADATA, Names, metadata};
use super::{digests, plain_part, schema, write_contents};
use crate::catalog::OfSchema as _;
use crate::config::Flavour;
use crate::load::{Backup, Bound, Plan, PlannedTable, Rows, read_contents};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{
    Context, Dumped, Masker, PartSink, PartSource, RowDigester, Verification, compare_tables,
};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, TableDigest};

/// What became of the rows of a table.
#[derive(Default)]
struct Table {
    /// Its parts, by their place in the backup; none where no row was kept.
    parts: BTreeMap<usize, String>,
    received: RowDigester,
    sent: RowDigester,
    /// Bytes of its new parts.
    bytes: u64,
}

/// Makes a clean backup.
pub(crate) async fn rewrite(
    parts: Arc<dyn PartSource>,
    masker: Arc<dyn Masker>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let Backup {
        schema,
        view_columns,
    } = read_contents(parts.as_ref()).await?;
    let manifest = parts.manifest();
    let server = manifest.tools.engine.clone();
    let names = Names::of_backup(&schema);
    let rules = Bound {
        masker: masker.as_ref(),
        catalog: Some(&manifest.catalog),
    };
    let mut plan = Plan::make(schema, &server, Some(rules))?;
    let tables = part::all(&plan, &parts, sink, context).await?;
    let tables = proven(&mut plan, tables, manifest)?;
    let clean = &plan.schema;
    let flavour = Flavour::of(&server);
    schema::write(clean, &view_columns, &names, flavour, sink).await?;
    write_contents(clean, sink).await?;
    match manifest.part(METADATA) {
        Some(_) => sink.copy(parts.as_ref(), METADATA).await?,
        None => {
            let metadata = metadata(jiff::Timestamp::now(), None);
            plain_part(sink, METADATA, metadata.into_bytes()).await?;
        }
    }
    Ok(Dumped {
        snapshot: manifest.snapshot.clone(),
        collations: manifest.collations.clone(),
        native: None,
        catalog: Catalog::of(clean)?,
        tables: digests(tables, clean),
        readable_by: manifest.tools.readable_by.clone(),
        engine_version: server,
    })
}

/// Compares the rows that came with the manifest, and notes in the plan what became of each
/// table; its rows as they are in the clean backup.
fn proven(plan: &mut Plan, tables: Vec<Table>, manifest: &Manifest) -> Result<Vec<TableDigest>> {
    let (mut expected, mut received, mut clean) = (Vec::new(), Vec::new(), Vec::new());
    let stored = plan.schema.tables.iter_mut();
    for ((planned, stored), table) in plan.tables.iter().zip(stored).zip(tables) {
        let digest = match planned.rows {
            Rows::Kept => recorded(planned, manifest)?,
            Rows::Masked(_) => {
                expected.push(recorded(planned, manifest)?);
                received.push(table.received.finish(&stored.name));
                table.sent.finish(&stored.name)
            }
            Rows::LeftOut => table.sent.finish(&stored.name),
        };
        if !matches!(planned.rows, Rows::Kept) {
            stored.parts = table.parts.into_values().collect();
            stored.rows = digest.rows;
            stored.bytes = table.bytes;
        }
        clean.push(digest);
    }
    let known: BTreeSet<&str> = plan
        .tables
        .iter()
        .map(|table| table.stored.name.as_str())
        .collect();
    let is_there = |table: &TableDigest| match &plan.received_sequences {
        Some(sequences) if sequences.table == table.table => sequences == table,
        _ => known.contains(table.table.as_str()),
    };
    let doing = "compare the rows received with the manifest";
    let promised = plan.expected_rows(manifest);
    if let Some(missing) = promised.iter().find(|table| !is_there(table)) {
        let cause = format!("table {} is missing, or not as it is told", missing.table);
        return Err(wrong(doing, cause));
    }
    compare_tables(doing, &expected, &received, Verification::Full)
        .map_err(|error| wrong(doing, error.cause()))?;
    Ok(clean)
}

/// What the manifest says of the rows of a table.
fn recorded(table: &PlannedTable, manifest: &Manifest) -> Result<TableDigest> {
    let name = &table.stored.name;
    let mut tables = manifest.tables.iter();
    let found = tables.find(|digest| digest.table == *name).cloned();
    found.ok_or_else(|| {
        let cause = format!("the manifest says nothing of the rows of table {name}");
        wrong("read the backup", cause)
    })
}

fn wrong(doing: &str, cause: String) -> Error {
    Error::new(Kind::Corrupt, doing, cause)
        .hint("run `weir verify` on the backup, then take another one")
}
