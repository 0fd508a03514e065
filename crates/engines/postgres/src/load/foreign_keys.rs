//! Foreign keys, several at once where they are of different tables: each reads its table whole.
//! Most are made among the indexes; here are those that have to wait for all of them.

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

/// Which tables the entries of an archive are about.
pub(super) struct Keys<'a> {
    entries: BTreeMap<DumpId, &'a Entry>,
    /// Tables whose rows go to themselves, and nobody else's do.
    plain: BTreeSet<DumpId>,
    /// Whether rows may still be changed once all of them are in.
    are_rows_final: bool,
}

impl<'a> Keys<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let entries = plan.archive.entries.iter();
        let plain = plan.tables.iter().filter(|table| table.is_alone());
        Self {
            entries: entries.map(|entry| (entry.dump_id, entry)).collect(),
            plain: plain
                .flat_map(|table| table.entry.dependencies.iter().copied())
                .collect(),
            are_rows_final: plan.steps.is_empty(),
        }
    }

    /// The tables that an entry needs, itself or through an index or a key.
    pub(super) fn tables(&self, entry: &Entry) -> Vec<DumpId> {
        let mut tables = BTreeSet::new();
        for id in &entry.dependencies {
            match self.entries.get(id) {
                Some(needed) if needed.is("TABLE") => {
                    tables.insert(*id);
                }
                Some(needed) if needed.is("CONSTRAINT") || needed.is("INDEX") => {
                    let ids = needed.dependencies.iter();
                    tables.extend(ids.filter(|id| self.is_table(**id)));
                }
                _ => {}
            }
        }
        tables.into_iter().collect()
    }

    fn is_table(&self, id: DumpId) -> bool {
        self.entries.get(&id).is_some_and(|entry| entry.is("TABLE"))
    }

    /// Whether a foreign key can be made as soon as what it names is there. One of a partitioned
    /// table locks its partitions as well, and rows that are sent through another table may still
    /// be on their way.
    pub(super) fn is_early(&self, entry: &Entry) -> bool {
        let tables = self.tables(entry);
        let is_plain = tables.iter().all(|id| self.plain.contains(id));
        self.are_rows_final && entry.is("FK CONSTRAINT") && !tables.is_empty() && is_plain
    }
}

/// Makes those.
pub(super) async fn make_all(
    entries: Vec<Entry>,
    address: &Address,
    plan: &Arc<Plan>,
    context: &Context,
) -> Result<()> {
    let all = Keys::of(plan);
    let mut keys: Vec<Key> = entries
        .into_iter()
        .map(|entry| Key {
            tables: all.tables(&entry).into_iter().collect(),
            entry,
        })
        .collect();
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
