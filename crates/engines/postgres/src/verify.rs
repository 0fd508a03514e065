//! Proofs: that rows are those expected, that constraints and indexes hold, that the schema is the
//! backup's.

mod checks;
mod contents;
mod digest;
mod owners;
mod schema;

pub(crate) use contents::contents;
pub(crate) use digest::{ReadBack, digests, digests_of_shadow, read_table};

use crate::config::Purpose;
use crate::config::{Address, Session};
use crate::load::enter_as;
use crate::swap::ReadyCopy;
use crate::transform::SanitisedCopy;
use weir_engine::{Context, Ready, ScriptEffect, row_bounds, script_effects};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;

/// Proves the live copy sound, as far as statements can: constraints, indexes, and every row read.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<()> {
    let session = Session::open(address, Kind::Source, context).await?;
    session.snapshot().await?;
    checks::indexes(&session).await?;
    digests(&session).await.map(drop)
}

/// The last proof before the swap, on a connection of its own.
pub(crate) async fn prove(copy: SanitisedCopy, context: &Context) -> Result<Box<dyn Ready>> {
    match proofs(&copy, context).await {
        Ok((tables, effects)) => Ok(Box::new(ReadyCopy {
            work: copy.work,
            tables,
            effects,
        })),
        Err(error) => {
            copy.work.discard().await?;
            Err(error)
        }
    }
}

async fn proofs(
    copy: &SanitisedCopy,
    context: &Context,
) -> Result<(Vec<TableDigest>, Vec<ScriptEffect>)> {
    let SanitisedCopy { work, scripts_ran } = copy;
    let session = enter_as(&work.address, Purpose::Data, Kind::Verify, context).await?;
    let snapshot = session.snapshot().await?;
    schema::compare(&session, &snapshot, work, *scripts_ran).await?;
    checks::indexes(&session).await?;
    if *scripts_ran {
        checks::foreign_keys(&session).await?;
    }
    // Without scripts and steps nothing was written since rows were proven and keys were made.
    let tables = match *scripts_ran || !work.plan.steps.is_empty() {
        true => digests(&session).await?,
        false => work.sent.clone(),
    };
    row_bounds(
        "check row counts of the new copy",
        &work.request.bounds,
        &tables,
    )?;
    let mut effects = work.stepped.effects.clone();
    let before_scripts = work.stepped.counted(&work.sent);
    effects.extend(script_effects(&before_scripts, &tables));
    context.checkpoint(Checkpoint::Verified);
    context.check("prove the new copy")?;
    Ok((tables, effects))
}

/// Fails with what is wrong, if anything is.
pub(crate) fn refuse(doing: &str, wrong: &[String]) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Verify, doing, wrong.join("; "))
        .hint("the live copy is untouched; look at the rules and scripts of the app"))
}
