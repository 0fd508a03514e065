//! From an archive to a shadow: another database on the same server, proven to hold what was
//! sent.

mod collations;
mod contents;
mod domains;
mod foreign_keys;
mod grants;
mod lacking;
mod large_objects;
mod objects;
mod order;
mod plan;
mod ranges;
mod rest;
mod roles;
mod rows;
mod schedule;
mod sequences;
mod shadow;
mod steps;
mod suspects;
mod two_steps;

pub(crate) use contents::{read as read_contents, whole};
pub(crate) use large_objects::listed as large_objects_in;
pub(crate) use plan::{Plan, TableRows};
pub(crate) use rest::refresh;
pub(crate) use roles::{ServerRoles, lacks_mapped};
pub(crate) use rows::part as part_of;
pub(crate) use sequences::digest_of_kept as digest_of_kept_sequences;
pub(crate) use shadow::{enter, enter_as};
pub(crate) use steps::Stepped;

use crate::config::{Address, PREVIOUS, Session, own_name};
use crate::heal::{drop_database, drop_leftovers};
use crate::lock::TargetLock;
use crate::stamp::look_up;
use crate::swap::{refuse_obstacles, try_properties, unheard};
use crate::transform;
use crate::verify::{self, ReadBack};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{Context, LoadRequest, Loaded, PartSource, Sanitised, Script, compare_tables};
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
    /// What is made of the archive.
    pub(crate) plan: Arc<Plan>,
    /// Rows as they were sent.
    pub(crate) sent: Vec<TableDigest>,
    /// What the rules' steps did once they were in.
    pub(crate) stepped: Stepped,
    /// Tables whose statistics were gathered, as statements name them.
    pub(crate) analyzed: BTreeSet<String>,
}

impl Work {
    /// Removes the shadow, also when the run was told to stop.
    pub(crate) async fn discard(self) -> Result<()> {
        shadow::remove(&self.address, &unheard()).await?;
        self.lock.release().await;
        Ok(())
    }
}

/// Loads a backup.
pub(crate) async fn load(
    address: Address,
    request: LoadRequest,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<Box<dyn Loaded>> {
    let lock = begin(&address, &request, context).await?;
    let mut work = match prepare(&address, &request, parts.as_ref(), context).await {
        Ok(plan) => Work {
            address,
            lock,
            request,
            plan: Arc::new(plan),
            sent: Vec::new(),
            stepped: Stepped::default(),
            analyzed: BTreeSet::new(),
        },
        Err(error) => {
            lock.release().await;
            return Err(error);
        }
    };
    match fill(&mut work, parts, context).await {
        Ok(()) => Ok(Box::new(LoadedCopy { work })),
        Err(error) => {
            work.discard().await?;
            Err(error)
        }
    }
}

/// Takes the lock, refuses a stale run and one whose copy could not go live, and clears what
/// earlier runs left.
async fn begin(address: &Address, request: &LoadRequest, context: &Context) -> Result<TargetLock> {
    let lock = TargetLock::take(address, context).await?;
    let cleared = async {
        drop_leftovers(&lock, address).await?;
        lock.refuse_stale(address, request.stamp.token).await?;
        match look_up(&lock.session, &address.database).await? {
            Some(live) => refuse_obstacles(&lock.session, address, live.oid, context).await,
            None => Ok(()),
        }
    };
    match cleared.await {
        Ok(()) => Ok(lock),
        Err(error) => {
            lock.release().await;
            Err(error)
        }
    }
}

/// Decides what is made, before anything is: roles, extensions and rules are looked at first.
async fn prepare(
    address: &Address,
    request: &LoadRequest,
    parts: &dyn PartSource,
    context: &Context,
) -> Result<Plan> {
    let archive = contents::read(parts).await?;
    let mut plan = Plan::make(
        archive,
        &parts.manifest().catalog,
        request.masker.as_deref(),
    )?;
    let session = Session::maintenance(address, Kind::Target, context).await?;
    lacking::extensions(&session, address, &mut plan, context).await?;
    lacking::tablespaces(&session, address, &mut plan, context).await?;
    roles::settle(&session, address, &mut plan, context).await?;
    plan.expect_what_is_made();
    Ok(plan)
}

/// Drops the copy that was replaced last, which makes room for the one to be replaced next; while
/// nothing is live it is all there is.
async fn make_room(lock: &TargetLock, address: &Address) -> Result<()> {
    if look_up(&lock.session, &address.database).await?.is_none() {
        return Ok(());
    }
    drop_database(&lock.session, &own_name(PREVIOUS, &address.database)).await
}

async fn fill(work: &mut Work, parts: Arc<dyn PartSource>, context: &Context) -> Result<()> {
    let address = &work.address;
    make_room(&work.lock, address).await?;
    shadow::create(address, &work.plan, context).await?;
    context.checkpoint(Checkpoint::ShadowCreated);
    try_properties(&work.lock.session, address).await?;
    let leader = shadow::enter(address, context).await?;
    collations::tell_others(&leader, &parts.manifest().collations).await?;
    let moved = schedule::run(&leader, address, &work.plan, parts, &work.request, context).await?;
    work.sent = moved.sent;
    work.analyzed = moved.analyzed;
    if work.plan.steps.is_empty() {
        rest::make_rest(&leader, address, &work.plan, context).await?;
        context.checkpoint(Checkpoint::RowsLoaded);
        drop(leader);
        return read_back(work, &moved.read_back, context).await;
    }
    // Whatever looks at rows, or acts when they change, waits for the steps.
    context.checkpoint(Checkpoint::RowsLoaded);
    read_back(work, &moved.read_back, context).await?;
    work.stepped = steps::take(&work.address, &work.plan, context).await?;
    rest::make_rest(&leader, &work.address, &work.plan, context).await
}

/// Proves that what is in the shadow is what was sent.
async fn read_back(
    work: &Work,
    read_back: &BTreeMap<String, ReadBack>,
    context: &Context,
) -> Result<()> {
    context.check("load the backup")?;
    let found = verify::digests_of_shadow(&work.address, read_back, context).await?;
    let doing = "compare the rows in the new copy with those sent";
    compare_tables(doing, &work.sent, &found, work.request.verification)
        .map_err(|error| suspects::name_suspects(error, &work.plan, &work.sent, &found))?;
    context.checkpoint(Checkpoint::ReadBack);
    context.check(doing)
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
