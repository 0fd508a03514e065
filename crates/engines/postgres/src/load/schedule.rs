//! Several connections that load tables and build indexes at once.

use super::order::{Job, Order};
use super::plan::Plan;
use super::rows::{Moved, Progress};
use super::{large_objects, objects, rows, sequences, shadow};
use crate::config::{Address, Session, connections};
use crate::dump::{digests, ended};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;
use weir_engine::{Context, LoadRequest, PartSource, RowDigester, compare_tables};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, TableDigest};

/// What was moved.
pub(super) struct AllMoved {
    /// Rows of every table as they were sent.
    pub(super) sent: Vec<TableDigest>,
}

/// What a connection did.
enum Done {
    Rows(usize, Box<Moved>),
    Made(usize),
}

/// Makes everything that must be there before rows, then loads rows and builds indexes. Proves
/// that what came is what the manifest says.
pub(super) async fn run(
    leader: &Session,
    address: &Address,
    plan: &Arc<Plan>,
    parts: Arc<dyn PartSource>,
    request: &LoadRequest,
    context: &Context,
) -> Result<AllMoved> {
    for entry in plan.before_rows() {
        objects::make(leader, plan, entry).await?;
    }
    sequences::set(leader, plan).await?;
    let objects = large_objects::load(leader, plan, parts.as_ref()).await?;
    let moved = work(address, plan, &parts, context).await?;
    let (received, sent) = summed(plan, moved);
    let received = digests(received, plan.received_sequences.clone(), objects.clone());
    let doing = "compare the rows received with the manifest";
    let expected = expected(plan, parts.manifest());
    compare_tables(doing, &expected, &received, request.verification)?;
    Ok(AllMoved {
        sent: digests(sent, sequences::digest_of_kept(plan), objects),
    })
}

async fn work(
    address: &Address,
    plan: &Arc<Plan>,
    parts: &Arc<dyn PartSource>,
    context: &Context,
) -> Result<Vec<(usize, Moved)>> {
    let mut order = Order::of(plan, parts.manifest());
    let sizes = parts.manifest().parts.iter().map(|part| part.content_bytes);
    let progress = Arc::new(Progress {
        done: 0.into(),
        total: sizes.sum(),
    });
    let mut idle = Vec::new();
    for _ in 0..connections() {
        idle.push(shadow::enter(address, context).await?);
    }
    let mut moved = Vec::new();
    let mut working: JoinSet<Result<(Session, Done)>> = JoinSet::new();
    loop {
        while let Some(session) = idle.pop() {
            let Some(next) = order.take() else {
                idle.push(session);
                break;
            };
            let (plan, parts, progress) =
                (Arc::clone(plan), Arc::clone(parts), Arc::clone(&progress));
            working.spawn(job(session, next, plan, parts, progress));
        }
        let Some(done) = working.join_next().await else {
            break;
        };
        let (session, done) = done.map_err(ended)??;
        idle.push(session);
        match done {
            Done::Rows(at, rows) => {
                order.done(Job::Rows(at));
                moved.push((at, *rows));
            }
            Done::Made(at) => order.done(Job::Make(at)),
        }
    }
    match order.stuck() {
        0 => Ok(moved),
        stuck => Err(circular(stuck)),
    }
}

/// One job on one connection, for a task of its own.
async fn job(
    session: Session,
    job: Job,
    plan: Arc<Plan>,
    parts: Arc<dyn PartSource>,
    progress: Arc<Progress>,
) -> Result<(Session, Done)> {
    let done = match job {
        Job::Rows(at) => {
            let moved = match plan.tables.get(at) {
                Some(table) => rows::load(&session, parts.as_ref(), table, &progress).await?,
                None => Moved::default(),
            };
            Done::Rows(at, Box::new(moved))
        }
        Job::Make(at) => {
            if let Some(entry) = plan.archive.entries.get(at) {
                objects::make(&session, &plan, entry).await?;
            }
            Done::Made(at)
        }
    };
    Ok((session, done))
}

/// Adds up what belongs together: received, and sent. A table without rows is sent as such.
fn summed(plan: &Plan, moved: Vec<(usize, Moved)>) -> (Vec<TableDigest>, Vec<TableDigest>) {
    let mut received: BTreeMap<String, RowDigester> = BTreeMap::new();
    let mut sent: BTreeMap<String, RowDigester> = BTreeMap::new();
    for (at, rows) in moved {
        let Some(table) = plan.tables.get(at) else {
            continue;
        };
        let name = table.digested_as();
        if table.masks.is_some() {
            received
                .entry(name.clone())
                .or_default()
                .absorb(&rows.received);
        }
        sent.entry(name).or_default().absorb(&rows.sent);
    }
    let finished = |rows: BTreeMap<String, RowDigester>| {
        rows.into_iter()
            .map(|(name, rows)| rows.finish(&name))
            .collect()
    };
    (finished(received), finished(sent))
}

/// What the manifest says of what is received; of tables that rules leave empty or out, nothing is.
fn expected(plan: &Plan, manifest: &Manifest) -> Vec<TableDigest> {
    let tables = manifest.tables.iter();
    let tables = tables.filter(|table| !plan.is_not_received(&table.table));
    tables.cloned().collect()
}

fn circular(stuck: usize) -> Error {
    let cause = format!("{stuck} of its entries wait for each other");
    Error::new(Kind::Corrupt, "order what the dump holds", cause)
        .hint("the dump is damaged or was changed: take another one")
}
