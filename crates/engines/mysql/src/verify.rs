//! Proofs: that rows are those expected, that constraints hold, that the schema is the backup's.

mod checks;
mod contents;
mod digest;
mod schema;

pub(crate) use contents::contents;
pub(crate) use digest::{digests, read_table};

use crate::catalog::definition::TableDefinition;
use crate::catalog::{self, Schema};
use crate::config::{Address, Session};
use crate::load::enter;
use crate::swap::ReadyCopy;
use crate::transform::SanitisedCopy;
use weir_engine::{Context, Ready, ScriptEffect, row_bounds, script_effects};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;

/// Proves the live copy sound by the server's own checks and ours: pages and indexes, foreign
/// keys, and every row read.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<()> {
    let mut session = Session::open(address, Kind::Source, context).await?;
    let schema = catalog::read(&mut session, &address.database).await?;
    checks::tables(&mut session, &schema).await?;
    checks::foreign_keys(&mut session, &schema).await?;
    digests(address, Kind::Source, &schema, context)
        .await
        .map(drop)
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
            copy.work.give_up(context).await;
            Err(error)
        }
    }
}

async fn proofs(
    copy: &SanitisedCopy,
    context: &Context,
) -> Result<(Vec<TableDigest>, Vec<ScriptEffect>)> {
    let SanitisedCopy { work, scripts_ran } = copy;
    let mut session = enter(&work.address, Kind::Verify, context).await?;
    let found = catalog::read(&mut session, &work.shadow()).await?;
    schema::compare(&mut session, &found, work, *scripts_ran)?;
    // Without scripts nothing was written since rows and foreign keys were proven.
    let tables = match scripts_ran {
        true => {
            checks::foreign_keys(&mut session, &found).await?;
            digests(&work.address, Kind::Verify, &found, context).await?
        }
        false => work.built.clone(),
    };
    let doing = "check row counts of the new copy";
    row_bounds(doing, &work.request.bounds, &tables)?;
    let effects = script_effects(&work.sent, &tables);
    context.checkpoint(Checkpoint::Verified);
    context.check("prove the new copy")?;
    Ok((tables, effects))
}

/// The tables of a schema, as their texts tell.
pub(crate) fn definitions(schema: &Schema) -> Result<Vec<TableDefinition>> {
    let tables = schema.tables.iter();
    tables
        .map(|table| TableDefinition::parse(&table.create))
        .collect()
}

/// Fails with what is wrong, if anything is.
fn refuse(doing: &str, wrong: &[String]) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Verify, doing, wrong.join("; "))
        .hint("the live copy is untouched; look at the rules and scripts of the app"))
}
