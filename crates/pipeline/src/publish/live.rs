//! Publish live: database → clean store, sanitised. No raw backup is made.

use super::{Work, claim, rules};
use crate::backup::{self, Origin};
use crate::drift;
use crate::group::{self, Held, Opening};
use crate::sanitise::BoundMasker;
use crate::sanitise::proof::{self, Server};
use crate::site::Site;
use crate::steps::Steps;
use crate::weir::Weir;
use std::sync::Arc;
use weir_engine::{Context, DumpKind, Masker as _};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;
use weir_model::manifest::{Manifest, Proof};
use weir_store::BackupName;

/// What a publishing from a database will do, decided before anything is written.
pub(crate) struct LivePlan {
    identity: Identity,
    /// What the rules are bound to.
    catalog: Catalog,
    masker: Arc<BoundMasker>,
    because: Vec<String>,
    /// What could not be proven of what the rules write.
    doubts: Vec<String>,
}

impl LivePlan {
    /// Why it is as it is, and what could not be proven.
    pub(crate) fn told(self) -> Vec<String> {
        [self.because, self.doubts].concat()
    }
}

/// Looks at the database without reading rows, and binds the rules to what it holds.
pub(crate) async fn plan(weir: &Weir, site: &Site, context: &Context) -> Result<LivePlan> {
    if site.engine.capabilities().dump == DumpKind::Native {
        return Err(rules::native(site));
    }
    backup::refuse_absent(site, "publish", context).await?;
    let identity = site.engine.identity(&site.endpoint, context).await?;
    let catalog = site.engine.catalog(&site.endpoint, context).await?;
    let drift = drift::since_last_run(weir, site, &catalog, context).await;
    let masker = rules::bound(site, &catalog, weir.now(), drift.as_ref(), context)?;
    let doubts = proof::doubts(site, &catalog, Server::At(site), context).await?;
    Ok(LivePlan {
        identity,
        catalog,
        because: rules::told(site, &masker.mark(), drift.as_ref()),
        masker: Arc::new(masker),
        doubts,
    })
}

/// Publishes. The manifest it returns is stored in the clean store.
pub(crate) async fn apply(
    weir: &Weir,
    site: &Site,
    run: &str,
    together: Option<&Opening>,
    context: &Context,
) -> Result<Manifest> {
    let mut steps = Steps::new(context, 4 + u32::from(together.is_some()));
    steps.next(&format!("open {}", site.describe()))?;
    let plan = plan(weir, site, context).await?;
    for reason in &plan.because {
        context.note(reason.clone());
    }
    for doubt in &plan.doubts {
        context.warn(doubt.clone());
    }
    if let Some(group) = together {
        group.come(site, &mut steps).await?;
    }
    let stores = weir.clean_stores(&site.environment, context).await?;
    let wanted = BackupName {
        instance: site.instance.clone(),
        database: site.endpoint.database.clone(),
        time: weir.now(),
    };
    let wanted = backup::after_the_newest(&stores.store, wanted, context).await?;
    let writer = claim(weir, site, &stores, wanted, run, context).await?;
    let Held {
        opened,
        created,
        moment,
    } = group::open(weir, site, together, &mut steps).await?;
    refuse_moved_on(site, &plan.catalog, context).await?;
    let origin = Origin {
        identity: plan.identity,
        // The stamp within the snapshot, whatever there was before it.
        carried: backup::carried(site, opened.stamp()),
        created,
        moment,
        proof: Proof::Dumped,
    };
    let to = writer.name().key();
    let dumped = match steps.next(&format!("dump {} by its rules to {to}", site.describe())) {
        Ok(()) => {
            let masker = Arc::clone(&plan.masker);
            opened.dump(&writer, Some(masker), context).await
        }
        Err(stopped) => Err(stopped),
    };
    let work = Work {
        weir,
        site,
        stores: &stores,
        run,
    };
    work.seal(writer, dumped, origin, &plan.masker, &mut steps)
        .await
}

/// Rules go by the places of columns: a schema that has changed since they were bound must not be
/// dumped by them.
async fn refuse_moved_on(site: &Site, bound: &Catalog, context: &Context) -> Result<()> {
    let now = site.engine.catalog(&site.endpoint, context).await?;
    if now == *bound {
        return Ok(());
    }
    let cause = "its schema has changed since the rules were bound to it";
    let doing = format!("publish {}", site.describe());
    Err(Error::new(Kind::Source, doing, cause).hint("try again once the change is done"))
}
