//! From one part to a shadow beside the live copy, proven to be what was sent.

mod receive;
mod shadow;

pub(crate) use receive::{prove, receive_image};
pub(crate) use shadow::{
    Shadow, create_private, files, remove_if_present, sync_file, with_journals,
};

use crate::config::{Database, Place, blocking};
use crate::dump::PART;
use crate::lock::TargetLock;
use crate::mask::{self, Plan};
use crate::verify::{self, Violations};
use crate::{heal, transform};
use async_trait::async_trait;
use std::sync::Arc;
use weir_engine::{
    Context, LoadRequest, Loaded, Masker, PartSource, Sanitised, Script, compare_tables,
};
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::{Manifest, TableDigest};

/// A shadow and what is known of it, from load to swap.
pub(crate) struct Work {
    /// The files; dropped, they are removed.
    pub(crate) shadow: Shadow,
    /// What was asked for.
    pub(crate) request: LoadRequest,
    /// What the shadow must hold before scripts.
    pub(crate) expected: Catalog,
    /// Rows as they were sent.
    pub(crate) sent: Vec<TableDigest>,
    /// Foreign keys that the backup's own data break.
    pub(crate) violations: Violations,
}

impl Work {
    /// Where all of it lies.
    pub(crate) fn place(&self) -> &Place {
        &self.shadow.place
    }
}

/// Loads a backup.
pub(crate) async fn load(
    place: Place,
    request: LoadRequest,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<Box<dyn Loaded>> {
    let shadow = {
        let (token, context) = (request.stamp.token, context.clone());
        blocking(move || begin(place, token, &context)).await?
    };
    let work = match request.masker.clone() {
        None => plain(shadow, request, parts, context).await?,
        Some(masker) => masked(shadow, request, masker, parts, context).await?,
    };
    let context = context.clone();
    let work = blocking(move || read_back(work, &context)).await?;
    Ok(Box::new(LoadedCopy { work }))
}

/// Takes the lock, refuses a stale run, and clears what earlier runs left.
fn begin(place: Place, token: weir_model::stamp::Token, context: &Context) -> Result<Shadow> {
    let mut lock = TargetLock::take(&place, context)?;
    heal::drop_leftovers(&place, context)?;
    lock.refuse_stale(&place, token, context)?;
    place.refuse_orphans()?;
    if place.has_database() {
        // It makes room for the copy to be kept next; while nothing is live it is all there is.
        remove_if_present(&place.previous(), context)?;
    }
    Ok(Shadow::new(place, lock))
}

/// The image as it is.
async fn plain(
    shadow: Shadow,
    request: LoadRequest,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<Work> {
    let file = shadow.create(context)?;
    context.checkpoint(Checkpoint::ShadowCreated);
    receive::receive(
        parts.as_ref(),
        PART,
        Arc::new(file),
        &shadow.place.shadow(),
        context,
    )
    .await?;
    let context = context.clone();
    let (expected, sent) = expectation(parts.as_ref());
    blocking(move || {
        sync_file(&shadow.place.shadow(), &context)?;
        context.checkpoint(Checkpoint::RowsLoaded);
        context.check("load the backup")?;
        Ok(Work {
            shadow,
            request,
            expected,
            sent,
            violations: Violations::new(),
        })
    })
    .await
}

/// The image into a private file, from there row by row through the masks.
async fn masked(
    shadow: Shadow,
    request: LoadRequest,
    masker: Arc<dyn Masker>,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<Work> {
    let raw = receive::receive_image(parts.as_ref(), Kind::Target, context).await?;
    blocking(move || {
        clean(
            raw.database,
            shadow,
            request,
            masker.as_ref(),
            parts.manifest(),
        )
    })
    .await
}

/// Proves the image that was received, then makes the shadow a clean copy of it.
fn clean(
    mut raw: Database,
    shadow: Shadow,
    request: LoadRequest,
    masker: &dyn Masker,
    manifest: &Manifest,
) -> Result<Work> {
    let received = receive::prove(&mut raw, manifest, request.verification)?;
    let plan = Plan::make(&raw, &received.catalog, masker)?;
    let context = &raw.subject.context;
    drop(shadow.create(context)?);
    let path = shadow.place.shadow();
    let clean = Database::write(&path, Kind::Target, context)?;
    context.checkpoint(Checkpoint::ShadowCreated);
    context.check("make a clean copy")?;
    let sent = mask::fill(&raw, received.rows, &plan, &clean)?;
    drop(clean);
    sync_file(&path, context)?;
    context.checkpoint(Checkpoint::RowsLoaded);
    context.check("load the backup")?;
    Ok(Work {
        shadow,
        request,
        expected: plan.catalog,
        sent,
        violations: received.violations,
    })
}

/// What the manifest says was dumped.
fn expectation(parts: &dyn PartSource) -> (Catalog, Vec<TableDigest>) {
    let manifest = parts.manifest();
    (manifest.catalog.clone(), manifest.tables.clone())
}

/// Proves on a fresh connection that the shadow holds what was sent. Without masks, what was
/// sent is what the manifest says, so this proves the rows received, too.
fn read_back(mut work: Work, context: &Context) -> Result<Work> {
    let is_image = work.request.masker.is_none();
    let kind = if is_image {
        Kind::Corrupt
    } else {
        Kind::Verify
    };
    // Masked rows were loaded table by table; of an image this is all that is.
    let times = is_image.then(|| context.table_times());
    let shadow = work.place().shadow();
    let (violations, found) = verify::pages_and_rows(&shadow, kind, times, context)?;
    if is_image {
        work.violations = violations;
    }
    let doing = "compare the rows in the new copy with those sent";
    compare_tables(doing, &work.sent, &found, work.request.verification)?;
    context.checkpoint(Checkpoint::ReadBack);
    context.check(doing)?;
    Ok(work)
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
        let (scripts, context) = (scripts.to_vec(), context.clone());
        blocking(move || transform::sanitise(self.work, &scripts, &context)).await
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        blocking(move || self.work.shadow.discard()).await
    }
}
