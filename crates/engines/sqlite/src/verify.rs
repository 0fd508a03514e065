//! Proofs: that pages and indexes are sound, that rows are those expected, that constraints hold.

mod checks;
mod contents;
mod digest;
mod together;

pub(crate) use checks::{Violations, integrity, violations};
pub(crate) use contents::contents;
pub(crate) use digest::{digest_tables, field};
pub(crate) use together::pages_and_rows;

use crate::config::{Database, Place, blocking};
use crate::load::Work;
use crate::swap::ReadyCopy;
use crate::{catalog, transform::SanitisedCopy};
use async_trait::async_trait;
use weir_engine::{Context, Ready, Sanitised, row_bounds, script_effects};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;

/// Proves the live copy sound. Broken foreign keys are told, not refused: a source may have them.
pub(crate) fn live(place: &Place, context: &Context) -> Result<()> {
    let mut database = Database::read(place.live(), Kind::Source, context)?;
    let catalog = catalog::read(&database)?;
    for (table, rows) in violations(&database, &catalog)? {
        if let Some(rows @ 1..) = rows {
            context.warn(format!(
                "table {table} breaks its foreign keys in {rows} rows"
            ));
        }
    }
    database.subject.kind = Kind::Verify;
    integrity(&database)
}

#[async_trait]
impl Sanitised for SanitisedCopy {
    async fn verify(self: Box<Self>, context: &Context) -> Result<Box<dyn Ready>> {
        let context = context.clone();
        blocking(move || prove(*self, &context)).await
    }
}

/// The last proof before the swap, on a connection of its own.
fn prove(copy: SanitisedCopy, context: &Context) -> Result<Box<dyn Ready>> {
    let SanitisedCopy {
        work,
        scripts_ran,
        steps_ran,
    } = copy;
    let path = work.place().shadow();
    let found = catalog::read(&Database::read(&path, Kind::Verify, context)?)?;
    schema(&work, &found, scripts_ran, context)?;
    // Without steps and scripts nothing was written since pages and rows were proven: what is left
    // to compare is what masks may have done to foreign keys.
    let (broken, tables) = match scripts_ran || steps_ran {
        true => pages_and_rows(&path, Kind::Verify, None, context)?,
        false => {
            let database = Database::read(&path, Kind::Verify, context)?;
            (violations(&database, &found)?, work.sent.clone())
        }
    };
    refuse(
        "check foreign keys of the new copy",
        &newly_broken(&work.violations, &broken),
    )?;
    row_bounds(
        "check row counts of the new copy",
        &work.request.bounds,
        &tables,
    )?;
    let effects = script_effects(&work.sent, &tables);
    context.checkpoint(Checkpoint::Verified);
    context.check("prove the new copy")?;
    Ok(Box::new(ReadyCopy {
        work,
        tables,
        effects,
    }))
}

/// The tables that break more foreign keys than the data they were made from.
pub(crate) fn newly_broken(before: &Violations, after: &Violations) -> Vec<String> {
    let mut wrong = Vec::new();
    for (table, rows) in after {
        let before = before.get(table).copied().unwrap_or(Some(0));
        match (before, rows) {
            (Some(before), Some(after)) if *after > before => wrong.push(format!(
                "table {table} breaks its foreign keys in {after} rows, before in {before}"
            )),
            (Some(_), None) => wrong.push(format!("a foreign key of table {table} fits no key")),
            _ => {}
        }
    }
    wrong
}

/// How a clean copy differs from what it should be. It gathers statistics of its own, as this
/// version of SQLite does it.
pub(crate) fn differences_of_clean(expected: &Catalog, found: &Catalog) -> Vec<String> {
    let mut found = found.clone();
    found.objects.retain(|object| object.kind != "statistics");
    expected.differences(&found)
}

/// Fails when the schema is not the backup's. Scripts may change it: then it is only told.
fn schema(work: &Work, found: &Catalog, scripts_ran: bool, context: &Context) -> Result<()> {
    let differences = match work.request.masker {
        Some(_) => differences_of_clean(&work.expected, found),
        None => work.expected.differences(found),
    };
    if !scripts_ran {
        return refuse(
            "compare the schema of the new copy with the backup's",
            &differences,
        );
    }
    for difference in differences {
        context.note(format!("the scripts changed the schema: {difference}"));
    }
    Ok(())
}

/// Fails with what is wrong, if anything is.
pub(crate) fn refuse(doing: &str, wrong: &[String]) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Verify, doing, wrong.join("; "))
        .hint("the live copy is untouched; look at the rules and scripts of the app"))
}
