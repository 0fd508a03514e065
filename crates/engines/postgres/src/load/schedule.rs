//! Several connections that load tables, build indexes and read back at once.

mod crew;

use super::order::{Job, Order, two_steps};
use super::plan::{Plan, TableRows};
use super::ranges::{Range, ranges};
use super::rows::{Moved, Progress};
use super::two_steps::TwoSteps;
use super::{large_objects, objects, rows, sequences};
use crate::catalog::{self, Content};
use crate::config::{Address, Session};
use crate::dump::digests;
use crate::transform::analyze;
use crate::verify::{ReadBack, read_table};
use crew::Crew;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{Context, LoadRequest, PartSource, RowDigester, compare_tables};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, TableDigest};

/// What was moved.
pub(super) struct AllMoved {
    /// Rows of every table as they were sent.
    pub(super) sent: Vec<TableDigest>,
    /// Tables that were read back, by name.
    pub(super) read_back: BTreeMap<String, ReadBack>,
    /// Tables whose statistics were gathered, as statements name them.
    pub(super) analyzed: BTreeSet<String>,
}

/// Everything that a job needs.
struct Work {
    plan: Arc<Plan>,
    parts: Arc<dyn PartSource>,
    /// The ranges in which each table of the plan is loaded.
    ranges: Vec<Vec<Range>>,
    progress: Progress,
    /// The tables as they are read back, by name.
    contents: BTreeMap<String, Content>,
}

/// What a job brought.
enum Brought {
    Nothing,
    Moved(usize, Box<Moved>),
    Read(usize, Box<RowDigester>),
    Analyzed(String),
}

/// What all jobs brought, by the place of the table in the plan.
#[derive(Default)]
struct All {
    moved: Vec<(usize, Moved)>,
    read: Vec<(usize, RowDigester)>,
    analyzed: BTreeSet<String>,
}

/// Makes everything that must be there before rows, then loads rows, builds indexes and keys, and
/// reads back. Proves that what came is what the manifest says.
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
    let work = Arc::new(Work::of(leader, plan, &parts).await?);
    let (manifest, ranges) = (work.parts.manifest(), work.ranges.iter().map(Vec::len));
    let are_rows_final = !request.scripts_follow && plan.steps.is_empty();
    let order = Order::of(plan, manifest, ranges, are_rows_final);
    let all = work_off(order, &work, address, context).await?;
    let read_back = read_back(plan, &all.moved, all.read);
    let (received, sent) = summed(plan, all.moved);
    let received = digests(received, plan.received_sequences.clone(), objects.clone());
    let doing = "compare the rows received with the manifest";
    let expected = expected(plan, parts.manifest());
    compare_tables(doing, &expected, &received, request.verification)?;
    Ok(AllMoved {
        sent: digests(sent, sequences::digest_of_kept(plan), objects),
        read_back,
        analyzed: all.analyzed,
    })
}

impl Work {
    async fn of(leader: &Session, plan: &Arc<Plan>, parts: &Arc<dyn PartSource>) -> Result<Self> {
        let contents = catalog::contents(leader).await?.into_iter();
        let sizes = parts.manifest().parts.iter().map(|part| part.content_bytes);
        Ok(Self {
            progress: Progress {
                done: 0.into(),
                total: sizes.sum(),
            },
            contents: contents.map(|table| (table.name.clone(), table)).collect(),
            ranges: ranges(plan, parts.as_ref()).await?,
            plan: Arc::clone(plan),
            parts: Arc::clone(parts),
        })
    }

    async fn job(&self, session: &Session, job: Job) -> Result<Brought> {
        match job {
            Job::Rows(at) => self.rows(session, at).await,
            Job::Range(at, range) => self.range(session, at, range).await,
            Job::Make(at) => self.make(session, at, |_| None).await,
            Job::Index(at) => self.make(session, at, |steps| Some(steps.index)).await,
            Job::Constrain(at) => self.make(session, at, |steps| Some(steps.constraint)).await,
            Job::ReadBack(at) => match self.content(at) {
                Some(content) => {
                    let rows = read_table(session, content, &0.into()).await?;
                    Ok(Brought::Read(at, Box::new(rows)))
                }
                None => Ok(Brought::Nothing),
            },
            Job::Analyze(at) => match self.content(at).map(Content::quoted) {
                Some(table) => {
                    analyze(session, &[&table]).await?;
                    Ok(Brought::Analyzed(table))
                }
                None => Ok(Brought::Nothing),
            },
        }
    }

    async fn rows(&self, session: &Session, at: usize) -> Result<Brought> {
        let was_loaded = self.ranges.get(at).is_some_and(|ranges| !ranges.is_empty());
        let Some(table) = self.plan.tables.get(at).filter(|_| !was_loaded) else {
            return Ok(Brought::Nothing);
        };
        let moved = rows::load(session, self.parts.as_ref(), table, &self.progress).await?;
        Ok(Brought::Moved(at, Box::new(moved)))
    }

    async fn range(&self, session: &Session, at: usize, range: usize) -> Result<Brought> {
        let range = self.ranges.get(at).and_then(|ranges| ranges.get(range));
        let (Some(table), Some(range)) = (self.plan.tables.get(at), range) else {
            return Ok(Brought::Nothing);
        };
        let parts = self.parts.as_ref();
        let moved = rows::load_range(session, parts, table, *range, &self.progress).await?;
        Ok(Brought::Moved(at, Box::new(moved)))
    }

    async fn make(
        &self,
        session: &Session,
        at: usize,
        step: impl FnOnce(TwoSteps) -> Option<String>,
    ) -> Result<Brought> {
        let Some(entry) = self.plan.archive.entries.get(at) else {
            return Ok(Brought::Nothing);
        };
        match two_steps(entry).and_then(step) {
            Some(statement) => objects::define(session, &self.plan, entry, &statement).await?,
            None => objects::make(session, &self.plan, entry).await?,
        }
        Ok(Brought::Nothing)
    }

    fn content(&self, at: usize) -> Option<&Content> {
        let name = self.plan.tables.get(at).map(TableRows::digested_as)?;
        self.contents.get(&name)
    }
}

/// Does all of it. The first failure ends it.
async fn work_off(
    mut order: Order,
    work: &Arc<Work>,
    address: &Address,
    context: &Context,
) -> Result<All> {
    let mut crew = Crew::new(address, context);
    let mut all = All::default();
    loop {
        while crew.has_room()
            && let Some(job) = order.take()
        {
            crew.begin(job, work).await?;
        }
        let Some((job, brought)) = crew.next().await? else {
            break;
        };
        order.done(job);
        match brought {
            Brought::Nothing => {}
            Brought::Moved(at, rows) => all.moved.push((at, *rows)),
            Brought::Read(at, rows) => all.read.push((at, *rows)),
            Brought::Analyzed(table) => {
                all.analyzed.insert(table);
            }
        }
    }
    match order.stuck() {
        0 => Ok(all),
        stuck => Err(circular(stuck)),
    }
}

/// What was read back of which table, and which transactions had written it.
fn read_back(
    plan: &Plan,
    moved: &[(usize, Moved)],
    read: Vec<(usize, RowDigester)>,
) -> BTreeMap<String, ReadBack> {
    let mut transactions: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (at, moved) in moved {
        let written = transactions.entry(*at).or_default();
        written.extend(moved.transaction.clone());
    }
    read.into_iter()
        .filter_map(|(at, rows)| {
            let name = plan.tables.get(at)?.digested_as();
            let transactions = transactions.remove(&at)?;
            Some((name, ReadBack { rows, transactions }))
        })
        .collect()
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
        if !table.is_emptied() {
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
