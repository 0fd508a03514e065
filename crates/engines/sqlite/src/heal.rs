//! What a dead run left beside the live copy, and its removal.

use crate::config::{Database, Place, Subject};
use crate::load::{files, remove_if_present, with_journals};
use crate::lock::TargetLock;
use crate::{catalog, stamp, verify};
use std::path::PathBuf;
use weir_engine::{Context, Healed};
use weir_model::error::{Kind, Result};
use weir_model::manifest::TableDigest;

/// Heals a target. Nothing is touched, not even a lock made, where there is nothing to heal.
pub(crate) fn heal(place: &Place, context: &Context) -> Result<Healed> {
    let lock = place.lock();
    let locked_before = lock
        .try_exists()
        .map_err(|error| Subject::new(&lock, Kind::Target, context).io("look for", error))?;
    if !locked_before && files_left(place).is_empty() {
        return Ok(Healed::default());
    }
    let _held = TargetLock::take(place, context)?;
    Ok(Healed {
        actions: drop_leftovers(place, context)?,
    })
}

/// What a dead run left. While a run works, its files are no leftovers.
pub(crate) fn leftovers(place: &Place, context: &Context) -> Result<Vec<String>> {
    if TargetLock::is_held(place) {
        return Ok(Vec::new());
    }
    let mut found: Vec<String> = files_left(place)
        .iter()
        .map(|path| format!("{} was left by a run that died", path.display()))
        .collect();
    let path = place.previous();
    match previous_is_live(place, context) {
        Ok(false) => {}
        Ok(true) => found.push(format!(
            "{} was kept for a swap that did not take place",
            path.display()
        )),
        // Only healing may write, which undoing takes.
        Err(_) if is_interrupted(place) => found.push(format!(
            "a write of {} or of {} was interrupted and is not undone yet",
            place.live().display(),
            path.display()
        )),
        Err(error) => return Err(error),
    }
    Ok(found)
}

/// Whether a journal lies beside the live copy or the previous one.
fn is_interrupted(place: &Place) -> bool {
    let mut journals = with_journals([place.previous()]).into_iter().skip(1);
    !place.journals().is_empty() || journals.any(|journal| journal.exists())
}

/// Drops or finishes what a dead run left, under the lock of whoever asks; says what it did.
pub(crate) fn drop_leftovers(place: &Place, context: &Context) -> Result<Vec<String>> {
    let mut actions = Vec::new();
    recover_previous(place, context)?;
    let left = files_left(place);
    actions.extend(roll_back_interrupted(place, !left.is_empty(), context)?);
    actions.extend(finish_rollback(place, context)?);
    for path in left {
        if remove_if_present(&path, context)? {
            actions.push(format!(
                "removed {}, left by a run that died",
                path.display()
            ));
        }
    }
    if previous_is_live(place, context)? {
        let path = place.previous();
        remove_if_present(&path, context)?;
        actions.push(format!(
            "removed {}, kept for a swap that did not take place",
            path.display()
        ));
    }
    Ok(actions)
}

fn files_left(place: &Place) -> Vec<PathBuf> {
    let mut paths = files(place);
    paths.extend(with_journals([place.previous_new()]));
    paths.retain(|path| path.exists());
    paths
}

/// A rollback that died while it stamped the previous copy has left a journal beside it. SQLite
/// undoes that write where the copy is still there; where it is not, the journal would be applied
/// to the next copy kept under that name.
fn recover_previous(place: &Place, context: &Context) -> Result<()> {
    let path = place.previous();
    let journals = with_journals([path.clone()]).into_iter().skip(1);
    let journals: Vec<PathBuf> = journals.filter(|journal| journal.exists()).collect();
    if journals.is_empty() {
        return Ok(());
    }
    if path.exists() {
        let previous = Database::write(&path, Kind::Target, context)?;
        previous.value::<i64>("recover", "SELECT count(*) FROM main.sqlite_schema")?;
    }
    // What SQLite leaves now was begun and never filled: it undoes nothing, and must not lie
    // beside the next copy.
    for journal in journals {
        remove_if_present(&journal, context)?;
    }
    Ok(())
}

/// Lets SQLite undo a swap that died halfway: reading the database is what makes it do so.
fn roll_back_interrupted(
    place: &Place,
    others_left: bool,
    context: &Context,
) -> Result<Option<String>> {
    if !place.has_database() || place.journals().is_empty() {
        return Ok(None);
    }
    let live = Database::write(place.live(), Kind::Target, context)?;
    live.value::<i64>("recover", "SELECT count(*) FROM main.sqlite_schema")?;
    // A journal also belongs to a healthy writer; only with leftovers is it a swap's.
    Ok((others_left && place.journals().is_empty()).then(|| {
        let live = place.live().display();
        format!("let SQLite bring {live} back to how it was before an interrupted swap")
    }))
}

/// A rollback that died after its swap has the replaced copy aside, under another name yet.
fn finish_rollback(place: &Place, context: &Context) -> Result<Option<String>> {
    let (new, previous) = (place.previous_new(), place.previous());
    if !new.exists() || !previous_is_live(place, context)? {
        return Ok(None);
    }
    std::fs::rename(&new, &previous)
        .map_err(|error| Subject::new(&previous, Kind::Target, context).io("keep", error))?;
    Ok(Some(format!(
        "finished an interrupted rollback: {} is the copy it replaced",
        previous.display()
    )))
}

/// Whether the kept copy is the live one, so that there is nothing to roll back: it was kept for
/// a swap that did not take place, or a rollback has put it live.
pub(crate) fn previous_is_live(place: &Place, context: &Context) -> Result<bool> {
    let path = place.previous();
    if !place.has_database() || !path.exists() {
        return Ok(false);
    }
    let live = Database::read(place.live(), Kind::Target, context)?;
    let kept = Database::read(&path, Kind::Target, context)?;
    match (stamp::read(&live)?, stamp::read(&kept)?) {
        (Some(live), Some(kept)) => Ok(live.token == kept.token),
        // Two copies that no restore made are told apart by what they hold.
        (None, None) => Ok(rows(&live)? == rows(&kept)?),
        _ => Ok(false),
    }
}

fn rows(database: &Database) -> Result<Vec<TableDigest>> {
    verify::digest_tables(database, &catalog::read(database)?, None)
}
