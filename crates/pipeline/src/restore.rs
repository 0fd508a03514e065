//! Restore: store → database. Choose, guard, lease, heal, load, scripts, verify, swap.

use crate::drift::Drift;
use crate::encrypted;
use crate::group::Swapping;
use crate::guard::{self, Arrival};
use crate::origin::{self, Arriving};
use crate::recover;
use crate::run::RunOptions;
use crate::sanitise::proof::{self, Server};
use crate::sanitise::{self, BoundMasker, gate};
use crate::site::{Site, SourceOfRestore};
use crate::steps::Steps;
use crate::weir::Weir;
use std::sync::Arc;
use weir_engine::{Context, Live, LoadRequest, Masker as _, Ready, Script};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::{Manifest, Proof, TableDigest};
use weir_model::sanitising::{Mark, State};
use weir_model::stamp::{Hop, Stamp, Token};
use weir_store::{BackupReader, Choice, Chosen, Lease};

/// Everything a restore has decided before it changes anything.
pub(crate) struct RestorePlan {
    pub(crate) chosen: Chosen,
    /// What reads the backup; proven to have the key to it.
    pub(crate) reader: BackupReader,
    pub(crate) mark: Mark,
    pub(crate) masker: Option<Arc<BoundMasker>>,
    pub(crate) scripts: Vec<Script>,
    pub(crate) because: Vec<String>,
    /// What could not be proven of what the rules write.
    doubts: Vec<String>,
}

impl RestorePlan {
    /// The newer backups that do not count, and why: an operator should look at each.
    pub(crate) fn passed_over(&self) -> impl Iterator<Item = String> {
        self.chosen
            .passed_over
            .iter()
            .map(|passed| format!("passed over {}: {}", passed.backup, passed.reason))
    }

    /// Why it is as it is, and which backups were passed over.
    pub(crate) fn told(&self) -> Vec<String> {
        let because = self.because.iter().cloned();
        let doubts = self.doubts.iter().cloned();
        because.chain(doubts).chain(self.passed_over()).collect()
    }

    /// Who signed, when it was nobody the environment trusts. Where any data may go that is no
    /// reason to refuse; but an edit of what no row proves (times, lineage, identity) looks so.
    fn untrusted(&self) -> Option<String> {
        let signature = self.chosen.read.signature;
        let backup = &self.chosen.read.manifest.backup;
        (!signature.is_trusted()).then(|| {
            format!("{backup} is {signature}: what its manifest says of its origin proves nothing")
        })
    }
}

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

/// Chooses the backup and checks every rule that can be checked without moving data.
pub(crate) async fn plan(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    direction: Direction,
    arriving: Arriving,
    context: &Context,
) -> Result<RestorePlan> {
    let source = source(site, direction)?;
    let chosen = origin::choose(weir, site, &source, choice, arriving, context).await?;
    let manifest = &chosen.read.manifest;
    if manifest.engine != site.engine.name() {
        return Err(Error::new(
            Kind::Guard,
            format!("restore {}", manifest.backup),
            format!(
                "it holds a {} database, the target is {}",
                manifest.engine,
                site.engine.name()
            ),
        )
        .hint("name a backup of the same engine, or correct `from` of the app"));
    }
    let target = site.engine.identity(&site.endpoint, context).await?;
    if direction == Direction::Downstream {
        guard::not_onto_source(manifest, &target, site.acknowledged_clone.as_ref())?;
    }
    let scripts = if direction == Direction::Downstream {
        site.scripts()?
    } else {
        Vec::new()
    };
    let mut drift = None;
    let masker = match direction {
        Direction::Downstream => {
            drift = sanitise::drift(weir, site, manifest, context).await;
            let bound = sanitise::bind_to(site, &manifest.catalog, weir.now(), context);
            let bound = bound.map_err(|error| sanitise::with_drift(error, drift.as_ref()))?;
            bound.map(Arc::new)
        }
        Direction::Recover => None,
    };
    let mark = Arrival {
        manifest,
        trusted: chosen.read.signature.is_trusted(),
        clean_only: site.clean_only,
        ruleset: masker.as_ref().map(|masker| masker.mark()),
        voucher: site.voucher.clone(),
        today: weir.now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    }
    .mark()?;
    // Only what may come here is shown to the target's server.
    let doubts = match direction {
        Direction::Downstream => {
            proof::doubts(site, &manifest.catalog, Server::At(site), context).await?
        }
        Direction::Recover => Vec::new(),
    };
    let store = weir.source_store(&source, context).await?;
    let reader =
        encrypted::reader(weir, &store, manifest.clone(), &site.environment, context).await?;
    let mut because = because(weir, &chosen, &mark, masker.is_some(), &scripts);
    because.extend(drift.iter().flat_map(Drift::lines));
    Ok(RestorePlan {
        chosen,
        reader,
        mark,
        masker,
        scripts,
        because,
        doubts,
    })
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

fn because(
    weir: &Weir,
    chosen: &Chosen,
    mark: &Mark,
    masked: bool,
    scripts: &[Script],
) -> Vec<String> {
    let manifest = &chosen.read.manifest;
    let age = weir.now().duration_since(manifest.data_as_of);
    let mut because = vec![format!(
        "{} is the newest whole backup that fits: {} rows in {} tables, data {} old",
        manifest.backup,
        manifest.rows(),
        manifest.tables.len(),
        crate::words::age(age)
    )];
    if manifest.proof == Proof::Adopted {
        because.push(format!(
            "it was adopted: others made it from {}, Weir read it to its end",
            guard::in_words(&manifest.identity)
        ));
    }
    because.push(match mark.state {
        State::Sanitised if masked => "every row is masked on its way in".to_owned(),
        state => format!("the copy will be marked {state}"),
    });
    for script in scripts {
        because.push(format!("{} runs in the shadow", script.name));
    }
    because
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
    let swapped = under_lease(&work, &mut steps).await;
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

    let ready = build(site, plan, lease.token(), run, steps).await?;
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
