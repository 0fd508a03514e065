//! What a backup holds: all of an archive, or what rules leave of it.

use crate::catalog::is_of_database;
use crate::dump::archive::{Archive, DumpId, Entry};
use crate::load::{Plan, digest_of_kept_sequences};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::Masker;
use weir_model::catalog::Catalog;
use weir_model::error::Result;
use weir_model::manifest::TableDigest;

/// What is written, and what happens to the rows on their way.
pub(super) struct Outline {
    /// The table of contents.
    pub(super) archive: Archive,
    /// What a restore of it finds, by name.
    pub(super) catalog: Catalog,
    /// Where sequences stand.
    pub(super) sequences: Option<TableDigest>,
    /// Where in the plan the table is whose rows an entry is of.
    tables: BTreeMap<DumpId, usize>,
    /// What a restore makes of the whole archive under the same rules.
    pub(super) plan: Arc<Plan>,
}

impl Outline {
    /// Binds the rules, if there are any, to an archive with its data, or refuses as a restore
    /// under these rules does.
    pub(super) fn of(
        mut archive: Archive,
        catalog: Catalog,
        masker: Option<&dyn Masker>,
    ) -> Result<Self> {
        let plan = Plan::make(archive.clone(), &catalog, masker)?;
        let catalog = match masker {
            None => catalog,
            Some(_) => {
                keep(&mut archive, &plan);
                plan.expected.clone()
            }
        };
        Ok(Self {
            archive,
            catalog,
            sequences: digest_of_kept_sequences(&plan),
            tables: plan
                .tables
                .iter()
                .enumerate()
                .map(|(at, table)| (table.entry.dump_id, at))
                .collect(),
            plan: Arc::new(plan),
        })
    }

    /// The place in the plan of the table whose rows an entry is of; `None` where rules leave the
    /// table out.
    pub(super) fn table(&self, id: DumpId) -> Option<usize> {
        self.tables.get(&id).copied()
    }
}

/// Keeps of an archive what a restore makes. What is said of the database itself is the target's,
/// and may hold anything: only its encoding and collation stay.
fn keep(archive: &mut Archive, plan: &Plan) {
    let rows = plan.tables.iter().map(|table| &table.entry);
    let state = plan.sequences.iter().chain(&plan.refreshes).chain(rows);
    let kept = plan.archive.entries.iter().chain(state);
    let kept: BTreeSet<DumpId> = kept.map(|entry| entry.dump_id).collect();
    let is_content = |entry: &Entry| entry.is("BLOBS") && plan.has_large_objects;
    archive.entries.retain(|entry| {
        let is_told = is_of_database(entry) && !entry.is("DATABASE");
        !is_told && (kept.contains(&entry.dump_id) || is_content(entry))
    });
}
