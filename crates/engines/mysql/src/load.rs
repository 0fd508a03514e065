//! From parts to a shadow: another schema on the same server, proven to hold what was sent.

mod contents;
mod definers;
mod foreign_keys;
mod keys;
mod objects;
mod plan;
mod rows;
mod schedule;
mod sequences;
mod shadow;
mod steps;

pub(crate) use contents::{Backup, read as read_contents};
pub(crate) use definers::settle as settle_definers;
pub(crate) use foreign_keys::orphans;
pub(crate) use objects::disabled_event;
pub(crate) use plan::{Bound, Plan, PlannedTable, Rows};
pub(crate) use shadow::enter;

use crate::config::{Address, SHADOW, own_name};
use crate::heal;
use crate::lock::TargetLock;
use crate::swap::{self, unheard};
use crate::transform;
use async_trait::async_trait;
use std::sync::Arc;
use weir_engine::{Context, LoadRequest, Loaded, PartSource, Sanitised, Script, ShadowStep};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;

/// A shadow and what is known of it, from load to swap.
pub(crate) struct Work {
    /// Where the live copy is.
    pub(crate) address: Address,
    /// The lock it is built under, with the session that will swap.
    pub(crate) lock: TargetLock,
    /// What was asked for.
    pub(crate) request: LoadRequest,
    /// What is made of the backup.
    pub(crate) plan: Arc<Plan>,
    /// Rows as they were sent.
    pub(crate) sent: Vec<TableDigest>,
    /// Rows as they are in the shadow.
    pub(crate) built: Vec<TableDigest>,
}

impl Work {
    /// The schema in which the copy is built.
    pub(crate) fn shadow(&self) -> String {
        own_name(SHADOW, &self.address.database)
    }

    /// Removes the shadow, also when the run was told to stop: under the lock, without which another
    /// run may be filling one of its own there.
    pub(crate) async fn discard(self) -> Result<()> {
        let Self { address, lock, .. } = self;
        let mut lock = lock.kept(&address, &unheard()).await?;
        let dropped = heal::drop_leftovers(&mut lock, &address).await;
        lock.release().await;
        dropped.map(drop)
    }

    /// The same after an error, which counts more than what cannot be removed: whoever comes next
    /// removes that.
    pub(crate) async fn give_up(self, context: &Context) {
        if let Err(left) = self.discard().await {
            context.warn(format!("what was built is still there: {left}"));
        }
    }
}

/// Loads a backup.
pub(crate) async fn load(
    address: Address,
    request: LoadRequest,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<Box<dyn Loaded>> {
    let mut lock = begin(&address, &request, context).await?;
    let plan = match prepare(&mut lock, &address, &request, parts.as_ref()).await {
        Ok(plan) => Arc::new(plan),
        Err(error) => {
            lock.release().await;
            return Err(error);
        }
    };
    let mut work = Work {
        address,
        lock,
        request,
        plan,
        sent: Vec::new(),
        built: Vec::new(),
    };
    match fill(&mut work, parts, context).await {
        Ok(()) => Ok(Box::new(LoadedCopy { work })),
        Err(error) => {
            work.give_up(context).await;
            Err(error)
        }
    }
}

/// Takes the lock, refuses a stale run and one whose copy could not go live, and clears what
/// earlier runs left.
async fn begin(address: &Address, request: &LoadRequest, context: &Context) -> Result<TargetLock> {
    let mut lock = TargetLock::take(address, context).await?;
    let cleared = async {
        heal::drop_leftovers(&mut lock, address).await?;
        lock.refuse_stale(address, request.stamp.token).await?;
        swap::refuse_obstacles(&mut lock.session, address).await
    };
    match cleared.await {
        Ok(()) => Ok(lock),
        Err(error) => {
            lock.release().await;
            Err(error)
        }
    }
}

/// Decides what is made, before anything is: rules and definers are looked at first.
async fn prepare(
    lock: &mut TargetLock,
    address: &Address,
    request: &LoadRequest,
    parts: &dyn PartSource,
) -> Result<Plan> {
    let mut schema = contents::read(parts).await?.schema;
    definers::settle(&mut lock.session, address, &mut schema.objects).await?;
    let manifest = parts.manifest();
    let rules = request.masker.as_deref().map(|masker| Bound {
        masker,
        catalog: Some(&manifest.catalog),
    });
    let plan = Plan::make(schema, &manifest.tools.engine, rules)?;
    shadow::refuse_history(&lock.session, &plan)?;
    steps::refuse(&plan, steps_of(request))?;
    swap::refuse_checks(&mut lock.session, address, &plan.schema).await?;
    Ok(plan)
}

/// What is done in the shadow before anybody's scripts.
fn steps_of(request: &LoadRequest) -> &[ShadowStep] {
    let masker = request.masker.as_deref();
    masker.map_or(&[], |masker| masker.steps())
}

async fn fill(work: &mut Work, parts: Arc<dyn PartSource>, context: &Context) -> Result<()> {
    // The copy that was replaced last goes first, which makes room for the one replaced next.
    swap::drop_previous(&mut work.lock.session, &work.address).await?;
    shadow::create(work).await?;
    context.checkpoint(Checkpoint::ShadowCreated);
    let moved = schedule::run(work, parts, context).await?;
    work.sent = moved.sent;
    work.built = moved.built;
    let mut session = enter(&work.address, Kind::Target, context).await?;
    sequences::set(&mut session, &work.plan).await?;
    objects::make_all(&mut session, &work.plan).await?;
    context.checkpoint(Checkpoint::ReadBack);
    context.check("load the backup")
}

struct LoadedCopy {
    work: Work,
}

#[async_trait]
impl Loaded for LoadedCopy {
    fn sent(&self) -> &[TableDigest] {
        &self.work.sent
    }

    fn certify(&mut self, sanitising: weir_model::sanitising::Mark) {
        self.work.request.stamp.sanitising = sanitising;
    }

    async fn sanitise(
        self: Box<Self>,
        scripts: &[Script],
        context: &Context,
    ) -> Result<Box<dyn Sanitised>> {
        transform::sanitise(self.work, scripts, context).await
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        self.work.discard().await
    }
}
