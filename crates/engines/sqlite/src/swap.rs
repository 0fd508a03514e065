//! Putting the shadow live: every page in one transaction of the live file, never by renaming
//! over it, because a log beside it would be applied to the wrong database.

mod keep;
mod put;

pub(crate) use keep::save_live;
pub(crate) use put::put_live;

use crate::config::{Database, Place, blocking, sync_folder};
use crate::heal::previous_is_live;
use crate::load::{Work, remove_if_present};
use crate::lock::stale;
use crate::stamp;
use async_trait::async_trait;
use weir_engine::{Context, Live, Previous, Ready, ScriptEffect};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;
use weir_model::stamp::{Stamp, Token};

/// A proven shadow.
pub(crate) struct ReadyCopy {
    /// The shadow.
    pub(crate) work: Work,
    /// Rows as they will be live.
    pub(crate) tables: Vec<TableDigest>,
    /// What the scripts did to row counts.
    pub(crate) effects: Vec<ScriptEffect>,
}

#[async_trait]
impl Ready for ReadyCopy {
    fn tables(&self) -> &[TableDigest] {
        &self.tables
    }

    fn effects(&self) -> &[ScriptEffect] {
        &self.effects
    }

    async fn swap(self: Box<Self>, context: &Context) -> Result<Live> {
        let context = context.clone();
        blocking(move || swap(self.work, &context)).await
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        blocking(move || self.work.shadow.discard()).await
    }
}

fn swap(mut work: Work, context: &Context) -> Result<Live> {
    let place = work.place().clone();
    let (stamp, previous) = (work.request.stamp.clone(), work.request.previous);
    context.check("put the new copy live")?;
    // A newer run takes the shadow with it: what is to be told then is that it was here.
    work.shadow
        .lock
        .refuse_stale(&place, stamp.token, context)?;
    write_stamp(&place, &stamp, context)?;
    let was_taken = place.is_taken();
    let previous_kept = previous == Previous::Keep && place.has_database();
    if previous_kept {
        save_live(&place, context)?;
        let path = place.previous();
        std::fs::rename(place.previous_new(), &path).map_err(|error| {
            crate::config::Subject::new(&path, Kind::Swap, context).io("keep", error)
        })?;
        sync_folder(place.folder())?;
        context.checkpoint(Checkpoint::PreviousKept);
    }
    if let Err(error) = exchange(&mut work, stamp.token, was_taken, context) {
        // Kept for a swap that did not take place, it is a copy of what is live still: rolling back
        // to it would be no rollback. Unless a newer run has kept another one meanwhile.
        if previous_kept && previous_is_live(&place, &unheard()).unwrap_or(true) {
            remove_if_present(&place.previous(), context)?;
        }
        return Err(error);
    }
    // From here on the new copy is live, and the previous one is all there is of the old.
    prove_live(&place, stamp.token).map_err(|error| {
        if error.is_transient() {
            error.hint("the new copy was put live, but could not be read back; see who locks it")
        } else {
            error
        }
    })?;
    context.checkpoint(Checkpoint::Swapped);
    work.shadow.lock.raise_fence(stamp.token)?;
    work.shadow.discard()?;
    sync_folder(place.folder())?;
    Ok(Live {
        stamp,
        previous_kept,
    })
}

fn exchange(work: &mut Work, token: Token, was_taken: bool, context: &Context) -> Result<()> {
    let place = &work.place().clone();
    context.check("put the new copy live")?;
    work.shadow.lock.refuse_stale(place, token, context)?;
    context.checkpoint(Checkpoint::Swapping);
    context.check("put the new copy live")?;
    put_live(place, &place.shadow(), token, was_taken, context)
}

fn write_stamp(place: &Place, stamp: &Stamp, context: &Context) -> Result<()> {
    let shadow = Database::write(&place.shadow(), Kind::Swap, context)?;
    stamp::write(&shadow, stamp)
}

/// Reads back, on a fresh connection, that the copy with this token is live. It is past the
/// point of return, so that no request to stop is heard.
fn prove_live(place: &Place, token: Token) -> Result<()> {
    let live = Database::write(place.live(), Kind::Swap, &unheard())?;
    match stamp::read(&live)? {
        Some(found) if found.token == token => Ok(()),
        found => Err(other_copy(place, token, found.map(|stamp| stamp.token))),
    }
}

/// For what is done whether or not the run was told to stop.
fn unheard() -> Context {
    Context::new(std::sync::Arc::new(weir_engine::SilentObserver))
}

fn other_copy(place: &Place, token: Token, found: Option<Token>) -> Error {
    if let Some(found) = found
        && found > token
    {
        return stale(place, token, found);
    }
    Error::new(
        Kind::Swap,
        format!("read back the stamp of {}", place.live().display()),
        "the copy that is live is not the one just put there",
    )
    .hint("something else writes this file: find out what, then run again")
}
