//! Replicate: upstream's store → this environment's replica. Choose, copy, confirm.

use crate::encrypted;
use crate::origin::wanted;
use crate::site::{Site, SourceOfRestore};
use crate::steps::Steps;
use crate::weir::Weir;
use weir_config::Replica;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_store::{Choice, Chosen, Recipients, Reencryption, Replicated, Store};

/// What a copy will be, decided before anything is written.
pub(crate) struct ReplicatePlan {
    chosen: Chosen,
    /// Whom the copy is encrypted to, where that is not as the backup is.
    anew: Option<Recipients>,
    pub(crate) because: Vec<String>,
}

/// Chooses the backup in upstream's own store, and makes sure that it can be read where it is
/// encrypted anew.
pub(crate) async fn plan(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    context: &Context,
) -> Result<ReplicatePlan> {
    let (source, replica) = source(site)?;
    let from = weir.store_of_origin(source, context).await?;
    let chosen = weir_store::choose(&from, &wanted(site, source), choice).await?;
    let manifest = &chosen.read.manifest;
    let mut because = vec![format!(
        "{} is the newest whole backup that fits: {}, data {} old",
        manifest.backup,
        crate::words::bytes(manifest.stored_bytes()),
        crate::words::age(weir.now().duration_since(manifest.data_as_of))
    )];
    because.push(format!("its copy lies in {}", replica.store.location));
    let anew = other_recipients(replica, manifest)?;
    if let Some(recipients) = &anew {
        encrypted::reader(weir, &from, manifest.clone(), &site.environment, context).await?;
        because.push(format!(
            "the copy is encrypted to {}; {}",
            recipients.names().join(", "),
            signed(site, &chosen)
        ));
    }
    because.extend(
        chosen
            .passed_over
            .iter()
            .map(|passed| format!("passed over {}: {}", passed.backup, passed.reason)),
    );
    Ok(ReplicatePlan {
        chosen,
        anew,
        because,
    })
}

/// Whom the copies of this backup are encrypted to, unless it is already.
fn other_recipients(replica: &Replica, manifest: &Manifest) -> Result<Option<Recipients>> {
    if replica.recipients.is_empty() {
        return Ok(None);
    }
    let recipients = Recipients::parse(replica.recipients.iter().map(String::as_str))?;
    Ok((!recipients.are(manifest.encryption.as_ref())).then_some(recipients))
}

/// Who signs a copy that is encrypted anew, and what that means for the marks in it.
fn signed(site: &Site, chosen: &Chosen) -> &'static str {
    match (chosen.read.signature.is_trusted(), &site.signing_key) {
        (true, Some(_)) => "it is signed by this environment",
        (true, None) => {
            "it is unsigned, as the environment has no `signing_key`: no mark in it counts"
        }
        (false, _) => "it is unsigned, as no trusted key has signed the original",
    }
}

/// Copies the chosen backup. The manifest it returns is stored in the replica: the copy is whole.
pub(crate) async fn apply(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    run: &str,
    context: &Context,
) -> Result<Manifest> {
    let (source, replica) = source(site)?;
    let mut steps = Steps::new(context, 3);
    steps.next(&format!(
        "choose a backup of {}/{}",
        source.environment, source.app
    ))?;
    let plan = plan(weir, site, choice, context).await?;
    for passed in &plan.chosen.passed_over {
        context.warn(format!("passed over {}: {}", passed.backup, passed.reason));
    }
    for reason in &plan.because {
        context.note(reason.clone());
    }

    let from = weir.store_of_origin(source, context).await?;
    let to = weir
        .replica_store(replica, &source.environment, context)
        .await?;
    let chosen = &plan.chosen;
    steps.next(&format!(
        "copy {} to {}",
        chosen.name.key(),
        replica.store.location
    ))?;
    let done = match &plan.anew {
        None => weir_store::replicate(&from, &to, chosen, weir.budget(), context).await?,
        Some(recipients) => {
            let copy = Anew {
                from: &from,
                to: &to,
                chosen,
                recipients,
            };
            copy.make(weir, site, run, context).await?
        }
    };
    tell(&done, context);

    // The copy is whole: a stop that comes now must not make the record say otherwise.
    steps.announce("confirm that the copy can be chosen");
    confirm(&to, site, source, chosen).await?;
    Ok(done.manifest)
}

/// A copy for other recipients than the backup's own.
struct Anew<'a> {
    from: &'a Store,
    to: &'a Store,
    chosen: &'a Chosen,
    recipients: &'a Recipients,
}

impl Anew<'_> {
    /// Makes it, under a lease of its own: what is encrypted is other bytes each time.
    async fn make(
        &self,
        weir: &Weir,
        site: &Site,
        run: &str,
        context: &Context,
    ) -> Result<Replicated> {
        let state = weir.stores(&site.environment, context).await?.state;
        let identities = encrypted::identities(weir, &site.environment, context).await?;
        // Copies of other databases are made meanwhile.
        let manifest = &self.chosen.read.manifest;
        let name = format!(
            "replicate/{}/{}/{}",
            manifest.environment, manifest.instance, manifest.database
        );
        let lease = weir.lease_of(&state, &name, run, context).await?;
        let terms = Reencryption {
            recipients: self.recipients,
            identities: &identities,
            signing_key: site.signing_key.as_deref(),
            trusted: &site.trusted_keys,
            state: &state,
            lease: &lease,
        };
        let (from, to, chosen) = (self.from, self.to, self.chosen);
        let budget = weir.budget();
        let done = weir_store::replicate_encrypted(from, to, chosen, &terms, budget, context).await;
        // A lease that cannot be released runs out by itself; it must not fail a good copy.
        if let Err(error) = lease.release().await {
            context.warn(format!(
                "the lease could not be released, it will run out: {error}"
            ));
        }
        done
    }
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

fn tell(done: &Replicated, context: &Context) {
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
    if let Some(failure) = &done.pointer_failure {
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
