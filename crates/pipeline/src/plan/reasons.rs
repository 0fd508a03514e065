//! Why a step would do what it would do, or what would stand in its way.

use super::{View, fresh_upstream};
use crate::backup;
use crate::origin::Arriving;
use crate::publish;
use crate::recover;
use crate::replicate;
use crate::restore::{self, Direction, RestorePlan};
use crate::resume;
use crate::run::RunOptions;
use crate::site::Site;
use crate::weir::Weir;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// The run that has done the operation already, and that in words.
pub(super) async fn inherited(
    weir: &Weir,
    site: &Site,
    operation: OperationKind,
    view: &mut View<'_>,
    context: &Context,
) -> Option<(String, String)> {
    if operation == OperationKind::Transform {
        let restore = view.earlier.last()?;
        let by = restore.done_by.clone()?;
        return Some((by, "its scripts ran inside that restore".to_owned()));
    }
    let heritage = view.heritage.as_mut()?;
    // What cannot be looked at is told by the reasons that come next.
    let done = heritage.look(weir, site, operation, context).await;
    match done.ok().flatten() {
        Some(done) => Some((done.by.clone(), resume::in_words(&done, view.address))),
        None => {
            view.heritage = None;
            None
        }
    }
}

/// Why the operation would be done as it would be.
///
/// # Errors
/// What would make it fail, as far as can be seen now.
pub(super) async fn reasons(
    weir: &Weir,
    site: &Site,
    operation: OperationKind,
    options: &RunOptions,
    view: &View<'_>,
    context: &Context,
) -> Result<Vec<String>> {
    match operation {
        OperationKind::Backup => backup_reasons(site, view, context).await,
        OperationKind::Publish => {
            let planned = publish::plan(weir, site, &options.choice, context).await;
            after(fresh_own(view), planned.map(|plan| plan.told()))
        }
        OperationKind::PublishLive => Ok(publish::plan_live(weir, site, context).await?.told()),
        OperationKind::Replicate => {
            let planned = replicate::plan(weir, site, &options.choice, context).await;
            after(fresh_backup(site, view), planned.map(|plan| plan.because))
        }
        OperationKind::Restore => restore_reasons(weir, site, options, view, context).await,
        OperationKind::Recover => {
            restore::onto_named_target(site, options)?;
            recover_reasons(weir, site, options, context).await
        }
        OperationKind::Drill => {
            let planned = look(weir, site, options, Direction::Recover, context).await;
            after(fresh_own(view), planned.map(|plan| plan.told()))
        }
        OperationKind::Transform => Ok(site
            .scripts()?
            .iter()
            .map(|script| format!("script {}", script.name))
            .collect()),
    }
}

/// Why a backup would be as it would be. A database that an earlier restore of the same plan
/// makes is no obstacle.
async fn backup_reasons(site: &Site, view: &View<'_>, context: &Context) -> Result<Vec<String>> {
    let made = view.earlier.iter().any(|step| {
        step.operation == OperationKind::Restore.to_string() && step.obstacle.is_none()
    });
    if made && !site.engine.exists(&site.endpoint, context).await? {
        return Ok(vec!["the restore before it makes the database".to_owned()]);
    }
    Ok(backup::plan(site, context).await?.because)
}

async fn restore_reasons(
    weir: &Weir,
    site: &Site,
    options: &RunOptions,
    view: &View<'_>,
    context: &Context,
) -> Result<Vec<String>> {
    let planned = look(weir, site, options, Direction::Downstream, context).await;
    let fresh = fresh_copy(view).or_else(|| fresh_backup(site, view));
    after(fresh, planned.map(|plan| plan.told()))
}

/// Which backup would go back, and what would be lost with it.
async fn recover_reasons(
    weir: &Weir,
    site: &Site,
    options: &RunOptions,
    context: &Context,
) -> Result<Vec<String>> {
    let plan = look(weir, site, options, Direction::Recover, context).await?;
    let manifest = &plan.chosen.read.manifest;
    let mut because = plan.told();
    because.push(recover::since(manifest, weir.now()));
    because.extend(recover::lost(site, manifest, context).await?);
    Ok(because)
}

async fn look(
    weir: &Weir,
    site: &Site,
    options: &RunOptions,
    direction: Direction,
    context: &Context,
) -> Result<RestorePlan> {
    let looking = Arriving::PassOver;
    restore::plan(weir, site, &options.choice, direction, looking, context).await
}

/// What an earlier step of the plan will have made for a restore.
fn fresh_copy(view: &View<'_>) -> Option<String> {
    let copied = view.earlier.iter().any(|step| {
        step.operation == OperationKind::Replicate.name()
            && step.obstacle.is_none()
            && step.done_by.is_none()
    });
    copied.then(|| "takes the copy that the step before it will have made".to_owned())
}

/// What an earlier step of the plan will have backed up for a publishing.
fn fresh_own(view: &View<'_>) -> Option<String> {
    let backed_up = view.earlier.iter().any(|step| {
        step.operation == OperationKind::Backup.name()
            && step.obstacle.is_none()
            && step.done_by.is_none()
    });
    backed_up.then(|| "takes the backup that the step before it will have made".to_owned())
}

/// What an earlier job of the plan will have made to be copied.
fn fresh_backup(site: &Site, view: &View<'_>) -> Option<String> {
    let job = fresh_upstream(site, view.so_far)?;
    let (environment, app) = (&job.environment, &job.app);
    Some(format!(
        "takes the backup that {environment}/{app} will have made"
    ))
}

/// What a step would do now, after what it will find then. That there is nothing now is no
/// obstacle to it.
fn after(fresh: Option<String>, now: Result<Vec<String>>) -> Result<Vec<String>> {
    match (fresh, now) {
        (Some(fresh), Ok(mut because)) => {
            because.insert(0, format!("{fresh}; were it run now:"));
            Ok(because)
        }
        (Some(fresh), Err(error)) if error.kind() == Kind::NoBackup => Ok(vec![fresh]),
        (_, now) => now,
    }
}
