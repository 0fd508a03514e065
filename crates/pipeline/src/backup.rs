//! Backup: database → store.

use crate::group::{self, Held, Opening};
use crate::origin;
use crate::site::Site;
use crate::steps::Steps;
use crate::weir::{Stores, Weir};
use weir_engine::{Context, DumpKind, Dumped, schema_fingerprint};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::group::GroupMoment;
use weir_model::identity::Identity;
use weir_model::manifest::{FORMAT, Manifest, Proof, Tools, VERSION};
use weir_model::sanitising::{Mark, State};
use weir_model::stamp::{Hop, Stamp};
use weir_store::{BackupName, BackupWriter, Choice, Recipients, Store};

/// What a backup will do, decided before anything is written.
#[derive(Debug, Clone)]
pub(crate) struct BackupPlan {
    pub(crate) identity: Identity,
    pub(crate) because: Vec<String>,
}

/// What the source's stamp says about its data.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    pub(crate) mark: Mark,
    pub(crate) lineage: Option<Vec<Hop>>,
    pub(crate) data_as_of: Option<jiff::Timestamp>,
}

/// Looks at the source without reading data.
pub(crate) async fn plan(site: &Site, context: &Context) -> Result<BackupPlan> {
    refuse_absent(site, "back up", context).await?;
    let identity = site.engine.identity(&site.endpoint, context).await?;
    let stamp = site.engine.stamp(&site.endpoint, context).await?;
    let carried = carried(site, stamp.as_ref());
    let mut because = vec![match &carried.lineage {
        Some(hops) if !hops.is_empty() => format!(
            "the live copy came through {}",
            hops.iter()
                .map(|hop| format!("{}:{}", hop.environment, hop.backup))
                .collect::<Vec<_>>()
                .join(" → ")
        ),
        Some(_) => "the data is born here".to_owned(),
        None => "the live copy has no stamp of a restore: its data counts as raw".to_owned(),
    }];
    because.push(format!("it will be marked {}", carried.mark.state));
    if site.signing_key.is_none() {
        because.push(
            "the environment has no `signing_key`: accidents are detected, edits are not"
                .to_owned(),
        );
    }
    if let Some(recipients) = &site.recipients {
        refuse_unencrypted(site)?;
        let to = recipients.names().join(", ");
        because.push(format!("it will be encrypted to {to}"));
    }
    Ok(BackupPlan { identity, because })
}

/// A database that is not there has nothing to be read.
pub(crate) async fn refuse_absent(site: &Site, verb: &str, context: &Context) -> Result<()> {
    if site.engine.exists(&site.endpoint, context).await? {
        return Ok(());
    }
    Err(Error::new(
        Kind::Source,
        format!("{verb} {}", site.describe()),
        format!("the database {} does not exist", site.endpoint.url),
    )
    .hint("check `url` and `database` of the app, or restore into it first"))
}

/// What an engine keeps in a repository of its own passes by the encryption.
fn refuse_unencrypted(site: &Site) -> Result<()> {
    if site.engine.capabilities().dump != DumpKind::Native {
        return Ok(());
    }
    let engine = site.engine.name();
    Err(Error::new(
        Kind::Unsupported,
        format!("back up {}", site.describe()),
        format!("the environment has `recipients`, and {engine} keeps its backups in a repository of its own"),
    )
    .hint("back this app up in an environment without `recipients`, and encrypt the repository itself"))
}

/// The mark and lineage a backup carries on. Only a stamp that this environment's own restore
/// left counts; without one the data is raw, unless it is born here.
pub(crate) fn carried(site: &Site, stamp: Option<&Stamp>) -> Carried {
    let born_here = site.born_here && !site.is_root;
    // A stamp of another environment's restore proves that the data was not born here.
    let own = born_here && stamp.is_none();
    match stamp.filter(|stamp| stamp.environment == site.environment && !site.is_root) {
        Some(stamp) => Carried {
            mark: stamp.sanitising.clone(),
            lineage: Some(stamp.hops.clone()),
            // What is born here lives on after a recovery: it is as of the new snapshot.
            data_as_of: (!born_here || stamp.sanitising.state != State::Own)
                .then_some(stamp.data_as_of),
        },
        None => Carried {
            mark: if own { Mark::own() } else { Mark::raw() },
            lineage: (own || site.is_root).then(Vec::new),
            data_as_of: None,
        },
    }
}

/// Takes the backup. The manifest it returns is stored: the backup is whole.
pub(crate) async fn apply(
    weir: &Weir,
    site: &Site,
    run: &str,
    together: Option<&Opening>,
    context: &Context,
) -> Result<Manifest> {
    let mut steps = Steps::new(context, 4 + u32::from(together.is_some()));
    steps.next(&format!("open {}", site.describe()))?;
    let plan = plan(site, context).await?;
    if let Some(group) = together {
        group.come(site, &mut steps).await?;
    }
    let stores = weir.stores(&site.environment, context).await?;
    let wanted = BackupName {
        instance: site.instance.clone(),
        database: site.endpoint.database.clone(),
        time: weir.now(),
    };
    let wanted = after_the_newest(&stores.store, wanted, context).await?;
    let writer = claim(weir, &stores, site.recipients.as_ref(), wanted, run).await?;
    context.checkpoint(Checkpoint::Claimed);
    let held = match group::open(weir, site, together, &mut steps).await {
        Ok(held) => held,
        Err(error) => {
            // A name without a manifest harms nobody: why it is given up is the news.
            let _ = writer.abandon().await;
            return Err(error);
        }
    };
    let Held {
        opened,
        created,
        moment,
    } = held;
    // Read again inside the snapshot: the stamp looked at before may have been replaced since.
    let carried = carried(site, opened.stamp());

    steps.next(&format!(
        "dump {} to {}",
        site.describe(),
        writer.name().key()
    ))?;
    let dumped = match opened.dump(&writer, None, context).await {
        Ok(dumped) => dumped,
        Err(error) => {
            // Parts without a manifest harm nobody: why they are given up is the news.
            let _ = writer.abandon().await;
            return Err(error);
        }
    };

    if let Err(error) = refuse_unkept_promise(site, &dumped) {
        // Parts without a manifest harm nobody: why they are given up is the news.
        let _ = writer.abandon().await;
        return Err(error);
    }
    let origin = Origin {
        identity: plan.identity,
        carried,
        created,
        moment,
        proof: Proof::Dumped,
    };
    let draft = draft(site, origin, run, dumped);
    seal(weir, site, (writer, &stores.store), draft, &mut steps).await
}

/// Makes a backup of what is stored, and reads it back as a reader would choose it: two steps.
pub(crate) async fn seal(
    weir: &Weir,
    site: &Site,
    (writer, store): (BackupWriter, &Store),
    draft: Manifest,
    steps: &mut Steps<'_>,
) -> Result<Manifest> {
    let context = steps.context();
    context.checkpoint(Checkpoint::PartsStored);
    let go_on = async {
        // Who closed this run as dead has removed its parts, or is about to.
        weir.refuse_closed(&site.environment, &draft.run, context)
            .await?;
        steps.next("store the manifest")
    };
    let go_on = go_on.await;
    if let Err(error) = go_on {
        // Parts without a manifest harm nobody: why they are given up is the news.
        let _ = writer.abandon().await;
        return Err(error);
    }
    let committed = writer.commit(draft, site.signing_key.as_deref()).await?;
    context.checkpoint(Checkpoint::ManifestStored);
    if let Some(failure) = committed.pointer_failure {
        context.warn(format!(
            "the backup is whole, but its pointer did not move: {failure}"
        ));
    }

    // The backup is whole: a stop that comes now must not make the record say otherwise.
    steps.announce("confirm that the backup can be chosen");
    let choice = Choice::Named(committed.manifest.backup.clone());
    let own = site.own_source();
    let wanted = origin::wanted(site, &own);
    weir_store::choose(&store.winding_up(), &wanted, &choice).await?;
    Ok(committed.manifest)
}

/// The name that is wanted, or one after the newest backup's where a clock has jumped back:
/// readers take the newest name. The pointer says what was committed, and nothing else moves it.
pub(crate) async fn after_the_newest(
    store: &Store,
    wanted: BackupName,
    context: &Context,
) -> Result<BackupName> {
    let pointed = weir_store::read_pointer(store, &wanted.instance, &wanted.database).await?;
    let Some(newest) = pointed.filter(|newest| newest.time >= wanted.time) else {
        return Ok(wanted);
    };
    let second = jiff::SignedDuration::from_secs(1);
    let later = newest.time.saturating_add(second).unwrap_or(newest.time);
    // Backups made within one second of each other run ahead by seconds, which says nothing.
    if newest.time.duration_since(wanted.time) > jiff::SignedDuration::from_mins(1) {
        context.warn(format!(
            "the newest backup there is of {}, later than this machine's clock: this one is named \
             {later}, so that it is found; compare the clocks",
            newest.time
        ));
    }
    Ok(BackupName {
        time: later,
        ..wanted
    })
}

/// Takes a name for a backup, to be encrypted to `recipients`.
pub(crate) async fn claim(
    weir: &Weir,
    stores: &Stores,
    recipients: Option<&Recipients>,
    wanted: BackupName,
    run: &str,
) -> Result<BackupWriter> {
    let (store, state) = (&stores.store, &stores.state);
    BackupWriter::claim(store, state, wanted, run, recipients, weir.budget()).await
}

/// An engine whose backups lie in its own repository must say where, and no other may.
pub(crate) fn refuse_unkept_promise(site: &Site, dumped: &Dumped) -> Result<()> {
    let native = site.engine.capabilities().dump == DumpKind::Native;
    if native == dumped.native.is_some() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Internal,
        format!("back up {}", site.describe()),
        "the engine put the data elsewhere than its capabilities say",
    )
    .hint("report this as a bug"))
}

/// Where the data of a backup comes from.
pub(crate) struct Origin {
    pub(crate) identity: Identity,
    pub(crate) carried: Carried,
    pub(crate) created: jiff::Timestamp,
    pub(crate) moment: Option<GroupMoment>,
    pub(crate) proof: Proof,
}

/// The manifest of what an engine has stored.
pub(crate) fn draft(site: &Site, origin: Origin, run: &str, dumped: Dumped) -> Manifest {
    let Origin {
        identity,
        carried,
        created,
        moment,
        proof,
    } = origin;
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        requires: Vec::new(),
        environment: site.environment.clone(),
        app: site.app.clone(),
        engine: site.engine.name().to_owned(),
        instance: site.instance.clone(),
        database: site.endpoint.database.clone(),
        // The writer names it as it commits.
        backup: String::new(),
        run: run.to_owned(),
        created,
        data_as_of: carried.data_as_of.unwrap_or(created),
        lineage: carried.lineage,
        group: moment,
        identity,
        snapshot: dumped.snapshot,
        collations: dumped.collations,
        sanitising: carried.mark,
        parts: Vec::new(),
        encryption: None,
        copied_from: None,
        native: dumped.native,
        schema: schema_fingerprint(&dumped.catalog),
        tables: dumped.tables,
        catalog: dumped.catalog,
        proof,
        tools: Tools {
            weir: env!("CARGO_PKG_VERSION").to_owned(),
            engine: dumped.engine_version,
            readable_by: dumped.readable_by,
        },
        unknown: serde_json::Map::new(),
    }
}
