//! Restore: store → database. Choose, guard, lease, heal, load, scripts, verify, swap.

mod plan;

pub(crate) use plan::{RestorePlan, plan};

use crate::group::Swapping;
use crate::origin::Arriving;
use crate::recover;
use crate::run::RunOptions;
use crate::sanitise::gate;
use crate::site::{Site, SourceOfRestore};
use crate::steps::Steps;
use crate::weir::Weir;
use std::sync::Arc;
use weir_engine::{Context, Live, LoadRequest, Ready, Script};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::{Manifest, TableDigest};
use weir_model::stamp::{Hop, Stamp, Token};
use weir_store::{Choice, Lease};

/// What a restore has done.
pub(crate) struct Restored {
    pub(crate) manifest: Manifest,
    pub(crate) live: Live,
    pub(crate) tables: Vec<TableDigest>,
}

/// Which way data goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From an upstream environment, never onto the source.
    Downstream,
    /// An environment's own backup onto its own server, by hand.
    Recover,
}

/// A recovery overwrites what the environment has: the operator names the target.
pub(crate) fn onto_named_target(site: &Site, options: &RunOptions) -> Result<()> {
    let cause = match options.recover_onto.as_deref() {
        Some(named) if named == site.endpoint.url => return Ok(()),
        None => "the target was not named".to_owned(),
        Some(named) => format!("{named} is not its target"),
    };
    let doing = format!("recover {}", site.describe());
    Err(Error::new(Kind::Guard, doing, cause).hint(format!(
        "its target is {0}: see what is lost with `weir recover {1}/{2} --onto {0} --dry-run`, then \
         run the same without `--dry-run`",
        site.endpoint.url, site.environment, site.app
    )))
}

/// Whose backup goes in which direction.
pub(crate) fn source(site: &Site, direction: Direction) -> Result<SourceOfRestore> {
    match direction {
        Direction::Recover => Ok(site.own_source()),
        Direction::Downstream => site.source.clone().ok_or_else(|| {
            Error::new(
                Kind::Guard,
                format!("restore into {}", site.describe()),
                "the environment has no upstream to restore from",
            )
            .hint("an environment's own backup goes back with `weir recover`")
        }),
    }
}

/// How a restore goes about it.
pub(crate) struct Way<'a> {
    pub(crate) choice: &'a Choice,
    pub(crate) direction: Direction,
    /// The seat in the group whose restores swap together.
    pub(crate) together: Option<&'a Swapping>,
}

/// Restores. The live copy is untouched until the last step.
pub(crate) async fn apply(
    weir: &Weir,
    site: &Site,
    way: &Way<'_>,
    run: &str,
    context: &Context,
) -> Result<Restored> {
    let Way {
        choice,
        direction,
        together,
    } = *way;
    let mut steps = Steps::new(context, 8 + u32::from(together.is_some()));
    steps.next(&format!("choose a backup for {}", site.describe()))?;
    let plan = plan(weir, site, choice, direction, Arriving::Wait, context).await?;
    for newer in plan.passed_over() {
        context.warn(newer);
    }
    if !weir.environment(&site.environment)?.trusts.is_empty() && direction == Direction::Downstream
    {
        plan.untrusted()
            .into_iter()
            .for_each(|doubt| context.warn(doubt));
    }
    for reason in &plan.because {
        context.note(reason.clone());
    }
    for doubt in &plan.doubts {
        context.warn(doubt.clone());
    }
    if direction == Direction::Recover {
        context.warn(recover::since(&plan.chosen.read.manifest, weir.now()));
    }

    steps.next(&format!("take the lease of {}", site.describe()))?;
    let state = weir.stores(&site.environment, context).await?.state;
    if let Some(group) = together {
        group.turn(site, context).await?;
    }
    let lease = weir.lease(&state, site, run, context).await?;
    context.checkpoint(Checkpoint::Leased);

    let work = Work {
        weir,
        site,
        plan,
        way,
        lease: &lease,
        run,
    };
    let swapped = Box::pin(under_lease(&work, &mut steps)).await;
    let manifest = work.plan.chosen.read.manifest;
    // A lease that cannot be released runs out by itself; it must not fail a good restore.
    if let Err(error) = lease.release().await {
        context.warn(format!(
            "the lease could not be released, it will run out: {error}"
        ));
    }
    let (live, tables) = match (swapped?, together) {
        (Swapped::ToStay(live, tables), _) => (live, tables),
        (Swapped::Alone(live, error), Some(group)) => {
            let new = (&live, manifest.backup.as_str());
            return Err(group.undo(weir, site, new, error, context).await);
        }
        (Swapped::Alone(_, error), None) => return Err(error),
    };
    Ok(Restored {
        manifest,
        live,
        tables,
    })
}

/// A restore that holds the lease of its target.
struct Work<'a> {
    weir: &'a Weir,
    site: &'a Site,
    plan: RestorePlan,
    way: &'a Way<'a>,
    lease: &'a Lease,
    run: &'a str,
}

/// What came of a swap.
enum Swapped {
    /// The copy stays live.
    ToStay(Live, Vec<TableDigest>),
    /// Another of its group could not swap, so this one must not have either.
    Alone(Live, Error),
}

async fn under_lease(work: &Work<'_>, steps: &mut Steps<'_>) -> Result<Swapped> {
    let Work {
        site,
        plan,
        way,
        lease,
        run,
        ..
    } = work;
    let context = steps.context();
    if let Some(group) = way.together {
        let source = source(site, way.direction)?;
        let manifest = &plan.chosen.read.manifest;
        group.agree(site, &source, manifest, context).await?;
    }
    steps.next("heal what an earlier run left")?;
    let healed = site.engine.heal(&site.endpoint, context).await?;
    for action in healed.actions {
        context.note(action);
    }

    let ready = Box::pin(build(site, plan, lease.token(), run, steps)).await?;
    if let Some(group) = way.together
        && let Err(error) = group.ready(site, steps).await
    {
        return Err(given_up(ready, error, context).await);
    }

    steps.announce("make sure no other run has taken over");
    let swapped = swap(work, ready, steps).await;
    match (swapped, way.together) {
        (Err(error), Some(group)) => Err(group.called_off(error).await),
        (swapped, _) => swapped,
    }
}

/// Puts the shadow live: with the group only where all may, and to stay only where all did.
async fn swap(work: &Work<'_>, ready: Box<dyn Ready>, steps: &mut Steps<'_>) -> Result<Swapped> {
    let Work { site, way, .. } = work;
    let context = steps.context();
    let may_swap = async {
        still_ours(work, context).await?;
        match way.together {
            Some(group) => group.may_swap(site, context).await,
            None => Ok(()),
        }
    };
    if let Err(error) = may_swap.await {
        return Err(given_up(ready, error, context).await);
    }
    steps.announce(&format!("swap the shadow in as {}", site.describe()));
    let tables = ready.tables().to_vec();
    let live = ready.swap(context).await?;
    let Some(group) = way.together else {
        return Ok(Swapped::ToStay(live, tables));
    };
    match group.swapped(site, context).await {
        Ok(()) => Ok(Swapped::ToStay(live, tables)),
        Err(error) => Ok(Swapped::Alone(live, error)),
    }
}

/// Loads the backup into a shadow and proves it, as far as it goes without touching anything
/// live: three steps.
pub(crate) async fn build(
    site: &Site,
    plan: &RestorePlan,
    token: Token,
    run: &str,
    steps: &mut Steps<'_>,
) -> Result<Box<dyn Ready>> {
    let context = steps.context();
    let backup = &plan.chosen.read.manifest.backup;
    steps.next(&format!("load {backup} into a shadow"))?;
    let request = LoadRequest {
        stamp: stamp(site, plan, token, run),
        masker: plan.masker.clone().map(|masker| masker as _),
        previous: site.previous,
        verification: site.verification,
        bounds: site.bounds.clone(),
        scripts_follow: !plan.scripts.is_empty(),
    };
    let loaded = site
        .engine
        .load(
            &site.endpoint,
            request,
            Arc::new(plan.reader.clone()),
            context,
        )
        .await?;

    let loaded = gate::pass(loaded, plan.masker.as_deref(), context).await?;

    // From here on a shadow is held: each stage asks itself whether to stop, and removes it then.
    steps.announce(&scripts_step(&plan.scripts));
    let sanitised = loaded.sanitise(&plan.scripts, context).await?;

    steps.announce("verify the shadow");
    let ready = sanitised.verify(context).await?;
    for effect in ready.effects() {
        context.note(crate::words::effect(effect));
    }
    Ok(ready)
}

fn scripts_step(scripts: &[Script]) -> String {
    if scripts.is_empty() {
        return "no scripts to run".to_owned();
    }
    let names: Vec<&str> = scripts.iter().map(|script| script.name.as_str()).collect();
    format!("run {} in the shadow", names.join(", "))
}

async fn still_ours(work: &Work<'_>, context: &Context) -> Result<()> {
    context.check("swap the shadow in")?;
    work.lease.still_ours().await?;
    let environment = &work.site.environment;
    work.weir
        .refuse_closed(environment, work.run, context)
        .await
}

/// Removes the shadow. Why it is given up is the news; that it stays behind is only told.
async fn given_up(ready: Box<dyn Ready>, why: Error, context: &Context) -> Error {
    if let Err(left) = ready.discard().await {
        context.warn(format!("the shadow could not be removed: {left}"));
    }
    why
}

fn stamp(site: &Site, plan: &RestorePlan, token: Token, run: &str) -> Stamp {
    let manifest = &plan.chosen.read.manifest;
    let mut hops = manifest.lineage.clone().unwrap_or_default();
    hops.push(Hop {
        environment: manifest.environment.clone(),
        backup: manifest.backup.clone(),
        identity: manifest.identity.clone(),
    });
    Stamp {
        run: run.to_owned(),
        token,
        environment: site.environment.clone(),
        data_as_of: manifest.data_as_of,
        sanitising: plan.mark.clone(),
        hops,
    }
}
