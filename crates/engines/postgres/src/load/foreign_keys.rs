//! Foreign keys, several at once where they are of different tables: each reads its table whole.

use super::objects::make;
use super::plan::Plan;
use super::shadow;
use crate::config::{Address, Session, connections};
use crate::dump::archive::{DumpId, Entry};
use crate::dump::ended;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::JoinSet;
use weir_engine::Context;
use weir_model::error::Result;

/// A foreign key, and the tables that are locked while it is made.
struct Key {
    entry: Entry,
    tables: BTreeSet<DumpId>,
}

/// Makes all of them.
pub(super) async fn make_all(
    entries: Vec<Entry>,
    address: &Address,
    plan: &Arc<Plan>,
    context: &Context,
) -> Result<()> {
    let mut keys = keys(entries, plan);
    let mut idle = Vec::new();
    for _ in 0..connections().min(keys.len()) {
        idle.push(shadow::enter(address, context).await?);
    }
    let mut busy: BTreeSet<DumpId> = BTreeSet::new();
    let mut working: JoinSet<Result<(Session, BTreeSet<DumpId>)>> = JoinSet::new();
    loop {
        while let Some(session) = idle.pop() {
            let free = keys.iter().position(|key| key.tables.is_disjoint(&busy));
            let Some(at) = free else {
                idle.push(session);
                break;
            };
            let key = keys.swap_remove(at);
            busy.extend(&key.tables);
            let plan = Arc::clone(plan);
            working.spawn(async move {
                make(&session, &plan, &key.entry).await?;
                Ok((session, key.tables))
            });
        }
        let Some(done) = working.join_next().await else {
            return Ok(());
        };
        let (session, tables) = done.map_err(ended)??;
        busy.retain(|table| !tables.contains(table));
        idle.push(session);
    }
}

fn keys(entries: Vec<Entry>, plan: &Plan) -> Vec<Key> {
    let all: BTreeMap<DumpId, &Entry> = plan
        .archive
        .entries
        .iter()
        .map(|entry| (entry.dump_id, entry))
        .collect();
    let keys = entries.into_iter().map(|entry| {
        let mut tables = BTreeSet::new();
        for id in &entry.dependencies {
            match all.get(id) {
                Some(needed) if needed.is("TABLE") => {
                    tables.insert(*id);
                }
                // The key that is referred to, and through it its table.
                Some(needed) => tables.extend(&needed.dependencies),
                None => {}
            }
        }
        Key { entry, tables }
    });
    keys.collect()
}
