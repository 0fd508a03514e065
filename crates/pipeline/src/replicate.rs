//! Replicate: upstream's store → this environment's replica. Choose, copy, confirm.

use crate::origin::wanted;
use crate::site::{Site, SourceOfRestore};
use crate::steps::Steps;
use crate::weir::Weir;
use weir_config::Replica;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_store::{Choice, Chosen, Replicated, Store};

/// What a copy will be, decided before anything is written.
pub(crate) struct ReplicatePlan {
    chosen: Chosen,
    pub(crate) because: Vec<String>,
}

/// Chooses the backup in upstream's own store.
pub(crate) async fn plan(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    context: &Context,
) -> Result<ReplicatePlan> {
    let (source, replica) = source(site)?;
    let from = weir.stores(&source.environment, context).await?.store;
    let chosen = weir_store::choose(&from, &wanted(site, source), choice).await?;
    let manifest = &chosen.read.manifest;
    let mut because = vec![format!(
        "{} is the newest whole backup that fits: {} parts, {}, data {} old",
        manifest.backup,
        manifest.parts.len(),
        crate::words::bytes(manifest.stored_bytes()),
        crate::words::age(weir.now().duration_since(manifest.data_as_of))
    )];
    because.push(format!("its copy lies in {}", replica.store.location));
    because.extend(
        chosen
            .passed_over
            .iter()
            .map(|passed| format!("passed over {}: {}", passed.backup, passed.reason)),
    );
    Ok(ReplicatePlan { chosen, because })
}

/// Copies the chosen backup. The manifest it returns is stored in the replica: the copy is whole.
pub(crate) async fn apply(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    context: &Context,
) -> Result<Manifest> {
    let (source, replica) = source(site)?;
    let mut steps = Steps::new(context, 3);
    steps.next(&format!(
        "choose a backup of {}/{}",
        source.environment, source.app
    ))?;
    let ReplicatePlan { chosen, because } = plan(weir, site, choice, context).await?;
    for passed in &chosen.passed_over {
        context.warn(format!("passed over {}: {}", passed.backup, passed.reason));
    }
    for reason in because {
        context.note(reason);
    }

    let from = weir.stores(&source.environment, context).await?.store;
    let to = weir
        .replica_store(replica, &source.environment, context)
        .await?;
    steps.next(&format!(
        "copy {} to {}",
        chosen.name.key(),
        replica.store.location
    ))?;
    let done = weir_store::replicate(&from, &to, &chosen, weir.budget(), context).await?;
    tell(done, context);

    // The copy is whole: a stop that comes now must not make the record say otherwise.
    steps.announce("confirm that the copy can be chosen");
    confirm(&to, site, source, &chosen).await?;
    Ok(chosen.read.manifest)
}

/// Whose backups are copied, and to where.
fn source(site: &Site) -> Result<(&SourceOfRestore, &Replica)> {
    site.source
        .as_ref()
        .and_then(|source| Some((source, source.replica.as_ref()?)))
        .ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("copy backups for {}", site.describe()),
                "the configuration names no upstream whose backups it takes",
            )
            .hint("add `replicate` to the operations of the job: `[replicate, restore, backup]`")
        })
}

fn tell(done: Replicated, context: &Context) {
    for part in &done.repaired {
        context.warn(format!(
            "part {part} was there and was not what it should be: it was copied anew"
        ));
    }
    context.note(format!(
        "{} parts copied ({}), {} there already and proven",
        done.copied,
        crate::words::bytes(done.bytes),
        done.kept
    ));
    if let Some(failure) = done.pointer_failure {
        context.warn(format!(
            "the copy is whole, but its pointer did not move: {failure}"
        ));
    }
}

/// Reads the copy back as a restore would choose it.
async fn confirm(to: &Store, site: &Site, source: &SourceOfRestore, chosen: &Chosen) -> Result<()> {
    let choice = Choice::Named(chosen.name.key());
    weir_store::choose(to, &wanted(site, source), &choice)
        .await
        .map(drop)
}
