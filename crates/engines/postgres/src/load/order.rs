//! In which order rows are loaded and indexes are built, several at once: what takes longest
//! first, an index as soon as the rows of its table are in.

use super::plan::Plan;
use crate::dump::archive::{DumpId, Entry};
use std::collections::{BTreeMap, BinaryHeap};
use weir_model::manifest::Manifest;

/// Something that can be done on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Job {
    /// The rows of a table, by its place in the plan.
    Rows(usize),
    /// A statement of the archive, by its place there.
    Make(usize),
}

/// What must be done, and what waits for what.
pub(super) struct Order {
    ready: BinaryHeap<(u64, Job)>,
    /// How many jobs each statement waits for.
    waiting: BTreeMap<usize, usize>,
    /// Who waits for a job.
    followers: BTreeMap<Job, Vec<usize>>,
    weights: BTreeMap<usize, u64>,
    /// What each statement locks.
    locks: BTreeMap<usize, Lock>,
    /// The tables that statements under way have locked: by how many, and whether for itself alone.
    locked: BTreeMap<DumpId, (usize, bool)>,
}

/// The tables of a statement. Indexes of one table are built together; a constraint would wait for
/// all of them, and keep a connection waiting that could do something else.
struct Lock {
    tables: Vec<DumpId>,
    is_exclusive: bool,
}

/// Whether a statement may be run while other tables are still being loaded.
pub(super) fn is_early(entry: &Entry) -> bool {
    ["INDEX", "CONSTRAINT", "INDEX ATTACH"]
        .iter()
        .any(|kind| entry.is(kind))
}

impl Order {
    /// The order of a plan.
    pub(super) fn of(plan: &Plan, manifest: &Manifest) -> Self {
        let early: Vec<(usize, &Entry)> = plan
            .archive
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| is_early(entry))
            .collect();
        let mut jobs: BTreeMap<DumpId, Job> = early
            .iter()
            .map(|(at, entry)| (entry.dump_id, Job::Make(*at)))
            .collect();
        let mut sizes: BTreeMap<DumpId, u64> = BTreeMap::new();
        for (at, table) in plan.tables.iter().enumerate() {
            let file = table.entry.file_name.as_ref().map(ToString::to_string);
            let part = manifest.part(&crate::dump::stored_name(&file.unwrap_or_default()));
            let size = part.map_or(0, |part| part.content_bytes);
            jobs.insert(table.entry.dump_id, Job::Rows(at));
            for id in &table.entry.dependencies {
                // Whoever needs the table needs its rows.
                jobs.insert(*id, Job::Rows(at));
                sizes.insert(*id, size);
            }
        }
        let mut order = Self {
            ready: BinaryHeap::new(),
            waiting: BTreeMap::new(),
            followers: BTreeMap::new(),
            weights: BTreeMap::new(),
            locks: BTreeMap::new(),
            locked: BTreeMap::new(),
        };
        let mut indexed: BTreeMap<DumpId, u64> = BTreeMap::new();
        for (at, entry) in early {
            order.add(at, entry, &jobs, &sizes);
            for id in &entry.dependencies {
                *indexed.entry(*id).or_default() += index_weight(entry);
            }
        }
        for (at, table) in plan.tables.iter().enumerate() {
            let ids = table.entry.dependencies.iter();
            let weight: u64 = ids
                .map(|id| {
                    sizes.get(id).copied().unwrap_or_default()
                        * (1 + indexed.get(id).copied().unwrap_or_default())
                })
                .sum();
            order.ready.push((weight, Job::Rows(at)));
        }
        order
    }

    fn add(
        &mut self,
        at: usize,
        entry: &Entry,
        jobs: &BTreeMap<DumpId, Job>,
        sizes: &BTreeMap<DumpId, u64>,
    ) {
        let needs: Vec<Job> = entry
            .dependencies
            .iter()
            .filter_map(|id| jobs.get(id).copied())
            .filter(|job| *job != Job::Make(at))
            .collect();
        let size: u64 = entry
            .dependencies
            .iter()
            .filter_map(|id| sizes.get(id))
            .sum();
        self.weights.insert(at, size * (1 + index_weight(entry)));
        if needs.is_empty() {
            self.ready.push((size, Job::Make(at)));
        }
        self.locks.insert(
            at,
            Lock {
                tables: entry.dependencies.clone(),
                is_exclusive: !entry.is("INDEX"),
            },
        );
        self.waiting.insert(at, needs.len());
        for job in needs {
            self.followers.entry(job).or_default().push(at);
        }
    }

    /// The next job that can be done now.
    pub(super) fn take(&mut self) -> Option<Job> {
        let mut passed = Vec::new();
        let mut taken = None;
        while let Some((weight, job)) = self.ready.pop() {
            if self.lock(job) {
                taken = Some(job);
                break;
            }
            passed.push((weight, job));
        }
        self.ready.extend(passed);
        taken
    }

    /// Locks what a job needs, if nothing under way is in its way.
    fn lock(&mut self, job: Job) -> bool {
        let Job::Make(at) = job else { return true };
        let Some(lock) = self.locks.get(&at) else {
            return true;
        };
        let is_free = |table: &DumpId| match self.locked.get(table) {
            Some((0, _)) | None => true,
            Some((_, is_exclusive)) => !is_exclusive && !lock.is_exclusive,
        };
        if !lock.tables.iter().all(is_free) {
            return false;
        }
        for table in &lock.tables {
            let (count, is_exclusive) = self.locked.entry(*table).or_default();
            *count += 1;
            *is_exclusive = lock.is_exclusive;
        }
        true
    }

    fn unlock(&mut self, job: Job) {
        let Job::Make(at) = job else { return };
        for table in self.locks.get(&at).iter().flat_map(|lock| &lock.tables) {
            if let Some((count, _)) = self.locked.get_mut(table) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// A job was done: what waited for it alone can be done now.
    pub(super) fn done(&mut self, job: Job) {
        self.unlock(job);
        for at in self.followers.remove(&job).unwrap_or_default() {
            let Some(left) = self.waiting.get_mut(&at) else {
                continue;
            };
            *left = left.saturating_sub(1);
            if *left == 0 {
                let weight = self.weights.get(&at).copied().unwrap_or_default();
                self.ready.push((weight, Job::Make(at)));
            }
        }
    }

    /// What can never be done, because it waits for itself.
    pub(super) fn stuck(&self) -> usize {
        self.waiting.values().filter(|left| **left > 0).count()
    }
}

/// How long an index takes, beside others.
fn index_weight(entry: &Entry) -> u64 {
    let text = entry
        .definition
        .as_ref()
        .and_then(|text| text.as_str())
        .unwrap_or_default();
    let slow = [" USING gin ", " USING gist ", " USING spgist "];
    if slow.iter().any(|kind| text.contains(kind)) {
        return 4;
    }
    1
}
