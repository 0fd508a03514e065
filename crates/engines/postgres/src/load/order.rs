//! In which order rows are loaded, indexes and keys are made, and rows are read back, several at
//! once: first what the most is waiting for, and everything as soon as what it needs is there.

mod graph;

use super::foreign_keys::Keys;
use super::plan::Plan;
use super::two_steps::TwoSteps;
use crate::dump::archive::{DumpId, Entry};
use graph::{Graph, Lock, Mode};
use std::collections::BTreeMap;
use weir_model::manifest::Manifest;

/// Something that can be done on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Job {
    /// The rows of a table, by its place in the plan; of one that is loaded in ranges, the end.
    Rows(usize),
    /// A range of the rows of a table, by its place among its ranges.
    Range(usize, usize),
    /// A statement of the archive, by its place there.
    Make(usize),
    /// The first step of a constraint in two: its index.
    Index(usize),
    /// The second: what takes the index over.
    Constrain(usize),
    /// The rows of a table once more, as whoever comes later sees them.
    ReadBack(usize),
    /// The statistics of a table.
    Analyze(usize),
}

/// What must be done, and what waits for what.
pub(super) struct Order {
    graph: Graph,
}

/// How long work takes for each byte of a table's rows, in no unit: loading, building an index of
/// a quick kind and of a slow one, checking a key, reading back.
const LOAD: u64 = 4;
const QUICK_INDEX: u64 = 1;
const SLOW_INDEX: u64 = 12;
const KEY: u64 = 1;
const READ: u64 = 2;

impl Order {
    /// The order of a plan whose tables are loaded in so many ranges, with the statistics of each
    /// table or without them.
    pub(super) fn of(
        plan: &Plan,
        manifest: &Manifest,
        ranges: impl Iterator<Item = usize>,
        gathers_statistics: bool,
    ) -> Self {
        let mut building = Building::new(plan, manifest);
        for (at, ranges) in (0..plan.tables.len()).zip(ranges) {
            building.add_table(at, ranges, gathers_statistics);
        }
        for (at, entry) in plan.archive.entries.iter().enumerate() {
            if is_early(entry) || building.keys.is_early(entry) {
                building.add_entry(at, entry);
            }
        }
        building.add_edges();
        Self {
            graph: building.graph.ready(),
        }
    }

    /// The next job that can be done now.
    pub(super) fn take(&mut self) -> Option<Job> {
        self.graph.take()
    }

    /// A job was done: what waited for it alone can be done now.
    pub(super) fn done(&mut self, job: Job) {
        self.graph.done(job);
    }

    /// How many can never be done, because they wait for themselves.
    pub(super) fn stuck(&self) -> usize {
        self.graph.stuck()
    }
}

/// Whether a statement may be run while other tables are still being loaded. Foreign keys are
/// looked at one by one.
pub(super) fn is_early(entry: &Entry) -> bool {
    ["INDEX", "CONSTRAINT", "INDEX ATTACH", "STATISTICS"]
        .iter()
        .any(|kind| entry.is(kind))
}

struct Building<'a> {
    plan: &'a Plan,
    keys: Keys<'a>,
    graph: Graph,
    /// What has to be done for whoever needs an entry of the archive.
    makes: BTreeMap<DumpId, Job>,
    sizes: Vec<u64>,
    /// Who needs which entries.
    needs: Vec<(Job, &'a [DumpId])>,
}

impl<'a> Building<'a> {
    fn new(plan: &'a Plan, manifest: &Manifest) -> Self {
        let sizes = plan.tables.iter().map(|table| {
            let part = manifest.part(&super::rows::part(table));
            part.map_or(0, |part| part.content_bytes)
        });
        Self {
            plan,
            keys: Keys::of(plan),
            graph: Graph::default(),
            makes: BTreeMap::new(),
            sizes: sizes.collect(),
            needs: Vec::new(),
        }
    }

    fn add_table(&mut self, at: usize, ranges: usize, gathers_statistics: bool) {
        let Some(table) = self.plan.tables.get(at) else {
            return;
        };
        let (size, ids) = (self.size(at), table.entry.dependencies.as_slice());
        let cost = size * LOAD;
        let end = if ranges == 0 { cost } else { 0 };
        self.graph.add(Job::Rows(at), end, Lock::default());
        for range in 0..ranges {
            let job = Job::Range(at, range);
            self.graph.add(job, cost / ranges as u64, Lock::default());
            self.graph.follow(job, Job::Rows(at));
        }
        // Whoever needs the table needs its rows.
        self.makes.extend(ids.iter().map(|id| (*id, Job::Rows(at))));
        if !table.is_alone() || table.is_emptied() {
            return;
        }
        let mut add = |job, cost, mode| {
            self.graph.add(job, cost, Lock::of(ids, mode));
            self.graph.follow(Job::Rows(at), job);
        };
        add(Job::ReadBack(at), size * READ, Mode::Read);
        if gathers_statistics {
            add(Job::Analyze(at), 0, Mode::Own);
        }
    }

    fn add_entry(&mut self, at: usize, entry: &'a Entry) {
        let tables = self.keys.tables(entry);
        let size: u64 = tables.iter().filter_map(|id| self.size_of(*id)).sum();
        let mode = match entry.description.as_str().unwrap_or_default() {
            "INDEX" => Mode::Share,
            "FK CONSTRAINT" | "STATISTICS" => Mode::Own,
            _ => Mode::Exclusive,
        };
        let (cost, in_two_steps) = (size * weight(entry), self.is_in_two_steps(entry));
        let made = match in_two_steps {
            true => Job::Constrain(at),
            false => Job::Make(at),
        };
        self.graph.add(
            made,
            if in_two_steps { 0 } else { cost },
            Lock::of(&tables, mode),
        );
        self.needs.push((made, &entry.dependencies));
        self.makes.insert(entry.dump_id, made);
        if in_two_steps {
            let index = Job::Index(at);
            self.graph.add(index, cost, Lock::of(&tables, Mode::Share));
            self.graph.follow(index, made);
            self.needs.push((index, &entry.dependencies));
        }
        if !entry.is("FK CONSTRAINT") {
            self.analyze_behind(made, &tables);
        }
    }

    /// An index over expressions has statistics of its own, and those that were asked for are
    /// gathered with the others.
    fn analyze_behind(&mut self, made: Job, tables: &[DumpId]) {
        for id in tables {
            if let Some(Job::Rows(at)) = self.makes.get(id) {
                self.graph.follow(made, Job::Analyze(*at));
            }
        }
    }

    fn add_edges(&mut self) {
        for (job, ids) in &self.needs {
            for needed in ids.iter().filter_map(|id| self.makes.get(id)) {
                if needed != job {
                    self.graph.follow(*needed, *job);
                }
            }
        }
    }

    /// A partitioned table has no rows of its own, and takes no index over.
    fn is_in_two_steps(&self, entry: &Entry) -> bool {
        let tables = self.keys.tables(entry);
        let is_of_rows = tables.iter().all(|id| self.size_of(*id).is_some());
        is_of_rows && !tables.is_empty() && two_steps(entry).is_some()
    }

    fn size(&self, at: usize) -> u64 {
        self.sizes.get(at).copied().unwrap_or_default()
    }

    fn size_of(&self, id: DumpId) -> Option<u64> {
        match self.makes.get(&id) {
            Some(Job::Rows(at)) => Some(self.size(*at)),
            _ => None,
        }
    }
}

/// The two steps of a constraint, where it has them.
pub(super) fn two_steps(entry: &Entry) -> Option<TwoSteps> {
    if !entry.is("CONSTRAINT") {
        return None;
    }
    TwoSteps::of(entry.definition.as_ref()?.as_str()?)
}

/// How long a statement takes, for each byte of its table.
fn weight(entry: &Entry) -> u64 {
    let text = entry.definition.as_ref().and_then(|text| text.as_str());
    let text = text.unwrap_or_default();
    let is_slow = [" USING gin ", " USING gist ", " USING spgist "]
        .iter()
        .any(|kind| text.contains(kind));
    match entry.description.as_str().unwrap_or_default() {
        "INDEX" | "CONSTRAINT" if is_slow => SLOW_INDEX,
        "INDEX" | "CONSTRAINT" => QUICK_INDEX,
        "FK CONSTRAINT" => KEY,
        _ => 0,
    }
}
