//! Several connections that load tables, build keys, prove foreign keys and read back at once.

mod crew;
mod jobs;

use super::plan::{Plan, Rows};
use super::rows::{Moved, Progress};
use super::{Work, enter, foreign_keys, keys, rows, sequences, steps, steps_of};
use crate::config::Session;
use crate::dump::digest_sequences;
use crate::verify::read_table;
use crew::Crew;
use jobs::{Job, Jobs};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{Context, PartSource, RowDigester, compare_tables};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;

/// What was moved.
pub(super) struct AllMoved {
    /// Rows of every table as they were sent.
    pub(super) sent: Vec<TableDigest>,
    /// Rows of every table as they are now.
    pub(super) built: Vec<TableDigest>,
}

/// Everything that a job needs.
struct Loading {
    plan: Arc<Plan>,
    parts: Arc<dyn PartSource>,
    shadow: String,
    progress: Progress,
}

/// What a job brought.
enum Brought {
    Nothing,
    Moved(Box<Moved>),
    Read(Box<RowDigester>),
}

/// Makes the tables, loads their rows, builds keys and reads back. Proves that what came is what
/// the manifest says, and that what is there is what was sent.
pub(super) async fn run(
    work: &Work,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<AllMoved> {
    let mut leader = enter(&work.address, Kind::Target, context).await?;
    sequences::make(&mut leader, &work.plan).await?;
    for table in &work.plan.tables {
        keys::make_bare(&mut leader, table).await?;
    }
    let sizes = parts.manifest().parts.iter().map(|part| part.content_bytes);
    let loading = Arc::new(Loading {
        plan: Arc::clone(&work.plan),
        shadow: work.shadow(),
        progress: Progress {
            done: 0.into(),
            total: sizes.sum(),
        },
        parts,
    });
    let mut all = All::of(&work.plan);
    let mut crew = Crew::new(&work.address, context);
    work_off(Jobs::rows(&work.plan), &loading, &mut crew, &mut all).await?;
    let has_steps = !steps_of(&work.request).is_empty();
    if !has_steps {
        add_foreign_keys(&mut leader, &work.plan).await?;
    }
    context.checkpoint(Checkpoint::RowsLoaded);
    context.check("load the backup")?;
    let mut proofs = Jobs::read_back(&work.plan, |_| true);
    if !has_steps {
        proofs.also_prove_keys(&work.plan);
    }
    work_off(proofs, &loading, &mut crew, &mut all).await?;
    let manifest = loading.parts.manifest();
    let verification = work.request.verification;
    let (sent, read_back) = all.proven(&work.plan, manifest, verification)?;
    let doing = "compare the rows in the new copy with those sent";
    compare_tables(doing, &sent, &read_back, verification)?;
    let built = match has_steps {
        true => take_steps(work, &loading, &mut crew, &mut leader, sent.clone()).await?,
        false => sent.clone(),
    };
    Ok(AllMoved { sent, built })
}

/// Every table is there with its keys, so each foreign key finds what it needs.
async fn add_foreign_keys(leader: &mut Session, plan: &Plan) -> Result<()> {
    for table in &plan.tables {
        foreign_keys::add(leader, table).await?;
    }
    Ok(())
}

/// Does what it takes more than one row to decide, then proves foreign keys; gives the rows of
/// every table afterwards.
async fn take_steps(
    work: &Work,
    loading: &Arc<Loading>,
    crew: &mut Crew<'_>,
    leader: &mut Session,
    mut built: Vec<TableDigest>,
) -> Result<Vec<TableDigest>> {
    let mut session = enter(&work.address, Kind::Sanitise, &leader.context).await?;
    let (plan, steps) = (&work.plan, steps_of(&work.request));
    let changed = steps::run(&mut session, &loading.shadow, plan, steps, &built).await?;
    session.close().await;
    add_foreign_keys(leader, plan).await?;
    let mut all = All::of(plan);
    let mut proofs = Jobs::read_back(plan, |table| changed.contains(table));
    proofs.also_prove_keys(plan);
    work_off(proofs, loading, crew, &mut all).await?;
    for (table, rows) in plan.tables.iter().zip(all.read) {
        let name = &table.stored.name;
        let place = built.iter_mut().find(|digest| digest.table == *name);
        if let Some(place) = place.filter(|_| changed.contains(name)) {
            *place = rows.finish(name);
        }
    }
    Ok(built)
}

/// Does all of it. The first failure ends it.
async fn work_off(
    mut jobs: Jobs,
    loading: &Arc<Loading>,
    crew: &mut Crew<'_>,
    all: &mut All,
) -> Result<()> {
    loop {
        while crew.has_room()
            && let Some(job) = jobs.take()
        {
            crew.begin(job, loading).await?;
        }
        let Some((job, brought)) = crew.next().await? else {
            return Ok(());
        };
        all.add(job, brought);
        jobs.done(job);
    }
}

impl Loading {
    async fn job(&self, session: &mut Session, job: Job) -> Result<Brought> {
        let Some(table) = self.plan.tables.get(job.table()) else {
            return Ok(Brought::Nothing);
        };
        match job {
            Job::Rows(_, part) => {
                let Some(part) = table.stored.parts.get(part) else {
                    return Ok(Brought::Nothing);
                };
                let parts = self.parts.as_ref();
                let moved = rows::load(session, parts, table, part, &self.progress).await?;
                return Ok(Brought::Moved(Box::new(moved)));
            }
            Job::Keys(_) => keys::add(session, table).await?,
            Job::Prove(_) => foreign_keys::prove(session, &table.definition).await?,
            Job::ReadBack(_) => {
                let rows = read_table(session, &self.shadow, &table.shape).await?;
                return Ok(Brought::Read(Box::new(rows)));
            }
        }
        Ok(Brought::Nothing)
    }
}

/// What all jobs brought, by the place of the table in the plan.
struct All {
    received: Vec<RowDigester>,
    sent: Vec<RowDigester>,
    read: Vec<RowDigester>,
}

impl All {
    fn of(plan: &Plan) -> Self {
        let none = || plan.tables.iter().map(|_| RowDigester::default()).collect();
        Self {
            received: none(),
            sent: none(),
            read: none(),
        }
    }

    fn add(&mut self, job: Job, brought: Brought) {
        let at = job.table();
        let absorb = |to: &mut Vec<RowDigester>, rows: &RowDigester| {
            if let Some(table) = to.get_mut(at) {
                table.absorb(rows);
            }
        };
        match brought {
            Brought::Nothing => {}
            Brought::Moved(moved) => {
                absorb(&mut self.received, &moved.received);
                absorb(&mut self.sent, &moved.sent);
            }
            Brought::Read(rows) => absorb(&mut self.read, &rows),
        }
    }

    /// Compares what came with the manifest; gives what was sent, and what was read back.
    fn proven(
        self,
        plan: &Plan,
        manifest: &weir_model::manifest::Manifest,
        verification: weir_engine::Verification,
    ) -> Result<(Vec<TableDigest>, Vec<TableDigest>)> {
        let sequences = digest_sequences(&plan.schema.sequences);
        let finished = |digesters: Vec<RowDigester>,
                        sequences: &Option<TableDigest>,
                        is_wanted: fn(&Rows) -> bool| {
            let tables = plan.tables.iter().zip(digesters);
            let tables = tables.filter(|(table, _)| is_wanted(&table.rows));
            let finished = tables.map(|(table, rows)| rows.finish(&table.stored.name));
            let all = finished.chain(sequences.clone());
            let by_name: BTreeMap<String, TableDigest> =
                all.map(|table| (table.table.clone(), table)).collect();
            by_name.into_values().collect::<Vec<_>>()
        };
        let received = finished(self.received, &plan.received_sequences, |rows| {
            !matches!(rows, Rows::LeftOut)
        });
        let doing = "compare the rows received with the manifest";
        compare_tables(
            doing,
            &plan.expected_rows(manifest),
            &received,
            verification,
        )?;
        Ok((
            finished(self.sent, &sequences, |_| true),
            finished(self.read, &sequences, |_| true),
        ))
    }
}
