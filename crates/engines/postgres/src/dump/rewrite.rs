//! From a backup to a clean backup: parts through the mask, or taken over as they are. No server is
//! asked.

mod chunks;
mod rows;

use super::outline::Outline;
use super::part::Digests;
use super::{CONTENTS, LARGE_OBJECTS, LIST, digests, stored_name, whole_part};
use crate::load::{Plan, TableRows, large_objects_in, part_of, read_contents, whole};
use futures::{StreamExt as _, TryStreamExt as _};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{Context, Dumped, Masker, PartSink, PartSource, Verification, compare_tables};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, TableDigest};

/// Parts that are taken over at once.
const COPIES: usize = 2;

/// Writes a clean backup.
pub(crate) async fn rewrite(
    parts: Arc<dyn PartSource>,
    masker: &dyn Masker,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let archive = read_contents(parts.as_ref()).await?;
    let manifest = parts.manifest();
    let outline = Outline::of(archive, manifest.catalog.clone(), Some(masker))?;
    let plan = &outline.plan;
    let untouched = untouched(plan);
    let copies = copies(plan, &untouched, parts.as_ref()).await?;
    let (rows, ()) = futures::try_join!(
        rows::rewrite_all(plan, &untouched, &parts, sink, context),
        copy_all(copies, parts.as_ref(), sink, context)
    )?;
    prove(plan, &untouched, manifest, &rows)?;
    let sent = rows.into_iter().map(|(name, rows)| rows.sent.finish(&name));
    let copied = |name: &str| manifest.tables.iter().find(|table| table.table == name);
    let tables = untouched.iter().filter_map(|name| copied(name)).cloned();
    let objects = copied(LARGE_OBJECTS).filter(|_| plan.has_large_objects);
    whole_part(sink, CONTENTS, outline.archive.emit()?).await?;
    Ok(Dumped {
        snapshot: manifest.snapshot.clone(),
        collations: manifest.collations.clone(),
        native: None,
        tables: digests(
            sent.chain(tables).collect(),
            outline.sequences,
            objects.cloned(),
        ),
        catalog: outline.catalog,
        engine_version: manifest.tools.engine.clone(),
        readable_by: manifest.tools.readable_by.clone(),
    })
}

/// Names under which only rows are digested that nobody looks at.
fn untouched(plan: &Plan) -> BTreeSet<String> {
    let tables = plan.tables.iter();
    let touched = tables.clone().filter(|table| !table.is_moved());
    let touched: BTreeSet<String> = touched.map(TableRows::digested_as).collect();
    let names = tables.map(TableRows::digested_as);
    names.filter(|name| !touched.contains(name)).collect()
}

/// The parts that are taken over.
async fn copies(
    plan: &Plan,
    untouched: &BTreeSet<String>,
    parts: &dyn PartSource,
) -> Result<Vec<String>> {
    let tables = plan.tables.iter();
    let tables = tables.filter(|table| untouched.contains(&table.digested_as()));
    let mut copies: Vec<String> = tables.map(part_of).collect();
    if plan.has_large_objects {
        let list = whole(parts, LIST).await?;
        let objects = large_objects_in(&list, parts)?;
        copies.push(LIST.to_owned());
        copies.extend(objects.iter().map(|(_, file)| stored_name(file)));
    }
    Ok(copies)
}

async fn copy_all(
    names: Vec<String>,
    parts: &dyn PartSource,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<()> {
    let doing = "take parts of the backup over";
    let copies = names.into_iter().map(|name| async move {
        let copy = async { sink.copy(parts, &name).await };
        context.unless_stopped(doing, copy).await
    });
    let copies = futures::stream::iter(copies).buffer_unordered(COPIES);
    copies.try_collect().await
}

/// Fails unless what came is what the manifest says. Parts that are taken over are proven by their
/// bytes.
fn prove(
    plan: &Plan,
    untouched: &BTreeSet<String>,
    manifest: &Manifest,
    rows: &BTreeMap<String, Digests>,
) -> Result<()> {
    let is_received = |name: &str| !plan.is_not_received(name);
    let received = rows.iter().filter(|(name, _)| is_received(name));
    let received = received.map(|(name, rows)| rows.received.clone().finish(name));
    let received = digests(received.collect(), plan.received_sequences.clone(), None);
    let expected = manifest.tables.iter().filter(|table| {
        let name = table.table.as_str();
        is_received(name) && !untouched.contains(name) && name != LARGE_OBJECTS
    });
    let expected: Vec<TableDigest> = expected.cloned().collect();
    let missing = untouched
        .iter()
        .find(|name| !manifest.tables.iter().any(|table| table.table == **name));
    let doing = "compare the rows received with the manifest";
    if let Some(missing) = missing {
        return Err(damaged(doing, &format!("table {missing} is missing")));
    }
    compare_tables(doing, &expected, &received, Verification::Full)
        .map_err(|error| damaged(doing, &error.cause()))
}

fn damaged(doing: &str, cause: &str) -> Error {
    Error::new(Kind::Corrupt, doing, cause).hint("the backup is damaged: take another one")
}
