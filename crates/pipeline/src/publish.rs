//! Publish: the newest backup → clean store, sanitised. No database is asked.

mod live;
mod rules;
mod there;

pub(crate) use live::{apply as apply_live, plan as plan_live};

use crate::backup::{self, Carried, Origin};
use crate::drift::Drift;
use crate::encrypted;
use crate::origin::{self, Arriving};
use crate::sanitise::proof::{self, Server};
use crate::sanitise::{self, BoundMasker};
use crate::site::Site;
use crate::steps::Steps;
use crate::weir::{Stores, Weir};
use std::sync::Arc;
use weir_engine::{Context, Dumped, Masker as _};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::Manifest;
use weir_model::sanitising::{Mark, State};
use weir_store::{BackupName, BackupReader, BackupWriter, Choice, Chosen, Store};

/// What a publishing will do, decided before anything is written.
pub(crate) struct PublishPlan {
    chosen: Chosen,
    /// What reads the backup; proven to have the key to it.
    reader: BackupReader,
    masker: Arc<BoundMasker>,
    /// The same backup as the same rules have published it before.
    there: Option<Manifest>,
    because: Vec<String>,
    /// What could not be proven of what the rules write.
    doubts: Vec<String>,
}

impl PublishPlan {
    /// Why it is as it is, which newer backups were passed over, and what could not be proven.
    pub(crate) fn told(&self) -> Vec<String> {
        let because = self.because.iter().cloned();
        let told = because.chain(self.passed_over());
        told.chain(self.doubts.iter().cloned()).collect()
    }

    fn passed_over(&self) -> impl Iterator<Item = String> {
        let passed = self.chosen.passed_over.iter();
        passed.map(|passed| format!("passed over {}: {}", passed.backup, passed.reason))
    }
}

/// Why nobody is asked what a CHECK says of made-up values.
const NO_SERVER: &str = "a clean backup is made of a backup without any server to ask";

/// Chooses the backup as a recovery would, binds the rules to it, and looks whether they have
/// published it already.
pub(crate) async fn plan(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    context: &Context,
) -> Result<PublishPlan> {
    let source = site.own_source();
    let chosen = origin::choose(weir, site, &source, choice, Arriving::PassOver, context).await?;
    let manifest = &chosen.read.manifest;
    refuse_unusable(site, manifest)?;
    let drift = sanitise::drift(weir, site, manifest, context).await;
    let masker = rules::bound(site, &manifest.catalog, weir.now(), drift.as_ref(), context)?;
    let server = Server::None(NO_SERVER);
    let doubts = proof::doubts(site, &manifest.catalog, server, context).await?;
    let stores = weir.stores(&site.environment, context).await?;
    let (store, environment) = (&stores.store, &site.environment);
    let reader =
        encrypted::reader_beside_a_writer(weir, store, manifest.clone(), environment, context)
            .await?;
    let clean = weir.clean_store(environment, context).await?;
    let there = match masker.repeats() {
        true => there::find(&clean, site, manifest, &masker.mark()).await?,
        false => None,
    };
    let chosen_as = match choice {
        Choice::Named(_) => "was named",
        Choice::Newest | Choice::At(_) => "is the newest whole backup that fits",
    };
    let mut because = vec![format!(
        "{} {chosen_as}: {} rows in {} tables, data {} old",
        manifest.backup,
        manifest.rows(),
        manifest.tables.len(),
        crate::words::age(weir.now().duration_since(manifest.data_as_of))
    )];
    match &there {
        Some(there) => because.push(already(site, there)),
        None => because.extend(rules::told(site, &masker.mark(), drift.as_ref())),
    }
    Ok(PublishPlan {
        chosen,
        reader,
        masker: Arc::new(masker),
        there,
        because,
        doubts,
    })
}

fn already(site: &Site, there: &Manifest) -> String {
    format!(
        "the same rules and key have published it already, as {}",
        site.published_source().reference(&there.backup)
    )
}

fn refuse_unusable(site: &Site, manifest: &Manifest) -> Result<()> {
    let doing = || format!("publish {}", manifest.backup);
    if manifest.engine != site.engine.name() {
        let cause = format!(
            "it holds a {} database, the app is {}",
            manifest.engine,
            site.engine.name()
        );
        return Err(Error::new(Kind::Guard, doing(), cause)
            .hint("name a backup of the same engine, or correct `engine` of the app"));
    }
    if manifest.native.is_some() {
        return Err(rules::native(site));
    }
    Ok(())
}

/// Publishes. The manifest it returns is stored in the clean store.
pub(crate) async fn apply(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    run: &str,
    context: &Context,
) -> Result<Manifest> {
    let mut steps = Steps::new(context, 4);
    steps.next(&format!("choose a backup of {}", site.describe()))?;
    let plan = plan(weir, site, choice, context).await?;
    for newer in plan.passed_over() {
        context.warn(newer);
    }
    warn_of_stranger(site, &plan.chosen, context);
    for reason in &plan.because {
        context.note(reason.clone());
    }
    for doubt in &plan.doubts {
        context.warn(doubt.clone());
    }
    if let Some(there) = plan.there {
        return Ok(there);
    }

    let manifest = &plan.chosen.read.manifest;
    let stores = weir.clean_stores(&site.environment, context).await?;
    let writer = claim(weir, site, &stores, plan.chosen.name.clone(), run, context).await?;
    let (backup, to) = (&manifest.backup, writer.name().key());
    let rewritten = match steps.next(&format!("rewrite {backup} by its rules into {to}")) {
        Ok(()) => rewrite(site, &plan, &writer, context).await,
        Err(stopped) => Err(stopped),
    };
    let origin = Origin {
        identity: manifest.identity.clone(),
        carried: Carried {
            mark: Mark::raw(),
            lineage: manifest.lineage.clone(),
            data_as_of: Some(manifest.data_as_of),
        },
        created: manifest.created,
        moment: manifest.group.clone(),
        proof: manifest.proof,
    };
    let work = Work {
        weir,
        site,
        stores: &stores,
        run,
    };
    work.seal(writer, rewritten, origin, &plan.masker, &mut steps)
        .await
}

async fn rewrite(
    site: &Site,
    plan: &PublishPlan,
    writer: &BackupWriter,
    context: &Context,
) -> Result<Dumped> {
    let (parts, masker) = (Arc::new(plan.reader.clone()), Arc::clone(&plan.masker));
    site.engine.rewrite(parts, masker, writer, context).await
}

/// Where a key signs what this environment makes, a backup that no such key has signed is odd.
fn warn_of_stranger(site: &Site, chosen: &Chosen, context: &Context) {
    let signature = chosen.read.signature;
    if site.signing_key.is_some() && !signature.is_trusted() {
        context.warn(format!(
            "{} is {signature}: what its manifest says of its origin proves nothing",
            chosen.name.key()
        ));
    }
}

/// Takes a name in the clean store: the backup's own, unless that is taken.
async fn claim(
    weir: &Weir,
    site: &Site,
    stores: &Stores,
    wanted: BackupName,
    run: &str,
    context: &Context,
) -> Result<BackupWriter> {
    let recipients = site.published_to.as_ref();
    let writer = backup::claim(weir, stores, recipients, wanted, run).await?;
    context.checkpoint(Checkpoint::Claimed);
    Ok(writer)
}

/// A clean backup being made.
struct Work<'a> {
    weir: &'a Weir,
    site: &'a Site,
    stores: &'a Stores,
    run: &'a str,
}

impl Work<'_> {
    /// Makes a backup of what was written, once what went through the rules has passed the gate;
    /// two steps. Else nothing of it stays.
    async fn seal(
        &self,
        writer: BackupWriter,
        written: Result<Dumped>,
        origin: Origin,
        masker: &BoundMasker,
        steps: &mut Steps<'_>,
    ) -> Result<Manifest> {
        let passed = written.and_then(|dumped| {
            backup::refuse_unkept_promise(self.site, &dumped)?;
            Ok((dumped, sanitise::verdict(masker)?))
        });
        let (dumped, ruleset) = match passed {
            Ok(passed) => passed,
            Err(error) => {
                let key = writer.name().key();
                return Err(match writer.abandon().await {
                    Ok(()) => error,
                    Err(_) => with_leftovers(error, &self.stores.store, &key),
                });
            }
        };
        steps.context().note(sanitise::in_words(&ruleset));
        let mut draft = backup::draft(self.site, origin, self.run, dumped);
        draft.sanitising = Mark {
            state: State::Sanitised,
            ruleset: Some(ruleset),
            voucher: None,
        };
        let to = (writer, &self.stores.store);
        backup::seal(self.weir, self.site, to, draft, steps).await
    }
}

/// An error after which parts stay in the clean store: they may hold what the rules let through,
/// and whoever reads that store can read them.
fn with_leftovers(error: Error, store: &Store, key: &str) -> Error {
    let hint = error.hint_text().unwrap_or_default();
    let left = format!(
        "what was written could not be removed: remove every object below {}/{key}, which may hold \
         what must not pass",
        store.url()
    );
    let hint = if hint.is_empty() {
        left
    } else {
        format!("{hint}\n{left}")
    };
    error.hint(hint)
}
