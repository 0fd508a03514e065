//! Putting the replaced copy back; the copy it replaces is kept in turn.

use crate::config::{Database, Place, Subject, sync_folder};
use crate::heal;
use crate::lock::TargetLock;
use crate::swap::{put_live, save_live};
use crate::{stamp, verify};
use std::time::Duration;
use weir_engine::{Context, RolledBack};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::stamp::{Stamp, Token};

/// Rolls back.
pub(crate) fn rollback(place: &Place, token: Token, context: &Context) -> Result<RolledBack> {
    let mut lock = TargetLock::take(place, context)?;
    heal::drop_leftovers(place, context)?;
    lock.refuse_stale(place, token, context)?;
    if !place.previous().exists() {
        return Err(none_kept(place));
    }
    let stamp = prepare(place, token, context)?;
    let (was_taken, keep) = (place.is_taken(), place.has_database());
    if keep {
        save_live(place, context)?;
        context.checkpoint(Checkpoint::PreviousKept);
    }
    if stamp.is_none() {
        // The copy brings no token along: were this run to die after the exchange, nothing else
        // would keep an older run out.
        lock.raise_fence(token)?;
    }
    let exchanged = exchange(place, token, was_taken, context);
    let new = place.previous_new();
    if exchanged.is_err() {
        crate::load::remove_if_present(&new, context)?;
        exchanged?;
    }
    lock.raise_fence(token)?;
    if keep {
        let previous = place.previous();
        std::fs::rename(&new, &previous)
            .map_err(|error| Subject::new(&previous, Kind::Swap, context).io("keep", error))?;
    }
    sync_folder(place.folder())?;
    Ok(RolledBack { stamp })
}

/// Proves the kept copy sound, and gives its stamp the token of this run.
fn prepare(place: &Place, token: Token, context: &Context) -> Result<Option<Stamp>> {
    let previous = Database::write(&place.previous(), Kind::Corrupt, context)?;
    verify::integrity(&previous)?;
    let Some(found) = stamp::read(&previous)? else {
        return Ok(None);
    };
    let stamp = Stamp { token, ..found };
    stamp::write(&previous, &stamp)?;
    Ok(Some(stamp))
}

fn exchange(place: &Place, token: Token, was_taken: bool, context: &Context) -> Result<()> {
    context.check("put the previous copy back")?;
    context.checkpoint(Checkpoint::Swapping);
    context.check("put the previous copy back")?;
    put_live(place, &place.previous(), token, was_taken, context)?;
    context.checkpoint(Checkpoint::Swapped);
    Ok(())
}

/// Removes the previous copy once it has been kept for long enough.
pub(crate) fn expire(place: &Place, kept_for: Duration, context: &Context) -> Result<bool> {
    let path = place.previous();
    let age = std::fs::metadata(&path)
        .and_then(|found| found.modified())
        .ok()
        .and_then(|kept| kept.elapsed().ok());
    if age.is_none_or(|age| age < kept_for) {
        return Ok(false);
    }
    let _held = TargetLock::take(place, context)?;
    crate::load::remove_if_present(&path, context)
}

fn none_kept(place: &Place) -> Error {
    Error::new(
        Kind::NoBackup,
        format!("roll back {}", place.live().display()),
        "no previous copy is kept beside it",
    )
    .hint("restore a backup instead: `weir restore` with `--at` takes an earlier one")
}
