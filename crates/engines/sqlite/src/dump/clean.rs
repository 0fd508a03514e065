use super::scratch::Scratch;
use super::{Proven, prove, send_proven};
use crate::config::blocking;
use crate::load;
use crate::mask::{self, Plan};
use crate::verify::{self, Violations};
use crate::{catalog, stamp};
use std::sync::Arc;
use weir_engine::{Context, Dumped, Masker, PartSink, PartSource, Verification, compare_tables};
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};
use weir_model::manifest::{Snapshot, TableDigest};

/// A private database into which rows went through the masks, and what it must hold.
struct Clean {
    scratch: Scratch,
    catalog: Catalog,
    sent: Vec<TableDigest>,
    /// Foreign keys that the raw data break.
    violations: Violations,
}

/// Sends a clean copy of a private copy into a part.
pub(crate) async fn dump_clean(
    raw: Scratch,
    mode: &'static str,
    masker: Arc<dyn Masker>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let clean = blocking(move || {
        raw.settle()?;
        stamp::remove(&raw.database)?;
        verify::integrity(&raw.database)?;
        let catalog = catalog::read(&raw.database)?;
        let violations = verify::violations(&raw.database, &catalog)?;
        fill(&raw, &catalog, 0, violations, masker.as_ref())
    })
    .await?;
    let snapshot = Snapshot {
        mode: mode.to_owned(),
        position: None,
    };
    send(clean, snapshot, sink, context).await
}

/// Makes a clean backup of a backup. Its one part is always written anew: an image also holds what
/// was deleted from the database before, which no rule sees.
pub(crate) async fn rewrite(
    parts: Arc<dyn PartSource>,
    masker: Arc<dyn Masker>,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let mut raw = load::receive_image(parts.as_ref(), Kind::Source, context).await?;
    let source = Arc::clone(&parts);
    let clean = blocking(move || {
        let received = load::prove(&mut raw.database, source.manifest(), Verification::Full)?;
        let (rows, violations) = (received.rows, received.violations);
        fill(&raw, &received.catalog, rows, violations, masker.as_ref())
    })
    .await?;
    send(clean, parts.manifest().snapshot.clone(), sink, context).await
}

fn fill(
    raw: &Scratch,
    catalog: &Catalog,
    rows: u64,
    violations: Violations,
    masker: &dyn Masker,
) -> Result<Clean> {
    let plan = Plan::make(&raw.database, catalog, masker)?;
    let context = &raw.database.subject.context;
    let scratch = Scratch::create(Kind::Source, context)?;
    let sent = mask::fill(&raw.database, rows, &plan, &scratch.database)?;
    context.check("make a clean copy")?;
    Ok(Clean {
        scratch,
        catalog: plan.catalog,
        sent,
        violations,
    })
}

async fn send(
    clean: Clean,
    snapshot: Snapshot,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Dumped> {
    let Clean {
        scratch,
        catalog,
        sent,
        violations,
    } = clean;
    let prove = move |scratch: &Scratch| prove_clean(scratch, &catalog, &sent, &violations);
    send_proven(scratch, prove, snapshot, sink, context).await
}

/// Proves that the clean copy holds what was sent, and nothing a restore of it would stumble over.
fn prove_clean(
    scratch: &Scratch,
    expected: &Catalog,
    sent: &[TableDigest],
    violations: &Violations,
) -> Result<Proven> {
    // Its tables were timed as they were filled.
    let proven = prove(scratch, None)?;
    let doing = "compare the schema of the clean backup with what was planned";
    let differences = verify::differences_of_clean(expected, &proven.catalog);
    verify::refuse(doing, &differences)?;
    let doing = "compare the rows in the clean backup with those sent";
    compare_tables(doing, sent, &proven.tables, Verification::Full)?;
    let doing = "check foreign keys of the clean backup";
    verify::refuse(doing, &verify::newly_broken(violations, &proven.violations))?;
    Ok(proven)
}
